//! `iso-verify explain`: the cause in the first line, whatever was lied about; names where there are artifacts.

use std::{fs, path::Path};

use alloy_primitives::keccak256;
use iso_evm_wire::Witness;
use serde_json::json;

use crate::{
    common::{root, run},
    lies::{LIES, flipped, lie},
    schemas::schema,
};

/// The first sentence, which may go over several lines.
fn headline(text: &str) -> String {
    let lines = text.lines().take_while(|line| !line.is_empty());
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Copies a fixture's files into a folder.
fn bring(folder: &Path, names: &[&str]) {
    for name in names {
        let from = root().join("tests/fixtures").join(name);
        fs::copy(from, folder.join(Path::new(name).file_name().unwrap())).unwrap();
    }
}

#[test]
fn the_first_line_has_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let expected = [
        (
            "sload",
            "invalid: a slot has another value, in message 4, the call of \
             0xf22d4eFfC9E1526A2A8421518CF27c2B6Ee3DFED, record 1: SLOAD of slot 0; it says 42, and true is \
             11,259,375",
        ),
        (
            "child-gas",
            "invalid: gasUsed is not what the execution used, in message 3, the staticcall of \
             0x3e871b269e94c27D1871206B33140D17A7d2a66B, pc 168; it says 7,925 gas, and true is 7,920 gas",
        ),
        (
            "missing-record",
            "invalid: the execution needs a record and there is none left, in message 4, the call of \
             0xf22d4eFfC9E1526A2A8421518CF27c2B6Ee3DFED, record 1, pc 7; it says no record, and SLOAD is computed",
        ),
        (
            "sstore-root",
            "invalid: a record's root is not that of the state after its effect, in message 0, the call of \
             0xd761c4dC7fbD4Ea077B8Dfc8d4fb3c866e2e1a0D, record 1: SSTORE to slot 0; it says \
             0x1111111111111111111111111111111111111111111111111111111111111111, and true is \
             0xbbc7036e72c6780de973911c6a723038ab85267a2e8826ba28be5f2d0abf49c8",
        ),
        (
            "receipt",
            "invalid: the receipt's gas used is another, in the transaction and its receipt; it says 34,268 gas, \
             and true is 34,266 gas",
        ),
    ];
    for (lie, (name, line)) in LIES.iter().zip(expected) {
        assert_eq!(lie.name, name);
        lie.write(folder);
        let ran = run(folder, &format!("iso-verify explain {name}.bin"));
        assert_eq!((ran.code, headline(ran.text())), (Some(1), line.to_owned()), "{}", ran.stderr);
        let widest = ran.text().lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= 80, "{widest:?}: {}", ran.text());
        let ran = run(folder, &format!("iso-verify explain {name}.bin --json"));
        let story = ran.json();
        schema("story").check(&story).unwrap();
        assert_eq!(story["headline"], line);
    }
}

/// A token that holds less reverts: records are left over then, and it is the balance that is false.
#[test]
fn a_value_that_leads_the_code_elsewhere_is_not_in_the_first_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    lie(folder, "erc20-transfer", "balance", |witness| {
        let value = &mut witness["messages"][0]["stateAccessList"][1]["value"];
        *value = json!(format!("0x{:064x}", 7));
    });
    let ran = run(folder, "iso-verify explain balance.bin");
    let line = headline(ran.text());
    assert!(line.starts_with("invalid: a slot has another value, in message 0, "), "{line}");
    let end = "it says 7, and true is 250,000,000,000,000,000,000,000";
    assert!(line.ends_with(end), "{line}");
    let story = run(folder, "iso-verify explain balance.bin --json").json();
    let roles = story["findings"].as_array().unwrap().iter().map(|told| &told["role"]["is"]);
    assert_eq!(roles.collect::<Vec<_>>(), ["cause", "follows"]);
}

