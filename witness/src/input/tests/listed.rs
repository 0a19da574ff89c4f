//! What a block lists of transactions, each held against itself and all against their root; the sidecar of blobs;
//! the block's size.

use alloy_consensus::{Block, BlockBody, EMPTY_ROOT_HASH, EthereumTxEnvelope, Header, TxEip4844};
use alloy_eips::{eip2718::Decodable2718, eip4895::Withdrawals};
use alloy_primitives::B256;
use alloy_rlp::Encodable;
use alloy_trie::root::ordered_trie_root_encoded;
use iso_evm_wire::{
    block::BlockFields,
    transaction::{Transaction, TransactionDefaults, TransactionFields},
};
use serde_json::{Value, json};

use super::{
    super::sidecar::Sent,
    notes::{notes, signed, whole, with},
};

/// A transaction that somebody signed, with these fields in place of others, as a node lists it.
fn listed(fields: &Value) -> (Value, Transaction) {
    let (input, _) = signed();
    let mut all = json!({"type": "0x0", "nonce": "0x9", "gasPrice": "0x4a817c800", "gas": "0x5208",
        "to": "0x3535353535353535353535353535353535353535", "value": "0x1", "input": "0x", "v": "0x25",
        "r": input["transaction"]["r"], "s": input["transaction"]["s"]});
    let all = all.as_object_mut().unwrap();
    all.extend(fields.as_object().unwrap().clone());
    all.retain(|_, value| !value.is_null());
    let fields: TransactionFields = serde_json::from_value(json!(all)).unwrap();
    let defaults = TransactionDefaults { chain_id: 1, gas: 0, gas_price: 0 };
    let transaction = fields.into_transaction(defaults).unwrap();
    let listed = serde_json::to_value(TransactionFields::from(&transaction)).unwrap();
    (listed, transaction)
}

/// The same with blobs, and with a sidecar.
fn with_blobs() -> (Value, Transaction) {
    let (mut fields, transaction) = listed(&json!({"type": "0x3", "chainId": "0x1", "v": null,
        "gasPrice": null, "yParity": "0x0", "maxFeePerGas": "0x9", "maxPriorityFeePerGas": "0x0",
        "maxFeePerBlobGas": "0x1", "blobVersionedHashes": [B256::repeat_byte(1)]}));
    for (name, value) in [("blobs", "0x01"), ("commitments", "0x02"), ("proofs", "0x03")] {
        fields[name] = json!([value]);
    }
    (fields, transaction)
}

/// The one that is recorded, two others, and the root of them.
fn block_of_three() -> Value {
    let (mut input, _) = signed();
    let ((_, first), (second, two), (third, three)) = (
        listed(&json!({"value": "0xde0b6b3a7640000"})),
        listed(&json!({"nonce": "0xa"})),
        listed(&json!({"nonce": "0xb"})),
    );
    let encoded = [first, two, three].map(|transaction| transaction.encode());
    input["block"]["transactions"] = json!([input["transaction"], second, third]);
    input["block"]["transactionsRoot"] = json!(ordered_trie_root_encoded(&encoded));
    input
}

#[test]
fn transactions_that_are_not_those_of_the_root_are_said() {
    let plain = block_of_three();
    assert_eq!(notes(&plain), Vec::<String>::new());
    let root = plain["block"]["transactionsRoot"].as_str().unwrap();
    let changes: [fn(&mut Vec<Value>); 3] =
        [|list| list.swap(1, 2), |list| drop(list.pop()), |list| list.push(listed(&json!({})).0)];
    for change in changes {
        let mut input = plain.clone();
        change(input["block"]["transactions"].as_array_mut().unwrap());
        let [note] = &notes(&input)[..] else { panic!("{:?}", notes(&input)) };
        assert!(note.starts_with("block.transactions is a list whose root is 0x"), "{note}");
        assert!(note.ends_with(&format!(", which contradicts block.transactionsRoot, {root}")));
    }
    let mut input = plain.clone();
    input["block"]["transactions"] = json!([]);
    let expected = format!(
        "block.transactions is an empty list, which contradicts block.transactionsRoot, {root}"
    );
    assert_eq!(notes(&input)[0], expected);
    // Hashes have no root, but there are some.
    let hashes: Vec<_> = (plain["block"]["transactions"].as_array().unwrap().iter())
        .map(|listed| listed["hash"].clone())
        .collect();
    let mut input = plain;
    input["block"]["transactions"] = json!(hashes);
    assert_eq!(notes(&input), Vec::<String>::new());
    input["block"]["transactionsRoot"] = json!(EMPTY_ROOT_HASH);
    let expected = format!(
        "block.transactions is a list of 3, which contradicts block.transactionsRoot, {EMPTY_ROOT_HASH}"
    );
    assert_eq!(notes(&input), [expected]);
    input["block"]["transactions"][2] = hashes[1].clone();
    let twice = hashes[1].as_str().unwrap();
    let expected = format!(
        "block.transactions[2] is {twice}, which contradicts block.transactions[1], which is the same"
    );
    assert_eq!(notes(&input), [expected]);
}

