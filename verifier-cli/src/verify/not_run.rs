//! What did not run, and why.

use std::fmt;

use super::Audit;
use crate::audit::Missing;

/// An audit that did not run, or a check that one that ran could not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRun {
    /// The audit.
    pub audit: Audit,
    /// The check; `None`: the whole audit.
    pub check: Option<Check>,
    /// Why.
    pub why: Why,
}

/// A check that an audit can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// That the sender signed the transaction.
    Sender,
    /// That the fork is the one that the chain's schedule gives the block: *unanchored fork*.
    Fork,
    /// That the block has the transaction and its receipt.
    Inclusion,
}

impl Check {
    /// The name that reports give.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Fork => "fork",
            Self::Inclusion => "inclusion",
        }
    }
}

/// Why something did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Others were asked for.
    #[error("not asked for")]
    NotAsked,
    /// The witness lacks something.
    #[error("the witness lacks {0}")]
    Lacks(#[from] Missing),
    /// The sender is given.
    #[error("the transaction is not signed")]
    Unsigned,
    /// Nothing says what the block's fork is.
    #[error(
        "unanchored fork: no header says which block it is, or its chain has no known schedule"
    )]
    Unanchored,
    /// There are no Merkle paths.
    #[error("no Merkle path proves that the block has the transaction: its hash does not bind it")]
    NoPath,
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { audit, check, why } = self;
        match check {
            Some(check) => write!(f, "{audit}: {} not checked: {why}", check.name()),
            None => write!(f, "{audit}: not run: {why}"),
        }
    }
}
