//! One message as JSON: its fields by their names, its records each as [`record`] has it, or its
//! bytes if they are no message. Its calldata is in pieces, if it shares one.

use alloy_primitives::{U256, hex};
use serde_json::Value;

use super::{
    JsonError,
    ordered::{Field, Object},
    pieces::{self, Pieces},
    record,
};
use crate::{
    container::{ContainerFault, Shared},
    json::read_value,
    layout::FIELD_NAMES,
    message::{AccessWitness, MessageWitness},
    open::OpenedMessage,
    stored::StoredMessage,
};

/// The key of calldata in pieces.
const IN_PIECES: &str = "callDataPieces";

/// A message: its fields, or its bytes if they are no message.
pub(super) fn to_json(
    stored: &StoredMessage,
    opened: Option<&OpenedMessage>,
    shared: &Shared<'_>,
) -> Object {
    let Some(opened) = opened else {
        let mut raw = Object::default();
        raw.push("raw", hex::encode_prefixed(stored.bytes()));
        return raw;
    };
    let records = opened.fields().stateAccessList.iter().zip(opened.records());
    let records =
        records.map(|(access, record)| record::to_json(access, record.as_ref().ok())).collect();
    let mut message = MessageWitness { stateAccessList: Vec::new(), ..opened.fields().clone() };
    let in_pieces = shared.call_data(stored);
    if in_pieces.is_none() {
        message.callData = opened.call_data().bytes();
    }
    let mut json = Object::of(&message);
    let mut records = Some(records);
    for (key, field) in &mut json.0 {
        match key.as_str() {
            "stateAccessList" => *field = Field::List(records.take().unwrap_or_default()),
            "callData" => {
                if let Some(call_data) = in_pieces {
                    *key = IN_PIECES.to_owned();
                    *field = Field::Plain(pieces::to_json(call_data, shared));
                }
            }
            "status" if message.status <= U256::from(2) => {
                *field = Field::Plain(message.status.to::<u8>().into());
            }
            _ => {}
        }
    }
    json
}

/// The messages are longer than they may be.
pub(super) fn too_long() -> JsonError {
    JsonError::value("messages", &ContainerFault::TooLong.to_string())
}

/// The bytes of one message, whose calldata has at most so many.
pub(super) fn from_json(
    index: usize,
    json: Value,
    shared: &Pieces<'_>,
    most: u64,
) -> Result<StoredMessage, JsonError> {
    let path = |rest: &str| format!("messages[{index}]{rest}");
    let Value::Object(mut json) = json else {
        return Err(JsonError::value(&path(""), "an object expected"));
    };
    if let Some(raw) = json.remove("raw") {
        if let Some((key, _)) = json.into_iter().next() {
            return Err(JsonError::UnknownKey { path: path(&format!(".{key}")) });
        }
        let bytes = record::raw(raw).map_err(|reason| JsonError::value(&path(".raw"), &reason))?;
        return Ok(bytes.into());
    }
    let in_pieces = match json.remove(IN_PIECES) {
        Some(given) => {
            let read = shared.read(&given, most);
            let wrong = |reason| JsonError::value(&path(&format!(".{IN_PIECES}")), reason);
            json.insert("callData".to_owned(), "0x".into());
            Some(read.ok_or_else(too_long)?.map_err(wrong)?)
        }
        None => None,
    };
    let records = match json.insert("stateAccessList".to_owned(), Value::Array(Vec::new())) {
        Some(Value::Array(records)) => records,
        Some(_) => return Err(JsonError::value(&path(".stateAccessList"), "a list expected")),
        None => return Err(JsonError::missing(&path(".stateAccessList"))),
    };
    if let Some(key) = json.keys().find(|key| !FIELD_NAMES.contains(&key.as_str())) {
        return Err(JsonError::UnknownKey { path: path(&format!(".{key}")) });
    }
    let mut message: MessageWitness = read_value(Value::Object(json)).map_err(|error| {
        let field = if error.path.is_empty() { String::new() } else { format!(".{}", error.path) };
        JsonError::value(&path(&field), &error.what)
    })?;
    let record = |(number, json)| {
        let at = |field: &str| path(&format!(".stateAccessList[{number}]{field}"));
        record::from_json(json).map_err(|(field, reason)| {
            let field = if field.is_empty() { String::new() } else { format!(".{field}") };
            JsonError::value(&at(&field), &reason)
        })
    };
    message.stateAccessList =
        records.into_iter().enumerate().map(record).collect::<Result<Vec<AccessWitness>, _>>()?;
    if message.gasAvailable > U256::from(u64::MAX) {
        return Err(JsonError::value(&path(".gasAvailable"), "a number below 2^64 expected"));
    }
    Ok(match in_pieces {
        Some(call_data) => StoredMessage::with(&message, &call_data),
        None => StoredMessage::of(&message),
    })
}
