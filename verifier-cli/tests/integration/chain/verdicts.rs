//! Witnesses, true and lying, on the chain: the verdicts of the embedded engine, for the gas that
//! was predicted, straight and in a dispute, in both archive modes.

use std::{fs, path::Path};

use alloy_primitives::{B256, U256};
use iso_evm_wire::{MessageWitness, Witness, encoding, records::Record};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, address, fixture, quantity},
    claims::stands_by,
};
use crate::{common::run, schemas::schema};

/// Factory, hypervisor, segment machine, live machine, thirteen provers, disputes.
pub(crate) const CONTRACTS: usize = 18;

/// Puts a witness where commands find it.
pub(crate) fn put(folder: &Path, witness: &Witness) -> String {
    fs::write(folder.join("witness.bin"), witness.encode()).unwrap();
    "witness.bin".to_owned()
}

/// What the embedded engine says of each message by the execution audit alone, as a chain does.
fn embedded(folder: &Path, file: &str) -> Value {
    run(folder, &format!("iso-verify {file} --audit execution --json")).json()
}

/// The code that a command exits with, by the verdict that it prints.
fn code(verdict: &Value) -> i32 {
    match verdict.as_str().unwrap() {
        "valid (execution only)" => 0,
        "invalid (execution only)" => 1,
        _ => 3,
    }
}

/// Submits a witness and compares: verdicts with the embedded engine's, gas with what was
/// predicted. Returns the document.
fn submit(anvil: &Anvil, folder: &Path, file: &str, options: &str) -> Value {
    let expected = embedded(folder, file);
    let exit = code(&expected["verdict"]);
    let document = anvil.json(folder, &format!("submit {file} {options}"), exit);
    schema("submit").check(&document).unwrap();
    assert_eq!(document["verdict"], expected["verdict"], "{options}");
    let (found, messages) = (&document["messages"], expected["messages"].as_array().unwrap());
    assert_eq!(found.as_array().unwrap().len(), messages.len());
    for (found, expected) in found.as_array().unwrap().iter().zip(messages) {
        assert_eq!(found["verdict"], expected["verdict"], "{options}: {found}");
        assert_eq!(found["mismatch"], expected["mismatch"], "{options}: {found}");
        assert_eq!(found["source"], "transaction", "{found}");
        for transaction in found["transactions"].as_array().unwrap() {
            assert_eq!(transaction["gasUsed"], transaction["predictedGas"], "{transaction}");
        }
        let transactions = found["transactions"].as_array().unwrap();
        let audits = transactions.iter().filter(|sent| sent["what"] != "archive");
        let gas: u64 = audits.map(|sent| quantity(&sent["gasUsed"])).sum();
        assert!(gas > 0 && gas == quantity(&found["predictedGas"]), "{found}");
    }
    document
}

