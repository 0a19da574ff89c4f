//! Artifacts against what ran: the sources of `tests/fixtures/src`, compiled by solc 0.8.37 and run in revm.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod code;
mod compilers;
mod places;
mod random;
mod run;
mod shapes;
mod slots;
mod words;

use std::{fs, path::PathBuf};

use alloy_primitives::{Bytes, hex};
use iso_evm_explain::artifacts::{Artifacts, Contract};
use iso_evm_testing::fixtures;
use serde_json::Value;

/// The folder of the sources and of what they compile to.
fn folder() -> PathBuf {
    fixtures::own().join("src")
}

fn json() -> String {
    fixtures::read(&folder().join("artifacts.json"))
}

/// The artifacts of our own sources, with the sources' texts.
fn artifacts() -> Artifacts {
    let mut artifacts = Artifacts::new();
    assert_eq!(artifacts.add("artifacts.json", json().as_bytes()), Ok(6));
    let wanted: Vec<_> = artifacts.sources_wanted().into_iter().map(str::to_owned).collect();
    assert_eq!(wanted, ["Factory.sol", "Ledger.sol", "Shop.sol", "Token.sol"]);
    for path in wanted {
        artifacts.add_source(&path, fs::read_to_string(folder().join(&path)).unwrap());
    }
    assert!(artifacts.sources_wanted().is_empty());
    artifacts
}

/// Code as solc has put it out: `bytecode` or `deployedBytecode`.
fn code(name: &str, kind: &str) -> Bytes {
    let output: Value = serde_json::from_str(&json()).unwrap();
    let mut files = output["contracts"].as_object().unwrap().values();
    let contract = files.find_map(|file| file.get(name)).unwrap();
    hex::decode(contract["evm"][kind]["object"].as_str().unwrap()).unwrap().into()
}

/// A source's text.
fn source(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

/// The contract whose deployed code this is.
fn deployed<'a>(artifacts: &'a Artifacts, name: &str) -> Contract<'a> {
    let contract = artifacts.contract(&code(name, "deployedBytecode")).unwrap();
    assert_eq!(contract.name(), name);
    contract
}

/// Pc of each instruction.
fn pcs(code: &[u8]) -> Vec<usize> {
    let mut pcs = Vec::new();
    let mut pc = 0;
    while pc < code.len() {
        pcs.push(pc);
        pc += match code[pc] {
            push @ 0x60..=0x7f => usize::from(push) - 0x5e,
            _ => 1,
        };
    }
    pcs
}
