//! What stands beside what is recorded and contradicts it: lists of the block, a receipt's own words, bytes and
//! creations of a transaction, hashes that nobody sees.

use serde_json::json;

use super::{
    super::*,
    notes::{notes, signed, whole, with},
};

/// The block's own lists: a transaction that is listed whole, uncles, withdrawals.
#[test]
fn what_a_block_lists_is_held_against_transaction_and_roots() {
    let (plain, hash) = signed();
    let mut whole = plain.clone();
    whole["block"]["transactions"] = json!([plain["transaction"]]);
    assert_eq!(notes(&whole), Vec::<String>::new());
    for (field, value, expected) in [
        (
            "value",
            json!("0x7"),
            "is 0x7, which contradicts the transaction's own, 0xde0b6b3a7640000",
        ),
        ("nonce", json!(8), "is 0x8, which contradicts the transaction's own, 0x9"),
        (
            "r",
            json!("0x5"),
            "is 0x5, which contradicts the transaction's own, 0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
        ),
        ("blockNumber", json!("0x3"), "is 3, which contradicts the transaction's own, 1"),
        ("transactionIndex", json!("0x3"), "is 3, which contradicts the transaction's own, 0"),
        ("gasPrice", json!("0x3"), "is 3, which contradicts the transaction's own, 20000000000"),
        ("valu", json!(5), "is not known and not used: did you mean \"value\"?"),
    ] {
        let mut input = whole.clone();
        input["block"]["transactions"][0][field] = value;
        let found = notes(&input);
        assert_eq!(found[0], format!("block.transactions[0].{field} {expected}"));
    }
    // Another one's fields are nobody's business here; where it cannot be read is said.
    let mut input = whole.clone();
    input["block"]["transactions"][0]["value"] = json!([]);
    assert!(
        notes(&input)[0].starts_with("block.transactions[0] is not used: it is no transaction")
    );
    input["block"]["transactions"] = json!([hash]);
    let empty_uncles = json!(alloy_consensus::EMPTY_OMMER_ROOT_HASH);
    let other = json!(format!("0x{}", "33".repeat(32)));
    let paid = json!({"index": "0x1", "validatorIndex": "0x2", "amount": "0x3",
        "address": "0x0303030303030303030303030303030303030303"});
    let root = alloy_consensus::proofs::calculate_withdrawals_root(&[serde_json::from_value(
        paid.clone(),
    )
    .unwrap()]);
    let numbers = json!({"index": 1, "validatorIndex": "2", "amount": 3,
        "address": "0x0303030303030303030303030303030303030303"});
    let uncle = alloy_consensus::Header { number: 7, ..Default::default() };
    let uncles = json!([iso_evm_wire::block::BlockFields::from(&uncle)]);
    let of_uncle = json!(alloy_consensus::proofs::calculate_ommers_root(&[uncle]));
    for (list, value, name, said, expected) in [
        ("uncles", json!([]), "sha3Uncles", &empty_uncles, None),
        ("uncles", json!([other]), "sha3Uncles", &other, None),
        ("uncles", uncles.clone(), "sha3Uncles", &of_uncle, None),
        (
            "uncles",
            json!([other]),
            "sha3Uncles",
            &empty_uncles,
            Some("is a list of 1, which contradicts"),
        ),
        ("uncles", json!([]), "sha3Uncles", &other, Some("is an empty list, which contradicts")),
        ("ommers", uncles, "sha3Uncles", &other, Some("is a list whose root is 0x")),
        ("uncles", json!(5), "sha3Uncles", &other, Some("is not used: it is not what")),
        ("withdrawals", json!([paid]), "withdrawalsRoot", &json!(root), None),
        ("withdrawals", json!([numbers]), "withdrawalsRoot", &json!(root), None),
        (
            "withdrawals",
            json!([]),
            "withdrawalsRoot",
            &json!(root),
            Some("is an empty list, which contradicts"),
        ),
        (
            "withdrawals",
            json!([paid, numbers]),
            "withdrawalsRoot",
            &json!(root),
            Some("is a list whose root is 0x"),
        ),
        (
            "withdrawals",
            json!([{}]),
            "withdrawalsRoot",
            &json!(root),
            Some("is not used: it is not what"),
        ),
    ] {
        let mut input = plain.clone();
        input["block"][list] = value;
        input["block"][name] = said.clone();
        let found = notes(&input);
        match expected {
            None => assert_eq!(found, Vec::<String>::new(), "{list}"),
            Some(expected) => {
                let begin = format!("block.{list} {expected}");
                assert!(found.len() == 1 && found[0].starts_with(&begin), "{begin}: {found:?}");
            }
        }
    }
}

