//! One message as JSON: its fields by their names, its records each as [`record`] has it, or its
//! bytes if they are no message. Calldata that another message has too is named by its hash.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, U256, hex};
use serde_json::Value;

use super::{
    JsonError,
    ordered::{Field, Object},
    record,
};
use crate::{
    message::{AccessWitness, MessageWitness},
    open::OpenedMessage,
    stored::StoredMessage,
};

/// The key of calldata that stands apart.
const CALL_DATA_HASH: &str = "callDataHash";

/// A message: its fields, or its bytes if they are no message. With the hash of its calldata, if that
/// stands apart.
pub(super) fn to_json(
    stored: &StoredMessage,
    opened: Option<&OpenedMessage>,
    call_data_hash: Option<B256>,
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
    if call_data_hash.is_some() {
        message.callData = Bytes::new();
    }
    let mut json = Object::of(&message);
    let mut records = Some(records);
    for (key, field) in &mut json.0 {
        match key.as_str() {
            "stateAccessList" => *field = Field::List(records.take().unwrap_or_default()),
            "callData" => {
                if let Some(hash) = call_data_hash {
                    *key = CALL_DATA_HASH.to_owned();
                    *field = Field::Plain(hash.to_string().into());
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

/// The bytes of one message; `call_data`: what stands apart, by its hash.
pub(super) fn from_json(
    index: usize,
    json: Value,
    call_data: &BTreeMap<B256, Bytes>,
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
    let apart = match json.remove(CALL_DATA_HASH) {
        Some(hash) => {
            let hash = hash.as_str().and_then(|hash| hash.parse::<B256>().ok());
            let held = hash.and_then(|hash| call_data.get(&hash));
            let at = || path(&format!(".{CALL_DATA_HASH}"));
            let held =
                held.ok_or_else(|| JsonError::value(&at(), "a hash of callData expected"))?;
            json.insert("callData".to_owned(), "0x".into());
            Some(held.clone())
        }
        None => None,
    };
    let records = match json.insert("stateAccessList".to_owned(), Value::Array(Vec::new())) {
        Some(Value::Array(records)) => records,
        Some(_) => return Err(JsonError::value(&path(".stateAccessList"), "a list expected")),
        None => return Err(JsonError::missing(&path(".stateAccessList"))),
    };
    let mut message: MessageWitness = serde_json::from_value(Value::Object(json))
        .map_err(|error| JsonError::value(&path(""), &error.to_string()))?;
    let record = |(number, json)| {
        let at = |field: &str| path(&format!(".stateAccessList[{number}]{field}"));
        record::from_json(json).map_err(|(field, reason)| {
            let field = if field.is_empty() { String::new() } else { format!(".{field}") };
            JsonError::value(&at(&field), &reason)
        })
    };
    message.callData = apart.unwrap_or(message.callData);
    message.stateAccessList =
        records.into_iter().enumerate().map(record).collect::<Result<Vec<AccessWitness>, _>>()?;
    if message.gasAvailable > U256::from(u64::MAX) {
        return Err(JsonError::value(&path(".gasAvailable"), "a number below 2^64 expected"));
    }
    Ok(StoredMessage::of(&message))
}
