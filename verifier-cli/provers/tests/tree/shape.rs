//! Items that are none, and those that are.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use iso_evm_provers::{
    ClaimKind, Kind,
    proof::{InMessage, InTransaction, Mismatch},
    tree::{Part, Shape},
};
use iso_evm_wire::{
    AccessWitness, MessageWitness, layout as fields,
    records::{
        CallRecord, Create2Record, CreateRecord, ExtcodecopyRecord, FrameKind, Record, SHAPES,
    },
    segment::{layout, records::to_bytes},
};

use crate::{
    claimed::{Claimed, Told},
    host::{Host, holds, word},
    random::Random,
};

const ARTIFACT: &str = include_str!("../../contracts/artifacts/ShapeProver.json");

fn message(records: &[Record]) -> Told {
    let message = MessageWitness {
        stateRootEnter: B256::repeat_byte(1),
        gasAvailable: U256::from(1_000),
        gasUsed: U256::from(10),
        status: U256::from(1),
        callData: vec![5; 100].into(),
        ..MessageWitness::default()
    };
    Told::new(message, FrameKind::Call, records)
}

fn shape(claimed: &Claimed) -> Shape {
    Shape { transaction: claimed.in_block(), message: claimed.message(0), ..Shape::default() }
}

fn said(claimed: &Claimed, shape: &Shape) -> Result<Mismatch, Bytes> {
    let said = Host::new(ARTIFACT).prove(claimed.root(), shape).0;
    if let Ok(mismatch) = &said {
        let kind = Kind::of_number(mismatch.kind.to());
        assert_eq!(kind, Some(Kind::Claim(ClaimKind::Malformed)));
    }
    said
}

/// A record of each shape, as bytes of metadata.
fn metadata(opcode: u8, random: &mut Random) -> Vec<u8> {
    let called = || CallRecord { returndata: vec![7; 45].into(), ..CallRecord::default() };
    let record = match opcode {
        0x3c => Record::Extcodecopy(ExtcodecopyRecord {
            code: vec![9; 33].into(),
            ..Default::default()
        }),
        0xf1 | 0xf2 | 0xf4 | 0xfa => Record::Call(opcode, called()),
        0xf0 => {
            Record::Create(CreateRecord { returndata: vec![7; 64].into(), ..Default::default() })
        }
        0xf5 => {
            Record::Create2(Create2Record { returndata: vec![7; 1].into(), ..Default::default() })
        }
        _ => {
            let words = SHAPES.iter().find_map(|shape| Some((shape, shape.topics(opcode)?)));
            return match words {
                Some((shape, _)) => vec![0; 32 * (shape.fields_of(opcode).len())],
                None => vec![0; 32 * random.below(5) as usize],
            };
        }
    };
    record.encode().metadata.to_vec()
}

/// The prover finds a record's bytes canonical if and only if a decoder does.
#[test]
fn a_record_is_canonical_if_it_can_be_decoded() {
    let mut random = Random(0x5eed_5eed);
    let host = Host::new(ARTIFACT);
    let (mut good, mut bad) = (0, 0);
    for round in 0..4_000_u32 {
        let opcode = if round < 512 {
            (round % 256) as u8
        } else {
            let of = [
                0x31, 0x3c, 0x40, 0x45, 0x49, 0x54, 0x55, 0x5c, 0x5d, 0xa0, 0xa2, 0xa4, 0xf0, 0xf1,
                0xf4, 0xf5, 0xfa, 0xff,
            ];
            random.of(&of)
        };
        let mut metadata = metadata(opcode, &mut random);
        match random.below(6) {
            0 => metadata.extend([0; 32]),
            1 => drop(metadata.drain(..metadata.len().min(32))),
            2 => metadata.push(0),
            3..5 if !metadata.is_empty() => {
                let place = random.below(metadata.len() as u64) as usize;
                metadata[place] ^= 1 << random.below(8);
            }
            _ => {}
        }
        let record = AccessWitness { opcode, metadata: metadata.into() };
        // The opening record stands in the head alone.
        let canonical = opcode != 0 && Record::decode(&record).is_ok();
        let mut told = message(&[Record::Value(0x41, Default::default())]);
        told.put(1, &record);
        let claimed = Claimed::new(vec![told]);
        let shape = Shape { record: claimed.record(0, 1), ..shape(&claimed) };
        let said = host.prove(claimed.root(), &shape).0;
        if canonical {
            good += 1;
            assert_eq!(said, Err(holds()), "{record:?}");
        } else {
            bad += 1;
            let mismatch = said.unwrap();
            assert_eq!(
                (mismatch.record, mismatch.found),
                (U256::from(1), keccak256(to_bytes(&record)))
            );
        }
    }
    assert!(good > 800 && bad > 800, "{good} {bad}");
}

