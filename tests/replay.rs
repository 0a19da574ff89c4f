//! The inputs in `fixtures/`: recorded, compared with what the execution specs make of them and
//! with the committed `witness.bin`, and every message audited. Never skipped.

use std::{collections::BTreeMap, fs, path::PathBuf};

use alloy_primitives::{B256, Bytes, U64, keccak256};
use iso_evm_wire::{Fork, container::Witness};
use iso_evm_witness::{Recording, input::Input, record};
use serde::Deserialize;

use crate::harness::{audit, blessed, fixtures, parallel};

/// Inputs that must be there.
pub(crate) const NAMES: [&str; 19] = [
    "arithmetic",
    "blobs",
    "block-context",
    "call-tree",
    "code-24576",
    "create-and-create2",
    "creation-transaction",
    "deep-calls",
    "delegation-7702",
    "erc20-transfer",
    "halt-top-level",
    "halts",
    "plain-transfer",
    "revert-with-data",
    "selfdestruct",
    "selfdestruct-cancun",
    "stack-spill",
    "storage-gas",
    "storage-gas-access-list",
];

fn path(name: &str) -> PathBuf {
    fixtures::own().join(name)
}

/// An input, parsed.
pub(crate) fn input(name: &str) -> Input {
    let json = fixtures::read(&path(&format!("{name}.json")));
    Input::parse(json.as_bytes(), None).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The recording of an input.
pub(crate) fn recorded(name: &str) -> (Fork, Recording) {
    let execution = input(name).execution;
    let recording = record(&execution).unwrap_or_else(|error| panic!("{name}: {error}"));
    (execution.rules.fork(), recording)
}

/// What the execution specs make of an input.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expected {
    success: bool,
    gas_used: U64,
    output: Bytes,
    logs_hash: B256,
    state_root: B256,
}

#[test]
fn every_input_is_there() {
    let files = fs::read_dir(fixtures::own()).expect("the folder is there");
    let files = files.map(|entry| entry.expect("readable").path());
    let mut names: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| path.file_stem().expect("named").to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, NAMES);
}

#[test]
fn results_are_those_of_the_execution_specs() {
    let text = fixtures::read(&path("src/results.json"));
    let mut expected: BTreeMap<String, Expected> = serde_json::from_str(&text).expect("results");
    for name in NAMES {
        let expected = expected.remove(name).expect("each input has a result");
        let (_, recording) = recorded(name);
        assert_eq!(recording.success, expected.success, "{name}");
        assert_eq!(recording.gas_used, expected.gas_used.to::<u64>(), "{name}");
        assert_eq!(recording.output, expected.output, "{name}");
        let mut logs = Vec::new();
        alloy_rlp::encode_list(&recording.logs, &mut logs);
        assert_eq!(keccak256(logs), expected.logs_hash, "{name}");
        assert_eq!(recording.state_root_leave, expected.state_root, "{name}");
    }
    assert!(expected.is_empty());
}

/// Byte for byte what is committed; `ISO_BLESS=1` writes the files anew.
#[test]
fn witnesses_are_those_committed() {
    let bless = blessed::blessing();
    for name in NAMES {
        let input = input(name);
        let recording = record(&input.execution).unwrap_or_else(|error| panic!("{name}: {error}"));
        let witness = recording.witness(&input);
        let bytes = witness.encode();
        let file = path(&format!("{name}.witness.bin"));
        if bless {
            fs::write(&file, &bytes).expect("the folder can be written to");
        }
        let committed = fs::read(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(bytes == committed, "{name}: another witness than {}", file.display());
        assert_eq!(Witness::decode(&committed).as_ref(), Ok(&witness), "{name}");
        assert_eq!(Witness::from_json(witness.to_json().as_bytes()).ok(), Some(witness), "{name}");
    }
}

#[test]
fn every_message_is_valid() {
    parallel::check_all(&NAMES, |name| {
        let (fork, recording) = recorded(name);
        audit::all_valid(name, fork, &recording)
    });
}
