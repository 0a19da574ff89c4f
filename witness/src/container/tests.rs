use alloy_primitives::{U256, hex};

use super::*;
use crate::{message::AccessWitness, records::Outcome};

/// A transaction with a call to a contract that asks for a block hash, calls another that creates
/// one, and logs.
fn witness() -> Witness {
    let json = r#"{
        "fork": "cancun",
        "block": {"number": "0x100", "timestamp": "0x65000000", "baseFeePerGas": "0x7",
            "excessBlobGas": "0x20000"},
        "blockHashes": {"0xff": "0x1111111111111111111111111111111111111111111111111111111111111111",
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
    // BLOCKHASH(255) into slot 0, a call to 0x03…, LOG1 of nothing with topic 0.
    let caller = "0x60ff405f555f5f5f5f5f7303030303030303030303030303030303030303035af15f5f5fa1";
    let input = Input::parse(json.replace("CALLER", caller).as_bytes(), None).unwrap();
    let recording = crate::record(&input.execution).unwrap();
    let witness = Witness::new(&input, &recording);
    let places: Vec<_> = recording
        .messages
        .iter()
        .map(|message| Place { parent: message.parent, depth: Some(message.depth) })
        .collect();
    assert_eq!(witness.tree(), places);
    witness
}

#[test]
fn only_what_is_needed_is_carried() {
    let witness = witness();
    // Top message, its child, and the child's empty creation.
    assert_eq!(witness.messages.len(), 3);
    assert_eq!(witness.codes.len(), 2);
    assert_eq!(witness.block_hashes.keys().copied().collect::<Vec<_>>(), [255]);
}

#[test]
fn both_forms_are_lossless() {
    let witness = witness();
    let bytes = witness.encode();
    assert_eq!(Witness::decode(&bytes).unwrap(), witness);
    let json = witness.to_json();
    assert_eq!(Witness::from_json(json.as_bytes()).unwrap(), witness);
    assert_eq!(Witness::from_json(json.as_bytes()).unwrap().to_json(), json);
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
    let lie = |message| Bytes::from(encoding::encode(message));
    witness.messages = vec![lie(&message), lie(&child), third.into(), Bytes::new()];
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
    let bytes = witness().encode();
    for index in 0..bytes.len() {
        assert!(Witness::decode(&bytes[..index]).is_err(), "{index} bytes");
        for flip in [0x01, 0x80, 0xff] {
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
    assert_eq!(error(b"ISOW\x02"), "byte 4, version: version 1 expected, found 2");
    let mut longer = bytes.clone();
    longer.extend([0, 0]);
    assert_eq!(error(&longer), format!("byte {}, witness: 2 trailing bytes", bytes.len()));
    // A list that says it has 2^63 bytes.
    assert_eq!(error(&hex!("49534f5701ff8000000000000000")), "byte 5, witness: truncated");
    let mut extra = witness.clone();
    extra.codes.insert(keccak256([1]), vec![1].into());
    assert!(error(&extra.encode()).ends_with("code: no message needs it"));
    let mut extra = witness.clone();
    extra.block_hashes.insert(3, B256::ZERO);
    assert!(error(&extra.encode()).ends_with("block hashes: no message needs it"));
}

#[test]
fn json_faults_say_what_and_where() {
    let json = witness().to_json();
    for (from, to, message) in [
        ("\"version\": 1", "\"version\": 2", "version: 1 expected, found 2"),
        ("\"topics\"", "\"topic\"", "messages[0].stateAccessList["),
        ("\"status\": 1", "\"status\": 2", "receipt.status: 0 or 1 expected"),
        ("\"excessBlobGas\"", "\"excessGas\"", "block.excessGas: unknown key"),
        (
            "\"opcode\": \"BLOCKHASH\"",
            "\"opcode\": \"BLOCKHASHES\"",
            "unknown opcode \"BLOCKHASHES\"",
        ),
        ("\"number\": \"0xff\"", "\"number\": \"0xfe\"", "blockHashes.0xff: no message needs it"),
        ("\"isStatic\": false", "\"isStatic\": 2", "messages[0]: "),
        (
            "\"codes\": {",
            "\"codes\": { \"0x0101010101010101010101010101010101010101010101010101010101010101\": \"0x\",",
            "codes.0x0101010101010101010101010101010101010101010101010101010101010101: the code's hash",
        ),
    ] {
        assert!(json.contains(from), "{from}");
        let error = Witness::from_json(json.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert!(error.to_string().contains(message), "{from} → {to}: {error}");
    }
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
