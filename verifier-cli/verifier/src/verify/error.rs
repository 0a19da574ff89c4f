//! Why there is no verdict.

use alloy_primitives::B256;
use iso_evm_hypervisor::{MessageVerdict, SegmentVerdict};

use super::{
    NodeDiffers,
    claim::{said, said_of_segment},
};
use crate::audit::anchors::AnchorMismatch;

/// Why there is nothing to verify, or not what was asked for. No verdict: it convicts nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Something under another hash than its own.
    #[error("{}.{found}: the {}'s hash is {expected}", item.list(), item.name())]
    Hash {
        /// What the bytes are of.
        item: Hashed,
        /// The hash of the bytes.
        expected: B256,
        /// The hash that it stands under.
        found: B256,
    },
    /// The witness is about something else.
    #[error(transparent)]
    Anchor(#[from] AnchorMismatch),
    /// The two engines do not say the same: one of them is wrong, and there is no verdict.
    #[error(
        "message {message}: the engines differ: the hypervisor says {}, the native engine {}",
        said(*message, &verdicts[0]),
        said(*message, &verdicts[1])
    )]
    EnginesDiffer {
        /// Index of the message.
        message: usize,
        /// What the hypervisor says, and what the native engine says.
        verdicts: Box<[MessageVerdict; 2]>,
    },
    /// The two engines do not say the same of a segment.
    #[error(
        "message {message}, segment {segment}: the engines differ: the hypervisor says {}, the native \
         engine {}",
        said_of_segment(*message, &verdicts[0]),
        said_of_segment(*message, &verdicts[1])
    )]
    SegmentEnginesDiffer {
        /// Index of the message.
        message: usize,
        /// Index of the segment.
        segment: usize,
        /// What the segment machine says, and what the native engine says.
        verdicts: Box<[SegmentVerdict; 2]>,
    },
    /// The segments of a message do not come to what is said of the whole.
    #[error(
        "message {message}: by its segments it is {}, as a whole {}",
        said(*message, &verdicts[0]),
        said(*message, &verdicts[1])
    )]
    PartsDiffer {
        /// Index of the message.
        message: usize,
        /// What the segments come to, and what is said of the whole.
        verdicts: Box<[MessageVerdict; 2]>,
    },
    /// A node does not say what the engine here says, which found nothing false.
    #[error("{0}")]
    NodeDiffers(Box<NodeDiffers>),
    /// A node was to answer, and there is none here to ask.
    #[error("the execution audit was to be a node's, and no node was asked")]
    NoNode,
}

impl VerifyError {
    /// Who refuses the witness, and what for, in a word each.
    pub const fn refusal(&self) -> (&'static str, &'static str) {
        match self {
            Self::Hash { .. } => ("container", "hash"),
            Self::Anchor(error) => ("anchor", error.what),
            Self::EnginesDiffer { .. }
            | Self::SegmentEnginesDiffer { .. }
            | Self::PartsDiffer { .. } => ("engine", "differs"),
            Self::NodeDiffers(_) => ("node", "differs"),
            Self::NoNode => ("node", "missing"),
        }
    }
}

/// What stands under its hash in a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hashed {
    /// Guest code.
    Code,
    /// A trie node.
    Node,
}

impl Hashed {
    /// The witness's field.
    const fn list(self) -> &'static str {
        match self {
            Self::Code => "codes",
            Self::Node => "nodes",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Node => "node",
        }
    }
}
