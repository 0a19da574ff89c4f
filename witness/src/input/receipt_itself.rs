//! What a receipt says [of itself](Itself): the place that it repeats in each of its logs, the numbers of these,
//! gas that was used before it, what blobs cost. A run uses nothing of it, so only here is it seen that it
//! cannot be so.
//!
//! In the data's way this stands beside [`Said`](super::said::Said), which holds a receipt against its
//! transaction.

use alloy_consensus::Transaction as _;
use alloy_primitives::{B256, U256};
use iso_evm_wire::{
    block::Block, protocol::GAS_PER_BLOB, quantity::Number, transaction::Transaction,
};
use serde_json::{Map, Value};

use super::{note::Note, said::At};

/// What a log repeats of its receipt, and whether it is a number; a hash otherwise.
const REPEATED: [(&str, bool); 5] = [
    ("transactionHash", false),
    ("blockHash", false),
    ("blockNumber", true),
    ("transactionIndex", true),
    ("blockTimestamp", true),
];

/// The names that a log's number in its block has, the second in ethers.
const NUMBERS: [&str; 2] = ["logIndex", "index"];

/// Why a field that cannot be read is not used.
const UNREAD: &str = "it is not what stands in such a field";

/// Where a log or a receipt says that it stands, in the order of [`REPEATED`].
type Repeated = [Option<String>; REPEATED.len()];

/// What a log says of where it stands.
#[derive(Clone, Debug)]
struct Log {
    place: Repeated,
    /// The log's number, in the order of [`NUMBERS`].
    numbers: [Option<U256>; NUMBERS.len()],
}

/// What a receipt says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Itself {
    gas_used: Option<U256>,
    cumulative: Option<U256>,
    blob_gas_used: Option<U256>,
    blob_gas_price: Option<U256>,
    /// Whether there is a root beside a status.
    root: bool,
    place: Repeated,
    logs: Vec<Log>,
    /// Index of the first log that was taken back.
    removed: Option<usize>,
    /// Fields that are there and are not what they should be.
    unread: Vec<String>,
}

impl Itself {
    /// What a receipt's fields say, under a node's names.
    pub(super) fn of(fields: &Map<String, Value>) -> Self {
        let mut unread = Vec::new();
        let mut number = |name: &str| {
            let value = fields.get(name)?;
            let read = as_number(value);
            unread.extend(read.is_none().then(|| name.to_owned()));
            read
        };
        let [cumulative, blob_gas_used, blob_gas_price] =
            ["cumulativeGasUsed", "blobGasUsed", "blobGasPrice"].map(&mut number);
        // Of that the receipt's own reader tells.
        let gas_used = fields.get("gasUsed").and_then(as_number);
        let root = fields.get("root").and_then(Value::as_str);
        let root = root.is_some_and(|root| !matches!(root, "" | "0x"));
        let listed = fields.get("logs").and_then(Value::as_array);
        let (mut logs, mut removed) = (Vec::new(), None);
        for (index, log) in listed.into_iter().flatten().enumerate() {
            // What is no object the receipt's own reader refuses.
            let Some(log) = log.as_object() else { continue };
            let place = repeated(log);
            for ((name, _), said) in REPEATED.iter().zip(&place) {
                if is_there(log, name) && said.is_none() {
                    unread.push(format!("logs[{index}].{name}"));
                }
            }
            let numbers = NUMBERS.map(|name| log.get(name).and_then(as_number));
            for (name, said) in NUMBERS.iter().zip(numbers) {
                if is_there(log, name) && said.is_none() {
                    unread.push(format!("logs[{index}].{name}"));
                }
            }
            if removed.is_none() && log.get("removed") == Some(&Value::Bool(true)) {
                removed = Some(index);
            }
            logs.push(Log { place, numbers });
        }
        Self {
            gas_used,
            cumulative,
            blob_gas_used,
            blob_gas_price,
            root: root && fields.contains_key("status"),
            place: repeated(fields),
            logs,
            removed,
            unread,
        }
    }

