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
fn a_message_of_one_record_that_is_changed_away_ends_the_campaign() {
    let folder = folder();
    // SLOAD, then a revert.
    let input = INPUT.replace("0x602a5f55", "0x5f545f5ffd");
    fs::write(folder.path().join("input.json"), input).unwrap();
    let ran = run(folder.path(), "iso-verify mutate input.json --count 200");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn mutate_reports_no_survivor_of_an_honest_witness() {
    let folder = folder();
    let json = run(folder.path(), "iso-verify mutate witness.bin --count 50 --json");
    assert_eq!((json.code, &json.stderr[..]), (Some(0), ""));
    let report = json.json();
    schema("mutate").check(&report).unwrap();
    assert_eq!(report["survived"], 0);
    let mutants = report["witnesses"][0]["mutants"].as_array().unwrap();
    assert_eq!((&report["killed"], &report["claimed"]), (&mutants.len().into(), &0.into()));
    let sstore = mutants.iter().find(|mutant| {
        mutant["change"].as_str().unwrap().starts_with("messages.0.records.1.value, ")
    });
    let sstore = sstore.unwrap();
    assert_eq!((&sstore["audit"], &sstore["mismatch"]), (&"execution".into(), &"value".into()));

    // Beside the file, what an operator commits to with it: stack and root at the last instruction.
    let killed_by = |change: &str| {
        let mutant = mutants.iter().find(|mutant| mutant["change"] == change);
        mutant.map(|mutant| (mutant["audit"].clone(), mutant["mismatch"].clone()))
    };
    for (field, kind) in [("stackHeight", "stack-height"), ("stateRoot", "state-root")] {
        let change = format!("messages.0.checkpoints.2.{field}, maximum, cut at every instruction");
        let kind = format!("checkpoint-{kind}");
        assert_eq!(killed_by(&change), Some(("execution".into(), kind.into())), "{change}");
    }

    let again = run(folder.path(), "iso-verify mutate input.json --count 50 --json -j 1");
    assert_eq!(again.json()["witnesses"][0]["mutants"], report["witnesses"][0]["mutants"]);
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

/// A block of Isthmus: L1Block knows L1, so that its transactions pay beside their gas.
fn rollup_input(transaction: &str) -> String {
    format!(
        r#"{{
    "fork": "optimism/isthmus", "chainId": 1,
    "block": {{"gasLimit": "0x1c9c380", "baseFeePerGas": "0x7", "excessBlobGas": "0x0"}},
    "transaction": {{"from": "0x1111111111111111111111111111111111111111", "gas": "0x186a0",
        "to": "0x2222222222222222222222222222222222222222", {transaction}}},
    "prestate": {{
        "0x1111111111111111111111111111111111111111": {{"balance": "0xde0b6b3a7640000"}},
        "0x2222222222222222222222222222222222222222": {{"code": "0x602a5f553a600155"}},
        "0x4200000000000000000000000000000000000015": {{"nonce": 1, "storage": {{
            "0x0000000000000000000000000000000000000000000000000000000000000001":
                "0x00000000000000000000000000000000000000000000000000000001a8992b15",
            "0x0000000000000000000000000000000000000000000000000000000000000003":
                "0x00000000000000000000000000000000000014630000f79c5000000000000000",
            "0x0000000000000000000000000000000000000000000000000000000000000007":
                "0x000000000000000000000000000000000000000000000000000000000012d687",
            "0x0000000000000000000000000000000000000000000000000000000000000008":
                "0x0000000000000000000000000000000000000000001e84800000000000003039"}}}}}}
}}"#
    )
}

