//! One access record as JSON: the opcode by its mnemonic, then the fields by their names.
//!
//! Bytes that are no record stand there as they are, under `raw`, so that nothing is lost.

use std::borrow::Cow;

use alloy_primitives::{Bytes, U256, hex};
use serde_json::Value;
use serde_path_to_error::{Deserializer, Track};

use super::ordered::{Field, Object};
use crate::{
    json::in_words,
    message::AccessWitness,
    quantity::{Number, quantity},
    records::{
        ByName, Record,
        shape::{FieldShape, FieldType, RecordedOpcode},
    },
};

/// The name of an opcode in a record: its mnemonic, or its number in hex.
fn name<R: ByName>(opcode: u8) -> String {
    let known = R::SHAPES.iter().flat_map(|shape| shape.opcodes).find(|known| known.byte == opcode);
    known.map_or_else(|| format!("{opcode:#04x}"), |known| known.mnemonic.to_owned())
}

/// The opcode with this name, or with this name in another fork or tool.
fn opcode<R: ByName>(name: &str) -> Option<u8> {
    let has = |known: &&RecordedOpcode| known.mnemonic == name || known.other_names.contains(&name);
    match R::SHAPES.iter().flat_map(|shape| shape.opcodes).find(has) {
        Some(known) => Some(known.byte),
        None => u8::from_str_radix(name.strip_prefix("0x")?, 16).ok(),
    }
}

/// The record as JSON; `record` is what the bytes decode to.
pub(super) fn to_json(access: &AccessWitness, record: Option<&Record>) -> Object {
    of_table(access, record)
}

/// The record of a table as JSON; `record` is what the bytes decode to.
pub(crate) fn of_table<R: ByName>(access: &AccessWitness, record: Option<&R>) -> Object {
    let mut json = Object::default();
    json.push("opcode", name::<R>(access.opcode));
    match (R::shape(access.opcode), record) {
        (Some(shape), Some(record)) => {
            for (key, value) in Object::of(record).0 {
                match (shape.field(&key), value) {
                    (Some(field), Field::Plain(value)) => json.push(&key, readable(field, value)),
                    (_, other) => json.0.push((key, other)),
                }
            }
        }
        _ => json.push("raw", hex::encode_prefixed(&access.metadata)),
    }
    json
}

/// A field's value as a reader wants it: gas and nonces as a quantity, and a number that has a name
/// by its name.
fn readable(field: &FieldShape, value: Value) -> Value {
    let Some(number) = value.as_u64() else { return value };
    if field.kind == FieldType::Uint64 {
        return quantity(U256::from(number)).into();
    }
    let place = usize::try_from(number).ok();
    let name = place.and_then(|place| field.rule.names.get(place));
    name.map_or(value, |name| (*name).into())
}

/// Undoes [`readable`].
fn plain(field: &FieldShape, value: Value) -> Value {
    let Some(text) = value.as_str() else { return value };
    let number = if field.kind == FieldType::Uint64 {
        Number::parse(text).and_then(|number| u64::try_from(number).ok())
    } else {
        field.rule.names.iter().position(|name| *name == text).map(|place| place as u64)
    };
    number.map_or(value, Value::from)
}

/// What is wrong with a record's JSON: the field, and what the matter is.
pub(crate) type Fault = (Cow<'static, str>, String);

/// Reads the JSON form.
pub(super) fn from_json(json: Value) -> Result<AccessWitness, Fault> {
    to_table::<Record>(json)
}

/// Reads the JSON form of a record of a table.
pub(crate) fn to_table<R: ByName>(json: Value) -> Result<AccessWitness, Fault> {
    let Value::Object(mut json) = json else {
        return Err(("".into(), "an object expected".to_owned()));
    };
    let Some(Value::String(name)) = json.remove("opcode") else {
        return Err(("opcode".into(), "a mnemonic or hex number expected".to_owned()));
    };
    let Some(opcode) = opcode::<R>(&name) else {
        return Err(("opcode".into(), format!("unknown opcode {name:?}")));
    };
    if let Some(raw) = json.remove("raw") {
        if let Some((field, _)) = json.into_iter().next() {
            return Err(("raw".into(), format!("field {field:?} beside raw bytes")));
        }
        let metadata = serde_json::from_value(raw)
            .map_err(|error: serde_json::Error| ("raw".into(), in_words(&error.to_string())))?;
        return Ok(AccessWitness { opcode, metadata });
    }
    let no_record =
        || ("raw".into(), format!("opcode {opcode:#04x} has no record: raw bytes expected"));
    let shape = R::shape(opcode).ok_or_else(no_record)?;
    let too_large = json.iter().find(|(name, value)| {
        let is_long = |field: &FieldShape| field.kind == FieldType::Uint64;
        let number = value.as_str().filter(|_| shape.field(name).is_some_and(is_long));
        number.and_then(Number::parse).is_some_and(|number| u64::try_from(number).is_err())
    });
    if let Some((name, _)) = too_large {
        return Err((name.clone().into(), "a number below 2^64 expected".to_owned()));
    }
    let fields = json.into_iter().map(|(name, value)| match shape.field(&name) {
        Some(field) => (name, plain(field, value)),
        None => (name, value),
    });
    let mut track = Track::new();
    let fields = Value::Object(fields.collect());
    let record = R::from_fields(opcode, Deserializer::new(fields, &mut track));
    let record = record.map_err(|error| {
        let path = track.path().to_string();
        let path = if path == "." { String::new() } else { path };
        (path.into(), in_words(&error.to_string()))
    })?;
    let record = record.ok_or_else(no_record)?;
    let (expected, found) = (shape.topics(opcode).unwrap_or_default(), record.topics());
    if expected != found {
        return Err(("topics".into(), format!("{expected} topics expected, found {found}")));
    }
    Ok(record.encode())
}

/// Raw bytes from JSON.
pub(super) fn raw(json: Value) -> Result<Bytes, String> {
    serde_json::from_value(json).map_err(|error| in_words(&error.to_string()))
}
