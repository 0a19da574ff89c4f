//! Witnesses, true and lying, on the chain: the verdicts of the embedded engine, for the gas that
//! was predicted, straight and by the register, in both archive modes.

use std::{fs, path::Path};

use alloy_primitives::{B256, U256};
use iso_evm_wire::{MessageWitness, Witness, encoding, records::Record};
use serde_json::{Value, json};

use super::anvil::{Anvil, address, committed, fixture, plan, quantity};
use crate::{common::run, schemas::schema};

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
        let audits = transactions
            .iter()
            .filter(|sent| ["audit", "segment"].iter().any(|what| sent["what"] == *what));
        let gas: u64 = audits.map(|sent| quantity(&sent["gasUsed"])).sum();
        assert!(gas > 0 && gas == quantity(&found["predictedGas"]), "{found}");
    }
    document
}

/// All of a witness: by calls with overrides, by calls of what is deployed, straight, by the
/// register, and once more.
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

    let (hypervisor, register) = (address(deployed, "hypervisor"), address(deployed, "register"));
    let straight = format!("--hypervisor {hypervisor} {options}");
    // Nobody can commit to a lie by `--commit`: this operator does it by hand, and has it audited. To what
    // is no message nobody can.
    let lie = expected["verdict"] == "invalid (execution only)";
    let none = witness.message(0).is_err();
    let commit = if lie { "" } else { "--commit" };
    let registered = format!("--register {register} {commit} {options}");
    if lie {
        let refused = anvil.iso(folder, &format!("submit {file} {registered} --commit"));
        assert_eq!(refused.code, Some(2), "{}", refused.text());
        assert!(refused.stderr.contains("--commit: the witness is false"), "{}", refused.stderr);
        let plan = plan(witness.rules.fork());
        for index in (0..witness.messages.len()).filter(|_| !none) {
            let commitment = committed(&plan, witness, index);
            let step = plan.commit(commitment, &witness.block, register, anvil.accounts[0]);
            assert!(anvil.send(0, register, step.data, step.gas_limit).success);
        }
    }

    // What the chain charges is what `cost` says, whatever is archived already.
    let operator = anvil.accounts[0];
    let cost = |options: &str| {
        let ran = run(folder, &format!("iso-verify cost {file} --json {options}"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        schema("cost").check(&ran.json()).unwrap();
        ran.json()
    };
    let by_account = options.contains("account");
    let registrar = if by_account { format!("--registrar {operator}") } else { String::new() };
    let costs = cost(&format!("{options} {registrar}"));
    let costs_registered = cost(&format!("--operator {operator} {options} {registrar}"));

    for (route, costs) in [(&straight, &costs), (&registered, &costs_registered)] {
        if none && route == &registered {
            let ran = anvil.iso(folder, &format!("submit {file} {route}"));
            assert_eq!(ran.code, Some(2), "{}", ran.text());
            assert!(ran.stderr.contains("nobody can commit to it"), "{}", ran.stderr);
            return;
        }
        let dry = format!("submit {file} {route} --dry-run");
        let dry = anvil.json(folder, &dry, code(&expected["verdict"]));
        let document = submit(anvil, folder, &file, route);
        for (index, found) in document["messages"].as_array().unwrap().iter().enumerate() {
            let (dry, cost) = (&dry["messages"][index], &costs["messages"][index]);
            assert_eq!(dry["source"], "call");
            for field in ["verdict", "mismatch", "predictedGas", "commitment"] {
                assert_eq!(dry[field], found[field], "{field}");
            }
            // Of segments those are sent that convict, or all.
            let segments = found["segments"].as_array().unwrap();
            for segment in segments {
                let told = cost["segments"].as_array().unwrap();
                let told = told.iter().find(|told| told["index"] == segment["index"]).unwrap();
                assert_eq!(
                    (&told["gas"], &told["toGas"]),
                    (&segment["predictedGas"], &segment["toGas"])
                );
            }
            if segments.is_empty() {
                assert_eq!(found["predictedGas"], cost["auditGas"]);
            }
            for transaction in found["transactions"].as_array().unwrap() {
                if transaction["what"] == "archive" {
                    assert_eq!(transaction["gasUsed"], cost["archive"]["gas"]);
                }
                assert!(quantity(&transaction["gasUsed"]) <= 1 << 24);
            }
        }
    }

    // Fraud is final, and nothing is sent again; what held decides nothing, and is not written down.
    let again = format!("submit {file} --register {register} {options}");
    let again = anvil.json(folder, &again, code(&expected["verdict"]));
    for (found, expected) in
        again["messages"].as_array().unwrap().iter().zip(expected["messages"].as_array().unwrap())
    {
        let lie = expected["verdict"] == "invalid (execution only)";
        assert_eq!(found["source"], if lie { "register" } else { "transaction" });
        assert_eq!(found["verdict"], expected["verdict"]);
        assert_eq!(found["mismatch"], expected["mismatch"]);
        assert_eq!(found["transactions"] == json!([]), lie);
    }
}

#[test]
fn deploying_twice_changes_nothing() {
    let Some(anvil) = Anvil::start() else { return };
    let once = anvil.deploy("");
    schema("deploy").check(&once).unwrap();
    let transactions = once["transactions"].as_array().unwrap();
    assert_eq!(transactions.len(), 5);
    for transaction in transactions {
        assert_eq!(transaction["gasUsed"], transaction["predictedGas"], "{transaction}");
    }
    let twice = anvil.deploy("");
    assert_eq!(twice["transactions"], json!([]));
    for name in ["deployer", "factory", "hypervisor", "machine", "live", "register"] {
        assert_eq!(once[name], twice[name]);
        assert!(!anvil.chain.code(address(&once, name)).unwrap().is_empty());
    }
    // Another fork adds its hypervisor, segment machine and live machine to the same factory and register.
    let prague = anvil.deploy("--fork prague");
    assert_eq!(prague["transactions"].as_array().unwrap().len(), 3);
    assert_eq!((&prague["factory"], &prague["register"]), (&once["factory"], &once["register"]));
    let text = anvil.iso(Path::new("."), "deploy");
    assert!(text.text().contains(&address(&once, "register").to_string()), "{}", text.text());
    assert_eq!(text.stderr.matches("there already").count(), 5, "{}", text.stderr);
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
    // Another account sends: it can have audited what is archived, and archive nothing.
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), &fixture("erc20-transfer"));
    let (hypervisor, registrar) = (address(&deployed, "hypervisor"), anvil.accounts[0]);
    let (url, other) = (&anvil.url, anvil.accounts[1]);
    let ran = run(
        folder.path(),
        &format!(
            "iso-verify submit {file} --hypervisor {hypervisor} --archive-key account \
             --registrar {registrar} --rpc-url {url} --unlocked {other}"
        ),
    );
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("only the registrar"), "{}", ran.stderr);
}

#[test]
fn plain_transfers_have_nothing_to_audit() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy("");
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), &fixture("plain-transfer"));
    let register = address(&deployed, "register");
    let line = format!("submit {file} --register {register} --commit");
    let ran = anvil.iso(folder.path(), &line);
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(ran.stderr.contains("no message to audit on a chain"), "{}", ran.stderr);
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
