//! What a transaction or a receipt [says](Said) beside what is recorded of it: which transaction it is, where
//! that stands in the chain, what it paid. A run uses nothing of it, so only here is it seen that the parts of
//! a file are not of one transaction.
//!
//! In the data's way this stands behind transaction, block and receipt, once each of them is read.

use std::fmt;

use alloy_consensus::{Transaction as _, Typed2718};
use alloy_primitives::{Address, B256, U256};
use iso_evm_wire::{
    block::Block,
    json::Misread,
    quantity::Number,
    transaction::{Transaction, TransactionBody},
};
use serde_json::{Map, Value};

use super::{given_transaction::same, note::Note};

/// What is said beside; nothing where there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    block_hash: Option<B256>,
    block_number: Option<U256>,
    block_timestamp: Option<U256>,
    index: Option<U256>,
    price: Option<U256>,
    /// Fields that are there and are not what they should be.
    unread: Vec<&'static str>,
    /// What only a receipt says.
    of: Of,
}

/// Which transaction a receipt says that it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Of {
    hash: Option<B256>,
    from: Option<Address>,
    to: Option<Address>,
    kind: Option<U256>,
    created: Option<Address>,
}

/// Where a transaction stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    /// What is known of the block.
    pub(super) block: &'a Block,
    /// The block's hash, where it is known.
    pub(super) hash: Option<B256>,
    /// The transaction's index in the block, where it is known.
    pub(super) index: Option<u64>,
    /// Who says so.
    pub(super) whose: Whose,
}

/// Who says where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The rest of the file.
    File,
    /// The chain.
    Chain,
    /// The chain, and it has the transaction in no block.
    NoBlock,
}

impl Said {
    /// What a transaction's fields say.
    pub(super) fn of_transaction(fields: &mut Map<String, Value>) -> Result<Self, Misread> {
        one_name("transaction", fields, "index", "transactionIndex")?;
        let mut reader = Reader { fields, unread: Vec::new() };
        let said = Self { price: reader.number("gasPrice"), ..Self::place(&mut reader) };
        Ok(Self { unread: reader.unread, ..said })
    }

    /// What a receipt's fields say, under the names of nodes or of ethers.
    pub(super) fn of_receipt(fields: &mut Map<String, Value>) -> Result<Self, Misread> {
        for (other, name) in [
            ("index", "transactionIndex"),
            ("hash", "transactionHash"),
            ("gasPrice", "effectiveGasPrice"),
        ] {
            one_name("receipt", fields, other, name)?;
        }
        let mut reader = Reader { fields, unread: Vec::new() };
        let of = Of {
            hash: reader.read("transactionHash"),
            from: reader.read("from"),
            to: reader.read("to"),
            kind: reader.number("type"),
            created: reader.read("contractAddress").filter(|it: &Address| !it.is_zero()),
        };
        let price = reader.number("effectiveGasPrice");
        let said = Self { price, of, ..Self::place(&mut reader) };
        Ok(Self { unread: reader.unread, ..said })
    }

    fn place(reader: &mut Reader<'_>) -> Self {
        Self {
            block_hash: reader.read("blockHash"),
            block_number: reader.number("blockNumber"),
            block_timestamp: reader.number("blockTimestamp"),
            index: reader.number("transactionIndex"),
            ..Self::default()
        }
    }

    /// The index in the block that is said.
    pub(super) fn index(&self) -> Option<u64> {
        self.index.map(|index| index.saturating_to())
    }

    /// Notes of what a transaction says, and where it stands it is not so.
    pub(super) fn of_a_transaction(&self, transaction: &Transaction, at: At<'_>) -> Vec<Note> {
        let waits = self.block_hash.is_none() && self.block_number.is_none();
        self.notes("transaction", "gasPrice", waits, transaction, at)
    }

    /// Notes of what a receipt says that is not so of the transaction, whose hash may be only given.
    pub(super) fn of_a_receipt(
        &self,
        transaction: &Transaction,
        hash: Option<B256>,
        at: At<'_>,
    ) -> Vec<Note> {
        const PART: &str = "receipt";
        let Of { hash: found, from, to, kind, created } = self.of;
        let mut notes = Vec::new();
        let mut differ = |field: &str, of: &str, found: Option<String>, is: Option<String>| {
            if let Some((found, is)) = found.zip(is).filter(|(found, is)| found != is) {
                let against = format!("the transaction's {of}, {is}");
                notes.push(Note::contradiction(format!("{PART}.{field}"), found, against));
            }
        };
        let (body, ethereum) = (transaction.body(), transaction.body().ethereum());
        let is_to = match body {
            TransactionBody::Ethereum(body) => body.to(),
            TransactionBody::Deposit(deposit) => deposit.to.to().copied(),
        };
        differ("transactionHash", "hash", text(found), text(hash));
        differ("from", "sender", text(from), text(Some(transaction.from())));
        let nobody = || "nobody: it is a creation".to_owned();
        differ("to", "receiver", text(to), Some(text(is_to).unwrap_or_else(nobody)));
        differ("type", "type", text(kind), ethereum.map(|body| body.ty().to_string()));
        let made = |nonce| match is_to {
            Some(_) => "none: it is a call".to_owned(),
            None => transaction.from().create(nonce).to_string(),
        };
        let made = ethereum.map(|body| made(body.nonce()));
        differ("contractAddress", "creation", text(created), made);
        notes.extend(self.notes(PART, "effectiveGasPrice", false, transaction, at));
        notes
    }

