//! Verdicts: on one message, of one audit, on the whole. `specs/07-verdicts.md`.

use iso_evm_hypervisor::Verdict as HypervisorVerdict;

use super::Audit;

/// What is said of a message and of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All that was audited is true.
    Valid,
    /// A claim is false.
    Invalid,
    /// The audit came to no end. Convicts nobody.
    Inconclusive,
}

impl Verdict {
    /// Lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// The verdict on parts taken together: one false claim convicts, else one audit without an
    /// end leaves the whole open.
    pub fn of(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::Valid, |whole, part| match (whole, part) {
            (Self::Invalid, _) | (_, Self::Invalid) => Self::Invalid,
            (Self::Inconclusive, _) | (_, Self::Inconclusive) => Self::Inconclusive,
            _ => Self::Valid,
        })
    }
}

impl From<&HypervisorVerdict> for Verdict {
    fn from(verdict: &HypervisorVerdict) -> Self {
        match verdict {
            HypervisorVerdict::Valid => Self::Valid,
            HypervisorVerdict::Mismatch(_) | HypervisorVerdict::Malformed { .. } => Self::Invalid,
            HypervisorVerdict::Unavailable { .. } | HypervisorVerdict::Inconclusive { .. } => {
                Self::Inconclusive
            }
        }
    }
}

/// What one audit says of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditVerdict {
    /// All that it asks is true.
    Valid,
    /// A claim is false.
    Invalid,
    /// It came to no end.
    Inconclusive,
    /// It did not run: it was not asked for, or the witness does not hold what it needs.
    NotRun,
}

impl AuditVerdict {
    /// The verdict, if it ran.
    pub const fn ran(self) -> Option<Verdict> {
        match self {
            Self::Valid => Some(Verdict::Valid),
            Self::Invalid => Some(Verdict::Invalid),
            Self::Inconclusive => Some(Verdict::Inconclusive),
            Self::NotRun => None,
        }
    }
}

impl From<Verdict> for AuditVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Valid,
            Verdict::Invalid => Self::Invalid,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

/// What each of the four audits says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Audits {
    /// Does the code, fed these records, do exactly this?
    pub execution: AuditVerdict,
    /// Is every record true in the state before it?
    pub access: AuditVerdict,
    /// Do parents and children agree?
    pub tree: AuditVerdict,
    /// Do the top message and the final state follow from the signed transaction?
    pub transaction: AuditVerdict,
}

impl Audits {
    /// The verdict on all that ran.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(Audit::ALL.into_iter().filter_map(|audit| self.of(audit).ran()))
    }

    /// What one of them says.
    pub const fn of(&self, audit: Audit) -> AuditVerdict {
        match audit {
            Audit::Execution => self.execution,
            Audit::Access => self.access,
            Audit::Tree => self.tree,
            Audit::Transaction => self.transaction,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_false_claim_convicts_the_whole() {
        use Verdict::{Inconclusive, Invalid, Valid};
        assert_eq!(Verdict::of([]), Valid);
        assert_eq!(Verdict::of([Valid, Inconclusive]), Inconclusive);
        assert_eq!(Verdict::of([Inconclusive, Invalid, Valid]), Invalid);
    }
}
