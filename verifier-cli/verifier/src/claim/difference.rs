//! Where two claims differ, by the item. Normative text: `specs/20-claims.md`, section Two claims.

use std::fmt;

/// A tree of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TreeOf {
    /// The block's ancestors.
    Ancestors,
    /// The block's transactions.
    Transactions,
    /// A transaction's steps, by its place.
    Steps(usize),
    /// A transaction's messages.
    Messages(usize),
    /// The records of a message: places of transaction and message.
    Records(usize, usize),
    /// The instants behind them.
    Instants(usize, usize),
    /// The checkpoints of a message.
    Checkpoints(usize, usize),
}

/// Where two claims differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// In the words of the block: environment, header, the root before it, or else the one behind it.
    Block,
    /// In an item of a tree, by its place, where all before it are alike; one of the two may have none
    /// there.
    Item(TreeOf, u64),
    /// In what a transaction is: its bytes, its sender.
    Transaction(usize),
    /// In its receipt alone.
    Receipt(usize),
    /// In the instant before a message's first opcode.
    Entry(usize, usize),
    /// In a message's head, all its records and instants being alike.
    Head(usize, usize),
}

impl fmt::Display for TreeOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ancestors => f.write_str("ancestor"),
            Self::Transactions => f.write_str("transaction"),
            Self::Steps(at) => write!(f, "transaction {at}, step"),
            Self::Messages(at) => write!(f, "transaction {at}, message"),
            Self::Records(at, message) => write!(f, "transaction {at}, message {message}, record"),
            Self::Instants(at, message) => {
                write!(f, "transaction {at}, message {message}, instant behind record")
            }
            Self::Checkpoints(at, message) => {
                write!(f, "transaction {at}, message {message}, checkpoint")
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block => f.write_str("the words of the block"),
            // The record with index 1 stands at place 0.
            Self::Item(tree @ (TreeOf::Records(..) | TreeOf::Instants(..)), place) => {
                write!(f, "{tree} {}", place.saturating_add(1))
            }
            Self::Item(tree, place) => write!(f, "{tree} {place}"),
            Self::Transaction(at) => write!(f, "transaction {at}, its bytes or its sender"),
            Self::Receipt(at) => write!(f, "transaction {at}, its receipt"),
            Self::Entry(at, message) => write!(f, "transaction {at}, message {message}, its entry"),
            Self::Head(at, message) => write!(f, "transaction {at}, message {message}, its head"),
        }
    }
}
