//! [`Executed`]: what the execution audit came to, beside the three [`Proofs`](super::proofs::Proofs).

use iso_evm_hypervisor::Audited;

use super::{Audit, AuditVerdict, FalseClaim, NotRun, Verdict, Why};

/// What the execution audit says.
pub(super) struct Executed {
    /// What is said of each message; `None` if the audit was not asked for.
    pub(super) audited: Option<Vec<Audited>>,
    /// Whether there was no message to run on, and should have been one for all that is known.
    pub(super) nothing: bool,
}

impl Executed {
    /// The verdict on all messages.
    pub(super) fn verdict(&self) -> AuditVerdict {
        match &self.audited {
            Some(audited) if !self.nothing => {
                Verdict::of(audited.iter().map(|one| (&one.verdict).into())).into()
            }
            Some(_) | None => AuditVerdict::NotRun,
        }
    }

    /// What was found false, message by message.
    pub(super) fn findings(&self) -> impl Iterator<Item = FalseClaim> {
        let audited = self.audited.iter().flatten().enumerate();
        audited.filter_map(|(index, audited)| FalseClaim::of_message(index, &audited.verdict))
    }

    /// Why the audit did not run, if so.
    pub(super) fn lack(&self) -> Option<NotRun> {
        let why = match &self.audited {
            None => Why::NotAsked,
            Some(_) if self.nothing => Why::NoMessage,
            Some(_) => return None,
        };
        Some(NotRun::audit(Audit::Execution, why))
    }
}
