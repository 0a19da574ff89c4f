//! What is decoded is what encoding the decoded record anew would accept, and nothing else.

use alloy_primitives::B256;
use alloy_sol_types::SolValue;

use crate::{
    message::AccessWitness,
    records::{shape::FieldType, *},
};

/// The old decoder: alloy's with validation, then encoding the record again.
trait ByEncoding: Sized {
    fn by_encoding(opcode: u8, metadata: &[u8]) -> Option<Self>;
}

impl ByEncoding for LogRecord {
    fn by_encoding(opcode: u8, metadata: &[u8]) -> Option<Self> {
        let (words, rest) = metadata.as_chunks::<32>();
        if words.len() != usize::from(opcode - 0xa0) + 1 || !rest.is_empty() {
            return None;
        }
        let topics = words[1..].iter().map(B256::from).collect();
        Some(Self { data_hash: words[0].into(), topics })
    }
}

macro_rules! by_encoding {
    ($(
        $(#[doc = $doc:tt])*
        $($opcode:literal $mnemonic:ident $(| $other:ident)*),+
        => $variant:ident $([$number:ident : $byte:ident])? ($how:ident $record:ident) $fields:tt
    )+) => {
        $(by_encoding! { @ $how $record })+

        #[expect(clippy::manual_range_patterns, reason = "a line has its opcodes one by one")]
        fn by_encoding(access: &AccessWitness) -> Result<Record, RecordError> {
            let (opcode, bytes) = (access.opcode, &access.metadata[..]);
            let record = match opcode {
                $($($opcode)|+ => <$record>::by_encoding(opcode, bytes)
                    .map(|record| Record::$variant($($byte::from(opcode),)? record)),)+
                _ => return Err(RecordError::UnknownOpcode(opcode)),
            };
            let same = |record: &Record| record.encode() == *access;
            record.filter(same).ok_or(RecordError::NotCanonical(opcode))
        }
    };
    (@ struct $record:ident) => {
        impl ByEncoding for crate::records::$record {
            fn by_encoding(_: u8, metadata: &[u8]) -> Option<Self> {
                Self::abi_decode_params_validate(metadata).ok()
            }
        }
    };
    (@ $other:ident $record:ident) => {};
}

for_each_record! { by_encoding! {} }

/// Numbers that depend on nothing but the seed (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn word(&mut self, bits: usize) -> [u8; 32] {
        let mut word = [0; 32];
        let bits = if self.below(3) == 0 { self.below(bits + 1) } else { bits };
        for bit in 0..bits {
            word[31 - bit / 8] |= ((self.next() & 1) as u8) << (bit % 8);
        }
        word
    }
}

/// Canonical metadata of an opcode, written from the shape alone.
fn canonical(opcode: u8, random: &mut Random) -> Vec<u8> {
    let shape = shape_of(opcode).expect("the opcode has a record");
    let mut bytes = Vec::new();
    for (_, kind, _) in shape.fields_of(opcode) {
        match kind.bits() {
            Some(bits) => bytes.extend(random.word(bits)),
            None => {
                assert_eq!(kind, FieldType::Bytes);
                let mut offset = [0; 32];
                offset[30..].copy_from_slice(&((shape.fields.len() * 32) as u16).to_be_bytes());
                bytes.extend(offset);
                let length = [0, 1, 31, 32, 33, 64, 70][random.below(7)];
                let mut word = [0; 32];
                word[31] = length as u8;
                bytes.extend(word);
                bytes.extend((0..length).map(|_| random.next() as u8));
                bytes.resize(bytes.len().next_multiple_of(32), 0);
            }
        }
    }
    bytes
}

/// One edit of bytes, near to what a decoder looks at.
fn edit(bytes: &mut Vec<u8>, random: &mut Random) {
    let words = bytes.len() / 32;
    match random.below(12) {
        0 => bytes.truncate(random.below(bytes.len() + 1)),
        1 => bytes.truncate(random.below(words + 1) * 32),
        2 => bytes.extend([0; 32]),
        3 => bytes.extend((0..random.below(70)).map(|_| 0)),
        4 => bytes.push(random.next() as u8),
        5 | 6 if !bytes.is_empty() => {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
        7 if words > 0 => {
            let (at, word) = (random.below(words) * 32, random.word(256));
            bytes[at..at + 32].copy_from_slice(&word);
        }
        // A small number in the place of a word: another length or offset.
        8 | 9 if words > 0 => {
            let at = random.below(words) * 32;
            bytes[at..at + 31].fill(0);
            bytes[at + 31] = (random.below(17) * 32) as u8;
        }
        // A byte more or less than there is, in a word.
        10 if words > 0 => {
            let at = random.below(words) * 32 + 31;
            bytes[at] = bytes[at].wrapping_add([1, 255][random.below(2)]);
        }
        // A word above which nothing may stand.
        _ if words > 0 => {
            let at = random.below(words) * 32;
            bytes[at + random.below(32)] = 1;
        }
        _ => {}
    }
}

fn check(opcode: u8, metadata: Vec<u8>) -> bool {
    let access = AccessWitness { opcode, metadata: metadata.into() };
    let found = Record::decode(&access);
    assert_eq!(found, by_encoding(&access), "{access:?}");
    found.is_ok()
}

#[test]
fn decoding_accepts_what_encoding_again_accepts() {
    let mut random = Random(7);
    let opcodes = SHAPES.iter().flat_map(|shape| shape.opcodes);
    for known in opcodes {
        let (mut accepted, mut refused) = (0, 0);
        for _ in 0..2_000 {
            let mut metadata = canonical(known.byte, &mut random);
            assert!(check(known.byte, metadata.clone()), "{}", known.mnemonic);
            for _ in 0..=random.below(3) {
                edit(&mut metadata, &mut random);
                match check(known.byte, metadata.clone()) {
                    true => accepted += 1,
                    false => refused += 1,
                }
            }
        }
        assert!(accepted > 100 && refused > 1_000, "{}: {accepted} {refused}", known.mnemonic);
    }
}

#[test]
fn decoding_refuses_what_encoding_again_refuses_in_any_bytes() {
    let mut random = Random(8);
    for opcode in 0..=u8::MAX {
        for length in (0..=480).step_by(16).chain([1, 31, 33]) {
            let random_bytes = (0..length).map(|_| random.next() as u8).collect();
            check(opcode, random_bytes);
            check(opcode, vec![0; length]);
        }
    }
}

/// A bit more than a field's type has, in each field of each record.
#[test]
fn no_field_is_wider_than_its_type() {
    let mut random = Random(9);
    for shape in SHAPES {
        for known in shape.opcodes {
            for (place, (name, kind, _)) in shape.fields_of(known.byte).iter().enumerate() {
                for bit in kind.bits().unwrap_or(0)..256 {
                    let mut metadata = canonical(known.byte, &mut random);
                    metadata[place * 32 + 31 - bit / 8] ^= 1 << (bit % 8);
                    assert!(!check(known.byte, metadata), "{} {name} {bit}", known.mnemonic);
                }
            }
        }
    }
    assert_eq!(SHAPES[0].opcodes[0].byte, OPENING);
}
