//! How to verify: which audits, with how much gas, and what the witness must be about.

use std::{fmt, str::FromStr};

use super::{AuditSelection, EngineKind};
use crate::audit::anchors::Expected;

/// How to verify. By default all four audits, each message within the gas that its transaction can
/// have paid for, whatever the witness is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The most gas that the execution audit of one message may take on the host; no limit if
    /// `None`. The native engine has no host.
    pub host_gas_limit: Option<u64>,
    /// The most gas that the guest's own opcodes may spend in one message. If `None`, and no limit
    /// of the host's says how much work is too much, what the transaction can have paid for: a
    /// message's own gas is any claim.
    pub guest_gas_limit: Option<u64>,
    /// Who answers for the execution audit.
    pub engine: EngineKind,
    /// Which audits. One that cannot run leaves the verdict open.
    pub audits: AuditSelection,
    /// Whether a check that an audit could not make leaves the verdict open too.
    pub strict: bool,
    /// What the witness must be about.
    pub expected: Expected,
}

/// One of the four audits.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Audit {
    /// Does the code, fed these records, do exactly this?
    Execution,
    /// Is every record true in the state before it?
    Access,
    /// Do parents and children agree?
    Tree,
    /// Do the top message and the final state follow from the signed transaction?
    Transaction,
}

impl Audit {
    /// All four. A message's mismatch is that of the first that finds one.
    pub const ALL: [Self; 4] = [Self::Execution, Self::Access, Self::Tree, Self::Transaction];

    /// The audit's lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Execution => "execution",
            Self::Access => "access",
            Self::Tree => "tree",
            Self::Transaction => "transaction",
        }
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no audit's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown audit {0:?}: expected execution, access, tree or transaction")]
pub struct UnknownAudit(String);

impl FromStr for Audit {
    type Err = UnknownAudit;

    fn from_str(name: &str) -> Result<Self, UnknownAudit> {
        let mut all = Self::ALL.into_iter();
        all.find(|audit| audit.name() == name).ok_or_else(|| UnknownAudit(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_audits_are_read_back() {
        for audit in Audit::ALL {
            assert_eq!(audit.name().parse(), Ok(audit));
        }
        let error = "trees".parse::<Audit>().unwrap_err();
        assert!(error.to_string().contains("\"trees\""));
    }
}
