//! A block as somebody has it: as a node returns it, or as ethers, viem or web3.py prints it, and not by
//! another name for what the EVM sees.
//!
//! In the data's way this stands in front of [`BlockFields`], which ignore what a node adds. What is
//! absent there takes a default, so a field that is there under another name would be one silently.

use std::fmt;

use alloy_primitives::B256;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess},
};
use serde_json::Value;

use super::{
    InputError, given_transaction::same, keyed::Keyed, listed::Listed, note::Note, object::Object,
};
use iso_evm_wire::{
    Fork,
    block::{Block, BlockFields, DEFAULT_GAS_LIMIT},
    json::{self, Misread},
    protocol::Change,
};

/// What other tools call a block's fields: in lower case, without `_` and a leading `current`.
const OTHER_NAMES: [(&str, &str); 11] = [
    ("author", "miner"),
    ("basefee", "baseFeePerGas"),
    ("beneficiary", "miner"),
    ("blocknumber", "number"),
    ("coinbase", "miner"),
    ("feerecipient", "miner"),
    ("height", "number"),
    ("mixdigest", "mixHash"),
    ("prevrandao", "mixHash"),
    ("random", "mixHash"),
    ("time", "timestamp"),
];

/// What nodes and libraries add to a block.
const ADDED: [&str; 30] = [
    "_difficulty",
    "_type",
    "author",
    "baseFee",
    "blobGasPrice",
    "blockReward",
    "calls",
    "committedSealers",
    "date",
    "isForkBlock",
    "l1BlockNumber",
    "milliTimestamp",
    "ommers",
    "proofOfAuthorityData",
    "provider",
    "queueIndex",
    "requests",
    "sealFields",
    "sendCount",
    "sendRoot",
    "signature",
    "size",
    "targetBlobsPerBlock",
    "totalDifficulty",
    "totalFees",
    "transactionCount",
    "transactions",
    "uncles",
    "votes",
    "withdrawals",
];

/// A block's fields, as they stand in the text.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenBlock(Object);

impl<'de> Deserialize<'de> for GivenBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = GivenBlock;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a block")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GivenBlock, A::Error> {
                Object::of_map(map).map(GivenBlock)
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

/// The same, read.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadBlock {
    /// The block's fields.
    pub(super) fields: BlockFields,
    /// What the block lists.
    pub(super) listed: Listed,
}

impl GivenBlock {
    /// The fields under a node's names, and notes of those that are not known.
    pub(super) fn read(self, path: &str, notes: &mut Vec<Note>) -> Result<ReadBlock, InputError> {
        let mut fields = self.0.into_fields().map_err(|error| error.under(path))?;
        fields.retain(|_, value| !value.is_null());
        // ethers' name, which can mean nothing else.
        if let Some(value) = fields.remove("prevRandao") {
            let found = fields.entry("mixHash").or_insert_with(|| value.clone());
            if !same_bytes(found, &value) {
                let what = "fields \"mixHash\" and \"prevRandao\" contradict each other";
                return Err(Misread::new(path, what).into());
            }
        }
        let listed = Listed::of(&fields);
        // Of what is no number and no text nothing is the same.
        let plain = |value: &Value| if is_plain(value) { value.clone() } else { Value::Null };
        let given: Vec<(String, Value)> =
            fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
        let read = json::read_value::<Keyed<BlockFields>>(Value::Object(fields));
        let Keyed { value, others, fields: known } = read.map_err(|error| error.under(path))?;
        let value_of = |field: &str| given.iter().find(|(name, _)| name == field);
        for other in &others {
            let Some(meant) = meant(other, known) else { continue };
            let what = match (value_of(meant), value_of(other)) {
                (None, _) => format!("a block has no field {other:?}: expected {meant:?}"),
                (Some((_, one)), Some((_, two))) if !same_bytes(one, two) => {
                    format!("fields {meant:?} and {other:?} contradict each other")
                }
                _ => continue,
            };
            return Err(Misread::new(path, what).into());
        }
        if let Some(other) = others.first().filter(|_| others.len() == given.len()) {
            let what = format!("not one field of a block is there, found {other:?}");
            return Err(Misread::new(path, what).into());
        }
        let others = others.iter().map(String::as_str).filter(|other| !ADDED.contains(other));
        notes.extend(Note::unknown(path, others.map(|other| (path.to_owned(), other, known))));
        Ok(ReadBlock { fields: value, listed })
    }
}

/// Whether a value is a number or a text.
const fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Number(_) | Value::String(_))
}

/// Whether two texts are the same bytes in hex.
fn same_bytes(one: &Value, other: &Value) -> bool {
    let lower = |value: &Value| value.as_str().map(str::to_ascii_lowercase);
    same(one, other) || (lower(one).is_some() && lower(one) == lower(other))
}

