//! `iso-verify mutate`: what it prints, how it ends.

use std::{fs, path::Path};

use iso_evm_wire::Witness;

use crate::{common::run, schemas::schema};

const INPUT: &str = r#"{
    "fork": "osaka",
    "transaction": {"from": "0x1111111111111111111111111111111111111111",
        "to": "0x2222222222222222222222222222222222222222", "gas": "0x186a0"},
    "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x602a5f55"}}
}"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("input.json"), INPUT).unwrap();
    let recorded = run(folder.path(), "iso-witness record input.json -o witness.bin");
    assert_eq!(recorded.code, Some(0), "{}", recorded.stderr);
    folder
}

/// The witness with something changed, as a file.
fn change(folder: &Path, name: &str, change: impl FnOnce(&mut Witness)) {
    let bytes = fs::read(folder.join("witness.bin")).unwrap();
    let mut witness = Witness::decode(&bytes).unwrap();
    change(&mut witness);
    fs::write(folder.join(name), witness.encode()).unwrap();
}

#[test]
fn mutate_reports_no_survivor_of_an_honest_witness() {
    let folder = folder();
    let json = run(folder.path(), "iso-verify mutate witness.bin --count 50 --json");
    assert_eq!((json.code, &json.stderr[..]), (Some(0), ""));
    let report = json.json();
    schema("mutate").check(&report).unwrap();
    assert_eq!(report["survived"], 0);
    let mutants = report["mutants"].as_array().unwrap();
    assert_eq!(report["killed"], mutants.len());
    let sstore = mutants.iter().find(|mutant| {
        mutant["change"].as_str().unwrap().starts_with("messages.0.records.1.value, ")
    });
    let sstore = sstore.unwrap();
    assert_eq!((&sstore["audit"], &sstore["mismatch"]), (&"execution".into(), &"value".into()));

    let again = run(folder.path(), "iso-verify mutate input.json --count 50 --json -j 1");
    assert_eq!(again.json(), report);
    let other = run(folder.path(), "iso-verify mutate input.json --count 50 --json --seed 1");
    assert_ne!(other.json(), report);

    let table = run(folder.path(), "iso-verify mutate witness.bin --count 50");
    assert_eq!(table.code, Some(0));
    let last = table.text().lines().last().unwrap().to_owned();
    let audits = "audits: execution, access, tree, transaction";
    assert_eq!(last, format!("{} killed, 0 survived; {audits}", mutants.len()));
    let killed = |line: &str| line.split_whitespace().skip(1).eq(["execution", "value"]);
    assert!(table.text().lines().any(killed), "{}", table.text());
}

/// Without nodes nothing binds a slot's value: that shows, and the survivors come first.
#[test]
fn survivors_are_named() {
    let folder = folder();
    change(folder.path(), "bare.bin", |witness| witness.nodes.clear());
    // As it is, the witness proves too little to be mutated.
    let ran = run(folder.path(), "iso-verify mutate bare.bin --count 0 --json");
    assert_eq!(ran.code, Some(3));
    let error = "bare.bin: the witness is inconclusive itself: only a valid one can be mutated";
    assert_eq!(ran.json()["error"], error);
    let table = run(folder.path(), "iso-verify mutate bare.bin --count 0 --audit execution,tree");
    assert_eq!(table.code, Some(1));
    assert!(table.text().starts_with("survived: "), "{}", table.text());
    assert!(table.text().ends_with("; audits: execution, tree\n"), "{}", table.text());
    let line = "iso-verify mutate bare.bin --count 0 --audit execution,tree --json";
    let json = run(folder.path(), line).json();
    assert_eq!(json["selected"], serde_json::json!(["execution", "tree"]));
    schema("mutate").check(&json).unwrap();
    let mutants = json["mutants"].as_array().unwrap();
    let survivors = mutants.iter().filter(|mutant| mutant.get("audit").is_none());
    assert_eq!(json["survived"], survivors.count());
    assert!(json["survived"].as_u64().unwrap() > 0);
}

/// What is false already is no original.
#[test]
fn only_a_valid_witness() {
    let folder = folder();
    change(folder.path(), "lie.bin", |witness| witness.receipt.gas_used += 1);
    let ran = run(folder.path(), "iso-verify mutate lie.bin --json");
    assert_eq!(ran.code, Some(2));
    let error = "lie.bin: the witness is invalid itself: only a valid one can be mutated";
    assert_eq!(ran.json()["error"], error);
}
