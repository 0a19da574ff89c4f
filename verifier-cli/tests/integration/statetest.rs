//! `iso-verify statetest`: what it counts, what it prints, how it ends.

use std::{fs, path::Path};

use crate::{
    common::{Ran, run},
    schemas::schema,
};
use iso_evm_witness::{input::state_test, record};
use serde_json::{Value, json};
use tempfile::TempDir;

const SENDER: &str = "0x1111111111111111111111111111111111111111";
const CONTRACT: &str = "0x2222222222222222222222222222222222222222";
/// keccak256 of the empty list's RLP.
const NO_LOGS: &str = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";

/// Two forks that are audited, one that is not, and a value that no transaction can have.
fn test() -> Value {
    let post = |value: usize| {
        let indexes = json!({"data": 0, "gas": 0, "value": value});
        json!({"indexes": indexes, "hash": format!("0x{:064x}", 0), "logs": NO_LOGS})
    };
    let mut rejected = post(1);
    rejected["expectException"] = "a value past 2^256".into();
    let mut test = json!({
        "env": {"currentCoinbase": SENDER, "currentGasLimit": "0x1000000", "currentNumber": "0x1",
            "currentTimestamp": "0x1", "currentDifficulty": "0x0"},
        "pre": {
            SENDER: {"nonce": "0x0", "balance": "0x1000000", "code": "0x", "storage": {}},
            // Stores 42, then calls nobody.
            CONTRACT: {"nonce": "0x1", "balance": "0x0", "storage": {},
                "code": "0x602a600055600060006000600060006099620186a0f1"}},
        "transaction": {"data": ["0x"], "gasLimit": ["0x186a0"], "gasPrice": "0x0", "nonce": "0x0",
            "sender": SENDER, "to": CONTRACT,
            "value": ["0x1", "0x:bigint 0x10000000000000000000000000000000000000000000000000000000000000000"]},
        "post": {"Frontier": [post(0)], "Istanbul": [post(0), rejected], "Osaka": [post(0)]}
    });
    let text = json!({ "t": test }).to_string();
    for case in state_test::cases(text.as_bytes()).unwrap() {
        if case.exception.is_none() && case.fork().is_ok() {
            let root = record(&case.execution().unwrap()).unwrap().state_root_leave;
            test["post"][&case.fork_name][0]["hash"] = root.to_string().into();
        }
    }
    test
}

fn folder(tests: &Value) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("inner")).unwrap();
    fs::write(folder.path().join("inner/test.json"), tests.to_string()).unwrap();
    folder
}

fn statetest(folder: &Path, arguments: &str) -> Ran {
    run(folder, &format!("iso-verify statetest {arguments}"))
}

fn last(ran: &Ran) -> &str {
    ran.text().lines().last().unwrap_or_default()
}

#[test]
fn counts_by_fork_folder_and_reason() {
    let folder = folder(&json!({"one": test(), "other": test()}));
    let ran = statetest(folder.path(), ".");
    assert_eq!((ran.code, last(&ran)), (Some(0), "6 passed, 0 failed, 2 skipped"), "{ran:?}");
    let ran = statetest(folder.path(), ". --json --jobs 1");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let summary = ran.json();
    schema("statetest").check(&summary).unwrap();
    assert_eq!(summary["forks"]["istanbul"]["passed"], 4);
    assert_eq!(
        summary["forks"]["osaka"],
        json!({"passed": 2, "failed": 0, "skipped": 0, "messages": 2})
    );
    assert_eq!(summary["folders"]["./inner"]["skipped"], 2);
    assert_eq!(summary["skips"], json!({"fork Frontier is not audited": 2}));
    for (arguments, expected) in [
        (". --fork osaka", "2 passed, 0 failed, 0 skipped"),
        (". --filter other", "3 passed, 0 failed, 1 skipped"),
        (". --filter inner/test --fork istanbul", "4 passed, 0 failed, 0 skipped"),
        ("inner/test.json ./inner", "12 passed, 0 failed, 4 skipped"),
    ] {
        let ran = statetest(folder.path(), arguments);
        assert_eq!((ran.code, last(&ran)), (Some(0), expected), "{arguments}");
    }
}

