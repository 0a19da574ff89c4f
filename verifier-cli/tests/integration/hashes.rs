//! The auditing side's hashes and encoder beside alloy's, over every recorded transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use alloy_eips::eip2718::Typed2718;
use alloy_primitives::{B256, Bytes};
use iso_evm_testing::fixtures;
use iso_evm_verifier::{
    Options, VerifyError,
    hash::keccak256,
    transaction_hash::{encode, transaction_hash},
    verify,
    verify::Hashed,
};
use iso_evm_wire::{Witness, fork::ForkError, transaction::Transaction};
use iso_evm_witness::{Input, input::InputError, record};

use crate::common::root;

/// The project's own inputs; what they are made from stands below them.
fn own_inputs() -> Vec<PathBuf> {
    let mut files = fixtures::json_files(&fixtures::own());
    files.retain(|path| path.parent().is_some_and(|folder| folder.ends_with("fixtures")));
    files
}

/// Encodes and hashes a transaction on both sides.
fn check(name: &Path, transaction: &Transaction) {
    let name = name.display();
    assert!(!transaction.sender_is_given(), "{name}: unsigned");
    assert_eq!(encode(transaction), transaction.encode(), "{name}");
    assert_eq!(transaction_hash(transaction), transaction.hash(), "{name}");
}

#[test]
fn transactions_of_every_type() {
    let mut types = BTreeSet::new();
    for path in own_inputs() {
        let json = fs::read(&path).unwrap();
        let input = Input::parse(&json, None).unwrap();
        check(&path, &input.transaction);
        types.insert(input.transaction.body().ty());
        // The hash that the file was made with.
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let hash: B256 = json["transaction"]["hash"].as_str().unwrap().parse().unwrap();
        assert_eq!(transaction_hash(&input.transaction), Some(hash), "{}", path.display());
    }
    assert_eq!(types, (0..=4).collect());
}

/// Skipped where the third-party files are not.
#[test]
fn transactions_of_geth() {
    let Some(folder) = fixtures::third_party("geth_tracetest") else { return };
    let mut count = 0;
    for path in fixtures::json_files(&folder) {
        match Input::parse(&fs::read(&path).unwrap(), None) {
            Ok(input) => check(&path, &input.transaction),
            Err(InputError::Fork(ForkError::TooEarly(_))) => continue,
            Err(error) => panic!("{}: {error}", path.display()),
        }
        count += 1;
    }
    assert!(count >= 20, "only {count} files in range");
}

/// Each block's first transaction is a deposit. Skipped where the third-party files are not.
#[test]
fn transactions_of_op_sepolia() {
    let Some(folder) = fixtures::third_party("op_stack") else { return };
    let (mut deposits, mut others) = (0, BTreeSet::new());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "zst") {
            continue;
        }
        let json = zstd::decode_all(fs::File::open(&path).unwrap()).unwrap();
        let block: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let listed = block["payloadAttributes"]["transactions"].as_array().unwrap();
        for (index, bytes) in listed.iter().enumerate() {
            let bytes: Bytes = bytes.as_str().unwrap().parse().unwrap();
            let transaction = Transaction::decode_whole(&bytes).unwrap();
            assert_eq!(transaction.encode(), bytes, "{} {index}", path.display());
            assert_eq!(transaction.hash(), Some(alloy_primitives::keccak256(&bytes)));
            check(&path, &transaction);
            assert_eq!(transaction.body().is_deposit(), index == 0);
            match index {
                0 => deposits += 1,
                _ => drop(others.insert(transaction.body().ty())),
            }
        }
    }
    assert!(deposits >= 9 && others.len() > 1, "{deposits} {others:?}");
}

fn recorded(name: &str) -> Witness {
    let path = root().join("tests/fixtures").join(format!("{name}.json"));
    let input = Input::parse(&fs::read(path).unwrap(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

#[test]
fn reported_hashes() {
    let witness = recorded("plain-transfer");
    let report = verify(&witness, &Options::default()).unwrap();
    assert_eq!(report.transaction_hash, witness.transaction.hash());
    assert_eq!(report.witness_hash.get(), alloy_primitives::keccak256(witness.encode()));
}

#[test]
fn code_or_a_node_under_another_hash_makes_no_witness() {
    fn spoil(map: &mut BTreeMap<B256, Bytes>) -> (B256, B256) {
        let (found, bytes) = map.pop_first().unwrap();
        let changed = Bytes::from([&bytes[..], &[0]].concat());
        let expected = keccak256(&changed);
        map.insert(found, changed);
        (expected, found)
    }
    let recorded = recorded("call-tree");
    type Held = fn(&mut Witness) -> &mut BTreeMap<B256, Bytes>;
    let cases: [(Hashed, &str, Held); 2] = [
        (Hashed::Code, "code", |witness| &mut witness.codes),
        (Hashed::Node, "node", |witness| &mut witness.nodes),
    ];
    for (item, name, held) in cases {
        let mut witness = recorded.clone();
        let (expected, found) = spoil(held(&mut witness));
        let error = verify(&witness, &Options::default()).unwrap_err();
        assert_eq!(error, VerifyError::Hash { item, expected, found });
        assert_eq!(error.to_string(), format!("{name}s.{found}: the {name}'s hash is {expected}"));
    }
}
