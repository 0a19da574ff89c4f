//! What the module says, asked as the page asks it.

use std::fs;

use iso_evm_hypervisor::Engine;
use iso_evm_page::{ask, module::framed};
use iso_evm_testing::fixtures;
use iso_evm_verifier::{EngineKind, Options, report, verify};
use iso_evm_wire::{Opened, Witness};
use serde_json::{Value, json};

fn fixture(name: &str) -> Vec<u8> {
    fs::read(fixtures::own().join(name)).unwrap()
}

fn said(question: &Value, bytes: &[u8]) -> Value {
    ask(question.to_string().as_bytes(), bytes).unwrap().said
}

fn refused(question: &Value, bytes: &[u8]) -> String {
    ask(question.to_string().as_bytes(), bytes).unwrap_err().to_string()
}

#[test]
fn a_recording_has_the_bytes_that_the_command_line_writes() {
    for name in ["erc20-transfer", "call-tree", "delegation-7702", "plain-transfer"] {
        let answer = ask(br#"{"ask": "record"}"#, &fixture(&format!("{name}.json"))).unwrap();
        assert!(answer.bytes == fixture(&format!("{name}.witness.bin")), "{name}");
    }
}

#[test]
fn a_block_file_gives_the_transaction_that_is_chosen() {
    let packed = fixture("op-sepolia-26207960.json.zst");
    let block = zstd::decode_all(&packed[..]).unwrap();
    let answer = ask(br#"{"ask": "record", "index": 3}"#, &block).unwrap();
    assert_eq!(answer.said["choice"]["index"], 3);
    let hashes = answer.said["choice"]["names"].as_array().unwrap();
    assert_eq!(hashes.len(), 10);
    let hash = Witness::decode(&answer.bytes).unwrap().transaction.hash().unwrap();
    assert_eq!(hashes[3], json!(hash));
    let beyond = refused(&json!({ "ask": "record", "index": 10 }), &block);
    assert_eq!(beyond, "there is no transaction 10: the number of transactions is 10");
}

/// The cases of a state test that are audited are numbered in the file's order; others are not there.
#[test]
fn a_state_test_gives_the_case_that_is_chosen() {
    let sender = "0x1111111111111111111111111111111111111111";
    let post = json!([{ "indexes": { "data": 0, "gas": 0, "value": 0 }, "hash": format!("0x{:064x}", 0), "logs": format!("0x{:064x}", 0) }]);
    let test = json!({ "a transfer": {
        "env": { "currentCoinbase": "0x2222222222222222222222222222222222222222", "currentGasLimit": "0x1000000",
            "currentNumber": "0x1", "currentTimestamp": "0x1", "currentBaseFee": "0x0",
            "currentRandom": format!("0x{:064x}", 0), "currentDifficulty": "0x0" },
        "pre": { sender: { "nonce": "0x0", "balance": "0x1000000", "code": "0x", "storage": {} } },
        "transaction": { "data": ["0x"], "gasLimit": ["0x5208"], "gasPrice": "0x0", "nonce": "0x0",
            "sender": sender, "to": "0x3333333333333333333333333333333333333333", "value": ["0x1"] },
        "post": { "Frontier": post, "Istanbul": post, "Shanghai": post },
    }})
    .to_string();
    let answer = ask(br#"{"ask": "record", "index": 1}"#, test.as_bytes()).unwrap();
    let names = ["Istanbul, d0 g0 v0, a transfer", "Shanghai, d0 g0 v0, a transfer"];
    assert_eq!(answer.said["choice"], json!({ "of": "case", "index": 1, "names": names }));
    assert_eq!(answer.said["fork"], "shanghai");
    let beyond = refused(&json!({ "ask": "record", "index": 2 }), test.as_bytes());
    assert_eq!(beyond, "there is no case 2: the number of cases under forks that are audited is 2");
}

/// A transaction that no chain takes gives no witness, and that is what a test can want; which others there are is told
/// all the same.
#[test]
fn a_refusal_that_a_state_test_wants_is_told_from_one_that_it_does_not() {
    let sender = "0x1111111111111111111111111111111111111111";
    let none = format!("0x{:064x}", 0);
    let post = |exception: Value| {
        let mut post =
            json!({ "indexes": { "data": 0, "gas": 0, "value": 0 }, "hash": none, "logs": none });
        if !exception.is_null() {
            post["expectException"] = exception;
        }
        post
    };
    let test = json!({ "poor": {
        "env": { "currentCoinbase": "0x2222222222222222222222222222222222222222", "currentGasLimit": "0x1000000",
            "currentNumber": "0x1", "currentTimestamp": "0x1", "currentDifficulty": "0x0" },
        "pre": { sender: { "nonce": "0x0", "balance": "0x1", "code": "0x", "storage": {} } },
        "transaction": { "data": ["0x"], "gasLimit": ["0x5208"], "gasPrice": "0xa", "nonce": "0x0",
            "sender": sender, "to": "0x3333333333333333333333333333333333333333", "value": ["0x1"] },
        "post": { "Istanbul": [post(json!("TR_NoFunds")), post(Value::Null)] },
    }})
    .to_string();
    for (index, expected) in [(0, json!("TR_NoFunds")), (1, Value::Null)] {
        let question = json!({ "ask": "record", "index": index }).to_string();
        let answer = ask(question.as_bytes(), test.as_bytes()).unwrap();
        let why = answer.said["refused"].as_str().unwrap();
        assert!(why.contains("lack of funds"), "{why}");
        assert_eq!((&answer.said["expected"], answer.bytes.len()), (&expected, 0));
        assert_eq!(answer.said["choice"]["names"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_witness_in_its_json_form_is_assembled_and_what_cannot_be_recorded_is_named() {
    let bytes = fixture("call-tree.witness.bin");
    let form = ask(br#"{"ask": "fields"}"#, &bytes).unwrap().bytes;
    let answer = ask(br#"{"ask": "record"}"#, &form).unwrap();
    assert!(answer.bytes == bytes, "other bytes");
    let record = json!({ "ask": "record" });
    assert_eq!(refused(&record, b"nothing"), "this is neither a witness.bin nor JSON");
    let receipt = refused(&record, br#"{"transactionHash": null, "logs": [], "status": "0x1"}"#);
    assert!(receipt.starts_with("this is a receipt: a page asks no node"), "{receipt}");
}

#[test]
fn a_report_is_the_one_of_the_command_line() {
    let bytes = fixture("call-tree.witness.bin");
    let witness = Witness::decode(&bytes).unwrap();
    let options = Options { engine: EngineKind::Both, ..Options::default() };
    let mut report = verify(&witness, &options).unwrap();
    report.look_for_causes(&Engine::new(witness.rules), &Opened::of(&witness), &options);
    let expected = report::json::json(&report);
    let found = said(&json!({ "ask": "verify" }), &bytes);
    assert_eq!(found["report"], serde_json::to_value(expected).unwrap());
    assert_eq!(found["execution"].as_array().unwrap().len(), witness.messages.len());
}

/// What is not used and what is not given is said beside the recording.
#[test]
fn a_misspelt_field_is_told_beside_the_recording() {
    let input = json!({
        "fork": "osaka", "block": {"number": "0x1", "timestmp": "0x1"},
        "transaction": {"from": "0x1111111111111111111111111111111111111111", "chainId": 5,
            "to": "0x2222222222222222222222222222222222222222", "gas": "0x186a0"},
        "prestate": {},
    });
    let answer = ask(br#"{"ask": "record"}"#, input.to_string().as_bytes()).unwrap();
    let notes: Vec<String> = serde_json::from_value(answer.said["notes"].clone()).unwrap();
    assert!(notes.iter().any(|note| note.contains("block.timestmp")), "{notes:?}");
}

/// A message's steps are as many as its code takes, and its records are taken at them in order.
#[test]
fn a_message_is_walked_through_with_its_records() {
    let bytes = fixture("erc20-transfer.witness.bin");
    let walked = said(&json!({ "ask": "steps", "message": 0 }), &bytes);
    let steps = walked["steps"].as_array().unwrap();
    let taken: Vec<_> = steps.iter().filter_map(|step| step["record"].as_u64()).collect();
    assert_eq!(taken, [1, 2, 3, 4, 5]);
    // What the steps cost is what the message says that it used.
    let cost: u64 = steps.iter().map(|step| step["cost"].as_u64().unwrap()).sum();
    let witness = Witness::decode(&bytes).unwrap();
    assert_eq!(alloy_primitives::U256::from(cost), witness.message(0).unwrap().gasUsed);
    let why = refused(&json!({ "ask": "steps", "message": 1 }), &bytes);
    assert_eq!(why, "there is no message 1: the number of messages is 1");
}

/// The story says the cause first, and has the message that is asked for from within.
#[test]
fn a_story_has_its_headline_and_the_message_that_is_asked_for() {
    let bytes = fixture("call-tree.witness.bin");
    let story = said(&json!({ "ask": "story", "message": 2 }), &bytes);
    assert_eq!(story["verdict"], "valid");
    assert!(story["headline"].as_str().unwrap().starts_with("valid"), "{}", story["headline"]);
    assert_eq!(story["calls"].as_array().unwrap().len(), 17);
    assert_eq!((&story["messages"][0]["index"], &story["atHand"]), (&json!(2), &json!(2)));
    let records = story["messages"][0]["records"].as_array().unwrap();
    let witness = Witness::decode(&bytes).unwrap();
    assert_eq!(records.len(), witness.message(2).unwrap().stateAccessList.len());
    let why = refused(&json!({ "ask": "story", "message": 17 }), &bytes);
    assert_eq!(why, "there is no message 17: the number of messages is 17");
}

#[test]
fn fields_that_nobody_changed_make_the_same_witness() {
    for name in ["erc20-transfer", "call-tree", "create-and-create2", "delegation-7702", "blobs"] {
        let bytes = fixture(&format!("{name}.witness.bin"));
        let fields = ask(br#"{"ask": "fields"}"#, &bytes).unwrap().bytes;
        let again = ask(br#"{"ask": "assemble"}"#, &fields).unwrap().bytes;
        assert!(again == bytes, "{name}");
    }
}

/// A lie about anything is assembled, and some audit finds it; what it makes superfluous is left out.
#[test]
fn a_changed_field_is_assembled_and_found() {
    let fields = ask(br#"{"ask": "fields"}"#, &fixture("erc20-transfer.witness.bin")).unwrap();
    let fields: Value = serde_json::from_slice(&fields.bytes).unwrap();
    let lies: [(&str, Value, &str); 7] = [
        ("/messages/0/stateAccessList/1/value", json!(format!("0x{:064x}", 7)), "access"),
        ("/messages/0/stateAccessList/0/codeHash", json!(format!("0x{:064x}", 7)), "access"),
        ("/messages/0/gasUsed", json!("0x1"), "execution"),
        ("/transaction/s", json!(format!("0x{:064x}", 7)), "transaction"),
        ("/transaction/value", json!("0x1"), "transaction"),
        ("/receipt/gasUsed", json!("0x1"), "transaction"),
        ("/roots/leave", json!(format!("0x{:064x}", 7)), "transaction"),
    ];
    for (place, value, audit) in lies {
        let mut lie = fields.clone();
        *lie.pointer_mut(place).unwrap() = value;
        let bytes = ask(br#"{"ask": "assemble"}"#, lie.to_string().as_bytes()).unwrap().bytes;
        let found = said(&json!({ "ask": "verify" }), &bytes);
        assert_eq!(found["report"]["audits"][audit], "invalid", "{place}: {}", found["told"]);
        assert_eq!(found["report"]["verdict"], "invalid");
    }
    let mut lie = fields;
    *lie.pointer_mut("/receipt/gasUsed").unwrap() = json!("a lot");
    let why = refused(&json!({ "ask": "assemble" }), lie.to_string().as_bytes());
    assert!(why.starts_with("witness: "), "{why}");
}

#[test]
fn a_native_run_is_told_step_by_step() {
    // 3 + 4, returned.
    let input = json!({
        "fork": "osaka", "chainId": "0xa11",
        "transaction": {"from": "0x1111111111111111111111111111111111111111",
            "to": "0x2222222222222222222222222222222222222222", "gas": "0x186a0", "gasPrice": "0x0"},
        "prestate": {"0x2222222222222222222222222222222222222222":
            {"code": "0x60036004015f5260205ff3"}},
    });
    let run = said(&json!({ "ask": "trace" }), input.to_string().as_bytes());
    let steps = run["steps"].as_array().unwrap();
    let pcs: Vec<_> = steps.iter().map(|step| step["pc"].as_u64().unwrap()).collect();
    assert_eq!(pcs, [0, 2, 4, 5, 6, 7, 9, 10]);
    assert_eq!(steps[2]["stack"], json!(["0x3", "0x4"]));
    assert_eq!((&run["end"]["success"], &run["end"]["gasUsed"]), (&json!(true), &json!(22)));
    assert_eq!(run["end"]["returned"], json!(format!("0x{:064x}", 7)));
}

/// Whatever comes in, something is said.
#[test]
fn no_bytes_stop_the_module() {
    let questions = ["record", "trace", "verify", "calls", "fields", "assemble"];
    for question in questions {
        for bytes in [&b""[..], b"{}", b"ISOW", b"null", &[0xff; 64]] {
            let why = refused(&json!({ "ask": question }), bytes);
            assert!(!why.is_empty() && !why.contains("iso_evm"), "{question}: {why}");
        }
    }
    for frame in [&b""[..], b"abc", &[0xff; 4], &[9, 0, 0, 0, b'{', b'}']] {
        let answer = framed(frame);
        let length = u32::from_le_bytes(answer[..4].try_into().unwrap()) as usize;
        let answer: Value = serde_json::from_slice(&answer[4..4 + length]).unwrap();
        assert!(answer["error"].as_str().is_some_and(|why| why.contains("question")), "{answer}");
    }
}
