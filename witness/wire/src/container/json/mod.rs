//! The JSON form of `witness.bin`: the same facts, each with its name, without loss both ways.
//!
//! A message that is no canonical encoding stands there as raw bytes. What follows from the rest
//! (places in the call tree, hashes of messages) is not written.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, U256, keccak256};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Inclusion, MOST_TOGETHER, Needs, Roots, Shared, VERSION, Witness};
use crate::{
    Rules,
    block::{BlockFields, BlockHashes},
    json::without_mark,
    open::Opened,
    quantity::{self as number, quantity},
    receipt::ReceiptFields,
    schedule,
    transaction::{TransactionDefaults, TransactionFields},
};

mod error;
mod keys;
mod message;
mod ordered;
mod pieces;
pub(crate) mod record;

pub use error::JsonError;
use pieces::Pieces;

/// The file's top level.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a witness, an object")]
struct Document<M> {
    version: u8,
    #[serde(with = "number")]
    chain_id: Option<u64>,
    fork: Rules,
    block: BlockFields,
    ancestors: Vec<BlockFields>,
    block_hashes: BTreeMap<String, B256>,
    transaction: TransactionFields,
    receipt: ReceiptFields,
    roots: RootFields,
    messages: Vec<M>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    call_data: Vec<Bytes>,
    codes: BTreeMap<B256, Bytes>,
    nodes: BTreeMap<B256, Bytes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inclusion: Option<InclusionFields>,
}

/// What tells a file of another version, whatever else it has: other versions have other fields.
#[derive(Deserialize)]
#[serde(expecting = "a witness, an object")]
struct Versioned {
    version: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "index and nodes, an object")]