#[test]
fn a_failure_is_a_line() {
    let wrong = format!("0x{:064x}", 7);
    let mut tests =
        json!({"good": test(), "logs": test(), "root": test(), "runs": test(), "refused": test()});
    tests["logs"]["post"]["Osaka"][0]["logs"] = wrong.as_str().into();
    tests["root"]["post"]["Osaka"][0]["hash"] = wrong.as_str().into();
    tests["runs"]["post"]["Osaka"][0]["expectException"] = "any".into();
    tests["refused"]["post"]["Istanbul"][1]["expectException"] = Value::Null;
    let folder = folder(&tests);
    let ran = statetest(folder.path(), "inner");
    assert_eq!((ran.code, last(&ran)), (Some(1), "11 passed, 4 failed, 5 skipped"));
    let expected = format!(
        "inner/test.json: logs: osaka d0 g0 v0: recording: logs-hash, expected {wrong}, found {NO_LOGS}"
    );
    assert!(ran.text().lines().any(|line| line == expected), "{}", ran.text());
    let ran = statetest(folder.path(), "inner --json");
    assert_eq!((ran.code, ran.stderr.lines().count()), (Some(1), 4));
    let summary = ran.json();
    schema("statetest").check(&summary).unwrap();
    let failures = summary["failures"].as_array().unwrap().iter();
    let found: Vec<_> = failures.map(|failure| [&failure["test"], &failure["kind"]]).collect();
    let expected = [
        ["logs", "logs-hash"],
        ["refused", "rejected"],
        ["root", "state-root"],
        ["runs", "not-rejected"],
    ];
    assert_eq!(found, expected);
}

/// `honest/statetest-without-sender`: the key tells the sender, and what was not filled is told.
#[test]
fn a_test_that_is_not_filled_runs_and_says_so() {
    const KEY: &str = "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8";
    let mut test = test();
    let transaction = test["transaction"].as_object_mut().unwrap();
    transaction.remove("sender");
    transaction.insert("secretKey".to_owned(), KEY.into());
    let of_key = "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b";
    test["pre"][of_key] = test["pre"][SENDER].take();
    test["pre"].as_object_mut().unwrap().remove(SENDER);
    test["post"]["Osaka"][0]["hash"] = format!("0x{:064x}", 0).into();
    test["post"]["Istanbul"].as_array_mut().unwrap().remove(0);
    let folder = folder(&json!({ "t": test }));
    let ran = statetest(folder.path(), "inner");
    assert_eq!((ran.code, last(&ran)), (Some(0), "2 passed, 0 failed, 1 skipped"), "{ran:?}");
    let told = "state-root is not compared: the file is not filled: in 1 that passed";
    assert!(ran.text().lines().any(|line| line == told), "{}", ran.text());
    let summary = statetest(folder.path(), "inner --json").json();
    schema("statetest").check(&summary).unwrap();
    let unchecked = "state-root is not compared: the file is not filled";
    assert_eq!(summary["unchecked"][unchecked], 1, "{summary}");
}

#[test]
fn an_unusable_file_is_named_and_the_rest_is_checked() {
    let folder = folder(&json!({ "t": test() }));
    fs::write(folder.path().join("inner/other.json"), "{\"no\": \"test\"}").unwrap();
    fs::write(folder.path().join("inner/broken.tar.gz"), "no archive").unwrap();
    let ran = statetest(folder.path(), "inner");
    // The rest is checked all the same.
    assert_eq!((ran.code, last(&ran)), (Some(2), "3 passed, 0 failed, 1 skipped"));
    assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("error: inner/")).count(), 2);
    let ran = statetest(folder.path(), "inner --json");
    schema("statetest").check(&ran.json()).unwrap();
    assert_eq!((ran.code, ran.json()["unusable"].as_array().map(Vec::len)), (Some(2), Some(2)));
    for arguments in
        ["missing", "inner/test.json --filter nothing", "", ". --jobs 0", ". --fork frontier"]
    {
        assert_eq!(statetest(folder.path(), arguments).code, Some(2), "{arguments}");
    }
    let ran = statetest(folder.path(), "missing --json");
    schema("error").check(&ran.json()).unwrap();
}
