//! What a transaction or a receipt [says](Said) beside what is recorded of it: which transaction it is, where
//! that stands in the chain, what it paid. A run uses nothing of it, so only here is it seen that the parts of
//! a file are not of one transaction.
//!
//! In the data's way this stands behind transaction, block and receipt, once each of them is read.

use std::fmt;

use alloy_consensus::{Transaction as _, Typed2718};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::Header;
use iso_evm_wire::{
    block::Block,
    json::Misread,
    quantity::Number,
    transaction::{Transaction, TransactionBody},
};
use serde_json::{Map, Value};

use super::{another::Difference, given_transaction::same, note::Note};

/// Why a field that cannot be read is not used.
const UNREAD: &str = "it is not what stands in such a field";

/// What is said beside; nothing where there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    block_hash: Option<B256>,
    block_number: Option<U256>,
    block_timestamp: Option<U256>,
    index: Option<U256>,
    price: Option<U256>,
    /// The transaction's bytes, under each name.
    raw: Vec<(&'static str, Bytes)>,
    /// What a transaction says that it creates, under each name.
    creates: Vec<(&'static str, Address)>,
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
        let raw = ["raw", "rawTransaction"].map(|name| (name, reader.read::<Bytes>(name)));
        let creates =
            ["creates", "contractAddress"].map(|name| (name, reader.read::<Address>(name)));
        let raw = raw.into_iter().filter_map(|(name, it)| Some((name, it?)));
        let creates = creates.into_iter().filter_map(|(name, it)| Some((name, it?)));
        let said = Self {
            price: reader.number("gasPrice"),
            raw: raw.filter(|(_, raw)| !raw.is_empty()).collect(),
            creates: creates.filter(|(_, created)| !created.is_zero()).collect(),
            ..Self::place(&mut reader)
        };
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
        const PART: &str = "transaction";
        let mut notes = self.notes(PART, "gasPrice", self.waits(), transaction, at);
        notes.extend(self.of_itself(transaction).into_iter().map(|it| own(PART, it)));
        if transaction.sender_is_given() {
            let why = "nothing says that it is this transaction's: the fields have no signature";
            let unused =
                |(name, _): &(&'static str, Bytes)| Note::unused(format!("{PART}.{name}"), why);
            notes.extend(self.raw.iter().map(unused));
        }
        notes
    }

    /// Whether a transaction says that it is in no block.
    const fn waits(&self) -> bool {
        self.block_hash.is_none() && self.block_number.is_none()
    }

    /// What follows from a transaction, and is said to be something else.
    fn of_itself(&self, transaction: &Transaction) -> Vec<Difference> {
        let hash = |bytes: &[u8]| format!("bytes whose hash is {}", keccak256(bytes));
        let encoded = transaction.encode();
        let mut differences = Vec::new();
        for (name, raw) in self.raw.iter().filter(|_| !transaction.sender_is_given()) {
            if raw[..] != encoded[..] && !is_with_blobs(raw, &encoded) {
                differences.push(Difference::new(*name, hash(raw), hash(&encoded)));
            }
        }
        for (name, found) in &self.creates {
            let expected = created(transaction).filter(|expected| *expected != found.to_string());
            differences.extend(
                expected.map(|expected| Difference::new(*name, found.to_string(), expected)),
            );
        }
        differences
    }

    /// What a transaction that a block lists says of itself, of its place and its price, and is not so.
    pub(super) fn of_a_listed(&self, transaction: &Transaction, place: Place) -> Vec<Difference> {
        let Place { hash, number, timestamp, index, base_fee } = place;
        let places = [
            ("blockHash", text(self.block_hash), text(hash)),
            ("blockNumber", text(self.block_number), text(Some(number))),
            ("blockTimestamp", text(self.block_timestamp), text(Some(timestamp))),
            ("transactionIndex", text(self.index), text(Some(index))),
        ];
        let mut differences = self.of_itself(transaction);
        for (field, found, expected) in places {
            let Some((found, expected)) = found.zip(expected) else { continue };
            if found != expected {
                differences.push(Difference::new(field, found, expected));
            }
        }
        differences.extend(self.mispriced("gasPrice", self.waits(), transaction, base_fee));
        differences
    }

    /// Notes of fields that are there and are not what they should be.
    pub(super) fn unread<'a>(&'a self, part: &'a str) -> impl Iterator<Item = Note> + 'a {
        self.unread.iter().map(move |field| Note::unused(format!("{part}.{field}"), UNREAD))
    }

    /// Notes of what a receipt says that is not so of the transaction, whose hash may be only given.
    pub(super) fn of_a_receipt(
        &self,
        transaction: &Transaction,
        hash: Option<B256>,
        at: At<'_>,
    ) -> Vec<Note> {
        const PART: &str = "receipt";
        let Of { hash: found, from, to, kind, created: made } = self.of;
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
        differ("contractAddress", "creation", text(made), created(transaction));
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
        let mut notes: Vec<_> = self.unread(part).collect();
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
        let mispriced = self.mispriced(price, waits, transaction, block.base_fee_per_gas);
        notes.extend(mispriced.map(|Difference { field, found, expected }| {
            let against = format!("what its fees and the base fee come to, {expected}");
            Note::contradiction(format!("{part}.{field}"), found, against)
        }));
        notes
    }

    /// A price that is not what the transaction pays. Of one that waits, nodes print the most that it would
    /// pay; of a deposit, nothing.
    fn mispriced(
        &self,
        field: &str,
        waits: bool,
        transaction: &Transaction,
        base_fee: Option<u64>,
    ) -> Option<Difference> {
        let (found, body) = (self.price?, transaction.body().ethereum()?);
        let is = U256::from(transaction.effective_gas_price(base_fee));
        let most = waits && found == U256::from(body.max_fee_per_gas());
        (found != is && !most).then(|| Difference::new(field, found.to_string(), is.to_string()))
    }
}

/// Where a block lists a transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The block's hash, where it is known.
    pub(super) hash: Option<B256>,
    /// The block's number.
    pub(super) number: u64,
    /// The block's timestamp.
    pub(super) timestamp: u64,
    /// The transaction's index.
    pub(super) index: usize,
    /// The block's base fee, where it has one.
    pub(super) base_fee: Option<u64>,
}

/// A note of what a transaction says otherwise than it is.
pub(super) fn own(path: &str, difference: Difference) -> Note {
    let Difference { field, found, expected } = difference;
    let against = format!("the transaction's own, {expected}");
    Note::contradiction(format!("{path}.{field}"), found, against)
}

/// What a transaction creates; of a deposit's creation nobody here knows the nonce.
fn created(transaction: &Transaction) -> Option<String> {
    let body = transaction.body();
    match body.to() {
        Some(_) => Some("none: it is a call".to_owned()),
        None => {
            let body = body.ethereum()?;
            Some(transaction.from().create(body.nonce()).to_string())
        }
    }
}

/// Whether bytes are a transaction's with its blobs, as it is sent (EIP-4844): a list that begins with what a
/// block has.
fn is_with_blobs(raw: &[u8], encoded: &[u8]) -> bool {
    const BLOBS: u8 = 3;
    let (Some((&BLOBS, mut list)), Some((&BLOBS, body))) =
        (raw.split_first(), encoded.split_first())
    else {
        return false;
    };
    let is_list = Header::decode(&mut list).is_ok_and(|header| header.list);
    is_list && list.starts_with(body)
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