/// All of a witness: by calls with overrides, by calls of what is deployed, straight, in a
/// dispute, and once more.
pub(crate) fn everywhere(anvil: &Anvil, deployed: &Value, witness: &Witness, options: &str) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = put(folder, witness);
    let expected = embedded(folder, &file);

    // By a node that has nothing.
    let url = &anvil.url;
    let line = format!("iso-verify {file} --audit execution --json --rpc-url {url}");
    let mut found = run(folder, &line).json();
    assert_eq!(found["engine"].take(), "node+hypervisor");
    let mut here = run(folder, &format!("iso-verify {file} --audit execution --json")).json();
    here["engine"].take();
    assert_eq!(found, here);

    let hypervisor = address(deployed, "hypervisor");
    let straight = format!("--hypervisor {hypervisor} {options}");
    // What the chain charges is what `cost` says, whatever is archived already.
    let operator = anvil.accounts[0];
    let by_account = options.contains("account");
    let registrar = if by_account { format!("--registrar {operator}") } else { String::new() };
    let ran = run(folder, &format!("iso-verify cost {file} --json {options} {registrar}"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let costs = ran.json();
    schema("cost").check(&costs).unwrap();

    // The code is sent beside the messages, then archived; there is nothing that the chain says of one way and not of
    // the other. What is there already makes the first of them go by the archives.
    let sent = submitted(anvil, folder, (&file, &straight), &costs, &expected);
    let archived =
        submitted(anvil, folder, (&file, &format!("{straight} --archive")), &costs, &expected);
    for (sent, archived) in sent.iter().zip(&archived) {
        for field in ["verdict", "mismatch", "hash"] {
            assert_eq!(sent[field], archived[field], "{field}");
        }
    }
    disputed(anvil, deployed, (folder, &file), witness, options);
}

/// Submits all of a witness: what becomes of each message is what a dry run and `cost` say.
fn submitted(
    anvil: &Anvil,
    folder: &Path,
    (file, options): (&str, &str),
    costs: &Value,
    expected: &Value,
) -> Vec<Value> {
    let dry = format!("submit {file} {options} --dry-run");
    let dry = anvil.json(folder, &dry, code(&expected["verdict"]));
    let document = submit(anvil, folder, file, options);
    for (index, found) in document["messages"].as_array().unwrap().iter().enumerate() {
        let (dry, cost) = (&dry["messages"][index], &costs["messages"][index]);
        assert_eq!(dry["source"], "call");
        for field in ["verdict", "mismatch", "predictedGas", "hash"] {
            assert_eq!(dry[field], found[field], "{field}");
        }
        // Of segments the one is sent that is false, or all.
        let segments = found["segments"].as_array().unwrap();
        for segment in segments {
            let told = cost["segments"].as_array().unwrap();
            let told = told.iter().find(|told| told["index"] == segment["index"]).unwrap();
            assert_eq!(
                (&told["gas"], &told["toGas"]),
                (&segment["predictedGas"], &segment["toGas"])
            );
        }
        let transactions = found["transactions"].as_array().unwrap();
        for transaction in transactions {
            let told = match transaction["what"].as_str().unwrap() {
                "archive" => &cost["archive"]["gas"],
                "audit" => &cost["auditGas"],
                "audit with its code" => &cost["withCode"]["gas"],
                _ => &transaction["predictedGas"],
            };
            assert_eq!(transaction["gasUsed"], *told, "{transaction}");
            assert!(quantity(&transaction["gasUsed"]) <= 1 << 24);
        }
    }
    document["messages"].as_array().unwrap().clone()
}

/// In a dispute: who tells the truth stands, who lies is convicted, of what the audits here find first.
fn disputed(
    anvil: &Anvil,
    deployed: &Value,
    (folder, file): (&Path, &str),
    witness: &Witness,
    options: &str,
) {
    let at = address(deployed, "dispute");
    let line = format!("--dispute {at} {options}");
    let report = run(folder, &format!("iso-verify {file} --json")).json();
    let lie = report["verdict"] == "invalid";
    if !witness.messages.is_empty() && witness.message(0).is_err() {
        let ran = anvil.iso(folder, &format!("submit {file} {line}"));
        assert_eq!(ran.code, Some(2), "{}", ran.text());
        assert!(ran.stderr.contains("nobody can commit to it"), "{}", ran.stderr);
        return;
    }
    if !lie {
        let line = format!("submit {file} {line} --commit --unproved");
        let document = anvil.json(folder, &line, 0);
        schema("dispute").check(&document).unwrap();
        assert_eq!(document["standing"], "open");
        return;
    }
    // Nobody can commit to a lie by `commit`: this operator does it by hand.
    let ran = anvil.iso(folder, &format!("commit {file} {line}"));
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(ran.stderr.contains(&format!("{file}: the witness is false")), "{}", ran.stderr);
    stands_by(anvil, deployed, witness, options);
    let dry = anvil.json(folder, &format!("challenge {file} {line} --dry-run"), 1);
    assert_eq!((&dry["standing"], &dry["transactions"]), (&json!("open"), &json!([])));
    let document = anvil.json(folder, &format!("challenge {file} {line}"), 1);
    schema("dispute").check(&document).unwrap();
    assert_eq!(document["standing"], "convicted");
    assert_eq!(document["conviction"], dry["conviction"]);
    assert_eq!(document["gasUsed"], dry["conviction"]["predictedGas"]);
    let kinds = report["findings"].as_array().unwrap();
    let mut kinds = kinds.iter().map(|found| &found["kind"]);
    let kind = &document["conviction"]["kind"];
    assert!(kinds.any(|found| found == kind), "{kind}: {report}");
    // That is final, and nothing is sent again.
    let again = anvil.json(folder, &format!("submit {file} {line}"), 1);
    assert_eq!((&again["standing"], &again["transactions"]), (&json!("convicted"), &json!([])));
}

#[test]
fn deploying_twice_changes_nothing() {
    let Some(anvil) = Anvil::start() else { return };
    let once = anvil.deploy("");
    schema("deploy").check(&once).unwrap();
    let transactions = once["transactions"].as_array().unwrap();
    assert_eq!(transactions.len(), CONTRACTS);
    for transaction in transactions {
        assert_eq!(transaction["gasUsed"], transaction["predictedGas"], "{transaction}");
        assert!(quantity(&transaction["gasUsed"]) <= 1 << 24);
    }
    let twice = anvil.deploy("");
    assert_eq!(twice["transactions"], json!([]));
    for name in ["deployer", "factory", "hypervisor", "machine", "live", "dispute"] {
        assert_eq!(once[name], twice[name]);
        assert!(!anvil.chain.code(address(&once, name)).unwrap().is_empty());
    }
    assert_eq!(once["provers"], twice["provers"]);
    // Another fork adds its hypervisor, segment machine and live machine to the same factory and disputes.
    let prague = anvil.deploy("--fork prague");
    assert_eq!(prague["transactions"].as_array().unwrap().len(), 3);
    assert_eq!((&prague["factory"], &prague["dispute"]), (&once["factory"], &once["dispute"]));
    // Other windows are other disputes, by the same provers.
    let other = anvil.deploy("--window 4000 --answer-period 1000");
    assert_eq!(other["transactions"].as_array().unwrap().len(), 1);
    assert_eq!(other["provers"], once["provers"]);
    assert_ne!(other["dispute"], once["dispute"]);
    let text = anvil.iso(Path::new("."), "deploy");
    assert!(text.text().contains(&address(&once, "dispute").to_string()), "{}", text.text());
    assert_eq!(text.stderr.matches("there already").count(), CONTRACTS, "{}", text.stderr);
}

#[test]
fn true_witnesses_are_valid() {
    let Some(anvil) = Anvil::start() else { return };
    let osaka = anvil.deploy("");
    for name in ["erc20-transfer", "code-24576"] {
        everywhere(&anvil, &osaka, &fixture(name), "");
    }
    let prague = anvil.deploy("--fork prague");
    everywhere(&anvil, &prague, &fixture("call-tree"), "");
    // A creation needs no archive.
    let cancun = anvil.deploy("--fork cancun");
    everywhere(&anvil, &cancun, &fixture("create-and-create2"), "");
}

#[test]
fn by_account_only_the_registrar_archives() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy("--archive-key account");
    everywhere(&anvil, &deployed, &fixture("code-24576"), "--archive-key account");
    // Another account sends: it can archive nothing, and needs no archive.
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), &fixture("erc20-transfer"));
    let (hypervisor, registrar) = (address(&deployed, "hypervisor"), anvil.accounts[0]);
    let (url, other) = (&anvil.url, anvil.accounts[1]);
    let line = format!(
        "iso-verify submit {file} --hypervisor {hypervisor} --archive-key account --registrar {registrar} \
         --rpc-url {url} --unlocked {other} --json"
    );
    let ran = run(folder.path(), &format!("{line} --archive --dry-run"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("only the registrar"), "{}", ran.stderr);
    let ran = run(folder.path(), &format!("{line} --yes"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["messages"][0]["transactions"][0]["what"], "audit with its code");
}

/// A transaction that runs no code has no message; what it did to accounts is claimed all the same.
#[test]
fn plain_transfers_are_disputed_without_a_message() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy("");
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), &fixture("plain-transfer"));
    let hypervisor = address(&deployed, "hypervisor");
    let ran = anvil.iso(folder.path(), &format!("submit {file} --hypervisor {hypervisor}"));
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(ran.stderr.contains("no message to audit on a chain"), "{}", ran.stderr);
    let witness = fixture("plain-transfer");
    disputed(&anvil, &deployed, (folder.path(), &file), &witness, "");
    let mut lie = witness;
    lie.roots.leave.0[0] ^= 1;
    let file = put(folder.path(), &lie);
    disputed(&anvil, &deployed, (folder.path(), &file), &lie, "");
}

