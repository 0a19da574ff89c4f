//! What `valid` means: all four audits ran, and are valid. Whoever writes the file does not choose what
//! is proved, and neither does a node or a certificate. `specs/07-verdicts.md`.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
};

use alloy_consensus::Header;
use alloy_primitives::{B256, U256, hex};
use iso_evm_verifier::certificate::Certificate;
use iso_evm_wire::{Witness, block::BlockFields, encoding, records::Record};
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    common::{Ran, command, root, run},
    schemas::schema,
};

const CONTRACT: &str = "0x2222222222222222222222222222222222222222";

/// A folder with this witness in it.
fn folder(witness: &Witness) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("w.bin"), witness.encode()).unwrap();
    folder
}

fn fixture(name: &str) -> Witness {
    let bytes = fs::read(root().join(format!("tests/fixtures/{name}.witness.bin"))).unwrap();
    Witness::decode(&bytes).unwrap()
}

/// The witness of an input of which something is said by hand.
fn recorded(input: &Value) -> Witness {
    let input = Input::parse(input.to_string().as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

/// A false root and a false receipt, and nothing that could show it: no message, no node, no code.
fn stripped() -> Witness {
    let mut witness = fixture("erc20-transfer");
    witness.messages.clear();
    witness.nodes.clear();
    witness.codes.clear();
    witness.receipt.gas_used = 21_000;
    witness.roots.leave = B256::repeat_byte(7);
    witness
}

/// What a report is on a terminal of so many columns.
fn in_columns(folder: &Path, columns: &str) -> Ran {
    let mut command = command("iso-verify");
    command.arg("w.bin").env("COLUMNS", columns).current_dir(folder);
    command.output().unwrap().into()
}

/// Each width that a terminal is made of, with tables of many columns and deep trees.
#[test]
fn no_line_is_wider_than_the_terminal_is_said_to_be() {
    for name in ["erc20-transfer", "call-tree", "deep-calls", "creation-transaction"] {
        let folder = folder(&fixture(name));
        for columns in [40, 43, 50, 57, 64, 71, 79, 80, 120] {
            let ran = in_columns(folder.path(), &columns.to_string());
            assert_eq!(ran.code, Some(0), "{}", String::from_utf8_lossy(&ran.stdout));
            let is_hash = |line: &str| line.split_whitespace().any(|word| word.len() == 66);
            let wide = ran.text().lines().filter(|line| line.chars().count() > columns);
            let wide: Vec<_> = wide.filter(|line| !is_hash(line)).collect();
            assert_eq!(wide, [""; 0], "{name} in {columns} columns");
        }
    }
}

fn last(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

#[test]
fn a_witness_that_holds_nothing_proves_nothing() {
    let folder = folder(&stripped());
    let folder = folder.path();
    let ran = run(folder, "iso-verify w.bin --certificate c.json");
    assert_eq!(ran.code, Some(3), "{}", ran.text());
    assert_eq!(last(ran.text()), "inconclusive: not run: execution, access, tree, transaction");
    let report = run(folder, "iso-verify w.bin --json").json();
    schema("report").check(&report).unwrap();
    assert_eq!(report["verdict"], "inconclusive");
    // A certificate repeats it.
    let certificate: Value =
        serde_json::from_slice(&fs::read(folder.join("c.json")).unwrap()).unwrap();
    assert_eq!(certificate["verdict"], "inconclusive");
    let ran = run(folder, "iso-verify check c.json w.bin");
    assert_eq!((ran.code, ran.text()), (Some(3), "reproduced: inconclusive\n"));
    // So does a batch, in its row, its lines, its summary and its exit code.
    let ran = run(folder, "iso-verify batch w.bin --results rows.jsonl");
    assert_eq!(ran.code, Some(3));
    let line = "w.bin: inconclusive: not run: execution, access, tree, transaction\n  ";
    assert!(ran.text().starts_with(line), "{}", ran.text());
    assert!(ran.text().contains("\n  transaction: not run: "), "{}", ran.text());
    let counts = "witnesses: 0 valid, 0 invalid, 1 inconclusive, 0 unusable\n";
    assert!(ran.text().ends_with(counts), "{}", ran.text());
    let row: Value = serde_json::from_slice(&fs::read(folder.join("rows.jsonl")).unwrap()).unwrap();
    assert_eq!(
        (&row["verdict"], &row["witness"]["verdict"]),
        (&json!("inconclusive"), &json!("inconclusive"))
    );
    // Nor is there anything to mutate.
    let ran = run(folder, "iso-verify mutate w.bin --json");
    assert_eq!(ran.code, Some(3));
    schema("mutate").check(&ran.json()).unwrap();
    // Whatever is selected: no message is none only if the transaction says so.
    for audits in ["execution", "tree", "execution,tree", "access", "transaction"] {
        let ran = run(folder, &format!("iso-verify w.bin --audit {audits}"));
        assert_eq!(ran.code, Some(3), "{audits}: {}", ran.text());
    }
}

#[test]
fn no_messages_are_valid_only_by_the_transaction() {
    let folder = folder(&fixture("plain-transfer"));
    for (audits, code) in [
        ("execution,access,tree,transaction", 0),
        ("execution,transaction", 0),
        ("tree,transaction", 0),
        ("execution", 3),
        ("tree", 3),
        ("execution,access,tree", 3),
    ] {
        let ran = run(folder.path(), &format!("iso-verify w.bin --audit {audits}"));
        assert_eq!(ran.code, Some(code), "{audits}: {}", ran.text());
    }
}

/// One of four audits cannot run: no message is called valid, nor the whole.
#[test]
fn an_audit_that_cannot_run_leaves_all_messages_open() {
    let mut witness = fixture("call-tree");
    witness.nodes.clear();
    let folder = folder(&witness);
    let report = run(folder.path(), "iso-verify w.bin --json").json();
    assert_eq!(report["verdict"], "inconclusive");
    let messages = report["messages"].as_array().unwrap();
    assert!(messages.iter().all(|message| message["verdict"] == "inconclusive"));
    let ran = run(folder.path(), "iso-verify batch w.bin --json");
    assert_eq!(ran.code, Some(3));
    let summary = ran.json();
    schema("batch").check(&summary).unwrap();
    assert_eq!(summary["messages"], json!({"valid": 0, "invalid": 0, "inconclusive": 17}));
    // Deselected by name, it is no part of the verdict, and the name says so.
    let line = "iso-verify batch w.bin --audit execution,tree --results rows.jsonl";
    let ran = run(folder.path(), line);
    assert_eq!(ran.code, Some(0), "{}", ran.text());
    let counts = "roots not proved by a header: in 1\n\
                  messages (execution, tree only): 17 valid, 0 invalid, 0 inconclusive\n\
                  witnesses (execution, tree only): 1 valid, 0 invalid, 0 inconclusive, 0 unusable\n";
    assert_eq!(ran.text(), counts);
    let rows = fs::read_to_string(folder.path().join("rows.jsonl")).unwrap();
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        schema("batch-row").check(&row).unwrap();
        assert_eq!(row["verdict"], "valid (execution, tree only)");
        assert_eq!(row["witness"]["selected"], json!(["execution", "tree"]));
    }
    // A run by other audits does not go on from these.
    let ran = run(folder.path(), "iso-verify batch w.bin --results rows.jsonl --resume");
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    let words =
        "rows.jsonl: line 1 was written with audits [\"execution\",\"tree\"], and now it is";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("rows.jsonl")).unwrap(), rows);
    let ran = run(folder.path(), &format!("{line} --resume --json"));
    assert_eq!((ran.code, &ran.json()["resumed"]), (Some(0), &json!(1)));
    let ran = run(folder.path(), &format!("{line} --resume --strict"));
    assert_eq!(ran.code, Some(2));
}