/// The field that a key means by another name.
fn meant(key: &str, fields: &[&'static str]) -> Option<&'static str> {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    let plain = plain.strip_prefix("current").unwrap_or(&plain);
    let own = fields.iter().find(|field| field.eq_ignore_ascii_case(plain)).copied();
    own.or_else(|| {
        let other = OTHER_NAMES.iter().find(|(name, _)| *name == plain);
        other.map(|(_, field)| *field)
    })
}

/// Notes of what a block without its header is given and does not use, and of what stands in for what it
/// does not have.
pub(super) fn notes(given: &BlockFields, block: &Block, fork: Fork) -> Vec<Note> {
    if block.header.is_some() {
        return Vec::new();
    }
    if *given == BlockFields::default() {
        let used = format!("a block of zeros with a gas limit of {DEFAULT_GAS_LIMIT}");
        return vec![Note::absent("block", used)];
    }
    let mut notes = absent(given, fork);
    let has = |change| fork.has(change);
    let difficulty = given.difficulty.is_some_and(|difficulty| !difficulty.is_zero());
    let beside = [
        ("baseFeePerGas", given.base_fee_per_gas.is_some() && !has(Change::BaseFee)),
        ("difficulty", difficulty && has(Change::ProofOfStake)),
        ("excessBlobGas", given.excess_blob_gas.is_some() && !has(Change::Blobs)),
        ("blobBaseFee", given.blob_base_fee.is_some() && !has(Change::Blobs)),
    ];
    for (field, _) in beside.into_iter().filter(|(_, there)| *there) {
        notes.push(Note::unused(format!("block.{field}"), format!("a block of {fork} has none")));
    }
    if given.hash.is_some() {
        let lacking = lacking(given, fork);
        let why = match lacking.is_empty() {
            true => format!("the block has other fields than a header of {fork}"),
            false => format!("of the block's header there is no {}", lacking.join(", ")),
        };
        notes.push(Note::unused("block.hash", why));
    }
    notes
}

/// What the EVM sees of a block and the file does not say.
fn absent(given: &BlockFields, fork: Fork) -> Vec<Note> {
    let has = |change| fork.has(change);
    let merged = has(Change::ProofOfStake);
    let blobs = given.excess_blob_gas.is_some() || given.blob_base_fee.is_some();
    let zero = || "0".to_owned();
    let fields = [
        ("number", given.number.is_none(), zero()),
        ("timestamp", given.timestamp.is_none(), zero()),
        ("miner", given.miner.is_none(), zero()),
        ("gasLimit", given.gas_limit.is_none(), DEFAULT_GAS_LIMIT.to_string()),
        ("baseFeePerGas", has(Change::BaseFee) && given.base_fee_per_gas.is_none(), zero()),
        ("difficulty", !merged && given.difficulty.is_none(), zero()),
        ("mixHash", merged && given.mix_hash.is_none(), zero()),
        ("excessBlobGas", has(Change::Blobs) && !blobs, zero()),
    ];
    let fields = fields.into_iter().filter(|(_, missing, _)| *missing);
    fields.map(|(field, _, used)| Note::absent(format!("block.{field}"), used)).collect()
}

/// The fields of a header of a fork that are not there.
fn lacking(given: &BlockFields, fork: Fork) -> Vec<&'static str> {
    let has = |change| fork.has(change);
    let blobs = has(Change::Blobs);
    let fields = [
        ("parentHash", given.parent_hash.is_none()),
        ("sha3Uncles", given.sha3_uncles.is_none()),
        ("miner", given.miner.is_none()),
        ("stateRoot", given.state_root.is_none()),
        ("transactionsRoot", given.transactions_root.is_none()),
        ("receiptsRoot", given.receipts_root.is_none()),
        ("logsBloom", given.logs_bloom.is_none()),
        ("difficulty", given.difficulty.is_none()),
        ("number", given.number.is_none()),
        ("gasLimit", given.gas_limit.is_none()),
        ("gasUsed", given.gas_used.is_none()),
        ("timestamp", given.timestamp.is_none()),
        ("extraData", given.extra_data.is_none()),
        ("mixHash", given.mix_hash.is_none()),
        ("nonce", given.nonce.is_none()),
        ("baseFeePerGas", has(Change::BaseFee) && given.base_fee_per_gas.is_none()),
        ("withdrawalsRoot", has(Change::Withdrawals) && given.withdrawals_root.is_none()),
        ("blobGasUsed", blobs && given.blob_gas_used.is_none()),
        ("excessBlobGas", blobs && given.excess_blob_gas.is_none()),
        (
            "parentBeaconBlockRoot",
            has(Change::BeaconRoot) && given.parent_beacon_block_root.is_none(),
        ),
        ("requestsHash", has(Change::Requests) && given.requests_hash.is_none()),
    ];
    fields.into_iter().filter(|(_, missing)| *missing).map(|(field, _)| field).collect()
}

/// What names a block that stands by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockName {
    /// The block's hash.
    pub hash: Option<B256>,
    /// The block's number.
    pub number: Option<u64>,
}

impl From<&BlockFields> for BlockName {
    fn from(fields: &BlockFields) -> Self {
        Self { hash: fields.hash, number: fields.number }
    }
}