/// Five kinds of lie, and bytes that are no message.
#[test]
fn lies_are_fraud() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy("");
    let truth = fixture("erc20-transfer");
    type Lie = fn(&mut MessageWitness);
    let lies: [(&str, &str, Lie); 6] = [
        ("gas", "gas-used", |message| message.gasUsed -= U256::from(1)),
        ("status", "status", |message| message.status = U256::from(2)),
        ("return data", "returndata-hash", |message| message.returndataHash = B256::ZERO),
        ("a record's value", "value", |message| {
            let mut records = message.stateAccessList.iter_mut();
            let write = records.find(|record| record.opcode == 0x55).unwrap();
            let Ok(Record::Sstore(mut record)) = Record::decode(write) else { panic!() };
            record.value[31] ^= 1;
            *write = Record::Sstore(record).encode();
        }),
        ("a record left out", "record-opcode", |message| {
            message.stateAccessList.remove(1);
        }),
        ("the root after it", "state-root-leave", |message| {
            message.stateRootLeave = B256::repeat_byte(7);
        }),
    ];
    for (what, kind, lie) in lies {
        let mut witness = truth.clone();
        let mut message = witness.message(0).unwrap();
        lie(&mut message);
        witness.messages[0] = encoding::encode(&message).into();
        everywhere(&anvil, &deployed, &witness, "");
        let folder = tempfile::tempdir().unwrap();
        let file = put(folder.path(), &witness);
        let document = embedded(folder.path(), &file);
        assert_eq!(document["messages"][0]["mismatch"]["kind"], kind, "{what}");
    }
    // The head is wrong: no archive is looked for.
    let mut witness = truth;
    let mut bytes = witness.messages[0].to_vec();
    bytes[0] = 1;
    witness.messages[0] = bytes.into();
    everywhere(&anvil, &deployed, &witness, "");
}