/// Each of four audits, lacking: none of them may.
#[test]
fn an_invalid_audit_convicts_whatever_else_is_missing() {
    let mut witness = fixture("erc20-transfer");
    let mut message = witness.message(0).unwrap();
    message.gasUsed -= U256::ONE;
    witness.messages[0] = encoding::encode(&message).into();
    witness.nodes.clear();
    let folder = folder(&witness);
    let ran = run(folder.path(), "iso-verify w.bin");
    assert_eq!(ran.code, Some(1), "{}", ran.text());
    assert_eq!(
        last(ran.text()),
        "invalid: execution (1); not run: access, transaction; valid: tree"
    );
}

/// The last line names what failed and what held, and nothing twice.
#[test]
fn the_last_line_names_failed_and_valid_audits_once() {
    let mut witness = fixture("erc20-transfer");
    let mut message = witness.message(0).unwrap();
    let load = message.stateAccessList.iter_mut().find(|record| record.opcode == 0x54).unwrap();
    let Ok(Record::Sload(mut record)) = Record::decode(load) else { panic!("an SLOAD") };
    record.value[31] ^= 1;
    *load = Record::Sload(record).encode();
    witness.messages[0] = encoding::encode(&message).into();
    let sload = folder(&witness);
    let ran = run(sload.path(), "iso-verify w.bin");
    assert_eq!(ran.code, Some(1));
    let line = "invalid: access (1), execution (1); valid: tree, transaction; 2 checks not made";
    assert_eq!(last(ran.text()), line, "{}", ran.text());

    let mut witness = fixture("call-tree");
    witness.receipt.gas_used += 1;
    let receipt = folder(&witness);
    let ran = run(receipt.path(), "iso-verify w.bin --audit execution,transaction");
    assert_eq!(ran.code, Some(1));
    // What has no room stands before the verdict, which is the last line at any width.
    let line = "invalid (execution, transaction only): transaction (1); valid: execution";
    assert_eq!(last(ran.text()), line, "{}", ran.text());
    assert!(ran.text().ends_with(&format!("\n2 checks not made\n{line}\n")), "{}", ran.text());
    for (columns, expected) in [
        ("80", "invalid: access (1), execution (1); valid: tree, transaction; 2 checks not made"),
        ("79", "invalid: access (1), execution (1); valid: tree, transaction; 2 checks not made"),
        ("78", "2 checks not made\ninvalid: access (1), execution (1); valid: tree, transaction"),
        (
            "40",
            "2 checks not made\naudits valid: tree, transaction\ninvalid: access (1), execution (1)",
        ),
        // Not a width.
        ("39", "invalid: access (1), execution (1); valid: tree, transaction; 2 checks not made"),
        ("wide", "invalid: access (1), execution (1); valid: tree, transaction; 2 checks not made"),
    ] {
        let ran = in_columns(sload.path(), columns);
        assert!(ran.text().ends_with(&format!("\n{expected}\n")), "{columns}: {}", ran.text());
    }
    // One false claim about the whole, and no message is called valid.
    let report = run(receipt.path(), "iso-verify w.bin --json").json();
    let mut messages = report["messages"].as_array().unwrap().iter();
    assert!(messages.all(|message| message["verdict"] == "inconclusive"));
}

