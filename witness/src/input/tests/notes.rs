//! What is given in vain, and what stands in for what is not given: each is said, and nothing of a usual
//! input. A trace in diff mode, of which a run may look at more than it tells.

use std::fs;

use serde_json::{Value, json};

use super::super::*;
use crate::record;

/// A whole input, to which nothing is to be said.
pub(super) fn whole() -> Value {
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

pub(super) fn notes(input: &Value) -> Vec<String> {
    let (_, notes) = Input::read(input.to_string().as_bytes(), None).unwrap();
    notes.iter().map(ToString::to_string).collect()
}

fn without(part: &str, field: &str) -> Value {
    let mut input = whole();
    input[part].as_object_mut().unwrap().remove(field).unwrap();
    input
}

pub(super) fn with(part: &str, field: &str, value: Value) -> Value {
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
        ("transaction", "blockNumber", json!("0x1")),
        ("transaction", "value", json!("0x0")),
    ] {
        assert_eq!(notes(&with(part, field, value)), Vec::<String>::new(), "{part}.{field}");
    }
}

/// [`whole`], signed: EIP-155's example, with what a chain says beside it.
pub(super) fn signed() -> (Value, String) {
    let mut input = whole();
    input["prestate"]["0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"] =
        json!({"nonce": 9, "balance": "0xffffffffffffffffff"});
    let hash = "0x33469b22e9f636356c4160a87eb19df52b7412e8eac32a4a55ffe88ea8350788";
    input["transaction"] = json!({"type": "0x0", "nonce": "0x9", "gasPrice": "0x4a817c800", "gas": "0x5208",
        "to": "0x3535353535353535353535353535353535353535", "value": "0xde0b6b3a7640000",
        "input": "0x", "v": "0x25", "from": "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", "hash": hash,
        "r": "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
        "s": "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
        "blockNumber": "0x1", "transactionIndex": "0x0", "blockTimestamp": "0x2"});
    input["block"]["transactions"] = json!([hash]);
    input["receipt"] = json!({"status": "0x1", "gasUsed": "0x5208", "logs": [],
        "logsBloom": format!("0x{}", "00".repeat(256)), "transactionHash": hash, "blockNumber": "0x1",
        "transactionIndex": "0x0", "from": "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", "type": "0x0",
        "to": "0x3535353535353535353535353535353535353535", "contractAddress": null,
        "effectiveGasPrice": "0x4a817c800", "cumulativeGasUsed": "0x5208"});
    (input, hash.to_owned())
}