    /// Notes of place and price.
    fn notes(
        &self,
        part: &str,
        price: &str,
        waits: bool,
        transaction: &Transaction,
        at: At<'_>,
    ) -> Vec<Note> {
        let At { block, hash, index, whose } = at;
        let number = Some(block.number).filter(|_| whose != Whose::NoBlock);
        let places = [
            ("blockNumber", "number", text(self.block_number), text(number)),
            ("blockHash", "hash", text(self.block_hash), text(hash)),
            (
                "blockTimestamp",
                "timestamp",
                text(self.block_timestamp),
                text(number.map(|_| block.timestamp)),
            ),
            ("transactionIndex", "", text(self.index), text(index)),
        ];
        let why = "it is not what stands in such a field";
        let unread = |field: &&str| Note::unused(format!("{part}.{field}"), why);
        let mut notes: Vec<_> = self.unread.iter().map(unread).collect();
        for (field, of, found, is) in places {
            let Some(found) = found else { continue };
            let against = match (whose, is) {
                (_, Some(is)) if is == found => continue,
                (Whose::File, Some(is)) if of.is_empty() => {
                    format!("the transaction's own index, {is}")
                }
                (Whose::File, Some(is)) => format!("block.{of}, {is}"),
                (Whose::Chain, Some(is)) if of.is_empty() => {
                    format!("the chain, where its index is {is}")
                }
                (Whose::Chain, Some(is)) => {
                    format!("the chain, where the {of} of its block is {is}")
                }
                (Whose::NoBlock, _) => "the chain, which has it in no block".to_owned(),
                (_, None) => continue,
            };
            notes.push(Note::contradiction(format!("{part}.{field}"), found, against));
        }
        notes.extend(self.price(part, price, waits, transaction, block.base_fee_per_gas));
        notes
    }

    /// A note of a price that is not what the transaction pays. Of one that waits, nodes print the most
    /// that it would pay; of a deposit, nothing.
    fn price(
        &self,
        part: &str,
        field: &str,
        waits: bool,
        transaction: &Transaction,
        base_fee: Option<u64>,
    ) -> Option<Note> {
        let (found, body) = (self.price?, transaction.body().ethereum()?);
        let is = U256::from(transaction.effective_gas_price(base_fee));
        let most = waits && found == U256::from(body.max_fee_per_gas());
        let against = format!("what its fees and the base fee come to, {is}");
        let note = || Note::contradiction(format!("{part}.{field}"), found.to_string(), against);
        (found != is && !most).then(note)
    }
}

/// Notes of the transactions that a block lists, of which the one that is recorded is not, or not where it
/// says.
pub(super) fn listed_notes(
    listed: &[Option<B256>],
    hash: B256,
    index: Option<u64>,
) -> Option<Note> {
    let at = index.and_then(|index| usize::try_from(index).ok());
    let Some(index) = at else {
        let unknown = listed.iter().any(Option::is_none);
        let missing = !unknown && !listed.contains(&Some(hash));
        let count = match listed.len() {
            0 => "an empty list".to_owned(),
            1 => "a list of 1 other".to_owned(),
            count => format!("a list of {count} others"),
        };
        let against = format!("the transaction, {hash}, which is not in it");
        return missing.then(|| Note::contradiction("block.transactions", count, against));
    };
    let against = match listed.get(index) {
        Some(Some(found)) if *found != hash => format!("block.transactions[{index}], {found}"),
        Some(_) => return None,
        None => format!("block.transactions, of which there are {}", listed.len()),
    };
    Some(Note::contradiction("transaction.transactionIndex", index.to_string(), against))
}

/// Puts a field under its other name. Under both it must say the same.
fn one_name(
    part: &str,
    fields: &mut Map<String, Value>,
    other: &str,
    name: &str,
) -> Result<(), Misread> {
    let Some(value) = fields.remove(other) else { return Ok(()) };
    let found = fields.entry(name).or_insert_with(|| value.clone());
    if same(found, &value) {
        return Ok(());
    }
    let what = format!("fields {name:?} and {other:?} contradict each other");
    Err(Misread::new(part, what))
}

/// The fields of an object, and which of those that were asked for could not be read.
struct Reader<'a> {
    fields: &'a Map<String, Value>,
    unread: Vec<&'static str>,
}

impl Reader<'_> {
    /// A field, if it is there.
    fn read<T: serde::de::DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        let value = self.fields.get(name)?;
        let read = serde_json::from_value(value.clone());
        read.inspect_err(|_| self.unread.push(name)).ok()
    }

    fn number(&mut self, name: &'static str) -> Option<U256> {
        self.read(name).map(|Number(number)| number)
    }
}

fn text(value: Option<impl fmt::Display>) -> Option<String> {
    value.map(|value| value.to_string())
}