#[test]
fn each_listed_transaction_is_held_against_itself() {
    let plain = block_of_three();
    let somebody = "0x0303030303030303030303030303030303030303";
    for (field, value, expected) in [
        ("value", json!("0x7"), ".hash is 0x"),
        ("hash", json!(B256::repeat_byte(3)), ".hash is 0x0303"),
        ("from", json!(somebody), ".from is 0x0303"),
        (
            "blockNumber",
            json!("0x7"),
            ".blockNumber is 7, which contradicts the transaction's own, 1",
        ),
        (
            "transactionIndex",
            json!("0x7"),
            ".transactionIndex is 7, which contradicts the transaction's own, 1",
        ),
        ("raw", json!("0x00"), ".raw is bytes whose hash is"),
        ("foo", json!(1), ".foo is not known and not used"),
        ("blobs", json!([]), ".blobs is not known and not used"),
        ("blockHash", json!(5), ".blockHash is not used: it is not what stands in such a field"),
        ("value", json!([]), " is not used: it is no transaction: "),
        ("s", json!(null), " is not used: it is no transaction: field \"s\" is missing"),
    ] {
        let mut input = plain.clone();
        input["block"]["transactions"][1][field] = value;
        let [note] = &notes(&input)[..] else { panic!("{field}: {:?}", notes(&input)) };
        let begin = format!("block.transactions[1]{expected}");
        assert!(note.starts_with(&begin), "{begin}: {note}");
    }
    // What is wrong in all of them is told of one.
    let mut input = plain.clone();
    for index in [1, 2] {
        input["block"]["transactions"][index]["blockTimestamp"] = json!(7);
    }
    assert_eq!(
        notes(&input),
        ["block.transactions[1].blockTimestamp is 7, which contradicts the transaction's own, 2"]
    );
    for value in [json!("0x12"), json!(5), json!(null)] {
        let mut input = plain.clone();
        input["block"]["transactions"][1] = value;
        assert_eq!(
            notes(&input),
            ["block.transactions[1] is not used: it is neither a transaction nor a hash"]
        );
    }
    let mut input = plain.clone();
    input["block"]["transactions"] = json!(5);
    assert_eq!(
        notes(&input),
        ["block.transactions is not used: it is not what stands in such a field"]
    );
    // Other chains' types, and senders for whom a development node made up a signature.
    for fields in [
        json!({"type": "0x64", "requestId": "0x1", "foo": 1}),
        json!({"type": "cip64", "foo": 1}),
        json!({"type": "0x7e", "sender": somebody, "queueIndex": "0x1"}),
        json!({"r": "0x1", "s": "0x1", "from": somebody}),
        json!({"r": "0x0", "s": "0x0", "from": somebody}),
    ] {
        let mut input = plain.clone();
        for (name, value) in fields.as_object().unwrap() {
            input["block"]["transactions"][1][name] = value.clone();
        }
        assert_eq!(notes(&input), Vec::<String>::new(), "{fields}");
    }
}