#[test]
fn parts_of_a_file_that_are_not_of_one_transaction_are_said() {
    let (plain, hash) = signed();
    assert_eq!(notes(&plain), Vec::<String>::new());
    let other = format!("0x{}", "33".repeat(32));
    let somebody = "0x0303030303030303030303030303030303030303";
    for (path, value, expected) in [
        ("/transaction/blockNumber", json!("0x5"), "transaction.blockNumber is 5, which contradicts block.number, 1".to_owned()),
        ("/transaction/blockTimestamp", json!(9), "transaction.blockTimestamp is 9, which contradicts block.timestamp, 2".into()),
        ("/transaction/transactionIndex", json!("0x3"),
            "transaction.transactionIndex is 3, which contradicts block.transactions, of which there are 1".into()),
        ("/block/transactions", json!([{"hash": other}]),
            format!("transaction.transactionIndex is 0, which contradicts block.transactions[0], {other}")),
        ("/receipt/transactionHash", json!(other),
            format!("receipt.transactionHash is {other}, which contradicts the transaction's hash, {hash}")),
        ("/receipt/from", json!(somebody),
            format!("receipt.from is {somebody}, which contradicts the transaction's sender, 0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F")),
        ("/receipt/to", json!(somebody),
            format!("receipt.to is {somebody}, which contradicts the transaction's receiver, 0x3535353535353535353535353535353535353535")),
        ("/receipt/contractAddress", json!(somebody),
            format!("receipt.contractAddress is {somebody}, which contradicts the transaction's creation, none: it is a call")),
        ("/receipt/type", json!("0x2"), "receipt.type is 2, which contradicts the transaction's type, 0".into()),
        ("/receipt/blockNumber", json!("0x7"), "receipt.blockNumber is 7, which contradicts block.number, 1".into()),
        ("/receipt/transactionIndex", json!("0x7"), "receipt.transactionIndex is 7, which contradicts the transaction's own index, 0".into()),
        ("/receipt/effectiveGasPrice", json!("0x9"),
            "receipt.effectiveGasPrice is 9, which contradicts what its fees and the base fee come to, 20000000000".into()),
    ] {
        let mut input = plain.clone();
        *input.pointer_mut(path).unwrap() = value;
        let found = notes(&input);
        if path == "/transaction/transactionIndex" {
            // The receipt has another then.
            assert_eq!(found.len(), 2, "{found:?}");
        } else {
            assert_eq!(found.len(), 1, "{path}: {found:?}");
        }
        assert_eq!(found[0], expected, "{path}");
    }
    let mut input = plain.clone();
    for part in ["transaction", "receipt"] {
        input[part]["transactionIndex"] = json!(null);
    }
    input["block"]["transactions"] = json!([other, format!("0x{}", "44".repeat(32))]);
    let expected = format!(
        "block.transactions is a list of 2 others, which contradicts the transaction, {hash}, which is not in it"
    );
    assert_eq!(notes(&input), [expected]);
    // A hash that is known: given, as there is no header.
    let mut input = plain.clone();
    input["block"]["hash"] = json!(hash);
    input["transaction"]["blockHash"] = json!(other);
    input["receipt"]["blockHash"] = json!(other);
    let found = notes(&input);
    assert_eq!(
        found[1],
        format!("transaction.blockHash is {other}, which contradicts block.hash, {hash}")
    );
    assert_eq!(
        found[2],
        format!("receipt.blockHash is {other}, which contradicts block.hash, {hash}")
    );
    // Integers of any length: where they are not used, and where they are.
    let long = "100000000000000000000000000000000000000001";
    let text = plain.to_string();
    let text =
        text.replace("\"cumulativeGasUsed\":\"0x5208\"", &format!("\"cumulativeGasUsed\":{long}"));
    assert!(text.contains(long));
    assert_eq!(Input::read(text.as_bytes(), None).unwrap().1, []);
    let text = plain.to_string().replace(
        "\"effectiveGasPrice\":\"0x4a817c800\"",
        &format!("\"effectiveGasPrice\":{}", u128::MAX),
    );
    let [note] = &Input::read(text.as_bytes(), None).unwrap().1[..] else { panic!("one note") };
    assert!(note.to_string().contains(&format!("is {}, which", u128::MAX)), "{note}");
    for (path, value) in [("receipt", json!(1e80)), ("transaction", json!("five"))] {
        let mut input = plain.clone();
        input[path]["blockNumber"] = value;
        let expected =
            format!("{path}.blockNumber is not used: it is not what stands in such a field");
        assert_eq!(notes(&input), [expected]);
    }
    // ethers has other names.
    let mut input = plain;
    let receipt = input["receipt"].as_object_mut().unwrap();
    let value = receipt.remove("transactionHash").unwrap();
    receipt.insert("hash".into(), value);
    let value = receipt.remove("transactionIndex").unwrap();
    receipt.insert("index".into(), value);
    receipt.insert("gasUsed".into(), json!("21000n"));
    assert_eq!(notes(&input), Vec::<String>::new());
    input["receipt"]["hash"] = json!(other);
    assert!(notes(&input)[0].starts_with("receipt.transactionHash is 0x3333"));
    input["receipt"]["transactionHash"] = json!(hash);
    let error = Input::parse(input.to_string().as_bytes(), None).unwrap_err().to_string();
    assert_eq!(error, "receipt: fields \"transactionHash\" and \"hash\" contradict each other");
}

/// What was paid follows from the fees and the base fee, 7; a node prints the most where nothing is paid yet.
#[test]
fn a_price_that_the_fees_do_not_come_to_is_said() {
    let price = |price: u64, more: Value| {
        let mut input = whole();
        let transaction = input["transaction"].as_object_mut().unwrap();
        transaction.insert("type".into(), json!("0x2"));
        transaction.insert("maxFeePerGas".into(), json!(10));
        transaction.insert("maxPriorityFeePerGas".into(), json!(1));
        transaction.insert("gasPrice".into(), json!(price));
        transaction.extend(more.as_object().unwrap().clone());
        notes(&input)
    };
    let none = Vec::<String>::new();
    let mined = json!({"blockNumber": "0x1"});
    assert_eq!(price(8, json!({})), none);
    assert_eq!(price(8, mined.clone()), none);
    assert_eq!(price(10, json!({"blockNumber": null})), none);
    let of = |price: u64| {
        format!(
            "transaction.gasPrice is {price}, which contradicts what its fees and the base fee come to, 8"
        )
    };
    assert_eq!(price(10, mined.clone()), [of(10)]);
    assert_eq!(price(9, json!({})), [of(9)]);
    assert_eq!(price(7, mined), [of(7)]);
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
        (json!({"post": {}}), "prestate: field \"pre\" is missing"),
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
