//! `iso-witness inspect --records` and `--diff`: what a person reads of a witness, and of two.

use std::fs;

use alloy_primitives::{B256, U256};
use iso_evm_wire::{
    Witness, encoding,
    records::{Record, SHAPES},
};
use tempfile::TempDir;

use crate::{
    common::{root, run},
    schemas::schema,
};

fn fixture(name: &str) -> Witness {
    let path = root().join(format!("tests/fixtures/{name}.witness.bin"));
    Witness::decode(&fs::read(path).unwrap()).unwrap()
}

/// A folder with a witness and a changed one: `a.bin` and `b.bin`.
fn changed(name: &str, change: impl FnOnce(&mut Witness)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut witness = fixture(name);
    fs::write(folder.path().join("a.bin"), witness.encode()).unwrap();
    change(&mut witness);
    fs::write(folder.path().join("b.bin"), witness.only_needed().encode()).unwrap();
    folder
}

/// Every record of every fixture: its name, each of its fields by name, and no line of more than 80 columns.
#[test]
fn every_record_stands_by_its_name_with_its_fields() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for name in ["call-tree", "create-and-create2", "selfdestruct", "block-context", "halts"] {
        let witness = fixture(name);
        fs::write(folder.path().join("w.bin"), witness.encode()).unwrap();
        let ran = run(folder.path(), "iso-witness inspect w.bin --records");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        for line in ran.text().lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
        let mut lines = ran.text().lines();
        for index in 0..witness.messages.len() {
            let message = witness.message(index).unwrap();
            let head = lines.find(|line| line.starts_with(&format!("message {index}: "))).unwrap();
            let count = message.stateAccessList.len();
            assert!(head.contains(&format!(", {count} record")), "{head}");
            for (number, access) in message.stateAccessList.iter().enumerate() {
                let shapes = SHAPES.iter();
                let mut known = shapes.flat_map(|shape| {
                    shape.opcodes.iter().map(move |opcode| (opcode.byte, opcode.mnemonic, shape))
                });
                let (_, mnemonic, shape) = known.find(|(byte, ..)| *byte == access.opcode).unwrap();
                let head = format!("record {number}: {mnemonic}");
                assert!(lines.any(|line| line == head), "{name}: {index}: {head}");
                for field in shape.fields {
                    let begins = |line: &str| line.split_whitespace().next() == Some(field.name);
                    assert!(lines.next().is_some_and(begins) || lines.any(begins), "{head}");
                }
                seen.insert(mnemonic);
            }
        }
    }
    for mnemonic in ["OPENING", "SLOAD", "SSTORE", "CALL", "CREATE2", "SELFDESTRUCT", "NUMBER"] {
        assert!(seen.contains(mnemonic), "{mnemonic}: {seen:?}");
    }
}

#[test]
fn one_message_can_be_selected_and_what_is_no_record_is_told() {
    let folder = changed("call-tree", |witness| {
        let mut message = witness.message(1).unwrap();
        message.stateAccessList[1].metadata = vec![7; 5].into();
        witness.messages[1] = encoding::encode(&message).into();
        witness.messages[2] = vec![1, 2, 3].into();
    });
    let all = run(folder.path(), "iso-witness inspect a.bin --records");
    let one = run(folder.path(), "iso-witness inspect a.bin --records --message 3");
    assert!(one.text().starts_with("message 3: staticcall, 7 records\n"), "{}", one.text());
    assert!(all.text().contains(one.text()));
    let ran = run(folder.path(), "iso-witness inspect b.bin --records --message 1");
    assert!(
        ran.text().contains("\n no record 5 bytes\n           0x0707070707\n"),
        "{}",
        ran.text()
    );
    let ran = run(folder.path(), "iso-witness inspect b.bin --records --message 2");
    assert_eq!(ran.text(), "message 2: 3 bytes that are no message\n\n");
    for (line, words) in [
        ("a.bin --records --message 17", "there is no message 17"),
        ("a.bin --message 1", "--records"),
        ("a.bin b.bin", "--diff"),
        ("--diff a.bin", "<OTHER>"),
        ("a.bin --records --json", "cannot be used with"),
    ] {
        let ran = run(folder.path(), &format!("iso-witness inspect {line}"));
        assert_eq!(ran.code, Some(2), "{line}");
        assert!(ran.stderr.contains(words), "{line}: {}", ran.stderr);
    }
}

