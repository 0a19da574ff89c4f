//! What the container of a recording holds, in both its forms, and what is refused of one that is
//! no writer's.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, U256, hex, keccak256};
use iso_evm_wire::{
    AccessWitness, Fork, StoredMessage, Witness,
    block::Block,
    container::{ContainerFault, Place, Receipt, ReceiptLogs},
    encoding,
    records::{Outcome, Record},
};
use iso_evm_witness::{Input, Recording};

/// A transaction with a call to a contract that asks for a block hash, calls another that creates
/// one, and logs.
fn recorded() -> (Input, Recording) {
    let json = r#"{
        "fork": "cancun",
        "block": {"number": "0x100", "timestamp": "0x65000000", "baseFeePerGas": "0x7",
            "excessBlobGas": "0x20000"},
        "blockHashes": {"0xfc": "0x3333333333333333333333333333333333333333333333333333333333333333",
            "0xff": "0x1111111111111111111111111111111111111111111111111111111111111111",
            "0xfe": "0x2222222222222222222222222222222222222222222222222222222222222222"},
        "transaction": {"from": "0x0101010101010101010101010101010101010101",
            "to": "0x0202020202020202020202020202020202020202", "gas": "0x100000",
            "gasPrice": "0x8", "input": "0x1234"},
        "prestate": {
            "0x0101010101010101010101010101010101010101": {"balance": "0xffffffffffffff"},
            "0x0202020202020202020202020202020202020202": {"code": "CALLER"},
            "0x0303030303030303030303030303030303030303": {"code": "0x5f5f5ff05f5260205ff3"}
        }
    }"#;
    // BLOCKHASH(255) into slot 0, BLOCKHASH(252), a word to precompile 4, a call to 0x03…, LOG1 of
    // nothing with topic 0.
    let caller = "0x60ff405f5560fc405f5f60205f60045afa5f5f5f5f5f7303030303030303030303030303030303030303035af15f5f5fa1";
    let input = Input::parse(json.replace("CALLER", caller).as_bytes(), None).unwrap();
    let recording = iso_evm_witness::record(&input.execution).unwrap();
    (input, recording)
}

/// The container of it, with no header and no trie nodes.
fn witness() -> Witness {
    let (input, recording) = recorded();
    let mut witness = recording.witness(&input);
    witness.nodes.clear();
    let places: Vec<_> = (recording.messages.iter())
        .map(|message| Place { parent: message.parent, depth: Some(message.depth) })
        .collect();
    assert_eq!(witness.tree(), places);
    witness
}

/// The header of a block, whose parent's hash is a header's or nothing.
fn header(number: u64, parent: Option<&Header>) -> Header {
    Header {
        number,
        parent_hash: parent.map(Header::hash_slow).unwrap_or_default(),
        timestamp: 0x6500_0000 - 12 * (0x100 - number),
        gas_limit: 30_000_000,
        base_fee_per_gas: Some(7),
        withdrawals_root: Some(B256::repeat_byte(1)),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0x20000),
        parent_beacon_block_root: Some(B256::repeat_byte(2)),
        ..Header::default()
    }
}

/// The container of it with all there can be: header, the headers of the ancestors that tell the
/// hashes asked for, the receipt's logs, and all nodes of the state.
fn full() -> Witness {
    let (mut input, mut recording) = recorded();
    let oldest = header(0xfd, None);
    let older = header(0xfe, Some(&oldest));
    let parent = header(0xff, Some(&older));
    let own = header(0x100, Some(&parent));
    input.block = Block::from_header(own, Fork::Cancun, input.block.blob_base_fee);
    input.ancestors = vec![parent, older, oldest];
    let logs = recording.logs.clone();
    let bloom = alloy_primitives::logs_bloom(&logs);
    let logs = Some(ReceiptLogs { bloom, logs });
    input.receipt = Some(Receipt { success: false, gas_used: 7, logs, deposit: None });
    put(&mut recording.proof.codes, &[9]);
    put(&mut recording.proof.nodes, &[9]);
    recording.witness(&input)
}

#[test]
fn only_what_is_needed_is_carried() {
    let witness = witness();
    // Top message, its child, and the child's empty creation.
    assert_eq!(witness.messages.len(), 3);
    assert_eq!(witness.codes.len(), 2);
    assert_eq!(witness.block_hashes.keys().copied().collect::<Vec<_>>(), [252, 255]);
    assert!(witness.ancestors.is_empty());
    let full = full();
    // What the block's header and those of the ancestors tell is not given.
    assert!(full.block_hashes.is_empty());
    assert_eq!(full.ancestors.len(), 3);
    assert_eq!(full.codes.len(), 2);
    assert!(full.nodes.len() >= 4);
    assert_eq!((full.receipt.success, full.receipt.gas_used), (false, 7));
}

#[test]
fn binary_and_json_form_of_a_witness_are_lossless() {
    for witness in [witness(), full()] {
        let bytes = witness.encode();
        assert_eq!(Witness::decode(&bytes).unwrap(), witness);
        let json = witness.to_json();
        assert_eq!(Witness::from_json(json.as_bytes()).unwrap(), witness);
        assert_eq!(Witness::from_json(json.as_bytes()).unwrap().to_json(), json);
    }
}

