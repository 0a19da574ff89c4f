//! What an operator stands by: a message, and its checkpoints if there are any. Normative text:
//! `specs/19-segments.md`, section Commitment.

use alloy_primitives::{B256, U256, keccak256};
use serde::{Deserialize, Serialize};

use super::{
    Checkpoint,
    checkpoint::Number,
    merkle::{self, Tree},
    tag,
};

/// What the hashed words of a commitment begin with.
pub const COMMITMENT_TAG: B256 = tag("iso-evm commitment 1");

/// A checkpoint as it is committed to: by its digest, and by what says where in the message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Leaf {
    /// Index of the next record.
    pub record: Number,
    /// Gas used so far.
    pub gas_used: Number,
    /// The checkpoint's hash.
    pub digest: B256,
}

impl Leaf {
    /// The leaf of a checkpoint.
    pub fn of(checkpoint: &Checkpoint) -> Self {
        Self {
            record: checkpoint.record,
            gas_used: checkpoint.gas_used,
            digest: checkpoint.digest(),
        }
    }

    /// The leaf's hash in the tree.
    pub fn hash(&self) -> B256 {
        let word = |number: Number| U256::from(number.0).into();
        merkle::leaf(&[word(self.record), word(self.gas_used), self.digest])
    }
}

/// A checkpoint that somebody has committed to, as far as it is known: in JSON either the one or the
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClaimedLeaf {
    /// With its words.
    Checkpoint(Checkpoint),
    /// As it was committed to.
    Leaf(Leaf),
}

impl ClaimedLeaf {
    /// The leaf.
    pub fn leaf(&self) -> Leaf {
        match self {
            Self::Checkpoint(checkpoint) => Leaf::of(checkpoint),
            Self::Leaf(leaf) => *leaf,
        }
    }

    /// The words, if they are known.
    pub const fn checkpoint(&self) -> Option<&Checkpoint> {
        match self {
            Self::Checkpoint(checkpoint) => Some(checkpoint),
            Self::Leaf(_) => None,
        }
    }
}

/// A commitment to a message, and to its checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    message: B256,
    leaves: Vec<Leaf>,
    tree: Tree,
}

impl Commitment {
    /// The commitment to the message with this hash ([`Head::hash`](super::Head::hash)) and to these
    /// checkpoints, in order.
    pub fn new(message: B256, leaves: Vec<Leaf>) -> Self {
        let tree = Tree::new(leaves.iter().map(Leaf::hash).collect());
        Self { message, leaves, tree }
    }

    /// The message's hash.
    pub const fn message(&self) -> B256 {
        self.message
    }

    /// The checkpoints.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// The root of the checkpoints' tree: zero if there are none.
    pub fn checkpoints_root(&self) -> B256 {
        self.tree.root()
    }

    /// What shows that a checkpoint is among them, at its place.
    pub fn prove(&self, index: u64) -> Vec<B256> {
        self.tree.prove(index..index + 1)
    }

    /// The one hash that is committed to.
    pub fn hash(&self) -> B256 {
        let count = B256::from(U256::from(self.leaves.len()));
        let words = [COMMITMENT_TAG, self.message, count, self.checkpoints_root()];
        keccak256(words.concat())
    }
}
