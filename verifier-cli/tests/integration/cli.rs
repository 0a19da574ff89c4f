//! The two binaries as a user meets them: files, pipes, exit codes, errors.

use std::{fs, process::Stdio};

use crate::common::{command, root, run, run_with};
use iso_evm_wire::{Witness, encoding, records::Record};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with one input in it, `tx.json`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let input = root().join("tests/fixtures/call-tree.json");
    fs::copy(input, folder.path().join("tx.json")).unwrap();
    folder
}

fn files(folder: &TempDir) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn record_then_verify() {
    let folder = folder();
    let recorded = run(folder.path(), "iso-witness record tx.json");
    assert_eq!((recorded.code, recorded.text()), (Some(0), ""), "{}", recorded.stderr);
    assert_eq!(files(&folder), ["tx.json", "witness.bin"]);
    let verified = run(folder.path(), "iso-verify witness.bin");
    assert_eq!(verified.code, Some(0), "{}", verified.text());
    let last = verified.text().lines().last().unwrap();
    let audits = "execution, access, tree, transaction";
    assert_eq!(last, format!("valid: {audits}; 2 checks not made"));
    let scope = "scope        17 messages, roots not proved by a header, not checked: logs, fork\n";
    assert!(verified.text().contains(scope), "{}", verified.text());
    // The same without the file between, and by pipes.
    let at_once = run(folder.path(), "iso-verify --json tx.json");
    assert_eq!(run(folder.path(), "iso-verify --json witness.bin").stdout, at_once.stdout);
    let input = fs::read(folder.path().join("tx.json")).unwrap();
    let piped = run_with(folder.path(), "iso-witness record - -o -", &input).stdout;
    assert_eq!(piped, fs::read(folder.path().join("witness.bin")).unwrap());
    let verified = run_with(folder.path(), "iso-verify --json -", &piped);
    assert_eq!(verified.stdout, at_once.stdout);
}

#[test]
fn the_report_places_messages_in_the_tree() {
    let folder = folder();
    let report = run(folder.path(), "iso-verify --json tx.json").json();
    let messages = report["messages"].as_array().unwrap();
    let kinds: Vec<_> = messages.iter().map(|message| message["kind"].as_str().unwrap()).collect();
    for kind in ["call", "callcode", "delegatecall", "staticcall"] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    for (index, message) in messages.iter().enumerate() {
        assert_eq!(message["index"], index);
        assert_eq!(message["verdict"], "valid");
        let depth = message["depth"].as_u64().unwrap();
        match message["parent"].as_u64() {
            Some(parent) => assert_eq!(messages[parent as usize]["depth"], depth - 1),
            None => assert_eq!((index, depth), (0, 0)),
        }
    }
}

#[test]
fn a_transaction_that_runs_no_code_is_valid() {
    let fixtures = root().join("tests/fixtures");
    let verified = run(&fixtures, "iso-verify --json plain-transfer.json");
    assert_eq!(verified.code, Some(0));
    let report = verified.json();
    assert_eq!((&report["verdict"], &report["messages"]), (&json!("valid"), &json!([])));
    assert_eq!(report["gasUsed"], "0x5208");
    assert_ne!(report["stateRootEnter"], report["stateRootLeave"]);
}

/// Records `tx.json`, changes the witness, and verifies it.
fn verify_changed(change: impl FnOnce(&mut Witness)) -> (Option<i32>, Value) {
    let folder = folder();
    let bytes = run(folder.path(), "iso-witness record tx.json -o -").stdout;
    let mut witness = Witness::decode(&bytes).unwrap();
    change(&mut witness);
    let verified = run_with(folder.path(), "iso-verify --json -", &witness.encode());
    let report = verified.json();
    (verified.code, report)
}

