//! The table says of each record what its type is, and no two lines contradict each other.

use std::collections::BTreeSet;

use alloy_sol_types::SolStruct;

use crate::records::{
    CallRecord, FrameKind, OpeningRecord, Outcome, RecordShape, SHAPES, TransientRecord, offsets,
    shape::{FieldClass, FieldType},
    shape_of,
};

/// Two lines that share a type have its fields: the names and types of one definition.
#[test]
fn lines_of_one_type_have_the_same_fields() {
    for one in SHAPES {
        for other in SHAPES.iter().filter(|other| other.name == one.name) {
            let fields = |shape: &RecordShape| {
                shape.fields.iter().map(|field| (field.name, field.kind)).collect::<Vec<_>>()
            };
            assert_eq!(fields(one), fields(other), "{}", one.name);
        }
    }
}

/// The sol type's own definition is the shape's.
#[test]
fn types_are_as_the_table_says() {
    fn definition<T: SolStruct>(opcode: u8) {
        let shape = shape_of(opcode).expect("the opcode has a record");
        let fields = shape.fields.iter().map(|field| format!("{} {}", field.kind, field.name));
        let expected = format!("{}({})", shape.name, fields.collect::<Vec<_>>().join(","));
        assert_eq!(T::eip712_root_type(), expected);
    }
    definition::<OpeningRecord>(0x00);
    definition::<TransientRecord>(0x5c);
    definition::<TransientRecord>(0x5d);
    definition::<CallRecord>(0xfa);
}

#[test]
fn no_opcode_or_name_is_two_records() {
    let mut seen = BTreeSet::new();
    for known in SHAPES.iter().flat_map(|shape| shape.opcodes) {
        assert!(seen.insert(format!("{:#04x}", known.byte)), "{known:?}");
        for name in known.other_names.iter().chain([&known.mnemonic]) {
            assert!(seen.insert((*name).to_owned()), "{name}");
        }
    }
}

/// Only the last field has other than one word; an output has a mismatch, another field a prover;
/// only one byte has names.
#[test]
fn lines_are_sound() {
    for shape in SHAPES {
        let (last, others) = shape.fields.split_last().expect("each record has fields");
        assert!(others.iter().all(|field| field.kind.bits().is_some()), "{}", shape.name);
        assert_eq!(last.kind == FieldType::Topics, shape.name == "LogRecord");
        for field in shape.fields {
            let rule = field.rule;
            assert!(field.doc.ends_with('.'), "{} {}", shape.name, field.name);
            assert_eq!(rule.class == FieldClass::Output, rule.provers.is_empty());
            assert!(rule.class != FieldClass::Output || rule.mismatch.is_some());
            assert!(rule.names.is_empty() || field.kind == FieldType::Uint8);
        }
    }
}

#[test]
fn offsets_count_words() {
    assert_eq!((offsets::opening::KIND, offsets::opening::LENGTH), (0, 64));
    assert_eq!((offsets::sstore::STATE_ROOT, offsets::sstore::LENGTH), (160, 192));
    assert_eq!((offsets::log::DATA_HASH, offsets::log::TOPICS), (0, 32));
    assert_eq!((offsets::call::RETURNDATA, offsets::call::LENGTH), (416, 448));
    assert_eq!(offsets::create2::SALT, offsets::create::NONCE);
}

#[test]
fn numbers_have_the_names_of_their_enumerations() {
    for (number, name) in FrameKind::NAMES.into_iter().enumerate() {
        let kind = FrameKind::from_number(number as u8).expect("a name is a kind's");
        assert_eq!((kind as usize, kind.name()), (number, name));
        assert_eq!(serde_json::to_value(kind).expect("a string"), name);
    }
    for (number, name) in Outcome::NAMES.into_iter().enumerate() {
        let outcome = Outcome::from_number(number as u8).expect("a name is an outcome's");
        assert_eq!(outcome as usize, number);
        assert_eq!(serde_json::to_value(outcome).expect("a string"), name);
    }
}
