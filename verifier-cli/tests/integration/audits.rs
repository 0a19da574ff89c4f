//! Which audits run, what they lack, and what a witness must be about.

use std::fs;

use alloy_primitives::B256;
use iso_evm_wire::{Witness, encoding, records::Record};
use serde_json::{Value, json};

use crate::common::{Ran, root, run_with};

const ALL: [&str; 4] = ["execution", "access", "tree", "transaction"];

/// The witness of an input of our own.
fn recorded(name: &str) -> Witness {
    let folder = root().join("tests/fixtures");
    let input = fs::read(folder.join(format!("{name}.json"))).unwrap();
    let recorded = run_with(&folder, "iso-witness record - -o -", &input);
    Witness::decode(&recorded.stdout).unwrap()
}

fn verify(witness: &Witness, arguments: &str) -> Ran {
    run_with(&root(), &format!("iso-verify - {arguments}"), &witness.encode())
}

/// Takes all nodes out, so that the state is not there.
fn stateless(name: &str) -> Witness {
    Witness { nodes: Default::default(), ..recorded(name) }
}

/// What is said of a receipt that no input gave.
fn no_logs() -> Value {
    json!({"audit": "transaction", "check": "logs", "why": "the receipt has no logs"})
}

/// The check that no block without a header has.
fn unanchored() -> Value {
    let why = "no header says which block it is";
    json!({"audit": "transaction", "check": "fork", "why": why})
}

#[test]
fn only_what_is_asked_for_runs() {
    let witness = recorded("erc20-transfer");
    for asked in [&["tree"][..], &["execution", "access"], &["transaction"], &ALL] {
        let ran = verify(&witness, &format!("--json --audit {}", asked.join(",")));
        assert_eq!(ran.code, Some(0), "{asked:?}: {}", ran.stderr);
        let report = ran.json();
        for audit in ALL {
            let expected = if asked.contains(&audit) { "valid" } else { "not-run" };
            assert_eq!(report["audits"][audit], expected, "{asked:?}");
        }
        let left_out = ALL.iter().filter(|audit| !asked.contains(audit));
        let expected: Vec<_> = left_out
            .map(|audit| json!({"audit": audit, "check": null, "why": "not asked for"}))
            .collect();
        let lacks = |entry: &&Value| entry["check"].is_null();
        let not_run: Vec<_> = report["notRun"].as_array().unwrap().iter().filter(lacks).collect();
        assert_eq!(not_run, expected.iter().collect::<Vec<_>>(), "{asked:?}");
        assert_eq!(report["selected"].as_array().unwrap().len(), asked.len());
        let only = format!(
            "valid ({} only)",
            report["selected"]
                .as_array()
                .unwrap()
                .iter()
                .map(|audit| audit.as_str().unwrap())
                .collect::<Vec<_>>()
                .join(", ")
        );
        let name = if asked.len() == 4 { "valid".to_owned() } else { only };
        assert_eq!(report["verdict"], name);
        assert_eq!(report["messages"][0]["verdict"], name);
        let host_gas = &report["messages"][0]["hostGas"];
        assert_eq!(host_gas.is_string(), asked.contains(&"execution"), "{asked:?}");
        assert_eq!(host_gas.is_null(), !asked.contains(&"execution"), "{asked:?}");
    }
    let ran = verify(&witness, "--audit tree");
    let last = ran.text().lines().last().unwrap();
    assert_eq!(last, "valid (tree only): tree");
    for wrong in ["--audit trees", "--audit", "--audit tree,"] {
        assert_eq!(verify(&witness, wrong).code, Some(2), "{wrong}");
    }
}

#[test]
fn a_report_names_what_an_audit_lacks() {
    let witness = stateless("erc20-transfer");
    let lack = format!("the witness lacks the trie node {}", witness.roots.enter);
    let ran = verify(&witness, "");
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    for audit in ["access", "transaction"] {
        let line = format!("{audit}: not run: {lack} for account ");
        let words: Vec<_> = ran.text().split_whitespace().collect();
        assert!(words.join(" ").contains(&line), "{}", ran.text());
    }
    let last = ran.text().lines().last().unwrap();
    assert!(last.starts_with("inconclusive: not run: access, transaction; valid: "), "{last}");
    let report = verify(&witness, "--json").json();
    let not_run = report["notRun"].as_array().unwrap();
    assert_eq!(not_run.len(), 2);
    assert!(not_run.iter().all(|entry| entry["why"].as_str().unwrap().starts_with(&lack)));
    // What is asked for must run too.
    for asked in ["access", "transaction", "execution, access"] {
        let ran = verify(&witness, &format!("--json --audit {}", asked.replace(' ', "")));
        assert_eq!(ran.code, Some(3), "{asked}");
        assert_eq!(ran.json()["verdict"], format!("inconclusive ({asked} only)"));
        let said = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&lack), "{}", ran.stderr);
    }
    assert_eq!(verify(&witness, "--audit execution,tree").code, Some(0));
}