#[test]
fn a_receipt_that_contradicts_itself_is_said() {
    let (mut plain, hash) = signed();
    let other = format!("0x{}", "33".repeat(32));
    plain["receipt"]["logs"] = json!([{"address": "0x3535353535353535353535353535353535353535", "topics": [],
        "data": "0x", "transactionHash": hash, "blockNumber": "0x1", "transactionIndex": 0, "removed": false}]);
    plain["receipt"]["blobGasUsed"] = json!("0x0");
    plain["receipt"]["blobGasPrice"] = json!("0x1");
    assert_eq!(notes(&plain), Vec::<String>::new());
    for (path, value, expected) in [
        ("cumulativeGasUsed", json!("0x5207"), "receipt.cumulativeGasUsed is 20999, which contradicts receipt.gasUsed, 21000, which is more".to_owned()),
        ("blobGasUsed", json!("0x20000"), "receipt.blobGasUsed is 131072, which contradicts the transaction's blobs, which use 0".into()),
        ("blobGasPrice", json!("0x2"), "receipt.blobGasPrice is 2, which contradicts the block's excess blob gas, by which it is 1".into()),
        ("root", json!(other), "receipt.root is not used: a receipt with a status has none".into()),
    ] {
        let mut input = plain.clone();
        input["receipt"][path] = value;
        assert_eq!(notes(&input), [expected]);
    }
    for (field, value, expected) in [
        ("transactionHash", json!(other), format!("is {other}, which contradicts receipt.transactionHash, {hash}")),
        ("blockNumber", json!(7), "is 7, which contradicts receipt.blockNumber, 1".into()),
        ("transactionIndex", json!("0x4"), "is 4, which contradicts receipt.transactionIndex, 0".into()),
        ("removed", json!(true), "is true, which contradicts the receipt, which has no log of a block that was taken back".into()),
    ] {
        let mut input = plain.clone();
        input["receipt"]["logs"][0][field] = value;
        assert_eq!(notes(&input), [format!("receipt.logs[0].{field} {expected}")]);
    }
    // Fields that nobody knows, and numbers and times of several logs.
    let mut input = plain.clone();
    let log = plain["receipt"]["logs"][0].clone();
    input["receipt"]["logs"] = json!([log, log, log]);
    input["receipt"]["blockTimestamp"] = json!(2);
    for (index, log) in input["receipt"]["logs"].as_array_mut().unwrap().iter_mut().enumerate() {
        log["logIndex"] = json!(format!("{:#x}", 6 + index));
        log["blockTimestamp"] = json!("0x2");
    }
    for known in ["l1Fee", "l1GasUsed", "gasUsedForL1", "authorizationList", "revertReason"] {
        input["receipt"][known] = json!("0x1");
    }
    assert_eq!(notes(&input), Vec::<String>::new());
    for (path, value, expected) in [
        ("/receipt", json!({"foo": 1}), "foo is not known and not used"),
        (
            "/receipt",
            json!({"cumulativeGasUse": 1}),
            "cumulativeGasUse is not known and not used: did you mean \"cumulativeGasUsed\"?",
        ),
        (
            "/receipt",
            json!({"blockTimestamp": 7}),
            "blockTimestamp is 7, which contradicts block.timestamp, 2",
        ),
        ("/receipt/logs/1", json!({"foo": 1}), "logs[1].foo is not known and not used"),
        (
            "/receipt/logs/1",
            json!({"logIndex": "0x0"}),
            "logs[1].logIndex is 0, which contradicts receipt.logs[0], which is log 6 of the block",
        ),
        (
            "/receipt/logs/1",
            json!({"index": 8}),
            "logs[1].index is 8, which contradicts receipt.logs[0], which is log 6 of the block",
        ),
        (
            "/receipt/logs/2",
            json!({"logIndex": "0x9"}),
            "logs[2].logIndex is 9, which contradicts receipt.logs[0], which is log 6 of the block",
        ),
        (
            "/receipt/logs/2",
            json!({"logIndex": {}}),
            "logs[2].logIndex is not used: it is not what stands in such a field",
        ),
        (
            "/receipt/logs/1",
            json!({"blockTimestamp": "0x7"}),
            "logs[1].blockTimestamp is 7, which contradicts receipt.blockTimestamp, 2",
        ),
    ] {
        let mut input = input.clone();
        let part = input.pointer_mut(path).unwrap().as_object_mut().unwrap();
        part.extend(value.as_object().unwrap().clone());
        assert_eq!(notes(&input)[0], format!("receipt.{expected}"));
    }
    // What the receipt does not say itself is what is recorded.
    let mut input = plain;
    input["receipt"].as_object_mut().unwrap().remove("blockNumber").unwrap();
    input["receipt"]["logs"][0]["blockNumber"] = json!(7);
    assert_eq!(
        notes(&input),
        ["receipt.logs[0].blockNumber is 7, which contradicts what is recorded, 1"]
    );
}