#[test]
fn lies_are_carried_as_they_are() {
    let mut witness = witness();
    let mut message = witness.message(0).unwrap();
    message.status = U256::from(77);
    message.gasUsed = U256::MAX;
    message.stateAccessList.push(AccessWitness { opcode: 0x99, metadata: vec![1, 2].into() });
    message.stateAccessList.push(AccessWitness { opcode: 0x54, metadata: vec![3].into() });
    let mut child = witness.message(1).unwrap();
    let Record::Opening(mut opening) = Record::decode(&child.stateAccessList[0]).unwrap() else {
        panic!("a message begins with its opening record")
    };
    opening.kind = 200;
    child.stateAccessList[0] = Record::Opening(opening.clone()).encode();
    witness.codes.remove(&opening.codeHash);
    let mut third = witness.messages[2].to_vec();
    third.push(0);
    let lie = StoredMessage::of;
    witness.messages = vec![lie(&message), lie(&child), third.into(), StoredMessage::default()];
    assert_eq!(Witness::decode(&witness.encode()).unwrap(), witness);
    let json = witness.to_json();
    assert_eq!(Witness::from_json(json.as_bytes()).unwrap(), witness);
    assert!(json.contains("\"kind\": 200") && json.contains("\"opcode\": \"0x99\""), "{json}");
    let places = witness.tree();
    assert_eq!(places[2].parent, Some(1));
    assert_eq!(places[3], Place { parent: None, depth: None });
}

/// Every byte changed, one at a time, and every length: what is still accepted encodes to the
/// very same bytes.
#[test]
fn accepted_bytes_are_canonical() {
    let flips: [(_, &[u8]); 2] = [(witness(), &[0x01, 0x80, 0xff]), (full(), &[0x01])];
    for (witness, flips) in flips {
        let bytes = witness.encode();
        for index in 0..bytes.len() {
            assert!(Witness::decode(&bytes[..index]).is_err(), "{index} bytes");
            for flip in flips {
                let mut changed = bytes.clone();
                changed[index] ^= flip;
                if let Ok(witness) = Witness::decode(&changed) {
                    assert_eq!(witness.encode(), changed, "byte {index}");
                    let json = witness.to_json();
                    let read = Witness::from_json(json.as_bytes());
                    assert_eq!(read.unwrap().encode(), changed, "byte {index}, by JSON");
                }
            }
        }
    }
}

#[test]
fn faults_say_what_and_where() {
    let witness = witness();
    let bytes = witness.encode();
    let error = |bytes: &[u8]| Witness::decode(bytes).unwrap_err().to_string();
    assert_eq!(
        error(b"{\"a\": 1}"),
        "byte 0, magic: not a witness.bin: it does not begin with \"ISOW\""
    );
    assert_eq!(error(b"ISO"), "byte 0, magic: truncated");
    assert_eq!(error(b"ISOW\x02"), "byte 4, version: version 5 expected, found 2");
    let mut longer = bytes.clone();
    longer.extend([0, 0]);
    assert_eq!(error(&longer), format!("byte {}, witness: 2 trailing bytes", bytes.len()));
    let several = [&bytes[..], &bytes].concat();
    assert_eq!(
        error(&several),
        format!(
            "byte {}, witness: several witnesses, one behind the other: another begins here",
            bytes.len()
        )
    );
    // A list that says it has 2^63 bytes.
    assert_eq!(error(&hex!("49534f5705ff8000000000000000")), "byte 5, witness: truncated");
}

/// Each thing that nothing needs is refused by its name, in both forms.
#[test]
fn parts_of_a_container_that_nothing_needs_are_refused() {
    type Change = fn(&mut Witness);
    let cases: &[(Change, &str, &str)] = &[
        (
            |witness| {
                let oldest = witness.ancestors.last().unwrap().clone();
                witness.ancestors.extend([oldest.clone(), oldest]);
                witness.block_hashes.clear();
            },
            "ancestor",
            "ancestors[3]",
        ),
        (
            |witness| assert_eq!(witness.block_hashes.insert(254, B256::ZERO), None),
            "block hash",
            "blockHashes.0xfe",
        ),
        (|witness| put(&mut witness.codes, &[9]), "code", "codes.0x"),
        // No account's code, and no message runs it.
        (|witness| put(&mut witness.codes, &[]), "code", "codes.0xc5d2"),
        (|witness| put(&mut witness.nodes, &[0xc0]), "node", "nodes.0x"),
        (|witness| drop(witness.nodes.remove(&witness.roots.enter)), "node", "nodes.0x"),
        // Headers of ancestors are nothing without the block's.
        (|witness| witness.block.header = None, "ancestor", "ancestors[0]"),
    ];
    for (change, field, path) in cases {
        let mut witness = full();
        change(&mut witness);
        let error = Witness::decode(&witness.encode()).unwrap_err();
        assert_eq!((error.field, error.fault), (*field, ContainerFault::Unused));
        let error = Witness::from_json(witness.to_json().as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(path) && error.ends_with(": nothing needs it"), "{error}");
    }
}