    /// Notes of what cannot be so, by itself or where the transaction stands, whose hash may be only given.
    pub(super) fn notes(&self, hash: Option<B256>, at: At<'_>) -> Vec<Note> {
        let mut notes: Vec<_> = match &self.unread[..] {
            [] => Vec::new(),
            [first, ..] => vec![Note::unused(format!("receipt.{first}"), UNREAD)],
        };
        let before = self.cumulative.zip(self.gas_used).filter(|(sum, used)| sum < used);
        notes.extend(before.map(|(sum, used)| {
            let against = format!("receipt.gasUsed, {used}, which is more");
            Note::contradiction("receipt.cumulativeGasUsed", sum.to_string(), against)
        }));
        let of_block = at.block.header.as_ref().map(|header| U256::from(header.gas_used));
        let beyond = self.cumulative.zip(of_block).filter(|(sum, all)| sum > all);
        notes.extend(beyond.map(|(sum, all)| {
            let against = format!("block.gasUsed, {all}, which is less");
            Note::contradiction("receipt.cumulativeGasUsed", sum.to_string(), against)
        }));
        if self.root {
            notes.push(Note::unused("receipt.root", "a receipt with a status has none"));
        }
        let known = [
            hash.map(|hash| hash.to_string()),
            at.hash.map(|hash| hash.to_string()),
            Some(at.block.number.to_string()),
            at.index.map(|index| index.to_string()),
            Some(at.block.timestamp.to_string()),
        ];
        for (place, (name, _)) in REPEATED.iter().enumerate() {
            let (expected, against) = match (&self.place[place], &known[place]) {
                (Some(own), _) => (own, format!("receipt.{name}, {own}")),
                (None, Some(known)) => (known, format!("what is recorded, {known}")),
                (None, None) => continue,
            };
            let found = self.logs.iter().enumerate().find_map(|(index, log)| {
                let found = log.place[place].as_ref().filter(|found| *found != expected)?;
                Some((index, found.clone()))
            });
            notes.extend(found.map(|(index, found)| {
                Note::contradiction(format!("receipt.logs[{index}].{name}"), found, against)
            }));
        }
        notes.extend(self.misnumbered());
        notes.extend(self.removed.map(|index| {
            let against = "the receipt, which has no log of a block that was taken back";
            Note::contradiction(format!("receipt.logs[{index}].removed"), "true", against)
        }));
        notes
    }

    /// A note of the first log whose number does not follow from that of the first: logs of a block are counted,
    /// and those of a receipt stand together.
    fn misnumbered(&self) -> Option<Note> {
        let mut begin: Option<(usize, U256)> = None;
        for (index, log) in self.logs.iter().enumerate() {
            for (name, found) in NUMBERS.iter().zip(log.numbers) {
                let Some(found) = found else { continue };
                let Some((first, number)) = begin else {
                    begin = Some((index, found));
                    continue;
                };
                let expected = number.saturating_add(U256::from(index - first));
                if found != expected {
                    let path = format!("receipt.logs[{index}].{name}");
                    let against =
                        format!("receipt.logs[{first}], which is log {number} of the block");
                    return Some(Note::contradiction(path, found.to_string(), against));
                }
            }
        }
        None
    }

    /// Notes of blobs, of one of Ethereum's chains: what they use follows from the transaction, what they cost
    /// from the block.
    pub(super) fn of_blobs(&self, transaction: &Transaction, block: &Block) -> Vec<Note> {
        let count = transaction.body().blob_versioned_hashes().map_or(0, <[_]>::len);
        let used = U256::from(count) * U256::from(GAS_PER_BLOB);
        let mut notes = Vec::new();
        if let Some(found) = self.blob_gas_used.filter(|found| *found != used) {
            let against = format!("the transaction's blobs, which use {used}");
            notes.push(Note::contradiction("receipt.blobGasUsed", found.to_string(), against));
        }
        // Some print a price of zero where there are no blobs.
        let price = self.blob_gas_price.filter(|price| count > 0 || !price.is_zero());
        let (Some(found), Some(fee)) = (price, block.blob_base_fee.map(U256::from)) else {
            return notes;
        };
        if found != fee {
            let against = format!("the block's excess blob gas, by which it is {fee}");
            notes.push(Note::contradiction("receipt.blobGasPrice", found.to_string(), against));
        }
        notes
    }
}

/// Whether a field is there and not null.
fn is_there(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).is_some_and(|value| !value.is_null())
}

/// A number in any notation.
pub(super) fn as_number(value: &Value) -> Option<U256> {
    serde_json::from_value(value.clone()).ok().map(|Number(number)| number)
}

/// Where something says that it stands.
fn repeated(fields: &Map<String, Value>) -> Repeated {
    REPEATED.map(|(name, is_number)| {
        let value = fields.get(name)?;
        if is_number {
            return as_number(value).map(|number| number.to_string());
        }
        let hash: Option<B256> = serde_json::from_value(value.clone()).ok();
        hash.map(|hash| hash.to_string())
    })
}
