//! One access record as JSON: the opcode by its mnemonic, then the fields by their names.
//!
//! Bytes that are no record stand there as they are, under `raw`, so that nothing is lost.

use alloy_primitives::{Bytes, U256, hex};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ordered::{Field, Object};
use crate::{
    message::AccessWitness,
    quantity::{Number, quantity},
    records::{FrameKind, LogRecord, Outcome, Record},
};

/// Opcodes that have records.
const MNEMONICS: [(u8, &str); 34] = [
    (0x00, "OPENING"),
    (0x31, "BALANCE"),
    (0x3b, "EXTCODESIZE"),
    (0x3c, "EXTCODECOPY"),
    (0x3f, "EXTCODEHASH"),
    (0x40, "BLOCKHASH"),
    (0x41, "COINBASE"),
    (0x42, "TIMESTAMP"),
    (0x43, "NUMBER"),
    (0x44, "PREVRANDAO"),
    (0x45, "GASLIMIT"),
    (0x46, "CHAINID"),
    (0x47, "SELFBALANCE"),
    (0x48, "BASEFEE"),
    (0x49, "BLOBHASH"),
    (0x4a, "BLOBBASEFEE"),
    (0x54, "SLOAD"),
    (0x55, "SSTORE"),
    (0x5c, "TLOAD"),
    (0x5d, "TSTORE"),
    (0xa0, "LOG0"),
    (0xa1, "LOG1"),
    (0xa2, "LOG2"),
    (0xa3, "LOG3"),
    (0xa4, "LOG4"),
    (0xf0, "CREATE"),
    (0xf1, "CALL"),
    (0xf2, "CALLCODE"),
    (0xf4, "DELEGATECALL"),
    (0xf5, "CREATE2"),
    (0xfa, "STATICCALL"),
    (0xff, "SELFDESTRUCT"),
    // Never written; read as the opcode's older and newer names.
    (0x44, "DIFFICULTY"),
    (0x44, "RANDOM"),
];

/// 64-bit fields of records: gas and nonces, quantities in JSON.
const QUANTITIES: [&str; 3] = ["gas", "gasUsed", "nonce"];

/// The name of an opcode in a record: its mnemonic, or its number in hex.
fn name(opcode: u8) -> String {
    let known = MNEMONICS.into_iter().find(|(number, _)| *number == opcode);
    known.map_or_else(|| format!("{opcode:#04x}"), |(_, mnemonic)| mnemonic.to_owned())
}

/// The opcode with this name.
fn opcode(name: &str) -> Option<u8> {
    match MNEMONICS.into_iter().find(|(_, mnemonic)| *mnemonic == name) {
        Some((opcode, _)) => Some(opcode),
        None => u8::from_str_radix(name.strip_prefix("0x")?, 16).ok(),
    }
}

/// The record as JSON.
pub(super) fn to_json(access: &AccessWitness) -> Object {
    let mut json = Object::default();
    json.push("opcode", name(access.opcode));
    match Record::decode(access) {
        Ok(record) => {
            for (key, field) in fields(&record).0 {
                match field {
                    Field::Plain(value) => json.push(&key, readable(&key, value)),
                    list => json.0.push((key, list)),
                }
            }
        }
        Err(_) => json.push("raw", hex::encode_prefixed(&access.metadata)),
    }
    json
}

fn fields(record: &Record) -> Object {
    match record {
        Record::Opening(record) => Object::of(record),
        Record::Balance(record) => Object::of(record),
        Record::Extcodesize(record) => Object::of(record),
        Record::Extcodehash(record) => Object::of(record),
        Record::Extcodecopy(record) => Object::of(record),
        Record::Blockhash(record) => Object::of(record),
        Record::Value(_, record) => Object::of(record),
        Record::Blobhash(record) => Object::of(record),
        Record::Sload(record) => Object::of(record),
        Record::Sstore(record) => Object::of(record),
        Record::Tload(record) | Record::Tstore(record) => Object::of(record),
        Record::Log(record) => Object::of(record),
        Record::Call(_, record) => Object::of(record),
        Record::Create(record) => Object::of(record),
        Record::Create2(record) => Object::of(record),
        Record::Selfdestruct(record) => Object::of(record),
    }
}