#[test]
fn equal_witnesses_differ_in_nothing() {
    let folder = changed("call-tree", |_| ());
    let ran = run(folder.path(), "iso-witness inspect --diff a.bin b.bin");
    assert_eq!((ran.code, ran.text()), (Some(0), "equal\n"));
    let ran = run(folder.path(), "iso-witness inspect --diff a.bin b.bin --json");
    schema("inspect-diff").check(&ran.json()).unwrap();
    assert_eq!(ran.json(), serde_json::json!({"equal": true, "differences": []}));
}

#[test]
fn what_differs_is_told_item_by_item() {
    let folder = changed("erc20-transfer", |witness| {
        let mut message = witness.message(0).unwrap();
        message.gasUsed += U256::from(1);
        for access in &mut message.stateAccessList {
            if let Ok(Record::Sload(mut record)) = Record::decode(access) {
                record.value = B256::with_last_byte(7);
                *access = Record::Sload(record).encode();
                break;
            }
        }
        witness.messages[0] = encoding::encode(&message).into();
        witness.receipt.gas_used += 1;
        witness.roots.leave = B256::repeat_byte(9);
    });
    let ran = run(folder.path(), "iso-witness inspect --diff a.bin b.bin");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let items: Vec<_> = ran.text().lines().filter(|line| !line.starts_with("  ")).collect();
    let expected = [
        "receipt, gasUsed",
        "root at exit",
        "message 0, gasUsed",
        "message 0, record 1 SLOAD, value",
        "4 differences",
    ];
    assert_eq!(items, expected, "{}", ran.text());
    let gas = "message 0, gasUsed\n  - 12,634\n  + 12,635\n";
    assert!(ran.text().contains(gas), "{}", ran.text());
    assert!(ran.text().contains("\n  + 0x7\n"), "{}", ran.text());
    assert!(ran.text().lines().all(|line| line.chars().count() <= 80), "{}", ran.text());
    let json = run(folder.path(), "iso-witness inspect --diff a.bin b.bin --json");
    assert_eq!(json.code, Some(1));
    let json = json.json();
    schema("inspect-diff").check(&json).unwrap();
    let found: Vec<_> =
        json["differences"].as_array().unwrap().iter().map(|it| it["item"].clone()).collect();
    assert_eq!(found, expected[..4]);
    assert_eq!(json["differences"][2]["first"], "12,634");
    // The other way round, the same with the sides exchanged.
    let back = run(folder.path(), "iso-witness inspect --diff b.bin a.bin");
    assert!(back.text().contains("  - 12,635\n  + 12,634\n"), "{}", back.text());
}

#[test]
fn a_record_and_a_message_that_only_one_has_are_each_one_difference() {
    let folder = changed("call-tree", |witness| {
        let mut message = witness.message(3).unwrap();
        message.stateAccessList.remove(2);
        witness.messages[3] = encoding::encode(&message).into();
        witness.messages.remove(16);
    });
    let ran = run(folder.path(), "iso-witness inspect --diff a.bin b.bin");
    let items: Vec<_> = ran.text().lines().filter(|line| line.starts_with("message")).collect();
    assert_eq!(items.len(), 2, "{}", ran.text());
    assert!(items[0].starts_with("message 3, record 2"), "{items:?}");
    assert_eq!(items[1], "message 16");
    assert!(!ran.text().lines().any(|line| line.starts_with("  + ")), "{}", ran.text());
    // What is gone stands there by the names of its fields.
    let record = Record::decode(&fixture("call-tree").message(3).unwrap().stateAccessList[2]);
    let fields = serde_json::to_value(record.unwrap()).unwrap();
    for name in fields.as_object().unwrap().keys() {
        let begins = format!("  - {name}");
        assert!(ran.text().lines().any(|line| line.starts_with(&begins)), "{name}: {}", ran.text());
    }
    assert!(ran.text().lines().all(|line| line.chars().count() <= 80), "{}", ran.text());
}
