//! Somebody's claim out of its JSON: each hash in it is computed from what stands under it. Normative text:
//! `specs/20-claims.md`, section In JSON.
//!
//! In the data's way this stands before the comparison of two claims: the root that an operator has committed to
//! is that of the file's items, or the file says nothing.

use std::fmt;

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::{
    claim::{BlockClaim, Environment, MessageClaim, ToldInstant, TransactionClaim},
    json::Misread,
    segment::{Head, Leaf, RecordTree},
};
use serde::Deserialize;

use super::{
    items::{ClaimedBlock, ClaimedMessage, ClaimedTransaction, Instants},
    steps::StepPlaces,
};

/// Most transactions that may stand before the first that a file tells.
const MOST_BEFORE: usize = 1 << 20;

/// Whose item it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The block's.
    Block,
    /// A transaction's, by its place in the block.
    Transaction(usize),
    /// A message's: places of transaction and message.
    Message(usize, usize),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block => f.write_str("the block"),
            Self::Transaction(transaction) => write!(f, "transaction {transaction}"),
            Self::Message(transaction, message) => {
                write!(f, "transaction {transaction}, message {message}")
            }
        }
    }
}

macro_rules! hashed {
    ($($(#[doc = $doc:literal])+ $variant:ident $text:literal,)+) => {
        /// What a hash of a claim is taken of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Hashed { $($(#[doc = $doc])+ $variant,)+ }

        impl fmt::Display for Hashed {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $text,)+ })
            }
        }
    };
}

hashed! {
    /// The words of the block, by the root.
    Words "its words are not what the root is of",
    /// The environment, by the block's hash of it.
    Environment "its environment is not what the block's hash is of",
    /// The ancestors, by their number and root.
    Ancestors "its ancestors are not what the block's number and root are of",
    /// The transactions, by their number and root.
    Transactions "its transactions are not what the block's number and root are of",
    /// The steps, by their number and root.
    Steps "its steps are not what the transaction's number and root are of",
    /// The messages, by their number and root.
    Messages "its messages are not what the transaction's number and root are of",
    /// The head, by the message's hash.
    Head "its head is not what the message's hash is of",
    /// The entry, by its digest.
    Entry "its entry is not what the message's digest is of",
    /// The records, by the head's number and root.
    Records "its records are not what the head's number and root are of",
    /// The instants behind the records, of which there are as many.
    Instants "its instants are not what the message's root is of, one behind each record",
    /// The checkpoints, by their number and root.
    Checkpoints "its checkpoints are not what the message's number and root are of",
}

/// Why a file is no claim that anybody could stand by.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// It is no JSON of a claim.
    #[error("it is no claim: {}", Misread::from(.0))]
    Json(#[from] serde_json::Error),
    /// A head has another length.
    #[error("{of}: its head has {found} bytes, and a head has 640")]
    Head {
        /// Whose.
        of: Holder,
        /// Its length.
        found: usize,
    },
    /// A hash is another than that of the items that stand under it.
    #[error("{of}: {items}")]
    Hash {
        /// Whose.
        of: Holder,
        /// The items.
        items: Hashed,
    },
    /// More transactions are left out than a block has.
    #[error("{before} transactions are said to stand before the first")]
    Before {
        /// Their number.
        before: usize,
    },
}

/// A block's claim as it is read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    root: B256,
    environment: Environment,
    block: BlockClaim,
    ancestors: Vec<B256>,
    first: usize,
    transactions: Vec<Transaction>,
}

/// A transaction's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Transaction {
    transaction: TransactionClaim,
    steps: Vec<ToldInstant>,
    messages: Vec<Message>,
}

/// A message's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    message: MessageClaim,
    head: Bytes,
    records: Vec<Bytes>,
    entry: ToldInstant,
    instants: Vec<ToldInstant>,
    checkpoints: Vec<Leaf>,
}

impl ClaimedBlock {
    /// A claim out of its JSON. Its root, and every other hash in it, is that of the items that stand under
    /// it; whether any of them is true is another question.
    ///
    /// # Errors
    ///
    /// If it is no JSON of a claim, or a hash in it is another than that of the items under it: the innermost
    /// is told, the first if there are more.
    pub fn parse(json: &[u8]) -> Result<Self, ClaimError> {
        let told: Block = serde_json::from_slice(json)?;
        if told.first > MOST_BEFORE {
            return Err(ClaimError::Before { before: told.first });
        }
        let transactions = told.transactions.into_iter().enumerate();
        let transactions = transactions
            .map(|(place, transaction)| transaction.parsed(told.first + place))
            .collect::<Result<_, _>>()?;
        let BlockClaim { header, enter, leave, .. } = told.block;
        let (roots, first) = ([enter, leave], told.first);
        let found =
            Self::new(told.environment, header, told.ancestors, roots, (first, transactions));
        let is = |items, holds| same(Holder::Block, items, holds);
        is(Hashed::Environment, found.claim.environment == told.block.environment)?;
        is(Hashed::Ancestors, found.claim.ancestors == told.block.ancestors)?;
        is(Hashed::Transactions, found.claim.transactions == told.block.transactions)?;
        is(Hashed::Words, found.root() == told.root)?;
        Ok(found)
    }
}

impl Transaction {
    fn parsed(self, place: usize) -> Result<ClaimedTransaction, ClaimError> {
        let messages = self.messages.into_iter().enumerate();
        let messages = messages
            .map(|(message, told)| told.parsed(Holder::Message(place, message)))
            .collect::<Result<_, _>>()?;
        let told = self.transaction;
        let places = StepPlaces::unknown(self.steps.len());
        let steps = (Instants::new(self.steps), places);
        let found =
            ClaimedTransaction::new([told.hash, told.receipt], told.sender, steps, messages);
        let is = |items, holds| same(Holder::Transaction(place), items, holds);
        is(Hashed::Steps, found.claim.steps == told.steps)?;
        is(Hashed::Messages, found.claim.messages == told.messages)?;
        Ok(found)
    }
}

impl Message {
    fn parsed(self, of: Holder) -> Result<ClaimedMessage, ClaimError> {
        let found = self.head.len();
        let head = Head::of_bytes(&self.head).ok_or(ClaimError::Head { of, found })?;
        let tree = RecordTree::of_bytes(&self.records);
        let is = |items, holds| same(of, items, holds);
        is(Hashed::Head, head.hash() == self.message.head)?;
        is(Hashed::Records, head.has_records(&tree))?;
        is(Hashed::Instants, self.instants.len() == self.records.len())?;
        let (records, instants) = ((self.records, tree), Instants::new(self.instants));
        let found = ClaimedMessage::new(head, records, self.entry, instants, self.checkpoints);
        is(Hashed::Entry, found.claim.entry == self.message.entry)?;
        is(Hashed::Instants, found.claim.instants == self.message.instants)?;
        is(Hashed::Checkpoints, found.claim.checkpoints == self.message.checkpoints)?;
        Ok(found)
    }
}

const fn same(of: Holder, items: Hashed, holds: bool) -> Result<(), ClaimError> {
    if holds { Ok(()) } else { Err(ClaimError::Hash { of, items }) }
}