/// Deposits, one of which is invalid, and each type that pays for its data. The sender of these is given.
#[test]
fn mutate_reports_no_survivor_of_any_type_of_the_op_stack() {
    let deposit = r#""type": "0x7e", "mint": "0x5", "isSystemTx": false, "input": "0xaabb",
        "sourceHash": "0x1111111111111111111111111111111111111111111111111111111111111111""#;
    let authorization = r#"{"chainId": "0x1", "nonce": "0x0", "yParity": "0x1",
        "address": "0xc0de00000000000000000000000000000000c0de",
        "r": "0xdcc96558cfe80c58eca6f9f9a3d9171f2a8c2e90ebd99d45e91b2e33dbd16d18",
        "s": "0x24a3cb70f1173b487e22d83b70e84548aa3fd61675baaeb8c579b1192a925234"}"#;
    let price = r#""maxFeePerGas": "0x1e", "maxPriorityFeePerGas": "0x5""#;
    for (what, transaction) in [
        ("deposit", format!(r#"{deposit}, "value": "0x7""#)),
        ("invalid deposit", format!(r#"{deposit}, "value": "0xde0b6b3a7640006""#)),
        ("type 0", r#""type": "0x0", "gasPrice": "0x14", "value": "0x7""#.to_owned()),
        (
            "type 1",
            r#""type": "0x1", "gasPrice": "0x14", "accessList": [{
                "address": "0x4200000000000000000000000000000000000015", "storageKeys": []}]"#
                .to_owned(),
        ),
        ("type 2", format!(r#""type": "0x2", {price}"#)),
        ("type 4", format!(r#""type": "0x4", {price}, "authorizationList": [{authorization}]"#)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("input.json"), rollup_input(&transaction)).unwrap();
        let json = run(folder.path(), "iso-verify mutate input.json --count 50 --json");
        let report = json.json();
        assert_eq!((json.code, &json.stderr[..]), (Some(0), ""), "{what}: {report}");
        assert_eq!(report["survived"], 0, "{what}");
        let mutants = report["witnesses"][0]["mutants"].as_array().unwrap();
        let changed = |start: &str| {
            mutants.iter().any(|mutant| mutant["change"].as_str().unwrap().starts_with(start))
        };
        let told = ["transaction.mint", "receipt.deposit.depositNonce"].map(changed);
        assert_eq!(told, [what.ends_with("deposit"); 2], "{what}");
    }
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
    assert_eq!(ran.json()["witnesses"][0]["error"], error);
    let table = run(folder.path(), "iso-verify mutate bare.bin --count 0 --audit execution,tree");
    assert_eq!(table.code, Some(1));
    assert!(table.text().starts_with("bare.bin: survived: "), "{}", table.text());
    assert!(table.text().ends_with("; audits: execution, tree\n"), "{}", table.text());
    let line = "iso-verify mutate bare.bin --count 0 --audit execution,tree --json";
    let json = run(folder.path(), line).json();
    assert_eq!(json["witnesses"][0]["selected"], serde_json::json!(["execution", "tree"]));
    schema("mutate").check(&json).unwrap();
    let mutants = json["witnesses"][0]["mutants"].as_array().unwrap();
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
    assert_eq!(ran.json()["witnesses"][0]["error"], error);
}

/// Of each prover what its proofs take, over all witnesses together; what is no witness is told, and the others go on.
#[test]
fn one_table_of_proofs_for_many_witnesses() {
    let folder = folder();
    fs::write(folder.path().join("broken.bin"), "no witness").unwrap();
    let line = "iso-verify mutate . --count 5 --on-chain --json";
    let ran = run(folder.path(), line);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let json = ran.json();
    schema("mutate").check(&json).unwrap();
    let witnesses = json["witnesses"].as_array().unwrap();
    let is_error = |witness: &&serde_json::Value| witness.get("error").is_some();
    assert_eq!((witnesses.len(), witnesses.iter().filter(is_error).count()), (3, 1));
    assert!(ran.stderr.contains("broken.bin: "), "{}", ran.stderr);
    assert!(json["claimed"].as_u64().unwrap() > 100);
    assert_eq!(json["claimed"], json["convicted"]);
    let proofs = json["proofs"].as_array().unwrap();
    let trials = witnesses.iter().filter_map(|witness| witness["mutants"].as_array()).flatten();
    let told = trials.filter_map(|mutant| mutant["trial"]["convictions"].as_array()).flatten();
    let told: Vec<_> = told.filter(|told| told["prover"] == "write").collect();
    let write = proofs.iter().find(|proofs| proofs["prover"] == "write").unwrap();
    assert_eq!(write["convictions"], told.len());
    for (name, most) in [("gas", "gasMost"), ("bytes", "bytesMost")] {
        let all = told.iter().map(|told| told[name].as_u64().unwrap());
        assert_eq!(write[most], all.max().unwrap(), "{name}");
    }

    let ran = run(folder.path(), "iso-verify mutate . --count 5 --on-chain");
    let words =
        ["convicted", "by", "gas,", "median", "gas,", "most", "bytes,", "median", "bytes,", "most"];
    let head = |line: &str| line.split_whitespace().eq(words);
    assert!(ran.text().lines().any(head), "{}", ran.text());
    let ends = "0 survived; 1 unusable; audits: execution, access, tree, transaction\n";
    assert!(ran.text().ends_with(ends), "{}", ran.text());
}
