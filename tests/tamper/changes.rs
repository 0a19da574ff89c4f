//! All single changes to a message, each with what must follow from it.

use alloy_primitives::{Bytes, U256, keccak256};
use iso_evm_hypervisor::MismatchKind;
use iso_evm_wire::{
    AccessWitness, MessageWitness,
    encoding::encode,
    records::{FrameKind, LogRecord, Outcome, Record, shape::FieldType},
};

use super::classes::{self, Class, Field};

const WORD: usize = 32;

/// A changed message, as calldata.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) name: String,
    pub(crate) calldata: Bytes,
    pub(crate) expected: Expected,
}

/// What must follow from a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A mismatch of one of these kinds, at this record.
    Mismatch(Vec<MismatchKind>, Option<u64>),
    /// A mismatch of whatever kind, or malformed.
    Refused,
    /// Refused, unless the guest then runs for longer than the host has gas.
    NeverValid,
    /// No canonical encoding.
    Malformed,
    /// Not for this audit to say; `code`: whether other code is asked for, which may be nowhere.
    Unproved { code: bool },
}

/// All changes to a message.
pub(crate) fn all(truth: &MessageWitness) -> Vec<Change> {
    let mut changes = message_fields(truth);
    for index in 0..truth.stateAccessList.len() {
        record_fields(truth, index, &mut changes);
        record_bytes(truth, index, &mut changes);
    }
    record_order(truth, &mut changes);
    let honest = encode(truth);
    changes.retain(|change| change.calldata[..] != honest);
    changes
}

fn is_create(truth: &MessageWitness) -> bool {
    matches!(Record::decode(&truth.stateAccessList[0]), Ok(Record::Opening(opening))
        if opening.kind >= FrameKind::Create as u8)
}

/// The values to put in place of `word`, and whether they are of the field's type.
fn replacements(kind: FieldType, word: U256) -> Vec<(&'static str, U256, bool)> {
    let bit = |bit: usize| word ^ (U256::ONE << bit);
    let one = U256::ONE;
    let mut values = vec![("lowest bit", bit(0), true), ("zero", U256::ZERO, true)];
    match kind {
        FieldType::Bool => {
            values.push(("two", U256::from(2), false));
            values.push(("a high bit", bit(255), false));
        }
        FieldType::Uint8 => {
            values.push(("bit 7", bit(7), true));
            values.push(("maximum", U256::from(u8::MAX), true));
            values.push(("maximum and one", one << 8, false));
        }
        FieldType::Uint64 => {
            values.push(("bit 63", bit(63), true));
            values.push(("maximum", U256::from(u64::MAX), true));
            values.push(("maximum and one", one << 64, false));
            values.push(("a high bit", bit(255), false));
        }
        FieldType::Address => {
            values.push(("bit 159", bit(159), true));
            values.push(("maximum", (one << 160) - one, true));
            values.push(("maximum and one", one << 160, false));
            values.push(("a high bit", bit(255), false));
        }
        FieldType::Uint256 | FieldType::Bytes32 => {
            values.push(("bit 128", bit(128), true));
            values.push(("highest bit", bit(255), true));
            values.push(("maximum", U256::MAX, true));
        }
        FieldType::Bytes | FieldType::Topics => values.clear(),
    }
    values
}

fn fits(kind: FieldType, word: U256) -> bool {
    kind.bits().is_some_and(|bits| word.bit_len() <= bits)
}

fn word_at(bytes: &[u8], index: usize) -> U256 {
    U256::from_be_slice(&bytes[index * WORD..][..WORD])
}

fn with_word(bytes: &[u8], index: usize, word: U256) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[index * WORD..][..WORD].copy_from_slice(&word.to_be_bytes::<WORD>());
    changed
}

/// What follows from a changed field of the message.
fn message_class(truth: &MessageWitness, field: &Field) -> Expected {
    let creates = is_create(truth);
    match (field.name, field.class) {
        ("to", _) if creates => Expected::Mismatch(vec![MismatchKind::To], None),
        // the code is stored after the last record: the parent's record has this root
        ("stateRootLeave", _) if creates && truth.status == U256::ONE => {
            Expected::Unproved { code: false }
        }
        ("callData", _) if creates => Expected::Mismatch(vec![MismatchKind::CodeHash], None),
        (_, Class::Output(kind)) => Expected::Mismatch(vec![kind], None),
        // what the frame spent is all that it had
        ("gasAvailable", _) if truth.status.is_zero() => Expected::NeverValid,
        // nothing moved it
        ("stateRootEnter", _) if truth.status != U256::ONE => {
            Expected::Mismatch(vec![MismatchKind::StateRootLeave], None)
        }
        _ => Expected::Unproved { code: false },
    }
}