/// The header's root of receipts proves another status and another gas: which of them it is, in words.
#[test]
fn what_differs_from_the_blocks_receipt_is_told_in_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    bring(folder, &["op-sepolia-26207960.json.zst"]);
    let ran = run(folder, "iso-witness record op-sepolia-26207960.json.zst -o block");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let files = fs::read_dir(folder.join("block")).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    fs::copy(&files[1], folder.join("true.bin")).unwrap();
    let truth = run(folder, "iso-witness inspect true.bin --json").json();
    let used = truth["receipt"]["gasUsed"].as_str().unwrap().trim_start_matches("0x").to_owned();
    let used = u64::from_str_radix(&used, 16).unwrap();
    assert_eq!(truth["receipt"]["status"], 1);
    for (field, value, words) in [
        ("gasUsed", json!(format!("0x{:x}", used + 1)), " gas"),
        ("status", json!(0), "says failure"),
    ] {
        let mut lie = truth.clone();
        lie["receipt"][field] = value;
        fs::write(folder.join("lie.json"), lie.to_string()).unwrap();
        let ran = run(folder, "iso-witness assemble lie.json -o lie.bin");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let ran = run(folder, "iso-verify explain lie.bin --json");
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let story = ran.json();
        let told = story["findings"].as_array().unwrap();
        let of_block = told.iter().find(|told| told["kind"] == "block-receipt");
        // The messages tell the same, and are asked first.
        let told = of_block.unwrap_or(&told[0]);
        let said = format!("says {}", told["says"].as_str().unwrap());
        assert!(said.contains(words) && !said.contains("0x"), "{field}: {story:#}");
    }
}

/// What is found behind something that was left out was computed without it.
#[test]
fn what_is_missing_leads_and_nothing_behind_it_is_called_true() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    lie(folder, "call-tree", "record", |witness| {
        witness["messages"][0]["stateAccessList"].as_array_mut().unwrap().remove(3);
    });
    let ran = run(folder, "iso-verify explain record.bin");
    let line = headline(ran.text());
    assert!(
        line.starts_with("invalid: the execution needs a record of another opcode, in message 0, "),
        "{line}"
    );
    assert!(line.ends_with("; it says DELEGATECALL, and SSTORE is computed"), "{line}");
    let story = run(folder, "iso-verify explain record.bin --json").json();
    let (first, others) = story["findings"].as_array().unwrap().split_first().unwrap();
    assert_eq!(first["role"]["is"], "alone");
    assert!(!others.is_empty());
    assert!(
        others.iter().all(|told| told["role"] == json!({"is": "behind", "of": first["finding"]}))
    );
    let words: Vec<_> = ran.text().split_whitespace().collect();
    assert!(!words.contains(&"true"), "{}", ran.text());

    lie(folder, "call-tree", "message", |witness| {
        witness["messages"].as_array_mut().unwrap().remove(4);
    });
    let ran = run(folder, "iso-verify explain message.bin");
    let said = "invalid: its records open 16 messages below the top one, and there are 15; ";
    assert!(headline(ran.text()).starts_with(said), "{}", ran.text());
}

#[test]
fn a_changed_signature_is_told_by_its_signer() {
    let folder = tempfile::tempdir().unwrap();
    let signature = "52cde49f44df976eb26db275938444141d54322ef7f743fdc334366254ea9786";
    flipped(folder.path(), "call-tree", signature);
    let ran = run(folder.path(), "iso-verify explain changed.bin");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let line = headline(ran.text());
    let said = "and its messages say that 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 sent it; ";
    assert!(line.starts_with("invalid: the transaction is signed by 0x"), "{line}");
    assert!(line.contains(said), "{line}");
}

#[test]
fn code_under_another_hash_is_told_by_both() {
    let folder = tempfile::tempdir().unwrap();
    let witness = fs::read(root().join("tests/fixtures/call-tree.witness.bin")).unwrap();
    let mut witness = Witness::decode(&witness).unwrap();
    let (hash, code) = witness.codes.pop_first().unwrap();
    let changed = [&code[..], &[0]].concat();
    witness.codes.insert(keccak256(&changed), changed.into());
    fs::write(folder.path().join("changed.bin"), witness.encode()).unwrap();
    for command in ["explain ", ""] {
        let ran = run(folder.path(), &format!("iso-verify {command}changed.bin"));
        assert_eq!(ran.code, Some(2));
        let first = ran.stderr.lines().next().unwrap();
        let end = format!("which nothing needs; the code {hash} is needed, and is not there");
        assert!(first.starts_with("error: changed.bin: byte "), "{first}");
        assert!(first.contains("code: its hash is 0x") && first.ends_with(&end), "{first}");
    }
}