/// A field's value as a reader wants it: gas as a quantity, frame kinds and outcomes by name.
fn readable(field: &str, value: Value) -> Value {
    match (field, value.as_u64()) {
        (field, Some(number)) if QUANTITIES.contains(&field) => quantity(U256::from(number)).into(),
        ("kind", Some(number)) => enum_name(number, FrameKind::from_number, value),
        ("outcome", Some(number)) => enum_name(number, Outcome::from_number, value),
        _ => value,
    }
}

/// The name of what a number means; the number if it means nothing.
fn enum_name<T: serde::Serialize>(
    number: u64,
    from: impl Fn(u8) -> Option<T>,
    otherwise: Value,
) -> Value {
    let known = u8::try_from(number).ok().and_then(from);
    known.and_then(|known| serde_json::to_value(known).ok()).unwrap_or(otherwise)
}

/// Undoes [`readable`].
fn plain(field: &str, value: Value) -> Value {
    let number = match (field, value.as_str()) {
        (field, Some(text)) if QUANTITIES.contains(&field) => {
            Number::parse(text).and_then(|number| u64::try_from(number).ok())
        }
        ("kind", Some(name)) => {
            FrameKind::ALL.into_iter().find(|kind| kind.name() == name).map(|kind| kind as u64)
        }
        ("outcome", Some(_)) => {
            serde_json::from_value::<Outcome>(value.clone()).ok().map(|outcome| outcome as u64)
        }
        _ => None,
    };
    number.map_or(value, Value::from)
}

/// What is wrong with a record's JSON: the field, and what the matter is.
pub(super) type Fault = (&'static str, String);

/// Reads the JSON form.
pub(super) fn from_json(json: Value) -> Result<AccessWitness, Fault> {
    let Value::Object(mut json) = json else {
        return Err(("", "an object expected".to_owned()));
    };
    let Some(Value::String(name)) = json.remove("opcode") else {
        return Err(("opcode", "a mnemonic or hex number expected".to_owned()));
    };
    let Some(opcode) = opcode(&name) else {
        return Err(("opcode", format!("unknown opcode {name:?}")));
    };
    if let Some(raw) = json.remove("raw") {
        if let Some((field, _)) = json.into_iter().next() {
            return Err(("raw", format!("field {field:?} beside raw bytes")));
        }
        let metadata = serde_json::from_value(raw).map_err(|error| ("raw", error.to_string()))?;
        return Ok(AccessWitness { opcode, metadata });
    }
    let fields = json.into_iter().map(|(field, value)| {
        let value = plain(&field, value);
        (field, value)
    });
    record(opcode, Value::Object(fields.collect())).map(|record| record.encode())
}

/// The record of an opcode with these fields.
fn record(opcode: u8, fields: Value) -> Result<Record, Fault> {
    fn read<T: DeserializeOwned>(fields: Value) -> Result<T, Fault> {
        serde_json::from_value(fields).map_err(|error| ("", error.to_string()))
    }
    Ok(match opcode {
        0x00 => Record::Opening(read(fields)?),
        0x31 => Record::Balance(read(fields)?),
        0x3b => Record::Extcodesize(read(fields)?),
        0x3c => Record::Extcodecopy(read(fields)?),
        0x3f => Record::Extcodehash(read(fields)?),
        0x40 => Record::Blockhash(read(fields)?),
        0x41..=0x48 | 0x4a => Record::Value(opcode, read(fields)?),
        0x49 => Record::Blobhash(read(fields)?),
        0x54 => Record::Sload(read(fields)?),
        0x55 => Record::Sstore(read(fields)?),
        0x5c => Record::Tload(read(fields)?),
        0x5d => Record::Tstore(read(fields)?),
        0xa0..=0xa4 => {
            let log: LogRecord = read(fields)?;
            let (expected, found) = (usize::from(opcode - 0xa0), log.topics.len());
            if expected != found {
                return Err(("topics", format!("{expected} topics expected, found {found}")));
            }
            Record::Log(log)
        }
        0xf1 | 0xf2 | 0xf4 | 0xfa => Record::Call(opcode, read(fields)?),
        0xf0 => Record::Create(read(fields)?),
        0xf5 => Record::Create2(read(fields)?),
        0xff => Record::Selfdestruct(read(fields)?),
        _ => {
            return Err(("raw", format!("opcode {opcode:#04x} has no record: raw bytes expected")));
        }
    })
}

/// Raw bytes from JSON.
pub(super) fn raw(json: Value) -> Result<Bytes, String> {
    serde_json::from_value(json).map_err(|error| error.to_string())
}