fn message_fields(truth: &MessageWitness) -> Vec<Change> {
    let honest = encode(truth);
    let mut changes = Vec::new();
    for (index, field) in classes::MESSAGE.iter().enumerate() {
        // the first word is the offset of the tuple
        let at = index + 1;
        for (what, word, in_type) in replacements(field.kind, word_at(&honest, at)) {
            changes.push(Change {
                name: format!("{}: {what}", field.name),
                calldata: with_word(&honest, at, word).into(),
                expected: if in_type { message_class(truth, field) } else { Expected::Malformed },
            });
        }
        let Some(neighbour) = classes::MESSAGE.get(index + 1) else { continue };
        let (a, b) = (word_at(&honest, at), word_at(&honest, at + 1));
        if field.kind == FieldType::Bytes || neighbour.kind == FieldType::Bytes || a == b {
            continue;
        }
        let swapped = with_word(&with_word(&honest, at, b), at + 1, a);
        let fit = fits(field.kind, b) && fits(neighbour.kind, a);
        let expected = [message_class(truth, field), message_class(truth, neighbour)];
        changes.push(Change {
            name: format!("{} and {} swapped", field.name, neighbour.name),
            calldata: swapped.into(),
            expected: if fit { either(expected) } else { Expected::Malformed },
        });
    }
    for (what, bytes) in other_bytes(&truth.callData) {
        let field = &classes::MESSAGE[14];
        changes.push(Change {
            name: format!("callData: {what}"),
            calldata: encode(&MessageWitness { callData: bytes, ..truth.clone() }).into(),
            expected: message_class(truth, field),
        });
    }
    changes
}

/// Two fields changed at once: refused if either alone is.
fn either([a, b]: [Expected; 2]) -> Expected {
    match (&a, &b) {
        (Expected::Unproved { code: first }, Expected::Unproved { code: second }) => {
            Expected::Unproved { code: *first || *second }
        }
        _ if a == Expected::NeverValid || b == Expected::NeverValid => Expected::NeverValid,
        _ => Expected::Refused,
    }
}

fn other_bytes(bytes: &Bytes) -> Vec<(&'static str, Bytes)> {
    let mut changed = vec![("one byte more", [&bytes[..], &[0]].concat().into())];
    if !bytes.is_empty() {
        changed.push(("empty", Bytes::new()));
        changed.push(("one byte less", bytes.slice(..bytes.len() - 1)));
        for (what, at) in [("first byte", 0), ("last byte", bytes.len() - 1)] {
            let mut other = bytes.to_vec();
            other[at] ^= 1;
            changed.push((what, other.into()));
        }
    }
    changed
}

/// Whether the opcode of a record ran out of gas after it was consumed: then its outputs are zero.
fn ran_out(record: &Record) -> bool {
    match record {
        Record::Call(_, call) => call.outcome == Outcome::None as u8,
        Record::Sstore(sstore) => sstore.stateRoot.is_zero(),
        Record::Selfdestruct(selfdestruct) => selfdestruct.stateRoot.is_zero(),
        _ => false,
    }
}

fn record_class(truth: &MessageWitness, index: usize, record: &Record, field: &Field) -> Expected {
    match (field.name, field.class) {
        ("codeHash", _) if index == 0 && is_create(truth) => {
            Expected::Mismatch(vec![MismatchKind::CodeHash], None)
        }
        (_, Class::Output(_)) if ran_out(record) => Expected::Refused,
        (_, Class::Output(kind)) => Expected::Mismatch(vec![kind], Some(index as u64)),
        ("stateRoot", _) if ran_out(record) => Expected::Refused,
        // inputs that gas follows from, whatever the path, in a frame that kept count of its gas
        ("cold" | "delegated" | "delegateCold" | "gasUsed", _) if !truth.status.is_zero() => {
            Expected::Refused
        }
        _ => Expected::Unproved { code: index == 0 },
    }
}

fn with_record(truth: &MessageWitness, index: usize, record: AccessWitness) -> Bytes {
    let mut changed = truth.clone();
    changed.stateAccessList[index] = record;
    encode(&changed).into()
}

fn record_fields(truth: &MessageWitness, index: usize, changes: &mut Vec<Change>) {
    let access = &truth.stateAccessList[index];
    let record = Record::decode(access).expect("the recorder's records decode");
    let fields = classes::record(access.opcode);
    let metadata = &access.metadata;
    let label = |what: &str| format!("record {index} ({:#04x}): {what}", access.opcode);
    let changed = |metadata: Vec<u8>| {
        let other = AccessWitness { opcode: access.opcode, metadata: metadata.into() };
        with_record(truth, index, other)
    };
    for (at, field) in fields.iter().enumerate() {
        let named = format!("{} in word {at}", field.name);
        for (what, word, in_type) in replacements(field.kind, word_at(metadata, at)) {
            let expected = match in_type {
                // the mismatch may be found before the malformed word is
                false => Expected::Refused,
                // what has an effect has a root after it
                true if field.name == "stateRoot" && word.is_zero() => {
                    Expected::Mismatch(vec![MismatchKind::StateRoot], Some(index as u64))
                }
                true => record_class(truth, index, &record, field),
            };
            changes.push(Change {
                name: label(&format!("{named}: {what}")),
                calldata: changed(with_word(metadata, at, word)),
                expected,
            });
        }
        let Some(neighbour) = fields.get(at + 1) else { continue };
        let (a, b) = (word_at(metadata, at), word_at(metadata, at + 1));
        if field.kind == FieldType::Bytes || neighbour.kind == FieldType::Bytes || a == b {
            continue;
        }
        let fit = fits(field.kind, b) && fits(neighbour.kind, a);
        let expected = [field, neighbour].map(|field| record_class(truth, index, &record, field));
        changes.push(Change {
            name: label(&format!("{named} and {} swapped", neighbour.name)),
            calldata: changed(with_word(&with_word(metadata, at, b), at + 1, a)),
            expected: if fit { either(expected) } else { Expected::Refused },
        });
    }
}

