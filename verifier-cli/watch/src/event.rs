//! An [`Event`]: what a watcher has seen or done, one after the other.
//!
//! In the data's way this is the last: what a program or a person is told.

use alloy_primitives::B256;
use serde::Serialize;

use crate::{
    block::{AuditedBlock, Place},
    commitment::{Commitment, CommitmentNews, L1News},
};

/// Something that a watcher has seen or done. What it was told by a block is kept before it is told here.
///
/// The list is closed: whoever acts on events must not miss a new one.
#[derive(Clone, Debug)]
pub enum Event {
    /// A block was audited: the next of the chain, or, if `again`, one of which not all could be audited the
    /// time before.
    Block {
        /// What was found.
        block: Box<AuditedBlock>,
        /// Whether it was audited before.
        again: bool,
    },
    /// A block that was audited before, and had gone, is back.
    Back(Place),
    /// Blocks that were on the chain are on it no more.
    Reorganised(Reorganisation),
    /// The node says where the chain is.
    Heads(Heads),
    /// All that there is of the chain is audited.
    InStep {
        /// Number of the last block.
        number: u64,
    },
    /// Blocks come faster than they are audited.
    Behind {
        /// How many blocks are not audited yet.
        blocks: u64,
    },
    /// Something about one of the nodes.
    Node {
        /// Which node, from 0 in the order in which they were given.
        node: usize,
        /// What happened.
        what: NodeNews,
    },
    /// Something about what an operator has committed to on another chain.
    Commitment {
        /// What he stands by.
        commitment: Box<Commitment>,
        /// What happened.
        what: CommitmentNews,
    },
    /// Something about the node of that other chain.
    L1(L1News),
}

/// Blocks that are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reorganisation {
    /// The last block that old and new chain have in common, if any that is known.
    pub common: Option<u64>,
    /// The blocks that are gone, the first first.
    pub gone: Vec<Gone>,
    /// Whether the node had called one of them final.
    pub was_final: bool,
}

/// A block that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gone {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub hash: B256,
}

/// Where a node says that its chain is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// The newest block.
    pub latest: Option<Head>,
    /// The newest block that is safe, where the node knows such.
    pub safe: Option<Head>,
    /// The newest block that is final, where the node knows such.
    pub finalized: Option<Head>,
}

/// Number and hash of a block that has a name at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub hash: B256,
}

/// What happens to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeNews {
    /// It gives no answer.
    Silent {
        /// Reason, in words.
        reason: String,
    },
    /// It answers again.
    Answers,
    /// It has another block than the chain that is followed, and stays with it.
    Disagrees {
        /// Number of the block.
        number: u64,
        /// Hash of the block on the chain that is followed.
        expected: B256,
        /// Hash that the node says.
        found: B256,
    },
    /// It has the same blocks again.
    Agrees,
    /// It is behind the others.
    Lags {
        /// How many blocks.
        blocks: u64,
    },
    /// It is where the others are again.
    KeepsUp,
    /// It is asked from here on, in place of another.
    Chosen,
    /// It gave what cannot be.
    Wrong {
        /// What was wrong, in words.
        reason: String,
    },
}

impl Event {
    /// The event's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Block { .. } => "block",
            Self::Back(_) => "back",
            Self::Reorganised(_) => "reorganised",
            Self::Heads(_) => "heads",
            Self::InStep { .. } => "in-step",
            Self::Behind { .. } => "behind",
            Self::Node { what, .. } => what.name(),
            Self::Commitment { what, .. } => what.name(),
            Self::L1(what) => what.name(),
        }
    }
}

impl NodeNews {
    /// The event's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Silent { .. } => "node-silent",
            Self::Answers => "node-answers",
            Self::Disagrees { .. } => "node-disagrees",
            Self::Agrees => "node-agrees",
            Self::Lags { .. } => "node-lags",
            Self::KeepsUp => "node-keeps-up",
            Self::Chosen => "node-chosen",
            Self::Wrong { .. } => "node-wrong",
        }
    }
}
