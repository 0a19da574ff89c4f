//! Calldata that messages share: recorded, written and read once, in one form.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashSet;

use alloy_primitives::{Bytes, keccak256};
use alloy_rlp::Header;
use iso_evm_wire::{
    CallData, MessageWitness, StoredMessage, Witness, call_data::PIECE, container::ContainerFault,
    encoding,
};
use iso_evm_witness::{Input, Recording};

/// As official `static_Call50000` has it: so many calls that pass so many bytes of memory, in which only
/// their number differs, at 0x80.
fn recorded(calls: u16, bytes: u16) -> (Input, Recording) {
    let code = format!(
        "0x5b61{calls:04x}6080511015603e576000600061{bytes:04x}600073\
         0303030303030303030303030303030303030303620186a0fa60005560016080510160805260\
         00565b60805160015500"
    );
    let json = r#"{
        "fork": "cancun",
        "block": {"number": "0x100", "timestamp": "0x65000000", "baseFeePerGas": "0x7",
            "gasLimit": "0x40000000"},
        "transaction": {"from": "0x0101010101010101010101010101010101010101",
            "to": "0x0202020202020202020202020202020202020202", "gas": "0x30000000",
            "gasPrice": "0x8", "input": "0x"},
        "prestate": {
            "0x0101010101010101010101010101010101010101": {"balance": "0xffffffffffffff"},
            "0x0202020202020202020202020202020202020202": {"code": "CALLER"},
            "0x0303030303030303030303030303030303030303": {"code": "0x60005460005200"}
        }
    }"#;
    let input = Input::parse(json.replace("CALLER", &code).as_bytes(), None).unwrap();
    let recording = iso_evm_witness::record(&input.execution).unwrap();
    (input, recording)
}

fn witness(calls: u16, bytes: u16) -> Witness {
    let (input, recording) = recorded(calls, bytes);
    recording.witness(&input)
}

#[test]
fn what_calls_pass_again_is_stored_once() {
    let (input, recording) = recorded(300, 50_000);
    let witness = recording.witness(&input);
    assert_eq!(witness.messages.len(), 301);
    let together: usize = witness.messages.iter().map(StoredMessage::len).sum();
    assert!(together > 300 * 50_000);
    let file = witness.encode();
    // A message and its caller's records, the piece with the counter, and 48 indexes.
    assert!(file.len() < 300 * (900 + 1_200 + 1_024 + 100), "{}", file.len());
    let read = Witness::decode(&file).unwrap();
    assert_eq!(read, witness);
    let kept = |witness: &Witness| {
        let pieces = witness.messages.iter().filter_map(StoredMessage::call_data);
        let places = pieces.flat_map(CallData::pieces).map(|piece| (piece.as_ptr(), piece.len()));
        places.collect::<HashSet<_>>().len()
    };
    // One with its counter for each but the first, zeros, and zeros that are fewer.
    assert_eq!([kept(&witness), kept(&read)], [301; 2]);
    for (stored, message) in read.messages.iter().zip(&recording.messages) {
        let bytes = encoding::encode(&message.witness);
        assert_eq!((stored.bytes(), stored.len()), (bytes.clone().into(), bytes.len()));
        assert_eq!(stored.decode().unwrap(), *message.witness);
    }
}

#[test]
fn both_forms_of_shared_calldata_are_lossless() {
    // A counter of zero is as much zero as what follows.
    for (calls, bytes, shares) in
        [(1, 2500, true), (2, 1024, false), (2, 1023, false), (3, 2500, true), (20, 5000, true)]
    {
        let witness = witness(calls, bytes);
        assert_eq!(Witness::decode(&witness.encode()).unwrap(), witness);
        let json = witness.to_json();
        let read = Witness::from_json(json.as_bytes()).unwrap();
        assert_eq!(read, witness);
        assert_eq!(read.to_json(), json);
        assert_eq!(json.contains("callDataPieces"), shares, "{calls} {bytes}");
    }
}