/// Bytes of another length than they say, or that say another place.
#[test]
fn a_record_that_is_no_record_is_malformed() {
    let record = to_bytes(&Record::Value(0x41, Default::default()).encode());
    let with = |bytes: Vec<u8>| {
        let mut told = message(&[Record::Value(0x41, Default::default())]);
        told.put_bytes(1, bytes);
        let claimed = Claimed::new(vec![told]);
        said(&claimed, &Shape { record: claimed.record(0, 1), ..shape(&claimed) })
    };
    assert_eq!(with(record.clone()), Err(holds()));
    let changed = |position: usize| {
        let mut other = record.clone();
        other[position] ^= 1;
        other
    };
    for bytes in [
        Vec::new(),
        record[..95].to_vec(),
        record[..127].to_vec(),
        [&record[..], &[0; 32]].concat(),
    ] {
        assert!(with(bytes).is_ok());
    }
    for position in [0, 30, 32, 63, 64, 94, 95] {
        assert!(with(changed(position)).is_ok(), "{position}");
    }
}

#[test]
fn a_word_of_a_head_that_no_message_has_is_malformed() {
    let claimed = Claimed::new(vec![message(&[])]);
    assert_eq!(said(&claimed, &shape(&claimed)), Err(holds()));
    let address = U256::from(1) << 160;
    for (position, value) in [
        (fields::IS_STATIC, U256::from(2)),
        (fields::ORIGIN, address),
        (fields::CALLER, address),
        (fields::TO, address),
        (fields::CONTEXT, U256::MAX),
        (fields::GAS_AVAILABLE, U256::from(1) << 64),
        (fields::GAS_USED, U256::from(1) << 64),
        (layout::KIND, U256::from(6)),
        (fields::STATUS, U256::from(3)),
        (layout::CALL_DATA_SIZE, U256::from(1) << 32),
        (layout::RECORD_COUNT, U256::ZERO),
        (layout::RECORD_COUNT, U256::from(1) << 32),
        (layout::RECORDS_ROOT, U256::from(1)),
        (0, U256::from(1)),
    ] {
        let mut told = message(&[]);
        told.head.set(position, value);
        let claimed = Claimed::new(vec![told]);
        let mismatch = said(&claimed, &shape(&claimed)).unwrap();
        assert_eq!((mismatch.message, mismatch.record), (U256::ZERO, U256::MAX), "{position}");
        if position != 0 {
            assert_eq!(mismatch.found, B256::from(value), "{position}");
        }
    }
    // All that may be.
    for (position, value) in [
        (fields::ORIGIN, address - U256::from(1)),
        (fields::CALLVALUE, U256::MAX),
        (fields::GAS_PRICE, U256::MAX),
        (fields::GAS_AVAILABLE, U256::from(u64::MAX)),
        (fields::IS_STATIC, U256::from(1)),
        (layout::KIND, U256::from(5)),
        (fields::STATUS, U256::from(2)),
    ] {
        let mut told = message(&[]);
        told.head.set(position, value);
        let claimed = Claimed::new(vec![told]);
        assert_eq!(said(&claimed, &shape(&claimed)), Err(holds()), "{position}");
    }
}

/// A head of another length is none; and another's head decides nothing.
#[test]
fn a_hash_of_no_head_is_malformed() {
    let claimed = Claimed::new(vec![message(&[])]);
    for length in [0, 32, 639, 641] {
        let head = vec![7; length];
        let mut tree = claimed.clone();
        tree.steps.clear();
        // The message's leaf has the hash of these bytes.
        let mut at = claimed.message(0);
        at.message.head = keccak256(&head);
        at.head = head.into();
        let other = Shape { message: at, ..shape(&claimed) };
        assert!(said(&claimed, &other).is_err(), "the leaf is another");
    }
    let mut proof = shape(&claimed);
    proof.message = InTransaction { head: vec![7; 640].into(), ..proof.message };
    assert!(said(&claimed, &proof).is_err());
}

/// Nobody can do anything as who is no address, so no other prover reads the transaction.
#[test]
fn a_sender_that_is_no_address_is_malformed() {
    let mut claimed = Claimed::new(vec![message(&[])]);
    for place in [0, 11] {
        claimed.sender = Address::repeat_byte(0x11).into_word();
        assert_eq!(said(&claimed, &shape(&claimed)), Err(holds()));
        claimed.sender.0[place] = 1;
        let mismatch = said(&claimed, &shape(&claimed)).unwrap();
        assert_eq!((mismatch.expected, mismatch.found), (B256::ZERO, claimed.sender));
    }
}

#[test]
fn call_data_has_the_length_that_the_head_says() {
    let part = |data: &[u8]| Part { archive: Address::ZERO, data: data.to_vec().into() };
    let with = |claimed: &Claimed, parts: Vec<Part>| {
        said(claimed, &Shape { callData: parts, record: InMessage::default(), ..shape(claimed) })
    };
    let truth = Claimed::new(vec![message(&[])]);
    assert_eq!(with(&truth, vec![part(&[5; 60]), part(&[5; 40])]), Err(holds()));
    assert!(with(&truth, vec![part(&[5; 99])]).is_err());
    for size in [0_u64, 99, 101] {
        let mut told = message(&[]);
        told.head.set(layout::CALL_DATA_SIZE, U256::from(size));
        let claimed = Claimed::new(vec![told]);
        let mismatch = with(&claimed, vec![part(&[5; 60]), part(&[5; 40])]).unwrap();
        assert_eq!((mismatch.expected, mismatch.found), (word(100), word(size)));
        assert!(with(&claimed, vec![part(&[5; 99])]).is_err());
        assert_eq!(with(&claimed, vec![]), Err(holds()));
    }
}
