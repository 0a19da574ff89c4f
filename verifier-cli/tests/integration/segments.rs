//! `iso-verify --segments` and `iso-verify checkpoints`: what they print, how they end.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    common::{root, run},
    schemas::{compare, schema},
};

/// A folder with a witness and the checkpoints of its first message.
fn folder() -> (tempfile::TempDir, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let fixture = root().join("tests/fixtures/call-tree.witness.bin");
    fs::copy(fixture, folder.path().join("witness.bin")).unwrap();
    let written =
        run(folder.path(), "iso-verify checkpoints witness.bin --stride 20000 -o checkpoints.json");
    assert_eq!((written.code, &written.stdout[..]), (Some(0), &b""[..]), "{}", written.stderr);
    let text = fs::read(folder.path().join("checkpoints.json")).unwrap();
    (folder, serde_json::from_slice(&text).unwrap())
}

fn put(folder: &Path, checkpoints: &[Value]) {
    let text = serde_json::to_vec(checkpoints).unwrap();
    fs::write(folder.join("claimed.json"), text).unwrap();
}

const CLAIMED: &str = "iso-verify witness.bin --segments --checkpoints claimed.json --engine both";

#[test]
fn an_honest_witness_is_valid_by_its_segments() {
    let (folder, checkpoints) = folder();
    assert!(checkpoints.len() > 5);
    for cut in ["", "--stride 1000", "--checkpoints checkpoints.json"] {
        let line = format!("iso-verify witness.bin --segments {cut} --engine both --json");
        let json = run(folder.path(), &line);
        assert_eq!(json.code, Some(0), "{}", json.stderr);
        let report = json.json();
        schema("report").check(&report).unwrap();
        let messages = report["messages"].as_array().unwrap();
        for message in messages {
            let segments = message["segments"].as_array().unwrap();
            assert!(segments.iter().all(|segment| segment["verdict"] == "valid"));
            // Each ends where the next begins.
            for pair in segments.windows(2) {
                assert_eq!(pair[0]["end"], pair[1]["start"]);
            }
        }
    }
    let human = run(folder.path(), "iso-verify witness.bin --segments --stride 20000");
    let text = String::from_utf8(human.stdout).unwrap();
    let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("message hash 0x") && said.contains("from gas"), "{text}");
}

#[test]
fn a_false_checkpoint_is_named_with_its_segment() {
    let (folder, checkpoints) = folder();
    for (field, kind) in [("stackHash", "checkpoint-stack"), ("stateRoot", "checkpoint-state-root")]
    {
        let mut claimed = checkpoints.clone();
        claimed[2][field] = json!(format!("0x{:064x}", 5));
        put(folder.path(), &claimed);
        let told = run(folder.path(), CLAIMED);
        let text = String::from_utf8(told.stdout).unwrap();
        assert_eq!(told.code, Some(1), "{text}");
        let line = format!("message 0: the first false segment is 2: invalid: {kind}");
        assert!(text.contains(&line), "{text}");
        assert!(text.contains("not proven: it starts from a false checkpoint"), "{text}");
    }
    // By its leaf alone.
    let mut claimed = checkpoints.clone();
    claimed[1] = json!({
        "record": checkpoints[1]["record"],
        "gasUsed": checkpoints[1]["gasUsed"],
        "digest": format!("0x{:064x}", 5),
    });
    put(folder.path(), &claimed);
    let told = run(folder.path(), CLAIMED);
    let text = String::from_utf8(told.stdout).unwrap();
    let line = "message 0: the first false segment is 1: invalid: checkpoint\n";
    assert!(told.code == Some(1) && text.contains(line), "{text}");
}

#[test]
fn claims_that_no_message_can_have_are_told() {
    let (folder, checkpoints) = folder();
    for (at, gas, kind) in [
        (1, checkpoints[0]["gasUsed"].clone(), "checkpoint-gas-used"),
        (0, json!("0xffffffffffffffff"), "checkpoint-gas-used"),
        (checkpoints.len() - 1, json!("0x50000"), "checkpoint-absent"),
    ] {
        let mut claimed = checkpoints.clone();
        claimed[at]["gasUsed"] = gas;
        put(folder.path(), &claimed);
        let told = run(folder.path(), CLAIMED);
        let text = String::from_utf8(told.stdout).unwrap();
        let line = format!("the first false segment is {at}: invalid: {kind}");
        assert!(told.code == Some(1) && text.contains(&line), "{text}");
    }
}

#[test]
fn what_is_no_list_of_checkpoints_is_refused_by_name() {
    let (folder, _) = folder();
    for text in ["", "{}", "[1]", r#"[{"pc": "0x0"}]"#, "[[]]"] {
        fs::write(folder.path().join("claimed.json"), text).unwrap();
        let refused = run(folder.path(), CLAIMED);
        assert_eq!(refused.code, Some(2), "{text}");
        assert!(refused.stderr.contains("claimed.json"), "{text}: {}", refused.stderr);
    }
    for line in [
        "iso-verify witness.bin --segments --rpc-url http://127.0.0.1:1",
        "iso-verify witness.bin --stride 5",
        "iso-verify witness.bin --segments --stride 0",
        "iso-verify checkpoints witness.bin --message 99",
    ] {
        let refused = run(folder.path(), line);
        assert_eq!(refused.code, Some(2), "{line}: {}", refused.stderr);
    }
}

#[test]
fn checkpoints_are_in_their_schema() {
    let (_folder, checkpoints) = folder();
    let leaf = json!({
        "record": checkpoints[0]["record"],
        "gasUsed": checkpoints[0]["gasUsed"],
        "digest": format!("0x{:064x}", 5),
    });
    compare("checkpoints", &json!([checkpoints[0], leaf]), |_| {});
}