#[test]
fn a_false_claim_is_invalid() {
    let (code, report) = verify_changed(|witness| {
        let mut message = witness.message(3).unwrap();
        message.gasUsed += alloy_primitives::U256::ONE;
        witness.messages[3] = encoding::encode(&message).into();
    });
    assert_eq!((code, &report["verdict"]), (Some(1), &json!("invalid")));
    let mismatch = &report["messages"][3]["mismatch"];
    assert_eq!((&mismatch["audit"], &mismatch["kind"]), (&json!("execution"), &json!("gas-used")));
    // Its parent says otherwise, and that is told at the parent's record.
    let mismatch = &report["messages"][2]["mismatch"];
    assert_eq!((&mismatch["audit"], &mismatch["kind"]), (&json!("tree"), &json!("gas-used")));
    assert_eq!(report["messages"][1]["mismatch"], Value::Null);
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(2));
}

#[test]
fn bytes_that_are_no_message_are_invalid() {
    let (code, report) = verify_changed(|witness| {
        let mut message = witness.messages[16].to_vec();
        message.push(0);
        witness.messages[16] = message.into();
    });
    assert_eq!((code, &report["audits"]["execution"]), (Some(1), &json!("invalid")));
    let message = &report["messages"][16];
    assert_eq!(
        (&message["mismatch"]["kind"], &message["kind"]),
        (&json!("malformed"), &Value::Null)
    );
}

#[test]
fn code_that_is_missing_is_inconclusive() {
    let (code, report) = verify_changed(|witness| {
        let message = witness.message(0).unwrap();
        let Ok(Record::Opening(opening)) = Record::decode(&message.stateAccessList[0]) else {
            panic!("a message begins with its opening record")
        };
        witness.codes.remove(&opening.codeHash);
    });
    assert_eq!((code, &report["verdict"]), (Some(3), &json!("inconclusive")));
    assert_eq!(report["messages"][0]["mismatch"], Value::Null);
}

#[test]
fn too_little_host_gas_is_inconclusive() {
    let folder = folder();
    let verified = run(folder.path(), "iso-verify tx.json --json --host-gas-limit 1000");
    assert_eq!(
        (verified.code, verified.json()["verdict"].as_str()),
        (Some(3), Some("inconclusive"))
    );
    assert!(verified.stderr.contains("message 0: inconclusive: the host ran out of gas"));
}

#[test]
fn assemble_is_the_inverse_of_inspect() {
    let fixtures = root().join("tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for entry in fs::read_dir(&fixtures).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let input = fs::read(&path).unwrap();
        let witness = run_with(folder.path(), "iso-witness record - -o -", &input).stdout;
        let json = run_with(folder.path(), "iso-witness inspect --json -", &witness).stdout;
        let back = run_with(folder.path(), "iso-witness assemble - -o back.bin", &json);
        assert_eq!(back.code, Some(0), "{}: {}", path.display(), back.stderr);
        assert_eq!(
            fs::read(folder.path().join("back.bin")).unwrap(),
            witness,
            "{}",
            path.display()
        );
        count += 1;
    }
    assert!(count >= 8);
}

#[test]
fn abi_is_the_hypervisors_calldata() {
    let folder = folder();
    run(folder.path(), "iso-witness record tx.json");
    let abi = run(folder.path(), "iso-witness inspect witness.bin --abi 2");
    let bytes = alloy_primitives::hex::decode(abi.text().trim()).unwrap();
    assert!(encoding::decode(&bytes).is_ok());
    let none = run(folder.path(), "iso-witness inspect witness.bin --abi 17");
    assert_eq!(none.code, Some(2));
    assert_eq!(
        none.stderr,
        "error: witness.bin: there is no message 17: they are numbered from 0, and there are 17\n"
    );
}