#[test]
fn what_a_transaction_says_of_itself_and_block_hashes_nobody_sees_are_said() {
    let (plain, hash) = signed();
    let parsed = Input::parse(plain.to_string().as_bytes(), None).unwrap();
    let raw = alloy_primitives::hex::encode_prefixed(parsed.transaction.encode());
    let mut input = plain.clone();
    for name in ["raw", "rawTransaction"] {
        input["transaction"][name] = json!(raw);
    }
    assert_eq!(notes(&input), Vec::<String>::new());
    for name in ["raw", "rawTransaction"] {
        let mut input = plain.clone();
        input["transaction"][name] = json!("0x00");
        let empty = alloy_primitives::keccak256([0_u8]);
        let expected = format!(
            "transaction.{name} is bytes whose hash is {empty}, which contradicts the transaction's own, \
             bytes whose hash is {hash}"
        );
        assert_eq!(notes(&input), [expected]);
    }
    let somebody = "0x0303030303030303030303030303030303030303";
    for name in ["creates", "contractAddress"] {
        let mut input = plain.clone();
        input["transaction"][name] = json!(somebody);
        let expected = format!(
            "transaction.{name} is {somebody}, which contradicts the transaction's own, none: it is a call"
        );
        assert_eq!(notes(&input), [expected]);
    }
    let unsigned = with("transaction", "raw", json!(raw));
    assert!(notes(&unsigned)[0].starts_with("transaction.raw is not used: nothing says"));
    for (number, hashes, expected) in [
        (1, json!({"0": hash}), None),
        (300, json!({"44": hash, "299": hash}), None),
        (
            1,
            json!({"1": hash}),
            Some("blockHashes.1 is not used: BLOCKHASH sees the 256 blocks before block 1"),
        ),
        (300, json!({"43": hash}), Some("blockHashes.43 is not used: BLOCKHASH sees")),
        (
            300,
            json!({"43": hash, "44": hash, "0x12c": hash}),
            Some(
                "blockHashes is not used: BLOCKHASH sees the 256 \
            blocks before block 300, and 2 numbers, from 43 to 300, are not of them",
            ),
        ),
    ] {
        let mut input = whole();
        input["block"]["number"] = json!(number);
        input["blockHashes"] = hashes;
        let found = notes(&input);
        match expected {
            None => assert_eq!(found, Vec::<String>::new()),
            Some(expected) => {
                assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}")
            }
        }
    }
}