#[test]
fn the_sender_of_an_unsigned_transaction_is_not_checked() {
    let folder = root().join("specs/schemas/examples");
    let input = fs::read(folder.join("input.json")).unwrap();
    // It gives the hash of an ancestor, and no header.
    let open = run_with(&folder, "iso-verify --json -", &input).json();
    let ancestors = open["anchors"]["ancestors"].as_str().unwrap();
    let line = format!("iso-verify - --expect-ancestors {ancestors}");
    let ran = run_with(&folder, &format!("{line} --json"), &input);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report = ran.json();
    assert_eq!(report["audits"]["transaction"], "valid");
    let sender =
        json!({"audit": "transaction", "check": "sender", "why": "the transaction is not signed"});
    assert_eq!(report["notRun"], json!([sender, no_logs(), unanchored()]));
    let ran = run_with(&folder, &line, &input);
    let line = "transaction: sender not checked: the transaction is not signed";
    assert!(ran.text().lines().any(|text| text == line), "{}", ran.text());
    let report = verify(&recorded("erc20-transfer"), "--json").json();
    assert_eq!(report["notRun"], json!([no_logs(), unanchored()]));
}

/// A fact that the hypervisor takes as given, and that changes nothing in the run.
#[test]
fn a_false_fact_is_the_access_audits_to_find() {
    let mut witness = recorded("selfdestruct");
    let changed = (0..witness.messages.len()).find_map(|index| {
        let mut message = witness.message(index).unwrap();
        let records = message.stateAccessList.iter().enumerate();
        let (record, mut lie) =
            records.into_iter().find_map(|(at, access)| match Record::decode(access) {
                Ok(Record::Selfdestruct(record)) if !record.stateRoot.is_zero() => {
                    Some((at, record))
                }
                _ => None,
            })?;
        let truth = std::mem::replace(&mut lie.stateRoot, B256::repeat_byte(7));
        message.stateAccessList[record] = Record::Selfdestruct(lie).encode();
        if message.stateRootLeave == truth {
            message.stateRootLeave = B256::repeat_byte(7);
        }
        witness.messages[index] = encoding::encode(&message).into();
        Some((index, record))
    });
    let (message, record) = changed.unwrap();
    let ran = verify(&witness, "--json --audit execution,access");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let report = ran.json();
    assert_eq!(report["audits"]["execution"], "valid");
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["audit"], &finding["kind"], &finding["message"], &finding["record"]),
        (&json!("access"), &json!("state-root"), &json!(message), &json!(record))
    );
    assert_eq!(finding["found"], json!(B256::repeat_byte(7)));
    let of_message = &report["messages"][message];
    assert_eq!(
        (&of_message["verdict"], &of_message["mismatch"]["audit"]),
        (&json!("invalid (execution, access only)"), &json!("access"))
    );
    let text = verify(&witness, "");
    assert!(text.text().contains("\naccess (state-root): "), "{}", text.text());
    let place = format!("  where      message {message}, ");
    assert!(text.text().contains(&place), "{}", text.text());
}

#[test]
fn a_witness_about_something_else_is_refused() {
    let witness = recorded("erc20-transfer");
    let anchors = verify(&witness, "--json").json()["anchors"].clone();
    let hash = |name: &str| {
        let anchor = &anchors[name];
        let word = [&anchor["hash"], &anchor["digest"], anchor].into_iter().find_map(Value::as_str);
        word.unwrap().to_owned()
    };
    let (other, none) = (B256::repeat_byte(1).to_string(), B256::ZERO.to_string());
    for (option, right, wrong) in [
        ("transaction", hash("transaction"), other.clone()),
        ("block", hash("block"), other.clone()),
        ("root", hash("root"), other.clone()),
        ("chain", "1".to_owned(), "5".to_owned()),
        ("fork", "osaka".to_owned(), "prague".to_owned()),
        ("source", "unproved".to_owned(), "parent".to_owned()),
        ("ancestors", none, other),
    ] {
        let ran = verify(&witness, &format!("--expect-{option} {right}"));
        assert_eq!(ran.code, Some(0), "{option}: {}", ran.stderr);
        let ran = verify(&witness, &format!("--expect-{option} {wrong}"));
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{option}");
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert!(ran.stderr.contains(&wrong), "{option}: {}", ran.stderr);
        assert!(option == "ancestors" || ran.stderr.contains(&right), "{option}: {}", ran.stderr);
    }
}
