//! How to verify: which audits, with how much gas, and what the witness must be about.

use std::{fmt, str::FromStr};

use super::EngineKind;
use crate::audit::anchors::Expected;

/// How to verify. By default all audits that can run do, without a limit, whatever the witness is
/// about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The most gas that the execution audit of one message may take on the host; no limit if
    /// `None`. The native engine has no host.
    pub host_gas_limit: Option<u64>,
    /// The most gas that the guest's own opcodes may spend in the native engine's audit of one
    /// message; no limit but the message's own gas, which is any claim, if `None`. The hypervisor
    /// has a host.
    pub guest_gas_limit: Option<u64>,
    /// Who answers for the execution audit.
    pub engine: EngineKind,
    /// Which audits.
    pub audits: AuditSelection,
    /// What the witness must be about.
    pub expected: Expected,
}

/// One of the four audits.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
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

    /// Lower-case name.
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

/// Which audits are to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditSelection {
    /// Those asked for, in the order of [`Audit::ALL`]; `None`: all that can run.
    asked: Option<[bool; Audit::ALL.len()]>,
}

impl AuditSelection {
    /// All that can run; one that cannot is no error.
    pub const ALL: Self = Self { asked: None };

    /// These alone; one that cannot run is an error.
    pub fn only(audits: impl IntoIterator<Item = Audit>) -> Self {
        let mut asked = [false; Audit::ALL.len()];
        for audit in audits {
            asked[audit as usize] = true;
        }
        Self { asked: Some(asked) }
    }

    /// Whether an audit is to run, if it can.
    pub fn runs(self, audit: Audit) -> bool {
        self.asked.is_none_or(|asked| asked[audit as usize])
    }

    /// Whether an audit must run.
    pub fn asks_for(self, audit: Audit) -> bool {
        self.asked.is_some_and(|asked| asked[audit as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for audit in Audit::ALL {
            assert_eq!(audit.name().parse(), Ok(audit));
        }
        let error = "trees".parse::<Audit>().unwrap_err();
        assert!(error.to_string().contains("\"trees\""));
    }

    #[test]
    fn selections() {
        let only = AuditSelection::only([Audit::Tree, Audit::Access]);
        for audit in Audit::ALL {
            let asked = matches!(audit, Audit::Tree | Audit::Access);
            assert_eq!((only.runs(audit), only.asks_for(audit)), (asked, asked));
            let all = AuditSelection::default();
            assert_eq!((all.runs(audit), all.asks_for(audit)), (true, false));
        }
    }
}
