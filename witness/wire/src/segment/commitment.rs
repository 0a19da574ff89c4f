//! A checkpoint as an operator stands by it: a leaf of its message's claim. Normative text:
//! `specs/19-segments.md`, section Commitment.

use alloy_primitives::{B256, U256};
use serde::{Deserialize, Serialize};

use super::{Checkpoint, checkpoint::Number, merkle};

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