/// anvil makes the root over the transactions with their sidecars.
#[test]
fn a_root_over_sidecars_is_as_good_where_they_are_told() {
    let (mut input, _) = signed();
    let (own, first) =
        (input["transaction"].clone(), listed(&json!({"value": "0xde0b6b3a7640000"})).1);
    let (blob, second) = with_blobs();
    let mined = second.encode();
    let Sent::WithSidecar(sent) = Sent::of(blob.as_object().unwrap(), &mined) else {
        panic!("a sidecar")
    };
    input["block"]["transactions"] = json!([own, blob]);
    for encoded in [&mined, &sent] {
        let root = ordered_trie_root_encoded(&[&first.encode(), encoded]);
        input["block"]["transactionsRoot"] = json!(root);
        assert_eq!(notes(&input), Vec::<String>::new());
    }
    input["block"]["transactionsRoot"] = json!(B256::repeat_byte(3));
    let [note] = &notes(&input)[..] else { panic!("{:?}", notes(&input)) };
    assert!(note.starts_with("block.transactions is a list whose root is 0x"), "{note}");
    // Of a sidecar in part no root is known.
    input["block"]["transactions"][1]["proofs"] = json!(null);
    assert_eq!(notes(&input), Vec::<String>::new());
}

#[test]
fn a_sidecar_is_one_note() {
    let (blob, _) = with_blobs();
    let mut input = whole();
    input["transaction"] = blob.clone();
    input["block"]["transactions"] = json!([blob]);
    assert_eq!(
        notes(&input),
        [
            "transaction.blobs is not used: it is of the sidecar of the transaction's blobs, which is part of no \
             block"
        ]
    );
    let [note] = &notes(&with("transaction", "blobs", json!([])))[..] else { panic!("one note") };
    assert!(note.starts_with("transaction.blobs is not known and not used"), "{note}");
}

/// The size is the library's own of the whole block; anvil leaves an empty list of withdrawals out.
#[test]
fn a_size_that_is_not_the_blocks_is_said() {
    let mut input = block_of_three();
    let fields =
        [json!({"value": "0xde0b6b3a7640000"}), json!({"nonce": "0xa"}), json!({"nonce": "0xb"})];
    let encoded = fields.map(|fields| listed(&fields).1.encode());
    // A block of Prague on Ethereum's chain, for which the transactions are signed.
    let header = Header {
        number: 22_700_000,
        timestamp: 1_750_000_000,
        gas_limit: 30_000_000,
        gas_used: 63_000,
        base_fee_per_gas: Some(7),
        withdrawals_root: Some(EMPTY_ROOT_HASH),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        requests_hash: Some(B256::ZERO),
        transactions_root: ordered_trie_root_encoded(&encoded),
        ..Header::default()
    };
    let decode = |bytes: &Vec<u8>| {
        EthereumTxEnvelope::<TxEip4844>::decode_2718(&mut bytes.as_slice()).unwrap()
    };
    let body = BlockBody {
        transactions: encoded.iter().map(decode).collect::<Vec<_>>(),
        ommers: Vec::<Header>::new(),
        withdrawals: Some(Withdrawals::default()),
    };
    let size = Block { header: header.clone(), body }.length();

    let mut transactions = input["block"]["transactions"].take();
    for fields in [&mut transactions[0], &mut input["transaction"]] {
        fields["blockNumber"] = json!(header.number);
        fields["blockTimestamp"] = json!(header.timestamp);
    }
    input.as_object_mut().unwrap().remove("receipt").unwrap();
    input["block"] = serde_json::to_value(BlockFields::from(&header)).unwrap();
    input["block"]["transactions"] = transactions;
    input["block"]["uncles"] = json!([]);
    input["block"]["withdrawals"] = json!([]);
    for said in [size, size - 1] {
        input["block"]["size"] = json!(said);
        assert_eq!(notes(&input), Vec::<String>::new());
    }
    input["block"]["size"] = json!("0x1");
    let expected =
        format!("block.size is 1, which contradicts the length of what the block has, {size}");
    assert_eq!(notes(&input), [expected]);
    input["block"]["size"] = json!("large");
    assert_eq!(notes(&input), ["block.size is not used: it is not what stands in such a field"]);
    // Of hashes alone no length is known.
    input["block"]["size"] = json!("0x1");
    input["block"]["transactions"] = json!([input["transaction"]["hash"]]);
    assert_eq!(notes(&input), Vec::<String>::new());
}
