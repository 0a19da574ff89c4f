//! Every field of a message and of its records, changed one at a time.

use std::collections::BTreeSet;

use alloy_primitives::{Bytes, U256};
use alloy_sol_types::SolStruct;
use iso_evm_wire::{
    AccessWitness, MessageWitness, encoding, layout,
    records::{SHAPES, shape::FieldType, shape_of},
};

use super::variants::{self, Width};

const WORD: usize = 32;

/// A change of a message: the field below the message, what was done, and the message's bytes then.
pub(super) type ChangedField = (String, Vec<u8>);

/// Changes of a message's own fields, its list of records aside.
pub(super) fn of_message(bytes: &[u8], message: &MessageWitness) -> Vec<ChangedField> {
    let mut changes = Vec::new();
    for (index, field) in schema::<MessageWitness>().iter().enumerate() {
        let at = layout::field(index);
        let Some(width) = field.width else { continue };
        for (what, word) in variants::of_word(word_at(bytes, at), width) {
            changes.push((format!("{}, {what}", field.name), with_word(bytes, at, word)));
        }
    }
    for (what, data) in variants::of_bytes(&message.callData) {
        let changed = MessageWitness { callData: data.into(), ..message.clone() };
        changes.push((format!("callData, {what}"), encoding::encode(&changed)));
    }
    changes.extend(
        variants::of_bytes(bytes)
            .into_iter()
            .map(|(what, bytes)| (format!("bytes, {what}"), bytes)),
    );
    changes
}

/// Changes of one record of a message, and of its place in the list.
pub(super) fn of_record(message: &MessageWitness, index: usize) -> Vec<ChangedField> {
    let list = &message.stateAccessList;
    let access = &list[index];
    let name = |field: &str, what: &str| format!("records.{index}.{field}, {what}");
    let with_list = |list: Vec<AccessWitness>| {
        encoding::encode(&MessageWitness { stateAccessList: list, ..message.clone() })
    };
    let with = |opcode: u8, metadata: Bytes| {
        let mut list = list.clone();
        list[index] = AccessWitness { opcode, metadata };
        with_list(list)
    };
    let mut changes = Vec::new();
    let fields = record_schema(access.opcode);
    for (at, field) in fields.iter().enumerate() {
        let at = at * WORD;
        if at + WORD > access.metadata.len() {
            break;
        }
        match field.width {
            Some(width) => {
                for (what, word) in variants::of_word(word_at(&access.metadata, at), width) {
                    let metadata = with_word(&access.metadata, at, word).into();
                    changes.push((name(&field.name, what), with(access.opcode, metadata)));
                }
            }
            None => {
                for (what, metadata) in other_tails(&access.metadata, at) {
                    changes.push((name(&field.name, what), with(access.opcode, metadata.into())));
                }
            }
        }
    }
    for (what, metadata) in variants::of_bytes(&access.metadata) {
        changes.push((name("metadata", what), with(access.opcode, metadata.into())));
    }
    let alike = |opcode: &u8| record_schema(*opcode).len() == fields.len();
    for opcode in recorded().into_iter().filter(alike).filter(|opcode| *opcode != access.opcode) {
        let what = format!("{opcode:#04x}");
        changes.push((name("opcode", &what), with(opcode, access.metadata.clone())));
    }
    let mut dropped = list.clone();
    dropped.remove(index);
    changes.push((name("list", "dropped"), with_list(dropped)));
    let mut doubled = list.clone();
    doubled.insert(index, access.clone());
    changes.push((name("list", "doubled"), with_list(doubled)));
    if index + 1 < list.len() {
        let mut swapped = list.clone();
        swapped.swap(index, index + 1);
        changes.push((name("list", "swapped with the next"), with_list(swapped)));
    }
    changes
}