#[test]
fn artifacts_name_file_line_function_and_variable() {
    let folder = tempfile::tempdir().unwrap();
    bring(folder.path(), &["erc20-transfer.json", "src/artifacts.json", "src/Token.sol"]);
    let line = "iso-verify explain erc20-transfer.json --artifacts artifacts.json";
    let ran = run(folder.path(), line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let words: Vec<_> = ran.text().split_whitespace().collect();
    let words = words.join(" ");
    for named in [
        "call Token 0xd1d261…f4bd1c transfer(to: 0x4Ae9637403D3906f7eDf217c2D0D70468A4c0Aa9, value: \
         12,500,000,000,000,000,000): success",
        "SLOAD of balanceOf[0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266] (pc 757), Token.sol:40, in Token.move",
        "LOG3: Transfer(from: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266, to: \
         0x4Ae9637403D3906f7eDf217c2D0D70468A4c0Aa9, value: 12,500,000,000,000,000,000) (pc 919)",
    ] {
        assert!(words.contains(named), "{named}\n{}", ran.text());
    }
    // The lines are those of the source.
    let source = fs::read_to_string(root().join("tests/fixtures/src/Token.sol")).unwrap();
    let line = source.lines().nth(39).unwrap();
    assert!(line.contains("balanceOf"), "{line}");
}

/// The optimizer makes one of equal code of several functions, and the source map names one of these, whichever runs.
#[test]
fn a_listing_names_no_function_that_is_not_under_way() {
    let folder = tempfile::tempdir().unwrap();
    bring(folder.path(), &["erc20-transfer.json", "src/artifacts.json", "src/Token.sol"]);
    let line = "iso-verify explain erc20-transfer.json --artifacts artifacts.json";
    let story = run(folder.path(), &format!("{line} --json")).json();
    let message = &story["messages"][0];
    assert!(message["at"]["place"].as_str().unwrap().ends_with(", in Token.transfer"));
    let (mut label, mut labels) = ("", Vec::new());
    for line in message["code"].as_array().unwrap() {
        label = line["place"].as_str().unwrap_or(label);
        labels.push((line["at"].as_bool().unwrap(), label));
    }
    // What returns an answer is the same in all functions.
    assert!(labels.contains(&(true, "shared code")), "{labels:?}");
    for (_, label) in labels {
        let is_known = ["shared code", "other code"].contains(&label);
        assert!(is_known || label.ends_with(", in Token.transfer"), "{label}");
    }
    let ran = run(folder.path(), line);
    assert!(ran.text().contains("\n           shared code\n"), "{}", ran.text());
}

/// The shop passes on what the token says, as bytes in an error of its own.
#[test]
fn a_reason_within_a_reason_is_in_words_and_comes_from_whoever_gave_it_first() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["revert-with-data.json", "src/artifacts.json", "src/Token.sol", "src/Shop.sol"];
    bring(folder.path(), &files);
    let line = "iso-verify explain revert-with-data.json";
    let ran = run(folder.path(), &format!("{line} --artifacts artifacts.json"));
    let reason = "BalanceTooLow(holder: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266, held: \
                  2,000,000,000,000,000,000, wanted: 3,000,000,000,000,000,000)";
    let first = headline(ran.text());
    let end = format!("it came from message 1, which ended in revert: {reason}");
    assert!(first.ends_with(&end), "{first}");
    let words = ran.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("PaymentFailed(order: 9, reason: {reason})")), "{words}");
    // Who it was is known without names too.
    let ran = run(folder.path(), line);
    let said = "it came from message 1, which ended in revert: 0xb3e09fee";
    assert!(headline(ran.text()).contains(said), "{}", ran.text());
    assert!(ran.text().lines().all(|line| line.chars().count() <= 80), "{}", ran.text());
}

#[test]
fn a_failure_is_told_where_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    bring(folder.path(), &["revert-with-data.json", "halt-top-level.json", "plain-transfer.json"]);
    for (name, line) in [
        ("revert-with-data", "valid: the transaction failed, for "),
        ("halt-top-level", "valid: the transaction failed, for "),
        ("plain-transfer", "valid: the transaction succeeded, in 0 messages, for 21,000 gas"),
    ] {
        let ran = run(folder.path(), &format!("iso-verify explain {name}.json"));
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        assert!(headline(ran.text()).starts_with(line), "{}", ran.text());
    }
}

#[test]
fn a_message_that_is_not_there_is_not_explained() {
    let folder = tempfile::tempdir().unwrap();
    bring(folder.path(), &["erc20-transfer.json"]);
    let ran = run(folder.path(), "iso-verify explain erc20-transfer.json --message 7");
    assert_eq!((ran.code, ran.text()), (Some(2), ""));
    assert!(ran.stderr.contains("message 7"), "{}", ran.stderr);
}