/// Checks that could not be made are named and counted, and `--strict` takes none of them missing.
#[test]
fn checks_that_are_not_made() {
    let witness = recorded(&json!({"fork": "osaka", "transaction": {
        "from": "0x1111111111111111111111111111111111111111", "to": CONTRACT, "gas": "0x186a0"},
        "prestate": {CONTRACT: {"code": "0x602a5f55"}}}));
    let folder = folder(&witness);
    let folder = folder.path();
    let ran = run(folder, "iso-verify w.bin");
    assert_eq!(ran.code, Some(0));
    let unmade = "3 checks not made";
    let audits = "execution, access, tree, transaction";
    assert_eq!(last(ran.text()), format!("valid: {audits}; {unmade}"));
    let scope =
        "scope        1 message, roots not proved by a header, not checked: sender, logs,\n";
    assert!(ran.text().contains(scope), "{}", ran.text());
    let ran = run(folder, "iso-verify w.bin --strict --certificate c.json");
    assert_eq!(ran.code, Some(3));
    let line = format!("inconclusive: {unmade}, where all are asked for");
    assert_eq!(last(ran.text()), line);
    assert!(ran.text().ends_with(&format!("\naudits valid: {audits}\n{line}\n")), "{}", ran.text());
    // What is said of the message is about the message.
    assert!(
        ran.text().lines().nth(1).is_some_and(|row| row.ends_with("  valid")),
        "{}",
        ran.text()
    );
    let quiet = run(folder, "iso-verify w.bin --strict -q");
    assert_eq!(quiet.text(), format!("{line}\n"));
    let ran = run(folder, "iso-verify check c.json w.bin");
    assert_eq!((ran.code, ran.text()), (Some(3), "reproduced: inconclusive\n"));
    let report = run(folder, "iso-verify w.bin --strict --json").json();
    schema("report").check(&report).unwrap();
    assert_eq!(
        (&report["verdict"], &report["messages"][0]["verdict"], &report["strict"]),
        (&json!("inconclusive"), &json!("inconclusive"), &json!(true))
    );
    let ran = run(folder, "iso-verify batch w.bin");
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.text().starts_with(
            "roots not proved by a header: in 1\nfork not checked: in 1\nlogs not checked: in 1\n\
             sender not checked: in 1\n"
        ),
        "{}",
        ran.text()
    );
    let ran = run(folder, "iso-verify batch w.bin --strict");
    assert_eq!(ran.code, Some(3));
    for check in ["sender", "logs", "fork"] {
        let line = format!("\n  transaction: {check} not checked: ");
        assert!(ran.text().contains(&line), "{}", ran.text());
    }
    // Where the audit that would make them is not selected, they lack nothing.
    let ran = run(folder, "iso-verify w.bin --strict --audit execution,access,tree");
    assert_eq!(ran.code, Some(0), "{}", ran.text());
}

