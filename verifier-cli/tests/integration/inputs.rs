//! What people bring to be recorded: what it is, what is said of it, and what is written.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::{Ran, root, run, run_with};

fn fixture(name: &str) -> Value {
    let path = root().join(format!("tests/fixtures/{name}.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A folder with one file in it.
fn with(name: &str, bytes: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    folder
}

fn refused(folder: &Path, line: &str) -> Ran {
    let ran = run(folder, line);
    assert_eq!((ran.code, ran.text()), (Some(2), ""), "{line}: {}", ran.stderr);
    assert!(ran.wrote.is_empty(), "{:?}", ran.wrote);
    assert!(!folder.join("witness.bin").exists(), "{line}");
    ran
}

#[test]
fn what_was_written_is_said_in_one_line() {
    let folder = with("tx.json", fixture("call-tree").to_string().as_bytes());
    let ran = run(folder.path(), "iso-witness record tx.json");
    assert_eq!((ran.code, ran.text(), ran.stderr.as_str()), (Some(0), "", ""));
    let bytes = fs::metadata(folder.path().join("witness.bin")).unwrap().len();
    let bytes = format!("{},{:03}", bytes / 1000, bytes % 1000);
    let hash = "0xc9495633b6834304648a80229870813862841598026f2041afde485e74426704";
    assert_eq!(ran.wrote, [format!("witness.bin: 17 messages, {bytes} bytes, prague, {hash}")]);
    let ran = run(folder.path(), "iso-witness record tx.json -o -");
    assert_eq!(ran.wrote, [format!("stdout: 17 messages, {bytes} bytes, prague, {hash}")]);
    // Of a stream all at the end, and of a line that is none nothing.
    let line = fixture("plain-transfer").to_string();
    let lines = format!("{line}\n{{}}\n{line}\n");
    let ran = run_with(folder.path(), "iso-witness record --jsonl", lines.as_bytes());
    assert_eq!(ran.code, Some(2));
    let [wrote] = &ran.wrote[..] else { panic!("{:?}", ran.wrote) };
    let begin = format!("stdout: 2 witnesses, 0 messages, {} bytes, ", ran.stdout.len());
    assert!(wrote.replace(',', "").starts_with(&begin.replace(',', "")), "{wrote}");
    assert!(ran.stderr.starts_with("error: line 2: unknown shape"), "{}", ran.stderr);
    // Nobody signed it.
    let mut unsigned = fixture("plain-transfer");
    for field in ["r", "s", "v", "yParity", "hash"] {
        unsigned["transaction"].as_object_mut().unwrap().remove(field);
    }
    let ran = run_with(folder.path(), "iso-witness record -", unsigned.to_string().as_bytes());
    let from = unsigned["transaction"]["from"].as_str().unwrap().to_lowercase();
    assert!(
        ran.wrote[0].to_lowercase().ends_with(&format!("unsigned, from {from}")),
        "{:?}",
        ran.wrote
    );
}

/// What can only be recorded with a node, or not at all, is told, with the command that would work.
#[test]
fn what_is_no_input_is_named_with_the_command_that_would_work() {
    let hash = format!("0x{}", "7a".repeat(32));
    let address = format!("0x{}", "01".repeat(20));
    let raw = format!("0x02f8{}", "11".repeat(60));
    let receipt = json!({"transactionHash": hash, "gasUsed": "0x1", "status": "0x1", "logs": []});
    let record = "iso-witness record --rpc-url URL";
    for (text, words) in [
        (
            raw.clone(),
            format!(
                "a raw transaction, without the state before it: a node gives that: {record} f"
            ),
        ),
        (
            raw[2..].to_owned(),
            format!(
                "a raw transaction, without the state before it: a node gives that: {record} f"
            ),
        ),
        (
            hash.clone(),
            format!(
                "a hash: {record} --tx {hash} records a transaction of that hash, --block {hash}"
            ),
        ),
        (json!(hash).to_string(), format!("a hash: {record} --tx {hash}")),
        (
            receipt.to_string(),
            format!(
                "a receipt, of transaction {hash}: record its transaction: {record} --tx {hash}"
            ),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "result": receipt}).to_string(),
            format!("a receipt, of transaction {hash}"),
        ),
        (
            json!({"_type": "TransactionReceipt", "gasUsed": "1", "logs": []}).to_string(),
            "a receipt: record".into(),
        ),
        (
            json!({"hash": hash, "number": "0x5", "parentHash": hash, "transactions": []})
                .to_string(),
            format!(
                "a block without the state before it: a node gives that: {record} --block {hash}"
            ),
        ),
        (
            json!({"number": "0x5", "timestamp": "0x1", "parentHash": hash}).to_string(),
            format!("{record} --block 5"),
        ),
        (
            json!({"from": address, "to": address, "nonce": "0x1", "input": "0x", "hash": hash})
                .to_string(),
            format!("a transaction without the state before it: a node gives that: {record} f"),
        ),
        (
            json!({address.as_str(): {"balance": "0x1"}}).to_string(),
            "it goes into \"prestate\" of an INPUT.json".into(),
        ),
        (
            json!({"pre": {}, "post": {}}).to_string(),
            "it goes into \"prestate\" of an INPUT.json".into(),
        ),
        (
            json!({"structLogs": [], "gas": 1, "failed": false}).to_string(),
            "a trace, which has no state to run on".into(),
        ),
        (
            json!({"accountProof": [], "storageProof": []}).to_string(),
            "it goes into \"proofs\"".into(),
        ),
        (
            json!({"state": [], "codes": []}).to_string(),
            "it goes into \"witness\" of a block file".into(),
        ),
        (
            json!({"t": {"env": {}, "pre": {}, "post": {}}}).to_string(),
            "a file of state tests: iso-verify statetest f".into(),
        ),
        (
            json!({"alloc": {}, "config": {}}).to_string(),
            "its \"alloc\" goes into \"prestate\"".into(),
        ),
        (
            json!({"messages": [], "roots": {}}).to_string(),
            "iso-witness assemble f -o witness.bin".into(),
        ),
        (
            json!([receipt]).to_string(),
            "a list of several things: each on a line of its own".into(),
        ),
        ("[]".into(), "f: this is an empty list".into()),
        ("null".into(), "the node has not what it was asked for".into()),
        (
            json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "pru\u{1b}ned"}})
                .to_string(),
            "a node's answer, an error: pru\\u{1b}ned".into(),
        ),
        (json!({"a": 1}).to_string(), "f: unknown shape: expected the keys".into()),
        ("hello".into(), "f: no JSON: a value is expected at line 1 column 1".into()),
    ] {
        let folder = with("f", text.as_bytes());
        for command in ["iso-witness record f", "iso-verify f"] {
            let ran = run(folder.path(), command);
            // What is neither JSON nor hex is no witness either, and is told so.
            if !(command == "iso-verify f" && ["hello", "null"].contains(&&*text)) {
                assert!(ran.stderr.contains(&words), "{command}: {text}: {}", ran.stderr);
            }
            assert_eq!((ran.code, ran.stderr.lines().count()), (Some(2), 1), "{}", ran.stderr);
        }
        assert!(!folder.path().join("witness.bin").exists());
    }
    // In place of a file's name; a name that looks like it is a file's all the same, if there is one.
    let folder = tempfile::tempdir().unwrap();
    let ran = refused(folder.path(), &format!("iso-witness record {hash}"));
    assert!(ran.stderr.contains(&format!("{record} --tx {hash}")), "{}", ran.stderr);
    let ran = refused(folder.path(), &format!("iso-witness record {raw}"));
    assert!(ran.stderr.starts_with("error: 0x02f8111111111111…: this is a raw"), "{}", ran.stderr);
    fs::write(folder.path().join(&hash), fixture("plain-transfer").to_string()).unwrap();
    assert_eq!(run(folder.path(), &format!("iso-witness record {hash}")).code, Some(0));
}

