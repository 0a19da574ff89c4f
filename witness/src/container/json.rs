//! The JSON form of `witness.bin`: the same facts, each with its name, without loss both ways.
//!
//! A message that is no canonical encoding stands there as raw bytes. What follows from the rest
//! (places in the call tree, hashes of messages) is not written.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, U256, hex, keccak256};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Receipt, RootSource, Roots, VERSION, Witness,
    ordered::{Field, Object},
    record_json,
};
use crate::{
    Fork,
    block::{BlockError, BlockFields},
    encoding,
    input::{chain, number, number::quantity},
    message::{AccessWitness, MessageWitness},
    transaction::{TransactionDefaults, TransactionError, TransactionFields},
};

/// Why a file is not the JSON form of a witness.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, or a field is not what it should be. The message says where.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The file is of another version.
    #[error("version: {expected} expected, found {found}")]
    Version {
        /// The one version there is.
        expected: u8,
        /// The one in the file.
        found: u8,
    },
    /// A block that cannot be.
    #[error("block: {0}")]
    Block(#[from] BlockError),
    /// A transaction that cannot be.
    #[error("transaction: {0}")]
    Transaction(#[from] TransactionError),
    /// A value that is not what stands at its place.
    #[error("{path}: {reason}")]
    Value {
        /// Where it stands.
        path: String,
        /// What the matter is.
        reason: String,
    },
    /// A key that nothing has there.
    #[error("{path}: unknown key")]
    UnknownKey {
        /// Where it stands.
        path: String,
    },
    /// A field that must be there.
    #[error("{path}: missing")]
    Missing {
        /// Where it should stand.
        path: String,
    },
    /// Code under another hash.
    #[error("codes.{found}: the code's hash is {expected}")]
    CodeHash {
        /// The code's hash.
        expected: B256,
        /// The hash that it stands under.
        found: B256,
    },
    /// Code or a block hash that no message asks for.
    #[error("{path}: no message needs it")]
    Unused {
        /// Where it stands.
        path: String,
    },
}

/// The file's top level.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document<M> {
    version: u8,
    #[serde(with = "number")]
    chain_id: Option<u64>,
    fork: Fork,
    block: BlockFields,
    block_hashes: BTreeMap<String, B256>,
    transaction: TransactionFields,
    receipt: ReceiptFields,
    roots: RootFields,
    messages: Vec<M>,
    codes: BTreeMap<B256, Bytes>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReceiptFields {
    status: u8,
    #[serde(with = "number")]
    gas_used: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootFields {
    enter: B256,
    leave: B256,
    source: RootSource,
}

/// Writes the JSON form.
pub(super) fn to_json(witness: &Witness) -> String {
    let numbered = |(number, hash): (&u64, &B256)| (quantity(U256::from(*number)), *hash);
    let document = Document {
        version: VERSION,
        chain_id: Some(witness.chain_id),
        fork: witness.fork,
        block: BlockFields::from(&witness.block),
        block_hashes: witness.block_hashes.iter().map(numbered).collect(),
        transaction: TransactionFields::from(&witness.transaction),
        receipt: ReceiptFields {
            status: witness.receipt.success.into(),
            gas_used: Some(witness.receipt.gas_used),
        },
        roots: RootFields {
            enter: witness.roots.enter,
            leave: witness.roots.leave,
            source: witness.roots.source,
        },
        messages: witness.messages.iter().map(message_to_json).collect(),
        codes: witness.codes.clone(),
    };
    serde_json::to_string_pretty(&document).expect("only numbers, bytes and strings")
}

/// A message: its fields, or its bytes if they are no message.
fn message_to_json(bytes: &Bytes) -> Object {
    let Ok(mut message) = encoding::decode(bytes) else {
        let mut raw = Object::default();
        raw.push("raw", hex::encode_prefixed(bytes));
        return raw;
    };
    let records = message.stateAccessList.iter().map(record_json::to_json).collect();
    message.stateAccessList.clear();
    let mut json = Object::of(&message);
    let mut records = Some(records);
    for (key, field) in &mut json.0 {
        match key.as_str() {
            "stateAccessList" => *field = Field::List(records.take().unwrap_or_default()),
            "status" if message.status <= U256::from(2) => {
                *field = Field::Plain(message.status.to::<u8>().into());
            }
            _ => {}
        }
    }
    json
}

/// Reads the JSON form.
pub(super) fn from_json(json: &[u8]) -> Result<Witness, JsonError> {
    let document: Document<Value> = serde_json::from_slice(json)?;
    if document.version != VERSION {
        return Err(JsonError::Version { expected: VERSION, found: document.version });
    }
    let fork = document.fork;
    let number = document.block.number.unwrap_or_default();
    let timestamp = document.block.timestamp.unwrap_or_default();
    let chain_id = document.chain_id.ok_or_else(|| missing("chainId"))?;
    let block =
        document.block.into_block(fork, chain::blob_params(fork, chain_id, number, timestamp))?;
    let defaults = TransactionDefaults { chain_id, gas: block.gas_limit, gas_price: 0 };
    let transaction = document.transaction.into_transaction(defaults)?;
    let success = match document.receipt.status {
        status @ (0 | 1) => status == 1,
        status => return Err(value("receipt.status", &format!("0 or 1 expected, found {status}"))),
    };
    let gas_used = document.receipt.gas_used.ok_or_else(|| missing("receipt.gasUsed"))?;
    let RootFields { enter, leave, source } = document.roots;
    let mut block_hashes = BTreeMap::new();
    for (key, hash) in document.block_hashes {
        let number = number::Number::parse(&key).and_then(|number| number.try_into().ok());
        let number: u64 = number
            .ok_or_else(|| value(&format!("blockHashes.{key}"), "a block number expected"))?;
        block_hashes.insert(number, hash);
    }
    let messages = document.messages.into_iter().enumerate();
    let witness = Witness {
        chain_id,
        fork,
        block,
        block_hashes,
        transaction,
        receipt: Receipt { success, gas_used, logs: None },
        roots: Roots { enter, leave, source },
        messages: messages
            .map(|(index, json)| message_from_json(index, json))
            .collect::<Result<_, _>>()?,
        codes: document.codes,
        ancestors: Vec::new(),
        inputs: BTreeMap::new(),
        nodes: BTreeMap::new(),
    };
    let wrong = witness.codes.iter().find(|(hash, code)| keccak256(code) != **hash);
    if let Some((found, code)) = wrong {
        return Err(JsonError::CodeHash { expected: keccak256(code), found: *found });
    }
    let needs = witness.needs();
    if let Some(hash) = witness.codes.keys().find(|hash| !needs.codes.contains_key(*hash)) {
        return Err(JsonError::Unused { path: format!("codes.{hash}") });
    }
    let mut numbers = witness.block_hashes.keys();
    if let Some(number) = numbers.find(|number| !needs.block_hashes.contains_key(number)) {
        return Err(JsonError::Unused { path: format!("blockHashes.{number:#x}") });
    }
    same_keys("", &serde_json::from_slice(json)?, &serde_json::from_str(&to_json(&witness))?)?;
    Ok(witness)
}

/// The bytes of one message.
fn message_from_json(index: usize, json: Value) -> Result<Bytes, JsonError> {
    let path = |rest: &str| format!("messages[{index}]{rest}");
    let Value::Object(mut json) = json else {
        return Err(value(&path(""), "an object expected"));
    };
    if let Some(raw) = json.remove("raw") {
        if let Some((key, _)) = json.into_iter().next() {
            return Err(JsonError::UnknownKey { path: path(&format!(".{key}")) });
        }
        let bytes = record_json::raw(raw).map_err(|reason| value(&path(".raw"), &reason))?;
        return Ok(bytes);
    }
    let records = match json.insert("stateAccessList".to_owned(), Value::Array(Vec::new())) {
        Some(Value::Array(records)) => records,
        Some(_) => return Err(value(&path(".stateAccessList"), "a list expected")),
        None => return Err(missing(&path(".stateAccessList"))),
    };
    let mut message: MessageWitness = serde_json::from_value(Value::Object(json))
        .map_err(|error| value(&path(""), &error.to_string()))?;
    let record = |(number, json)| {
        let at = |field: &str| path(&format!(".stateAccessList[{number}]{field}"));
        record_json::from_json(json).map_err(|(field, reason)| {
            let field = if field.is_empty() { String::new() } else { format!(".{field}") };
            value(&at(&field), &reason)
        })
    };
    message.stateAccessList =
        records.into_iter().enumerate().map(record).collect::<Result<Vec<AccessWitness>, _>>()?;
    if message.gasAvailable > U256::from(u64::MAX) {
        return Err(value(&path(".gasAvailable"), "a number below 2^64 expected"));
    }
    Ok(encoding::encode(&message).into())
}

fn value(path: &str, reason: &str) -> JsonError {
    JsonError::Value { path: path.to_owned(), reason: reason.to_owned() }
}

fn missing(path: &str) -> JsonError {
    JsonError::Missing { path: path.to_owned() }
}

/// Makes sure that a file says what was read from it: no key that was passed over, none that was
/// filled in.
fn same_keys(path: &str, given: &Value, read: &Value) -> Result<(), JsonError> {
    match (given, read) {
        (Value::Object(given), Value::Object(read)) => {
            let at = |key: &String| {
                if path.is_empty() { key.clone() } else { format!("{path}.{key}") }
            };
            let find = |map: &Map<String, Value>, key: &String| {
                map.iter().find(|(other, _)| other.eq_ignore_ascii_case(key)).is_some()
            };
            let set = |(_, value): &(&String, &Value)| !value.is_null();
            let mut set_keys = given.iter().filter(set).map(|(key, _)| key);
            if let Some(key) = set_keys.find(|key| !find(read, key)) {
                return Err(JsonError::UnknownKey { path: at(key) });
            }
            if let Some(key) = read.keys().find(|key| !find(given, key)) {
                return Err(JsonError::Missing { path: at(key) });
            }
            let both = given.iter().filter_map(|(key, value)| Some((key, value, read.get(key)?)));
            both.into_iter().try_for_each(|(key, given, read)| same_keys(&at(key), given, read))
        }
        (Value::Array(given), Value::Array(read)) => {
            let both = given.iter().zip(read).enumerate();
            both.into_iter().try_for_each(|(index, (given, read))| {
                same_keys(&format!("{path}[{index}]"), given, read)
            })
        }
        _ => Ok(()),
    }
}
