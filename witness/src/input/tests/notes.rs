//! What is given in vain, and what stands in for what is not given: each is said, and nothing of a usual
//! input. A trace in diff mode, of which a run may look at more than it tells.

use std::fs;

use serde_json::{Value, json};

use super::super::*;
use crate::record;

/// A whole input, to which nothing is to be said.
fn whole() -> Value {
    json!({
        "fork": "prague",
        "block": {"number": 1, "timestamp": 2, "miner": "0x00000000000000000000000000000000000000fe",
            "gasLimit": 30_000_000, "baseFeePerGas": 7, "mixHash": format!("0x{}", "11".repeat(32)),
            "excessBlobGas": 0},
        "transaction": {"chainId": 1, "from": "0x0101010101010101010101010101010101010101", "nonce": 0,
            "to": "0x0202020202020202020202020202020202020202", "gas": 60_000, "gasPrice": 7},
        "prestate": {
            "0x0101010101010101010101010101010101010101": {"balance": "0xffffff"},
            // Stores slot 1 in slot 0.
            "0x0202020202020202020202020202020202020202": {"code": "0x6001545f5500", "nonce": 1,
                "storage": {"0x00": "0x00", "0x01": "0x05"}},
            "0x00000000000000000000000000000000000000fe": {"balance": "0x1"}
        }
    })
}

fn notes(input: &Value) -> Vec<String> {
    let (_, notes) = Input::read(input.to_string().as_bytes(), None).unwrap();
    notes.iter().map(ToString::to_string).collect()
}

fn without(part: &str, field: &str) -> Value {
    let mut input = whole();
    input[part].as_object_mut().unwrap().remove(field).unwrap();
    input
}

fn with(part: &str, field: &str, value: Value) -> Value {
    let mut input = whole();
    input[part][field] = value;
    input
}

#[test]
fn a_field_that_is_absent_or_in_vain_is_said() {
    assert_eq!(notes(&whole()), Vec::<String>::new());
    for (input, expected) in [
        (without("block", "number"), "block.number is not given: 0 is used"),
        (without("block", "timestamp"), "block.timestamp is not given: 0 is used"),
        (without("block", "miner"), "block.miner is not given: 0 is used"),
        (without("block", "gasLimit"), "block.gasLimit is not given: 30000000 is used"),
        (without("block", "baseFeePerGas"), "block.baseFeePerGas is not given: 0 is used"),
        (without("block", "mixHash"), "block.mixHash is not given: 0 is used"),
        (without("block", "excessBlobGas"), "block.excessBlobGas is not given: 0 is used"),
        (without("transaction", "nonce"), "transaction.nonce is not given: 0 is used"),
        (
            without("transaction", "gasPrice"),
            "transaction.gasPrice is not given: the block's base fee, 7, is used",
        ),
        (
            without("transaction", "gas"),
            "transaction.gas is not given: 30000000, the most that the block allows, is used",
        ),
        (
            without("transaction", "chainId"),
            "chainId is not given: 1, that of Ethereum's main chain, is used",
        ),
        (
            with("block", "basefe", json!(5)),
            "block.basefe is not known and not used: did you mean \"baseFeePerGas\"?",
        ),
        (with("block", "colour", json!("red")), "block.colour is not known and not used"),
        (
            with("block", "difficulty", json!(5)),
            "block.difficulty is not used: a block of prague has none",
        ),
        (
            with("transaction", "valu", json!(5)),
            "transaction.valu is not known and not used: did you mean \"value\"?",
        ),
        (
            with("transaction", "maxFeePerBlobGas", json!(5)),
            "transaction.maxFeePerBlobGas is not used: a transaction of type 0 has none",
        ),
        (
            with("transaction", "hash", json!(format!("0x{}", "22".repeat(32)))),
            "transaction.hash is not used: there is no signature, so nothing says that it is this \
             transaction's",
        ),
        (
            with(
                "prestate",
                "0x0303030303030303030303030303030303030303",
                json!({"balnce": "0x1"}),
            ),
            "prestate.0x0303030303030303030303030303030303030303.balnce is not known and not used: did you \
             mean \"balance\"?",
        ),
    ] {
        assert_eq!(notes(&input), [expected], "{input}");
    }
    let hash = json!(format!("0x{}", "22".repeat(32)));
    let [note] = &notes(&with("block", "hash", hash))[..] else { panic!("one note") };
    assert!(
        note.starts_with("block.hash is not used: of the block's header there is no parentHash")
    );
    let mut none = whole();
    none.as_object_mut().unwrap().remove("block");
    assert!(
        notes(&none)[0].starts_with("block is not given: a block of zeros"),
        "{:?}",
        notes(&none)
    );
    // What nodes add, null and zero are no mistakes.
    for (part, field, value) in [
        ("block", "totalDifficulty", json!("0x5")),
        ("block", "transactions", json!([])),
        ("block", "difficulty", json!("0x0")),
        ("block", "colour", json!(null)),
        ("transaction", "blockHash", json!(null)),
        ("transaction", "blockNumber", json!("0x5")),
        ("transaction", "value", json!("0x0")),
    ] {
        assert_eq!(notes(&with(part, field, value)), Vec::<String>::new(), "{part}.{field}");
    }
}