/// Every byte changed, one at a time: what is still accepted encodes to the very same bytes.
#[test]
fn accepted_bytes_with_shared_calldata_are_canonical() {
    let bytes = witness(3, 2500).encode();
    let mut accepted = 0;
    for index in 0..bytes.len() {
        assert!(Witness::decode(&bytes[..index]).is_err(), "{index} bytes");
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        if let Ok(witness) = Witness::decode(&changed) {
            accepted += 1;
            assert_eq!(witness.encode(), changed, "byte {index}");
            let read = Witness::from_json(witness.to_json().as_bytes());
            assert_eq!(read.unwrap().encode(), changed, "byte {index}, by JSON");
        }
    }
    assert!(accepted > 1000, "{accepted}");
}

/// The items of a list, each with its header.
fn items(list: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = list;
    let mut payload = Header::decode_bytes(&mut rest, true).unwrap();
    let mut items = Vec::new();
    while !payload.is_empty() {
        let mut rest = payload;
        let header = Header::decode(&mut rest).unwrap();
        let length = payload.len() - rest.len() + header.payload_length;
        items.push(payload[..length].to_vec());
        payload = &payload[length..];
    }
    items
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let payload = items.concat();
    Header { list: true, payload_length: payload.len() }.encode(&mut bytes);
    bytes.extend(payload);
    bytes
}

fn string(bytes: &[u8]) -> Vec<u8> {
    alloy_rlp::encode(Bytes::copy_from_slice(bytes))
}

/// A file whose messages and pieces are changed, and why it is refused.
fn refused(change: impl FnOnce(&mut Vec<Vec<u8>>, &mut Vec<Vec<u8>>)) -> (String, ContainerFault) {
    let file = witness(3, 2500).encode();
    let mut fields = items(&file[5..]);
    let (mut messages, mut pieces) = (items(&fields[8]), items(&fields[9]));
    assert_eq!((messages.len(), pieces.len()), (4, 2));
    change(&mut messages, &mut pieces);
    (fields[8], fields[9]) = (list(&messages), list(&pieces));
    let error = Witness::decode(&[&file[..5], &list(&fields)].concat()).unwrap_err();
    (error.field.to_owned(), error.fault)
}

/// Changes the pieces of a message.
fn pieces_of(message: &mut Vec<u8>, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let mut parts = items(message);
    let mut pieces = items(&parts[1]);
    change(&mut pieces);
    parts[1] = list(&pieces);
    *message = list(&parts);
}

#[test]
fn a_second_form_of_shared_calldata_is_refused() {
    use ContainerFault as Fault;
    let piece = "piece of calldata".to_owned();
    let whole = witness(3, 2500).messages[2].to_vec();
    assert_eq!(
        refused(|messages, _| messages[2] = string(&whole)),
        ("message".to_owned(), Fault::Repeated)
    );
    let shared = |pieces: &[Vec<u8>], message: &[u8], at: usize| {
        let index = items(&items(&items(message)[1])[at])[0].clone();
        pieces[alloy_rlp::decode_exact::<usize>(&index).unwrap()].clone()
    };
    let inline = refused(|messages, table| {
        let bytes = shared(table, &messages[2], 1);
        pieces_of(&mut messages[2], |pieces| pieces[1] = bytes);
    });
    assert_eq!(inline, (piece.clone(), Fault::Repeated));
    let hash = |item: &Vec<u8>| keccak256(alloy_rlp::decode_exact::<Bytes>(item).unwrap());
    // Behind the others, so that their places stay.
    let behind = |table: &mut Vec<Vec<u8>>, piece: &mut dyn FnMut() -> Vec<u8>| {
        let new = (0..).map(|_| piece()).find(|new| hash(new) > hash(&table[1]));
        table.push(new.unwrap());
    };
    let numbered = || {
        let mut number = 0_u64;
        move || {
            number += 1;
            string(&[&number.to_be_bytes()[..], &[0; PIECE - 8]].concat())
        }
    };
    let unused = refused(|_, table| behind(table, &mut numbered()));
    assert_eq!(unused, (piece.clone(), Fault::Unused));
    let once = refused(|messages, table| {
        behind(table, &mut numbered());
        pieces_of(&mut messages[2], |pieces| pieces[0] = list(&[string(&[2])]));
    });
    assert_eq!(once, (piece.clone(), Fault::Once));
    let swapped = refused(|_, table| table.swap(0, 1));
    assert_eq!(swapped, (piece.clone(), Fault::Order));
    let alone = refused(|messages, _| drop(messages.drain(2..)));
    assert_eq!(alone, (piece.clone(), Fault::Once));
    let none = refused(|messages, _| {
        pieces_of(&mut messages[2], |pieces| pieces[1] = list(&[string(&[7])]));
    });
    assert_eq!(none, ("place of a piece".to_owned(), Fault::NoPiece(2)));
    for change in [
        (|pieces| drop(pieces.pop())) as fn(&mut Vec<Vec<u8>>),
        |pieces| pieces.swap(0, 2),
        |pieces| pieces.push(pieces[1].clone()),
        |pieces| pieces[0] = string(&[1; 1023]),
        |pieces| pieces[0] = string(&[1; 1025]),
    ] {
        let (field, fault) = refused(|messages, _| pieces_of(&mut messages[2], change));
        assert!(matches!(fault, Fault::Message(_)), "{field}: {fault}");
    }
    let start = refused(|messages, _| {
        let mut parts = items(&messages[2]);
        let mut start: Bytes = alloy_rlp::decode_exact(&parts[0]).unwrap();
        start = [&start[..], &[0; 32]].concat().into();
        parts[0] = string(&start);
        messages[2] = list(&parts);
    });
    assert!(matches!(start.1, Fault::Message(_)), "{start:?}");
}

