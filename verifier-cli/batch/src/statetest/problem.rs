//! What is wrong with a case.

use std::fmt;

use iso_evm_hypervisor::MessageVerdict;
use iso_evm_verifier::verify::{Audit, AuditVerdict, FalseClaim, Report, Why};
use serde::Serialize;

/// The first thing that is wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where it shows: `recording`, `container`, or the audit that says so.
    pub audit: &'static str,
    /// What does not match.
    pub kind: &'static str,
    /// Index of the message, in pre-order.
    pub message: Option<usize>,
    /// Offset in the guest's code.
    pub pc: Option<u64>,
    /// Index of the record.
    pub record: Option<u64>,
    /// What the file or the execution gives.
    pub expected: Option<Box<str>>,
    /// What the recording or the witness says.
    pub found: Option<Box<str>>,
    /// Whether nothing was found false: an audit came to no end, or did not run.
    #[serde(skip)]
    pub open: bool,
}

impl Problem {
    pub(super) fn new(audit: &'static str, kind: &'static str) -> Self {
        let (message, pc, record, expected, found) = (None, None, None, None, None);
        Self { audit, kind, message, pc, record, expected, found, open: false }
    }

    /// An audit that said nothing.
    fn open(audit: Audit, kind: &'static str) -> Self {
        Self { open: true, ..Self::new(audit.name(), kind) }
    }

    pub(super) fn recording(kind: &'static str) -> Self {
        Self::new("recording", kind)
    }

    pub(super) fn container() -> Self {
        Self::new("container", "refused")
    }

    /// The two engines do not say the same of a message.
    pub(super) fn engines_differ(message: usize, verdicts: &[MessageVerdict; 2]) -> Self {
        let [hypervisor, native] = verdicts;
        Self {
            message: Some(message),
            expected: text(&format_args!("hypervisor {hypervisor:?}")),
            found: text(&format_args!("native {native:?}")),
            ..Self::new(Audit::Execution.name(), "engines-differ")
        }
    }

    /// What is wrong with a report, if anything is.
    pub(super) fn of(report: &Report) -> Option<Self> {
        let claim = report.findings.first().map(Self::from);
        let open = || {
            let messages = report.messages.iter().enumerate();
            let mut open = messages.filter_map(|(index, message)| {
                Self::open_end(index, &message.execution.as_ref()?.verdict)
            });
            open.next()
        };
        let not_run = || {
            let mut lacks = report.not_run.iter().filter(|not_run| not_run.check.is_none());
            let lack = lacks.find(|not_run| not_run.why != Why::NotAsked)?;
            Some(Self { found: text(&lack.why), ..Self::open(lack.audit, "not-run") })
        };
        let unproved = || {
            let mut audits = report.selected.audits();
            let audit = audits.find(|audit| report.audits.of(*audit) != AuditVerdict::Valid)?;
            let check = report.unchecked().find(|check| check.audit() == audit);
            let found = check.and_then(|check| text(&check.why()));
            Some(Self { found, ..Self::open(audit, "inconclusive") })
        };
        claim.or_else(open).or_else(not_run).or_else(unproved)
    }

    /// An execution audit that came to no end.
    fn open_end(message: usize, verdict: &MessageVerdict) -> Option<Self> {
        const AUDIT: Audit = Audit::Execution;
        let problem = match verdict {
            MessageVerdict::Valid
            | MessageVerdict::Mismatch(_)
            | MessageVerdict::Malformed { .. } => return None,
            MessageVerdict::Unavailable { archive } => {
                Self { expected: text(archive), ..Self::open(AUDIT, "unavailable") }
            }
            MessageVerdict::Inconclusive { reason } => {
                Self { found: text(reason), ..Self::open(AUDIT, "inconclusive") }
            }
        };
        Some(Self { message: Some(message), ..problem })
    }
}

impl From<&FalseClaim> for Problem {
    fn from(claim: &FalseClaim) -> Self {
        let position = claim.kind.position();
        let position = position.and_then(|position| text(&format_args!("byte {position}")));
        Self {
            message: claim.message,
            pc: claim.pc,
            record: claim.record,
            expected: claim.words.and_then(|words| text(&words.expected)),
            found: claim.words.and_then(|words| text(&words.found)).or(position),
            ..Self::new(claim.kind.audit().name(), claim.kind.name())
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.audit)?;
        if let Some(message) = self.message {
            write!(f, "message {message}: ")?;
        }
        f.write_str(self.kind)?;
        if let Some(pc) = self.pc {
            write!(f, ", at pc {pc}")?;
        }
        if let Some(record) = self.record {
            write!(f, ", in record {record}")?;
        }
        if let Some(expected) = &self.expected {
            write!(f, ", expected {expected}")?;
        }
        if let Some(found) = &self.found {
            write!(f, ", found {found}")?;
        }
        Ok(())
    }
}

/// Something as a problem keeps it.
pub(super) fn text(of: &impl ToString) -> Option<Box<str>> {
    Some(of.to_string().into())
}
