//! Lines and functions, held against what the instructions do.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Bytes;
use iso_evm_explain::artifacts::Contract;

use super::{
    Artifacts, artifacts, code, deployed, json, pcs,
    run::{call, calldata, create},
    source,
};

/// Opcodes whose sources are told by a word: what stores assigns, what logs emits.
const SSTORE: u8 = 0x55;
const LOGS: std::ops::RangeInclusive<u8> = 0xa0..=0xa4;

#[test]
fn a_log_is_not_where_the_source_emits() {
    let artifacts = artifacts();
    for (name, file) in [("Token", "Token.sol"), ("Shop", "Shop.sol"), ("Factory", "Factory.sol")] {
        let (code, text) = (code(name, "deployedBytecode"), source(file));
        let contract = deployed(&artifacts, name);
        let mut found = BTreeSet::new();
        for pc in pcs(&code) {
            if LOGS.contains(&code[pc]) {
                let place = contract.place(pc).unwrap();
                assert_eq!(place.file, file);
                found.insert(place.line.unwrap());
            }
        }
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains("emit "));
        let expected: BTreeSet<_> = lines.map(|(at, _)| at + 1).collect();
        // Both of the factory's constructors may share one.
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_transfers_writes_are_not_in_its_function() {
    let artifacts = artifacts();
    let token = deployed(&artifacts, "Token");
    let code = code("Token", "deployedBytecode");
    let data =
        calldata("transfer(address,uint256)", &["0x1111111111111111111111111111111111111111", "0"]);
    let run = call(&code, data);
    assert!(run.success);
    let told = run.writes.iter().map(|(pc, _, _)| token.place(*pc).unwrap());
    let told: Vec<_> = told.map(|place| (place.to_string(), place.text.unwrap())).collect();
    let text = source("Token.sol");
    let line = |piece: &str| {
        let (at, line) = text.lines().enumerate().find(|(_, line)| line.contains(piece)).unwrap();
        (format!("Token.sol:{}, in Token.move", at + 1), line.to_owned())
    };
    assert_eq!(told, [line("balanceOf[from] = "), line("balanceOf[to] += ")]);
}

#[test]
fn code_that_functions_share_is_told_as_the_others() {
    // The optimizer has made one piece of both reverts: by its pc it is `transferFrom`'s.
    reverts_are_told(&deployed(&artifacts(), "Token"), &code("Token", "deployedBytecode"));
}

/// Reverts of the token, each in the functions that run and at their lines, however it was compiled.
pub(super) fn reverts_are_told(token: &Contract<'_>, code: &Bytes) {
    let to = "0x1111111111111111111111111111111111111111";
    let text = source("Token.sol");
    let told = |data, functions: &[(&str, &str)]| {
        let run = call(code, data);
        assert!(!run.success);
        let calls = token.calls(run.pcs.iter().copied());
        let found: Vec<_> = calls.iter().map(ToString::to_string).collect();
        let line = |piece| 1 + text.lines().position(|line| line.contains(piece)).unwrap();
        let expected = functions
            .iter()
            .map(|(function, piece)| format!("Token.sol:{}, in Token.{function}", line(*piece)));
        assert_eq!(found, expected.collect::<Vec<_>>());
    };
    told(
        calldata("transfer(address,uint256)", &[to, "1"]),
        &[("transfer", "move(msg.sender, to, value)"), ("move", "revert BalanceTooLow")],
    );
    told(
        calldata("transferFrom(address,address,uint256)", &[to, to, "1"]),
        &[("transferFrom", "revert AllowanceTooLow")],
    );
}

/// What packs the returned value is one piece for all functions that return a bool: by its pc it is `approve`'s.
#[test]
fn what_a_function_returns_through_is_told_as_anothers() {
    let (artifacts, code) = (artifacts(), code("Token", "deployedBytecode"));
    let token = deployed(&artifacts, "Token");
    let to = "0x1111111111111111111111111111111111111111";
    for (signature, name) in
        [("transfer(address,uint256)", "transfer"), ("approve(address,uint256)", "approve")]
    {
        let run = call(&code, calldata(signature, &[to, "0"]));
        assert!(run.success);
        let calls = token.calls(run.pcs.iter().copied());
        let functions: Vec<_> = calls.iter().map(|place| place.function.as_deref()).collect();
        assert_eq!(functions, [Some(name)], "{signature}");
    }
}

#[test]
fn a_constructors_revert_is_not_in_the_constructor() {
    let artifacts = artifacts();
    let mut initcode = code("Child", "bytecode").to_vec();
    initcode.extend([[0; 31].as_slice(), &[3]].concat());
    let contract = artifacts.contract(&initcode).unwrap();
    assert!(contract.creates() && contract.name() == "Child");
    let run = create(initcode.into());
    assert!(!run.success);
    let place = contract.place(*run.pcs.last().unwrap()).unwrap();
    assert_eq!(
        (place.contract.as_deref(), place.function.as_deref()),
        (Some("Child"), Some("constructor"))
    );
    assert!(place.text.unwrap().contains("revert Odd"));
    let error = contract.error(&run.output).unwrap().to_string();
    assert_eq!(error, "Odd(number: 3, reason: \"only even numbers have children here\")");
}

#[test]
fn the_text_and_the_tree_name_other_functions() {
    let with_tree = artifacts();
    // The same without syntax trees: functions are found in the texts.
    let mut output: serde_json::Value = serde_json::from_str(&json()).unwrap();
    for source in output["sources"].as_object_mut().unwrap().values_mut() {
        source.as_object_mut().unwrap().remove("ast");
    }
    let mut without = Artifacts::new();
    without.add("artifacts.json", output.to_string().as_bytes()).unwrap();
    for name in ["Factory.sol", "Ledger.sol", "Shop.sol", "Token.sol"] {
        without.add_source(name, source(name));
    }
    let mut functions: BTreeMap<String, usize> = BTreeMap::new();
    for name in ["Child", "Factory", "Ledger", "Shop", "Token"] {
        for kind in ["deployedBytecode", "bytecode"] {
            let code = code(name, kind);
            let (tree, text) =
                (with_tree.contract(&code).unwrap(), without.contract(&code).unwrap());
            for pc in 0..code.len() {
                let (tree, text) = (tree.place(pc), text.place(pc));
                // Variables are in the tree alone: a look at the text does not tell them from types.
                let of_variable = tree.as_ref().is_some_and(|place| {
                    place.function.is_some()
                        && text.as_ref().is_some_and(|text| text.function.is_none())
                });
                if of_variable {
                    let place = tree.unwrap();
                    assert!(place.text.unwrap().contains(&place.function.unwrap()));
                    continue;
                }
                assert_eq!(tree, text, "{name} {kind} {pc}");
                if let Some(function) = tree.and_then(|place| place.function) {
                    *functions.entry(function).or_default() += 1;
                }
            }
        }
    }
    for function in ["move", "transferFrom", "buy", "keep", "make", "constructor", "order", "find"]
    {
        assert!(functions.contains_key(function), "{function}: {functions:?}");
    }
}

#[test]
fn a_line_is_shown_of_a_source_that_was_not_compiled() {
    let mut artifacts = Artifacts::new();
    artifacts.add("artifacts.json", json().as_bytes()).unwrap();
    let code = code("Token", "deployedBytecode");
    let pc = code.iter().rposition(|byte| *byte == SSTORE).unwrap();
    let place = |artifacts: &Artifacts| artifacts.contract(&code).unwrap().place(pc).unwrap();
    let without = place(&artifacts);
    assert_eq!((without.line, without.text), (None, None));
    assert_eq!((&*without.file, without.function.as_deref()), ("Token.sol", Some("move")));
    artifacts.add_source("Token.sol", source("Token.sol") + "\n");
    assert_eq!(place(&artifacts).line, None);
    assert!(artifacts.sources_wanted().contains("Token.sol"));
    artifacts.add_source("Token.sol", source("Token.sol"));
    assert!(place(&artifacts).line.is_some());
}