struct InclusionFields {
    #[serde(with = "number")]
    index: Option<u64>,
    nodes: BTreeMap<B256, Bytes>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the two roots, an object")]
struct RootFields {
    enter: B256,
    leave: B256,
}

/// Writes the JSON form.
pub(super) fn to_json(witness: &Opened<'_>) -> String {
    let numbered = |(number, hash): (&u64, &B256)| (quantity(U256::from(*number)), *hash);
    let Roots { enter, leave } = witness.roots;
    let shared = Shared::of(&witness.messages);
    let document = Document {
        version: VERSION,
        chain_id: Some(witness.chain_id),
        fork: witness.rules,
        block: BlockFields::from(&witness.block),
        ancestors: witness.ancestors.iter().map(BlockFields::from).collect(),
        block_hashes: witness.block_hashes.iter().map(numbered).collect(),
        transaction: TransactionFields::from(&witness.transaction),
        receipt: ReceiptFields::from(&witness.receipt),
        roots: RootFields { enter, leave },
        messages: (witness.messages.iter().zip(witness.opened()))
            .map(|(message, opened)| message::to_json(message, opened.as_deref().ok(), &shared))
            .collect(),
        call_data: shared.entries().iter().copied().cloned().collect(),
        codes: witness.codes.clone(),
        nodes: witness.nodes.clone(),
        inclusion: (witness.inclusion.as_ref()).map(|Inclusion { index, nodes }| InclusionFields {
            index: Some(*index),
            nodes: nodes.clone(),
        }),
    };
    serde_json::to_string_pretty(&document).expect("only numbers, bytes and strings")
}

/// Reads the JSON form.
pub(super) fn from_json(json: &[u8]) -> Result<Witness, JsonError> {
    let json = without_mark(json);
    let witness = Opened::from(read(document(json)?)?);
    check_needs(&witness)?;
    let written = serde_json::from_str(&to_json(&witness))?;
    keys::same_keys("", &serde_json::from_slice(json)?, &written)?;
    Ok(witness.into_witness())
}

/// Reads a JSON form that somebody has changed.
pub(super) fn from_draft(json: &[u8]) -> Result<Witness, JsonError> {
    let mut document = document(without_mark(json))?;
    document.block.hash = None;
    if document.transaction.r.is_some() {
        (document.transaction.from, document.transaction.hash) = (None, None);
    }
    Ok(read(document)?.only_needed())
}

/// The file, if it is of this version.
fn document(json: &[u8]) -> Result<Document<Value>, JsonError> {
    let Versioned { version } = serde_json::from_slice(json)?;
    let number = version.as_ref().and_then(Value::as_u64);
    if let Some(found) = number.filter(|number| *number != u64::from(VERSION)) {
        return Err(JsonError::Version { expected: VERSION, found });
    }
    Ok(serde_json::from_slice(json)?)
}

/// The witness of a file, whether or not it needs all that it holds.
fn read(document: Document<Value>) -> Result<Witness, JsonError> {
    let rules = document.fork;
    let number = document.block.number.unwrap_or_default();
    let timestamp = document.block.timestamp.unwrap_or_default();
    let chain_id = document.chain_id.ok_or_else(|| JsonError::missing("chainId"))?;
    let block = document
        .block
        .into_block(rules.fork(), schedule::blob_params(rules, chain_id, number, timestamp))?;
    let ancestor = |(index, fields): (usize, BlockFields)| {
        fields.into_header().map_err(|error| JsonError::Ancestor { index, error })
    };
    let defaults = TransactionDefaults { chain_id, gas: block.gas_limit, gas_price: 0 };
    let RootFields { enter, leave } = document.roots;
    let call_data = document.call_data;
    let pieces = Pieces::new(&call_data);
    let mut messages = Vec::new();
    let mut left = MOST_TOGETHER;
    for (index, json) in document.messages.into_iter().enumerate() {
        let message = message::from_json(index, json, &pieces, left)?;
        let shorter = left.checked_sub(message.len() as u64);
        left = shorter.ok_or_else(message::too_long)?;
        messages.push(message);
    }
    let transaction = document.transaction.into_transaction(defaults)?;
    let receipt = document.receipt.into_receipt()?.of(transaction.body());
    let witness = Witness {
        chain_id,
        rules,
        block,
        ancestors: (document.ancestors.into_iter().enumerate())
            .map(ancestor)
            .collect::<Result<_, _>>()?,
        block_hashes: block_hashes(document.block_hashes)?,
        transaction,
        receipt,
        roots: Roots { enter, leave },
        messages,
        codes: document.codes,
        nodes: document.nodes,
        inclusion: document.inclusion.map(inclusion).transpose()?,
    };
    for (name, held) in by_hash(&witness) {
        check_hashes(name, held)?;
    }
    if let Some(held) = &witness.inclusion {
        check_hashes("inclusion.nodes", &held.nodes)?;
    }
    if Shared::of(&witness.messages).entries() != call_data.iter().collect::<Vec<_>>() {
        let reason = "the pieces that messages share expected, by ascending hash";
        return Err(JsonError::value("callData", reason));
    }
    Ok(witness)
}

fn inclusion(given: InclusionFields) -> Result<Inclusion, JsonError> {
    let index = given.index.ok_or_else(|| JsonError::missing("inclusion.index"))?;
    Ok(Inclusion { index, nodes: given.nodes })
}

fn block_hashes(given: BTreeMap<String, B256>) -> Result<BlockHashes, JsonError> {
    let entry = |(key, hash): (String, B256)| {
        let number = number::Number::parse(&key).and_then(|number| number.try_into().ok());
        let wrong = || JsonError::value(&format!("blockHashes.{key}"), "a block number expected");
        Ok((number.ok_or_else(wrong)?, hash))
    };
    given.into_iter().map(entry).collect()
}

/// The maps whose keys are hashes, by name, but for the nodes of the inclusion.
fn by_hash(witness: &Witness) -> [(&'static str, &BTreeMap<B256, Bytes>); 2] {
    [("codes", &witness.codes), ("nodes", &witness.nodes)]
}

/// Makes sure that everything stands under its own hash.
fn check_hashes(name: &str, held: &BTreeMap<B256, Bytes>) -> Result<(), JsonError> {
    match held.iter().find(|(hash, bytes)| keccak256(bytes) != **hash) {
        Some((found, bytes)) => {
            let (path, expected) = (format!("{name}.{found}"), keccak256(bytes));
            Err(JsonError::WrongHash { path, expected })
        }
        None => Ok(()),
    }
}

/// Makes sure that everything is needed.
fn check_needs(witness: &Opened<'_>) -> Result<(), JsonError> {
    let needs = Needs::of(witness);
    let ancestor = (witness.ancestors.len() > needs.ancestors)
        .then(|| format!("ancestors[{}]", needs.ancestors));
    let mut numbers = witness.block_hashes.keys();
    let number = numbers.find(|number| !needs.block_hash(witness, **number));
    let needed = [&needs.codes, &needs.nodes];
    let hash = by_hash(witness).into_iter().zip(needed).find_map(|((name, held), needed)| {
        held.keys().find(|hash| !needed.contains(*hash)).map(|hash| format!("{name}.{hash}"))
    });
    let hash = hash.or_else(|| match &witness.inclusion {
        Some(_) if witness.block.header.is_none() => Some("inclusion".to_owned()),
        Some(inclusion) if needs.inclusion.is_some() => {
            let mut nodes = inclusion.nodes.keys();
            let unused = nodes.find(|hash| !needs.on_the_way(hash));
            unused.map(|hash| format!("inclusion.nodes.{hash}"))
        }
        _ => None,
    });
    let path = ancestor.or_else(|| number.map(|number| format!("blockHashes.{number:#x}")));
    match path.or(hash) {
        Some(path) => Err(JsonError::Unused { path }),
        None if witness.inclusion.is_some() && needs.inclusion.is_none() => {
            let reason = "no whole way from the roots in the block's header";
            Err(JsonError::value("inclusion.nodes", reason))
        }
        None => Ok(()),
    }
}