/// A block with its header, and a hash of its grandparent that no header tells.
fn given_hash(hash: B256) -> Witness {
    let header = Header {
        number: 0x170_0000,
        parent_hash: B256::repeat_byte(1),
        timestamp: 0x6940_0000,
        gas_limit: 60_000_000,
        base_fee_per_gas: Some(7),
        withdrawals_root: Some(B256::ZERO),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        requests_hash: Some(B256::ZERO),
        ..Header::default()
    };
    let mut witness = recorded(&json!({"fork": "osaka",
        "block": BlockFields::from(&header),
        "blockHashes": {"0x16ffffe": hash},
        "transaction": {"from": "0x1111111111111111111111111111111111111111", "to": CONTRACT,
            "gas": "0x186a0"},
        // BLOCKHASH of the grandparent, stored.
        "prestate": {CONTRACT: {"code": "0x6002430340600055"},
            "0x1111111111111111111111111111111111111111": {"balance": "0xde0b6b3a7640000"}}}));
    assert!(witness.block.header.is_some());
    witness.ancestors.clear();
    witness
}

/// A hash that no header proves is what the file says, until somebody expects it.
#[test]
fn given_hashes_prove_nothing() {
    let folder = folder(&given_hash(B256::repeat_byte(0xbb)));
    let folder = folder.path();
    let report = run(folder, "iso-verify w.bin --json");
    assert_eq!(report.code, Some(3), "{}", report.text());
    let report = report.json();
    schema("report").check(&report).unwrap();
    assert_eq!(report["audits"]["access"], "inconclusive");
    assert_eq!(report["notRun"][0]["check"], "block-hashes");
    let ran = run(folder, "iso-verify w.bin");
    assert!(
        last(ran.text()).starts_with("inconclusive: access; valid: execution, tree, transaction; ")
    );
    assert_eq!(run(folder, "iso-verify batch w.bin").code, Some(3));

    let digest = report["anchors"]["ancestors"].as_str().unwrap();
    let other = B256::repeat_byte(1);
    assert_eq!(run(folder, &format!("iso-verify w.bin --expect-ancestors {other}")).code, Some(2));
    let expected = format!("--expect-ancestors {digest}");
    let ran = run(folder, &format!("iso-verify w.bin {expected} --certificate c.json"));
    assert_eq!(ran.code, Some(0), "{}", ran.text());
    // The certificate says what was expected; whoever checks it must say so too.
    let certificate: Value =
        serde_json::from_slice(&fs::read(folder.join("c.json")).unwrap()).unwrap();
    schema("certificate").check(&certificate).unwrap();
    assert_eq!(
        (&certificate["ancestorsExpected"], &certificate["verdict"]),
        (&json!(true), &json!("valid"))
    );
    let ran = run(folder, "iso-verify check c.json w.bin");
    assert_eq!((ran.code, ran.text()), (Some(3), "reproduced: inconclusive\n"));
    let ran = run(folder, &format!("iso-verify check c.json w.bin {expected}"));
    assert_eq!((ran.code, ran.text()), (Some(0), "reproduced: valid\n"), "{}", ran.stderr);
    let ran = run(folder, &format!("iso-verify check c.json w.bin --expect-ancestors {other}"));
    assert_eq!(ran.code, Some(2));
    // A campaign expects the anchors of its original.
    let ran = run(folder, "iso-verify mutate w.bin --count 0");
    assert_eq!(ran.code, Some(0), "{}{}", ran.stderr, ran.text());
}