/// A few megabytes that say that they are more than 16 GiB.
#[test]
fn a_container_of_too_much_calldata_is_refused() {
    let mut witness = witness(1, 32);
    let message = witness.message(1).unwrap();
    // One piece, again and again: a message of 64 MiB.
    let piece = Bytes::from(vec![7; PIECE]);
    let call_data = CallData::of_pieces(64 << 20, vec![piece; 64 << 10]).unwrap();
    let large = StoredMessage::with(&message, &call_data);
    witness.messages = vec![large.clone(); 4];
    let file = witness.encode();
    assert!(file.len() < 1 << 20, "{}", file.len());
    assert_eq!(Witness::decode(&file).unwrap(), witness);
    witness.messages = vec![large; 256];
    let error = Witness::decode(&witness.encode()).unwrap_err();
    assert_eq!((error.field, error.fault), ("messages", ContainerFault::TooLong));
}

/// JSON that says another thing of its pieces than the messages do.
#[test]
fn json_of_shared_calldata_says_what_is_wrong() {
    let json: serde_json::Value = serde_json::from_str(&witness(3, 2500).to_json()).unwrap();
    let error = |change: fn(&mut serde_json::Value)| {
        let mut changed = json.clone();
        change(&mut changed);
        Witness::from_json(changed.to_string().as_bytes()).unwrap_err().to_string()
    };
    let shared = error(|json| json["callData"].as_array_mut().unwrap().swap(0, 1));
    assert!(shared.starts_with("messages[1]") || shared.starts_with("callData"), "{shared}");
    let more = error(|json| json["callData"].as_array_mut().unwrap().push("0x01".into()));
    assert!(more.starts_with("callData: "), "{more}");
    let index = error(|json| json["messages"][1]["callDataPieces"][1] = 7.into());
    assert!(index.starts_with("messages[1].callDataPieces: "), "{index}");
    let inline = error(|json| {
        let index = json["messages"][1]["callDataPieces"][1].as_u64().unwrap() as usize;
        json["messages"][1]["callDataPieces"][1] = json["callData"][index].clone();
    });
    assert!(inline.starts_with("messages[1].callDataPieces: "), "{inline}");
    let both = error(|json| json["messages"][1]["callData"] = "0x".into());
    assert!(both.starts_with("messages[1].callData"), "{both}");
    let long = error(|json| {
        json["messages"][1]["callDataPieces"].as_array_mut().unwrap().push("0x01".into());
    });
    assert!(long.starts_with("messages[1].callDataPieces: "), "{long}");
}

/// A message that is no canonical encoding stays as it is, however large it is.
#[test]
fn calldata_of_what_is_no_message_is_not_shared() {
    let mut witness = witness(1, 32);
    let message = witness.message(1).unwrap();
    let large = MessageWitness { callData: vec![7; 5000].into(), ..message };
    let mut bytes = encoding::encode(&large);
    bytes.push(0);
    witness.messages = vec![bytes.clone().into(), bytes.into()];
    let file = witness.only_needed().encode();
    assert!(file.len() > 10_000);
    assert!(Witness::decode(&file).unwrap().messages.iter().all(|m| m.call_data().is_none()));
}