#[test]
fn unusable_input_is_named_and_leaves_nothing() {
    let folder = folder();
    let good = fs::read_to_string(folder.path().join("tx.json")).unwrap();
    let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).unwrap();
    let witness = run(folder.path(), "iso-witness record tx.json -o -").stdout;
    write("cut.json", &good.as_bytes()[..500]);
    write("key.json", good.replacen("\"fork\"", "\"fuork\"", 1).as_bytes());
    write("fork.json", good.replacen("\"prague\"", "\"atlantis\"", 1).as_bytes());
    write("early.json", good.replacen("\"prague\"", "\"byzantium\"", 1).as_bytes());
    write("type.json", good.replacen("\"type\": \"0x2\"", "\"type\": \"0x64\"", 1).as_bytes());
    write("r.json", good.replacen("\"r\": \"0x", "\"r\": \"0x1", 1).as_bytes());
    write("cut.bin", &witness[..1000]);
    write("long.bin", &[&witness[..], b"\n"].concat());
    write("empty.bin", b"");
    write("two.bin", &[&witness[..], &witness].concat());
    let before = files(&folder);
    for (line, message) in [
        ("iso-witness record cut.json", "the text ends in the middle of"),
        ("iso-witness record key.json", "no field \"fuork\" is known here"),
        ("iso-witness record fork.json", "unknown fork \"atlantis\""),
        ("iso-witness record early.json", "byzantium is earlier than istanbul"),
        ("iso-witness record type.json", "0x64 is not Ethereum's (it is an Arbitrum deposit)"),
        ("iso-witness record r.json", "r.json: "),
        ("iso-witness record tx.json --fork osaka", "--fork osaka contradicts the file"),
        ("iso-witness record missing.json", "missing.json: cannot be read"),
        (
            "iso-witness record tx.json --tx \
             0x0101010101010101010101010101010101010101010101010101010101010101",
            "the file tx.json and --tx name two things, and one is recorded",
        ),
        ("iso-witness record tx.json -o missing/witness.bin", "cannot be written"),
        (
            "iso-witness record cut.bin",
            "cut.bin: this is a witness already: iso-verify cut.bin audits it",
        ),
        (
            "iso-witness assemble tx.json -o out.bin",
            "tx.json: this is a transaction with the state before it, and a witness in its JSON form is expected: \
             iso-witness record tx.json makes a witness of it",
        ),
        ("iso-witness inspect cut.bin", "cut.bin: byte 5, witness: truncated"),
        ("iso-verify cut.bin", "cut.bin: byte 5, witness: truncated"),
        ("iso-verify long.bin", "witness: 1 trailing bytes"),
        ("iso-verify two.bin", "two.bin: several witnesses: iso-verify batch two.bin"),
        ("iso-witness inspect two.bin", "two.bin: several witnesses: iso-verify batch two.bin"),
        ("iso-verify empty.bin", "empty.bin: empty"),
        ("iso-verify cut.json", "cut.json: the text ends in the middle of"),
        ("iso-verify emit archive-factory --archive-key account", "needs --registrar"),
        ("iso-verify emit audit --archive-key account", "needs --factory"),
        ("iso-verify emit live --hypervisor 0x0101010101010101010101010101010101010101", "--hyp"),
        ("iso-verify emit live --archive-key account", "--archive-key"),
    ] {
        let ran = run(folder.path(), line);
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{line}: {}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{line}: {}", ran.stderr);
        assert_eq!(files(&folder), before, "{line}");
    }
    for line in ["iso-verify --json cut.bin", "iso-verify --json", "iso-verify --json --wrong a"] {
        let ran = run(folder.path(), line);
        assert_eq!(ran.code, Some(2), "{line}");
        assert!(ran.json()["error"].as_str().is_some_and(|error| !error.is_empty()), "{line}");
    }
}

