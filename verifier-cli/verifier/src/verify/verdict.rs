//! Verdicts: on one message, of one audit, on the whole. `specs/07-verdicts.md`.

use iso_evm_hypervisor::MessageVerdict;

use super::{Audit, AuditSelection};

/// What is said of a message and of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All is true: every audit that was to run did, to its end.
    Valid,
    /// A claim is false.
    Invalid,
    /// An audit did not run, or came to no end. Convicts nobody.
    Inconclusive,
}

impl Verdict {
    /// All three verdicts.
    pub const ALL: [Self; 3] = [Self::Valid, Self::Invalid, Self::Inconclusive];

    /// The verdict's lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// The verdict on parts taken together: one false claim convicts, else one part without an
    /// end leaves the whole open. That there is any part, the caller sees to.
    pub fn of(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::Valid, |whole, part| match (whole, part) {
            (Self::Invalid, _) | (_, Self::Invalid) => Self::Invalid,
            (Self::Inconclusive, _) | (_, Self::Inconclusive) => Self::Inconclusive,
            _ => Self::Valid,
        })
    }
}

impl From<&MessageVerdict> for Verdict {
    fn from(verdict: &MessageVerdict) -> Self {
        match verdict {
            MessageVerdict::Valid => Self::Valid,
            MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. } => Self::Invalid,
            MessageVerdict::Unavailable { .. } | MessageVerdict::Inconclusive { .. } => {
                Self::Inconclusive
            }
        }
    }
}

/// What one audit says of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditVerdict {
    /// All that it asks is true.
    Valid,
    /// A claim is false.
    Invalid,
    /// The audit came to no end.
    Inconclusive,
    /// The audit did not run: it was not asked for, or the witness does not hold what it needs.
    NotRun,
}

impl AuditVerdict {
    /// What it makes of the whole, if the audit was to run: what is missing is no excuse.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Valid => Verdict::Valid,
            Self::Invalid => Verdict::Invalid,
            Self::Inconclusive | Self::NotRun => Verdict::Inconclusive,
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
#[non_exhaustive]
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
    /// The verdict of those that were to run. Each of them must have.
    pub fn verdict(&self, selected: AuditSelection) -> Verdict {
        Verdict::of(selected.audits().map(|audit| self.of(audit).verdict()))
    }

    /// What this audit says.
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
    fn a_false_claim_of_one_audit_convicts_the_whole() {
        use Verdict::{Inconclusive, Invalid, Valid};
        assert_eq!(Verdict::of([]), Valid);
        assert_eq!(Verdict::of([Valid, Inconclusive]), Inconclusive);
        assert_eq!(Verdict::of([Inconclusive, Invalid, Valid]), Invalid);
    }

    /// All combinations of what four audits can say, under every selection.
    #[test]
    fn valid_is_said_only_if_all_that_were_to_run_are() {
        use AuditVerdict::{Inconclusive, Invalid, NotRun, Valid};
        let say = [Valid, Invalid, Inconclusive, NotRun];
        for number in 0..4_usize.pow(4) {
            let [execution, access, tree, transaction] =
                [1, 4, 16, 64].map(|place| say[number / place % 4]);
            let audits = Audits { execution, access, tree, transaction };
            for bits in 1..16 {
                let of = |audit: &Audit| bits >> *audit as usize & 1 == 1;
                let selected: Vec<_> = Audit::ALL.into_iter().filter(of).collect();
                let said: Vec<_> = selected.iter().map(|audit| audits.of(*audit)).collect();
                let expected = if said.contains(&Invalid) {
                    Verdict::Invalid
                } else if said.iter().all(|said| *said == Valid) {
                    Verdict::Valid
                } else {
                    Verdict::Inconclusive
                };
                let selected = AuditSelection::only(selected).expect("not empty");
                assert_eq!(audits.verdict(selected), expected, "{audits:?} {selected:?}");
            }
        }
    }
}