/// `cases/inputs`: each as it was brought.
#[test]
fn every_sample_that_was_brought_is_recorded_or_refused_in_true_words() {
    let cases = root().join("../shared/cases/inputs");
    if !cases.exists() {
        eprintln!("skipped: {} is not there", cases.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, more: &str| {
        let file = fs::canonicalize(cases.join(name)).unwrap();
        run(folder.path(), &format!("iso-witness record {} {more}", file.display()))
    };
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let hash = "0x19d03e83d4c8c45b635e1f46c706792dddf041f28801537f8ac8235543d6255b";
    // The same transaction, whoever printed it, on the same state.
    for (name, note) in [
        ("ethers-input.json", false),
        ("in-prestate-rpcresp.json", false),
        ("in-prestate-diffmode.json", true),
    ] {
        let ran = of(name, &format!("-o {name}.bin"));
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        assert!(ran.wrote[0].ends_with(&format!("osaka, {hash}")), "{:?}", ran.wrote);
        assert_eq!(ran.stderr.lines().count(), usize::from(note), "{name}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("prestate.post is not used"), note);
        let verified = run(folder.path(), &format!("iso-verify {name}.bin"));
        assert_eq!(verified.code, Some(0), "{}", verified.text());
    }
    assert!(read("in-prestate-rpcresp.json.bin") == read("in-prestate-diffmode.json.bin"));
    for name in ["casttx.json", "raw.hex"] {
        let ran = of(name, "");
        assert_eq!(ran.code, Some(2), "{name}");
        assert!(ran.stderr.contains("iso-witness record --rpc-url URL"), "{}", ran.stderr);
    }
}

/// Two names of one field must say the same.
#[test]
fn a_block_that_says_two_things_under_two_names_is_refused() {
    let given = fixture("plain-transfer");
    for (field, other, another) in [
        ("miner", "author", json!("0x00000000000000000000000000000000000000aa")),
        ("miner", "coinbase", json!("0x00000000000000000000000000000000000000aa")),
        ("baseFeePerGas", "baseFee", json!("0x123456")),
        ("timestamp", "time", json!(1)),
        ("number", "height", json!([])),
    ] {
        let mut input = given.clone();
        input["block"][other] = another;
        let folder = with("tx.json", input.to_string().as_bytes());
        let ran = refused(folder.path(), "iso-witness record tx.json");
        let words = format!("fields \"{field}\" and \"{other}\" contradict each other");
        assert!(ran.stderr.contains(&words), "{}", ran.stderr);
        // The same in both is no contradiction.
        input["block"][other] = input["block"][field].clone();
        let folder = with("tx.json", input.to_string().as_bytes());
        let ran = run(folder.path(), "iso-witness record tx.json");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
}

#[test]
fn what_is_not_used_or_defaulted_is_said_and_refused_by_strict() {
    let mut input = fixture("plain-transfer");
    let block = input["block"].as_object_mut().unwrap();
    block.remove("mixHash");
    block.insert("basefe".into(), json!("0x1"));
    let folder = with("tx.json", input.to_string().as_bytes());
    let notes = "note: tx.json: block.basefe is not known and not used: did you mean \"baseFeePerGas\"?\n\
                 note: tx.json: block.mixHash is not given: 0 is used\n";
    let ran = run(folder.path(), "iso-witness record tx.json -o out.bin");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), notes));
    assert_eq!(run(folder.path(), "iso-verify tx.json").stderr, notes);
    for line in ["iso-witness record tx.json --strict", "iso-verify tx.json --strict"] {
        let ran = refused(folder.path(), line);
        assert_eq!(
            ran.stderr,
            "error: tx.json: --strict: block.basefe is not known and not used: did you mean \
             \"baseFeePerGas\"? (and 1 note more)\n"
        );
    }
    let lines = format!("{}\n{}\n", input, fixture("plain-transfer"));
    let ran = run_with(folder.path(), "iso-witness record --jsonl --strict", lines.as_bytes());
    assert!(ran.stderr.starts_with("error: line 1: --strict: block.basefe"), "{}", ran.stderr);
    assert!(ran.wrote[0].starts_with("stdout: 1 witness, "), "{:?}", ran.wrote);
    // Of a usual one there is nothing to be said.
    let usual = with("tx.json", fixture("erc20-transfer").to_string().as_bytes());
    let ran = run(usual.path(), "iso-witness record tx.json --strict");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}