#[test]
fn nothing_is_to_be_said_of_the_projects_own_inputs() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures");
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let (_, notes) = Input::read(&fs::read(&path).unwrap(), None).unwrap();
            assert_eq!(notes, [], "{}", path.display());
            read += 1;
        }
    }
    assert!(read > 15, "{read} fixtures");
}

/// A pre-state as diff mode has it, of the accounts and slots that are named.
fn diff(accounts: &[&str], slots: &[&str]) -> Value {
    let mut input = whole();
    let mut pre = input["prestate"].take();
    let kept = |name: &String| accounts.iter().any(|account| name.ends_with(*account));
    pre.as_object_mut().unwrap().retain(|name, _| kept(name));
    if let Some(contract) = pre.get_mut("0x0202020202020202020202020202020202020202") {
        let storage = contract["storage"].as_object_mut().unwrap();
        storage.retain(|name, _| slots.contains(&name.as_str()));
    }
    input["prestate"] = json!({"pre": pre, "post": {}});
    input
}

#[test]
fn a_trace_in_diff_mode_is_as_good_as_the_whole_or_refused() {
    let whole_run = record(&Input::parse(whole().to_string().as_bytes(), None).unwrap().execution);
    let parse = |input: &Value| Input::read(input.to_string().as_bytes(), None);
    let all = diff(&["0101", "0202", "fe"], &["0x00", "0x01"]);
    let (input, notes) = parse(&all).unwrap();
    assert_eq!(record(&input.execution), whole_run);
    assert_eq!(notes.len(), 1);
    assert!(notes[0].to_string().starts_with("prestate.post is not used: \"pre\" is; "));
    // Nothing is said of what is not there.
    let mut alone = all.clone();
    alone["prestate"].as_object_mut().unwrap().remove("post").unwrap();
    let (input, notes) = parse(&alone).unwrap();
    assert_eq!((record(&input.execution), notes), (whole_run.clone(), Vec::new()));
    // What the run looks at and the trace does not have would be zero.
    let without_slot = parse(&diff(&["0101", "0202", "fe"], &["0x00"])).unwrap_err();
    assert!(matches!(without_slot, InputError::Diff(DiffError::Slot { .. })), "{without_slot}");
    assert!(without_slot.to_string().contains("one without diff mode has it"));
    for accounts in [&["0101", "fe"][..], &["0101", "0202"]] {
        let error = parse(&diff(accounts, &["0x00", "0x01"])).unwrap_err();
        assert!(matches!(error, InputError::Diff(DiffError::Account(_))), "{accounts:?}: {error}");
    }
    // What is there afterwards and was not before was empty.
    let mut after = diff(&["0101", "0202", "fe"], &["0x01"]);
    after["prestate"]["post"] = json!({"0x0202020202020202020202020202020202020202":
        {"storage": {"0x00": "0x05"}}});
    let (input, _) = parse(&after).unwrap();
    assert_eq!(record(&input.execution), whole_run);
    let mut made = diff(&["0101", "0202"], &["0x00", "0x01"]);
    made["prestate"]["post"] =
        json!({"0x00000000000000000000000000000000000000fe": {"balance": "0x1"}});
    assert!(parse(&made).is_ok());
    for (prestate, message) in [
        (json!({"post": {}}), "prestate: missing field `pre`"),
        (
            json!({"pre": {}, "0x0101010101010101010101010101010101010101": {}}),
            "do not stand beside",
        ),
        (json!({"pre": 5}), "prestate.pre: expected an object, found the number 5"),
        (json!({"before": {}}), "prestate"),
    ] {
        let mut input = whole();
        input["prestate"] = prestate.clone();
        let error = parse(&input).unwrap_err().to_string();
        assert!(error.contains(message), "{prestate}: {error}");
    }
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": all["prestate"]});
    let mut input = all.clone();
    input["prestate"] = answer;
    assert!(parse(&input).is_ok());
}
