//! Why there is no verdict.

use alloy_primitives::B256;

use super::Audit;
use crate::audit::{Missing, anchors::AnchorMismatch};

/// Why there is nothing to verify, or not what was asked for. No verdict: it convicts nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Something under another hash than its own.
    #[error("{}.{found}: the {}'s hash is {expected}", item.list(), item.name())]
    Hash {
        /// What it is.
        item: Hashed,
        /// Its hash.
        expected: B256,
        /// The hash that it stands under.
        found: B256,
    },
    /// The witness is about something else.
    #[error(transparent)]
    Anchor(#[from] AnchorMismatch),
    /// An audit that was asked for cannot run.
    #[error("the {audit} audit cannot run: the witness lacks {missing}")]
    CannotRun {
        /// The audit.
        audit: Audit,
        /// What it would have needed.
        missing: Missing,
    },
}

/// What stands under its hash in a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashed {
    /// Code.
    Code,
    /// The input of a precompile.
    Input,
    /// A trie node.
    Node,
}

impl Hashed {
    /// The witness's field.
    const fn list(self) -> &'static str {
        match self {
            Self::Code => "codes",
            Self::Input => "inputs",
            Self::Node => "nodes",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Input => "input",
            Self::Node => "node",
        }
    }
}