#[test]
fn a_transaction_that_the_chain_rejects_is_named() {
    let folder = folder();
    let transaction = |change: &str| {
        format!(
            r#"{{"fork": "prague", "block": {{"baseFeePerGas": "0x7"}}, "transaction": {{
                "from": "0x0101010101010101010101010101010101010101",
                "to": "0x0202020202020202020202020202020202020202",
                "nonce": "0x0", "gas": "0x5208", "gasPrice": "0x7" {change}}},
                "prestate": {{"0x0101010101010101010101010101010101010101": {{"balance": "0xfffff"}}}}}}"#
        )
    };
    for (change, message) in
        [("", ""), (r#", "value": "0xffffff""#, "fund"), (r#", "input": "0x01""#, "gas")]
    {
        fs::write(folder.path().join("tx.json"), transaction(change)).unwrap();
        let ran = run(folder.path(), "iso-witness record tx.json -o out.bin");
        assert_eq!(ran.code, Some(if change.is_empty() { 0 } else { 2 }), "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    fs::write(
        folder.path().join("tx.json"),
        transaction("").replace("\"nonce\": \"0x0\"", "\"nonce\": \"0x5\""),
    )
    .unwrap();
    let ran = run(folder.path(), "iso-witness record tx.json -o other.bin");
    assert!(ran.code == Some(2) && ran.stderr.contains("nonce"), "{}", ran.stderr);
    assert!(!files(&folder).contains(&"other.bin".to_owned()));
}

#[test]
fn emitted_contracts_fit_and_differ() {
    let folder = tempfile::tempdir().unwrap();
    let emit = |arguments: &str| run(folder.path(), &format!("iso-verify emit {arguments}"));
    let mut seen = Vec::new();
    for arguments in [
        "audit",
        "audit --fork istanbul",
        "audit --factory 0x0101010101010101010101010101010101010101",
        "audit --factory 0x0101010101010101010101010101010101010101 --archive-key account",
        "archive-factory",
        "archive-factory --initcode",
        "archive-factory --archive-key account --registrar 0x0101010101010101010101010101010101010101",
        "live",
        "live --initcode",
        "live --fork istanbul",
        "live-static",
        "live-static --fork cancun",
        "live-static --hypervisor 0x0101010101010101010101010101010101010101",
        "audit --fork cancun",
        "audit --fork optimism/fjord",
        "audit --fork optimism/jovian",
    ] {
        let ran = emit(arguments);
        assert_eq!(ran.code, Some(0), "{arguments}: {}", ran.stderr);
        let code = alloy_primitives::hex::decode(ran.text().trim()).unwrap();
        assert!(ran.text().starts_with("0x") && code.len() <= 24_576, "{arguments}");
        assert!(!seen.contains(&code), "{arguments}");
        seen.push(code);
    }
    assert!(emit("audit --listing").text().contains("JUMPDEST"));
    assert_eq!(emit("audit --fork osaka").stdout, emit("audit").stdout);
    assert_eq!(emit("live --fork osaka").stdout, emit("live").stdout);
    assert!(emit("live --listing").text().contains("DELEGATECALL"));
    // What an upgrade of the OP Stack does not change.
    for (upgrade, same) in [
        ("audit --fork optimism/ecotone", "audit --fork cancun"),
        ("audit --fork optimism/holocene", "audit --fork optimism/fjord"),
        ("live --fork optimism/fjord", "live --fork cancun"),
        ("live-static --fork optimism/isthmus", "live-static --fork prague"),
    ] {
        let (found, expected) = (emit(upgrade), emit(same));
        assert_eq!((found.code, expected.code), (Some(0), Some(0)), "{upgrade}: {}", found.stderr);
        assert_eq!(found.stdout, expected.stdout, "{upgrade}");
    }
    let unknown = emit("audit --fork optimism/osaka");
    assert!(unknown.code == Some(2) && unknown.stderr.contains("optimism/bedrock to"));
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let mut child = command("iso-verify")
        .args(["emit", "audit", "--listing"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn no_colour_without_a_terminal() {
    let folder = folder();
    let ran = run(folder.path(), "iso-verify tx.json");
    assert!(!ran.text().contains('\u{1b}'));
}
