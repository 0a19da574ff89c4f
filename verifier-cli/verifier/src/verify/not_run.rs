//! What did not run, and why: whole audits, and checks that an audit had to leave out.
//! `specs/07-verdicts.md`, section Checks that are not made.

use std::fmt;

use super::Audit;
use crate::audit::{Missing, transaction::Unanchored};

/// An audit that did not run, or a check that one that ran could not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotRun {
    /// The audit that did not run.
    pub audit: Audit,
    /// The check; `None`: the whole audit.
    pub check: Option<Check>,
    /// Reason why it did not run.
    pub why: Why,
}

impl NotRun {
    /// An audit that did not run.
    pub const fn audit(audit: Audit, why: Why) -> Self {
        Self { audit, check: None, why }
    }
}

impl From<Check> for NotRun {
    fn from(check: Check) -> Self {
        Self { audit: check.audit(), check: Some(check), why: Why::Check(check) }
    }
}

impl From<Unanchored> for NotRun {
    fn from(why: Unanchored) -> Self {
        let check = Check::Fork;
        Self { audit: check.audit(), check: Some(check), why: Why::Unanchored(why) }
    }
}

/// Declares the checks that can be left out: the one table of them.
macro_rules! checks {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $name:literal, $audit:ident, $stands:literal, $why:literal;)+) => {
        /// A check that an audit cannot make for want of something in the witness.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Check { $($(#[doc = $meaning])+ $variant,)+ }

        impl Check {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name that reports give.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The audit that it belongs to.
            pub const fn audit(self) -> Audit {
                match self { $(Self::$variant => Audit::$audit,)+ }
            }

            /// Whether the audit's verdict stands without it, as that of all its other checks. Where
            /// it does not, the audit is inconclusive.
            pub const fn verdict_stands(self) -> bool {
                match self { $(Self::$variant => $stands,)+ }
            }

            /// Why the check is not made.
            pub const fn why(self) -> &'static str {
                match self { $(Self::$variant => $why,)+ }
            }

            /// What the check would have shown.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning,)+).trim_ascii(),)+ }
            }
        }
    };
}

checks! {
    /// The hashes that `BLOCKHASH` gave are those of the block's ancestors.
    BlockHashes = "block-hashes", Access, false,
        "hashes of ancestors are given, and no header proves them";
    /// The sender signed the transaction.
    Sender = "sender", Transaction, true, "the transaction is not signed";
    /// The receipt has the logs that the transaction left, and their filter.
    Logs = "logs", Transaction, true, "the receipt has no logs";
    /// The fork is the one that the chain's schedule gives the block.
    Fork = "fork", Transaction, true,
        "no header says which block it is, or the schedule of its chain is not known";
    /// The block has the transaction and its receipt.
    Inclusion = "inclusion", Transaction, true,
        "no Merkle path proves that the block has the transaction: its hash does not bind it";
}

/// Why something did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// Others were asked for.
    #[error("not asked for")]
    NotAsked,
    /// The witness lacks something.
    #[error("the witness lacks {0}")]
    Lacks(#[from] Missing),
    /// There is nothing to run on, and no transaction audit that says so.
    #[error("there is no message, and no transaction audit has found that there is none")]
    NoMessage,
    /// What the check would have compared is not there.
    #[error("{}", .0.why())]
    Check(Check),
    /// There is nothing to compare the fork with.
    #[error(transparent)]
    Unanchored(#[from] Unanchored),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_has_a_name_of_its_own() {
        let names: Vec<_> = Check::ALL.iter().map(|check| check.name()).collect();
        let mut different = names.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), names.len(), "{names:?}");
        let sender = NotRun::from(Check::Sender).to_string();
        assert_eq!(sender, "transaction: sender not checked: the transaction is not signed");
    }
}