/// A certificate about no audit, and one of a form that did not say what was selected.
#[test]
fn a_certificate_about_nothing_is_none() {
    let folder = folder(&stripped());
    let folder = folder.path();
    assert_eq!(run(folder, "iso-verify w.bin --certificate c.json").code, Some(3));
    let text = fs::read_to_string(folder.join("c.json")).unwrap();
    let all = r#""selected":["execution","access","tree","transaction"]"#;
    assert!(text.contains(all) && Certificate::parse(text.as_bytes()).is_ok());
    for (edited, words) in [
        (text.replace(all, r#""selected":[]"#), "no audit is selected"),
        (text.replace(r#""version":2"#, r#""version":1"#), "certificate of version 1, not 2"),
        (text.replace(&format!("{all},"), ""), "field \"selected\" is missing"),
        // Not in the order of the audits; twice the same.
        (
            text.replace(all, r#""selected":["access","execution","tree","transaction"]"#),
            "canonical",
        ),
        (text.replace(all, r#""selected":["tree","tree"]"#), "canonical"),
    ] {
        fs::write(folder.join("edited.json"), edited).unwrap();
        let ran = run(folder, "iso-verify check edited.json w.bin");
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{words}");
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    // A selection that is not the one of the name, or a name that is not what comes out.
    let text = text.replace(r#""verdict":"inconclusive""#, r#""verdict":"valid (execution only)""#);
    fs::write(folder.join("edited.json"), text).unwrap();
    let ran = run(folder, "iso-verify check edited.json w.bin");
    assert_eq!(ran.code, Some(1));
    assert!(ran.text().starts_with("verdict\n"), "{}", ran.text());
}

/// A node on loopback that answers every call with *valid*, whatever was asked. Ends with the test's
/// process.
fn agreeable() -> String {
    let word = |number: u64| hex::encode(U256::from(number).to_be_bytes::<32>());
    // Success, gas before and after, and what the hypervisor returned.
    let answer = [1, 1_000_000, 500_000, 1].map(word).concat();
    let body = format!(r#"{{"jsonrpc":"2.0","id":0,"result":"0x{answer}"}}"#);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1 << 16]);
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    url
}

fn ask(folder: &Path, url: &str, options: &str) -> crate::common::Ran {
    run(folder, &format!("iso-verify w.bin --rpc-url {url} {options}"))
}

/// A node that finds everything valid makes nothing so, and a report says that a node was asked.
#[test]
fn a_node_that_agrees_with_everything() {
    let url = agreeable();
    let mut lie = fixture("erc20-transfer");
    let mut message = lie.message(0).unwrap();
    let log =
        message.stateAccessList.iter_mut().find(|record| (0xa0..=0xa4).contains(&record.opcode));
    let log = log.unwrap();
    let Ok(Record::Log(mut record)) = Record::decode(log) else { panic!("a LOG") };
    record.data_hash.0[0] ^= 1;
    *log = Record::Log(record).encode();
    lie.messages[0] = encoding::encode(&message).into();
    let false_one = folder(&lie);
    for engine in ["hypervisor", "native", "both"] {
        let ran = ask(false_one.path(), &url, &format!("--engine {engine} --json"));
        assert_eq!(ran.code, Some(1), "{engine}: {}", ran.stderr);
        assert_eq!(ran.json()["engine"], format!("node+{engine}"));
        let told = "error: message 0: the node does not run the hypervisor as a chain does";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        assert!(!ran.stderr.contains(&url) && !ran.text().contains(&url));
    }
    let ran = ask(false_one.path(), &url, "");
    assert!(
        ran.text().contains("\nengine       node, with the hypervisor here beside it\n"),
        "{}",
        ran.text()
    );
    // Alone it is believed, and every page says so.
    let ran = ask(false_one.path(), &url, "--engine node --certificate c.json");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.text().contains("\nengine       node, and nothing here beside it"),
        "{}",
        ran.text()
    );
    let certificate: Value =
        serde_json::from_slice(&fs::read(false_one.path().join("c.json")).unwrap()).unwrap();
    schema("certificate").check(&certificate).unwrap();
    assert_eq!(certificate["engine"], "node");
    // Whoever checks that does it here.
    let ran = run(false_one.path(), "iso-verify check c.json w.bin");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let differs = "\nverdict\n  certified  valid\n  found      invalid\n";
    assert!(ran.text().contains(differs), "{}", ran.text());
    assert!(ran.stderr.contains("made with a node (node), checked by the hypervisor here"));

    let honest = folder(&fixture("erc20-transfer"));
    for options in ["", "--engine node", "--engine native"] {
        let ran = ask(honest.path(), &url, &format!("{options} --certificate c.json"));
        assert_eq!(ran.code, Some(0), "{options}: {}", ran.stderr);
        let ran = run(honest.path(), "iso-verify check c.json w.bin");
        assert_eq!((ran.code, ran.text()), (Some(0), "reproduced: valid\n"), "{options}");
    }
    for usage in
        ["--engine node", "--engine node+native", "--rpc-url x --engine node --guest-gas-limit 7"]
    {
        let ran = run(honest.path(), &format!("iso-verify w.bin {usage}"));
        assert_eq!(ran.code, Some(2), "{usage}");
        assert!(ran.stderr.contains("has no meaning for"), "{}", ran.stderr);
    }
}