/// The metadata with other bytes in its last field, whose offset stands at `at`.
fn other_tails(metadata: &[u8], at: usize) -> Vec<variants::Variant> {
    let (head, tail) = metadata.split_at(at + WORD);
    let Some((length, data)) = tail.split_first_chunk::<WORD>() else { return Vec::new() };
    let length = U256::from_be_bytes(*length).saturating_to::<usize>();
    let others = variants::of_bytes(data.get(..length).unwrap_or_default());
    let encode = |data: Vec<u8>| {
        let mut bytes = head.to_vec();
        bytes.extend(U256::from(data.len()).to_be_bytes::<WORD>());
        bytes.extend(&data);
        bytes.resize(bytes.len().next_multiple_of(WORD), 0);
        bytes
    };
    others.into_iter().map(|(what, data)| (what, encode(data))).collect()
}

fn word_at(bytes: &[u8], at: usize) -> U256 {
    bytes.get(at..at + WORD).map(U256::from_be_slice).unwrap_or_default()
}

fn with_word(bytes: &[u8], at: usize, word: U256) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    if let Some(place) = changed.get_mut(at..at + WORD) {
        place.copy_from_slice(&word.to_be_bytes::<WORD>());
    }
    changed
}

/// A field of a message or record: a word, or bytes behind the words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: String,
    /// The width of a word; none if the field is bytes behind the words.
    width: Option<Width>,
}

/// The fields of a type, in order, as its definition has them.
fn schema<T: SolStruct>() -> Vec<Field> {
    let definition = T::eip712_root_type();
    let fields = definition.split_once('(').map_or("", |(_, fields)| fields);
    let fields = fields.trim_end_matches(')').split(',').filter_map(|field| field.split_once(' '));
    let width = |kind: &str| {
        let bits = match kind {
            "bool" => 1,
            "address" => 160,
            "bytes32" => 256,
            kind => kind.strip_prefix("uint")?.parse().ok()?,
        };
        Some(Width { bits })
    };
    fields.map(|(kind, name)| Field { name: name.to_owned(), width: width(kind) }).collect()
}

/// Opcodes that have a record, ascending.
fn recorded() -> BTreeSet<u8> {
    SHAPES.iter().flat_map(|shape| shape.opcodes).map(|known| known.byte).collect()
}

/// The fields of an opcode's record, each topic by itself.
fn record_schema(opcode: u8) -> Vec<Field> {
    let fields = shape_of(opcode).map(|shape| shape.fields_of(opcode)).unwrap_or_default();
    let width = |kind: FieldType| kind.bits().map(|bits| Width { bits });
    fields.into_iter().map(|(name, kind, _)| Field { name, width: width(kind) }).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use iso_evm_wire::records::{CallRecord, Record};

    use super::*;

    #[test]
    fn fields_as_they_are_defined() {
        let names = |fields: &[Field]| {
            fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(&schema::<MessageWitness>()), layout::FIELD_NAMES.join(" "));
        let call = record_schema(0xf1);
        assert_eq!(
            names(&call),
            "account value cold empty delegated delegate delegateCold outcome calldataHash gas \
             gasUsed status stateRoot returndata"
        );
        let widths: Vec<_> = call.iter().map(|field| field.width.map_or(0, |w| w.bits)).collect();
        assert_eq!(widths, [160, 256, 1, 1, 1, 160, 1, 8, 256, 64, 64, 8, 256, 0]);
        for opcode in recorded() {
            assert!(!record_schema(opcode).is_empty(), "{opcode:#04x}");
        }
    }

    /// Bytes at the end of a record, in the one canonical form.
    #[test]
    fn tails_are_canonical() {
        for length in [0, 1, 31, 32, 33] {
            let record = Record::Call(
                0xf1,
                CallRecord { returndata: vec![7; length].into(), ..CallRecord::default() },
            );
            let message =
                MessageWitness { stateAccessList: vec![record.encode()], ..Default::default() };
            let changes = of_record(&message, 0);
            let tails = changes.iter().filter(|(name, _)| name.contains("returndata, "));
            let mut count = 0;
            for (name, bytes) in tails {
                let changed = encoding::decode(bytes).unwrap();
                let decoded = Record::decode(&changed.stateAccessList[0]);
                assert!(decoded.is_ok_and(|decoded| decoded != record), "{length}: {name}");
                count += 1;
            }
            assert!(count >= 3);
        }
    }
}