/// The metadata with other bytes in its last field, if that is a byte string.
fn other_tails(metadata: &Bytes, last: usize) -> Vec<(&'static str, Bytes)> {
    let head = (last + 1) * WORD;
    let Some((length, data)) = metadata[head..].split_first_chunk::<WORD>() else {
        return Vec::new();
    };
    let bytes = data[..U256::from_be_bytes(*length).to()].to_vec().into();
    let with = |bytes: Bytes| {
        let mut metadata = metadata[..head].to_vec();
        metadata.extend(U256::from(bytes.len()).to_be_bytes::<WORD>());
        metadata.extend(&bytes);
        metadata.resize(metadata.len().next_multiple_of(WORD), 0);
        metadata.into()
    };
    other_bytes(&bytes).into_iter().map(|(what, bytes)| (what, with(bytes))).collect()
}

/// Fields that are byte strings, the opcode, and the record's length.
fn record_bytes(truth: &MessageWitness, index: usize, changes: &mut Vec<Change>) {
    let access = &truth.stateAccessList[index];
    let mut push = |what: String, other: AccessWitness, expected| {
        changes.push(Change {
            name: format!("record {index} ({:#04x}): {what}", access.opcode),
            calldata: with_record(truth, index, other),
            expected,
        });
    };
    let last = classes::record(access.opcode).len() - 1;
    for (what, metadata) in other_tails(&access.metadata, last) {
        let other = AccessWitness { opcode: access.opcode, metadata };
        push(format!("bytes: {what}"), other, Expected::Unproved { code: false });
    }
    for opcode in [0x00, 0x31, 0x3b, 0x42, 0x54, 0x55, 0xa0, 0xa1, 0xf1, 0xfa, 0xff, 0x01] {
        let other = AccessWitness { opcode, metadata: access.metadata.clone() };
        if opcode != access.opcode {
            push(format!("opcode {opcode:#04x}"), other, Expected::Refused);
        }
    }
    for (what, length) in [("a word less", -1), ("a word more", 1)] {
        let mut metadata = access.metadata.to_vec();
        metadata.resize(metadata.len().saturating_add_signed(length * WORD as isize), 0);
        let other = AccessWitness { opcode: access.opcode, metadata: metadata.into() };
        push(what.to_owned(), other, Expected::Refused);
    }
}

/// Whether two records differ in nothing that the execution audit computes.
fn same_outputs(a: &AccessWitness, b: &AccessWitness) -> bool {
    let same = |(at, field): (usize, &Field)| {
        !matches!(field.class, Class::Output(_))
            || word_at(&a.metadata, at) == word_at(&b.metadata, at)
    };
    a.opcode == b.opcode && classes::record(a.opcode).iter().enumerate().all(same)
}

fn record_order(truth: &MessageWitness, changes: &mut Vec<Change>) {
    let records = &truth.stateAccessList;
    let mut push = |name: String, list: Vec<AccessWitness>, expected| {
        let calldata = encode(&MessageWitness { stateAccessList: list, ..truth.clone() }).into();
        changes.push(Change { name, calldata, expected });
    };
    for index in 0..records.len() {
        let mut dropped = records.clone();
        dropped.remove(index);
        push(format!("record {index} dropped"), dropped, Expected::Refused);

        let mut doubled = records.clone();
        doubled.insert(index, records[index].clone());
        push(format!("record {index} doubled"), doubled, Expected::Refused);

        if index + 1 < records.len() {
            let mut swapped = records.clone();
            swapped.swap(index, index + 1);
            let expected = if index > 0 && same_outputs(&records[index], &records[index + 1]) {
                Expected::Unproved { code: false }
            } else {
                Expected::Refused
            };
            push(format!("records {index} and {} swapped", index + 1), swapped, expected);
        }
    }
    let log = Record::Log(LogRecord { data_hash: keccak256([]), topics: Vec::new() });
    for (what, record) in [("the opening", records[0].clone()), ("a log", log.encode())] {
        let appended = [&records[..], &[record]].concat();
        push(format!("{what} appended"), appended, Expected::Refused);
    }
    push("no records at all".to_owned(), Vec::new(), Expected::Refused);
}