fn put(held: &mut BTreeMap<B256, Bytes>, bytes: &[u8]) {
    held.insert(keccak256(bytes), Bytes::copy_from_slice(bytes));
}

/// The byte that an error names is the first of what is wrong.
#[test]
fn positions_are_those_of_the_items() {
    let mut witness = full();
    put(&mut witness.nodes, &[0xc0]);
    let bytes = witness.encode();
    let error = Witness::decode(&bytes).unwrap_err();
    assert_eq!(bytes[error.position..error.position + 2], [0x81, 0xc0]);
    let mut witness = full();
    witness.ancestors[1].parent_beacon_block_root = None;
    let bytes = witness.encode();
    let error = Witness::decode(&bytes).unwrap_err();
    assert_eq!(error.fault, ContainerFault::Header);
    assert!(bytes[error.position..].starts_with(&alloy_rlp::encode(&witness.ancestors[1])));
    let mut witness = full();
    witness.rules = Fork::Prague.into();
    let error = Witness::decode(&witness.encode()).unwrap_err();
    assert_eq!((error.field, error.fault), ("block header", ContainerFault::Header));
}

/// Code that a creation deployed may be looked at later.
#[test]
fn deployed_code_is_needed() {
    let mut witness = witness();
    let mut creation = witness.message(2).unwrap();
    creation.returndataHash = keccak256([9]);
    witness.messages[2] = encoding::encode(&creation).into();
    put(&mut witness.codes, &[9]);
    assert_eq!(Witness::decode(&witness.encode()).unwrap(), witness);
    creation.status = U256::from(2);
    witness.messages[2] = encoding::encode(&creation).into();
    assert_eq!(Witness::decode(&witness.encode()).unwrap_err().field, "code");
}

/// Only a whole header makes a block with one: JSON that has some of its fields is refused.
#[test]
fn half_a_header_is_refused() {
    let json = full().to_json();
    for field in ["parentHash", "receiptsRoot", "withdrawalsRoot", "nonce"] {
        let error = Witness::from_json(json.replacen(field, "other", 1).as_bytes()).unwrap_err();
        assert!(error.to_string().contains("nothing needs it"), "{field}: {error}");
    }
    let json = json.replacen("\"hash\": \"0x", "\"hash\": \"0xffff", 1);
    let at = json.find("0xffff").unwrap() + 66;
    let json = format!("{}{}", &json[..at], &json[at + 4..]);
    let error = Witness::from_json(json.as_bytes()).unwrap_err().to_string();
    assert!(error.starts_with("block: field \"hash\": the header's is 0x"), "{error}");
}

#[test]
fn json_faults_say_what_and_where() {
    let json = witness().to_json();
    for (from, to, message) in [
        (
            "\"version\": 5",
            "\"version\": 3",
            "version 3 of a witness is not read: version 5 is expected",
        ),
        ("\"topics\"", "\"topic\"", "messages[0].stateAccessList["),
        ("\"status\": 1", "\"status\": 2", "receipt: field \"status\": 0 or 1 expected"),
        ("\"excessBlobGas\"", "\"excessGas\"", "block.excessGas: unknown key"),
        (
            "\"opcode\": \"BLOCKHASH\"",
            "\"opcode\": \"BLOCKHASHES\"",
            "unknown opcode \"BLOCKHASHES\"",
        ),
        ("\"number\": \"0xff\"", "\"number\": \"0xfe\"", "blockHashes.0xff: nothing needs it"),
        (
            "\"isStatic\": false",
            "\"isStatic\": 2",
            "messages[0].isStatic: expected true or false, found the number 2",
        ),
        (
            "\"codes\": {",
            "\"codes\": { \"0x0101010101010101010101010101010101010101010101010101010101010101\": \"0x\",",
            "codes.0x0101010101010101010101010101010101010101010101010101010101010101: its hash is 0xc5d2",
        ),
    ] {
        assert!(json.contains(from), "{from}");
        let error = Witness::from_json(json.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert!(error.to_string().contains(message), "{from} → {to}: {error}");
    }
}

/// Other versions have other fields: what is said of them is the version, and not the first such field.
#[test]
fn json_of_another_version_is_refused_by_its_version() {
    let json = witness().to_json().replacen("\"version\": 5", "\"version\": 3", 1);
    let json = json.replacen("\"roots\": {", "\"roots\": { \"source\": \"parent\",", 1);
    let json = json.replacen("\"receipt\"", "\"outcome\"", 1);
    let error = Witness::from_json(json.as_bytes()).unwrap_err().to_string();
    assert_eq!(error, "version 3 of a witness is not read: version 5 is expected");
}

#[test]
fn records_read_by_name() {
    let json = witness().to_json();
    for text in [
        "\"opcode\": \"OPENING\"",
        "\"kind\": \"call\"",
        "\"kind\": \"create\"",
        "\"outcome\": \"child\"",
        "\"opcode\": \"LOG1\"",
    ] {
        assert!(json.contains(text), "{text}");
    }
    assert_eq!(serde_json::to_value(Outcome::Nocode).unwrap(), "nocode");
}
