//! The three audits that prove what the hypervisor is told.

use iso_evm_witness::Witness;

use super::{
    Audit, AuditSelection, AuditVerdict, Check, ClaimKind, FalseClaim, NotRun, VerifyError, Why,
};
use crate::audit::{
    AccessKind, Outcome, TransactionKind, TreeKind,
    replay::{Replayed, replay},
    transaction::{fork_is_unanchored, is_included, sender_is_given},
    tree,
};

/// What they say.
pub(super) struct Proofs {
    pub(super) access: Ran<AccessKind>,
    pub(super) tree: Ran<TreeKind>,
    pub(super) transaction: Ran<TransactionKind>,
}

/// What one of them says; `None` if it was not asked for.
pub(super) struct Ran<K>(Option<Outcome<K>>);

impl Proofs {
    /// Runs those that are selected. Access and transaction are one walk.
    ///
    /// # Errors
    ///
    /// If one that was asked for cannot run.
    pub(super) fn of(witness: &Witness, audits: AuditSelection) -> Result<Self, VerifyError> {
        let walk = audits.runs(Audit::Access) || audits.runs(Audit::Transaction);
        let (access, transaction) = match walk.then(|| replay(witness)) {
            Some(Replayed { access, transaction }) => (Some(access), Some(transaction)),
            None => (None, None),
        };
        let proofs = Self {
            access: Ran(access.filter(|_| audits.runs(Audit::Access))),
            tree: Ran(audits.runs(Audit::Tree).then(|| tree(witness))),
            transaction: Ran(transaction.filter(|_| audits.runs(Audit::Transaction))),
        };
        for NotRun { audit, why, .. } in proofs.lacks() {
            match why {
                Why::Lacks(missing) if audits.asks_for(audit) => {
                    return Err(VerifyError::CannotRun { audit, missing });
                }
                _ => {}
            }
        }
        Ok(proofs)
    }

    /// Those that did not run.
    fn lacks(&self) -> impl Iterator<Item = NotRun> {
        let lacks = [
            self.access.lack(Audit::Access),
            self.tree.lack(Audit::Tree),
            self.transaction.lack(Audit::Transaction),
        ];
        lacks.into_iter().flatten()
    }

    /// What they found false, each at most one claim.
    pub(super) fn findings(&self) -> impl Iterator<Item = FalseClaim> {
        [self.access.finding(), self.tree.finding(), self.transaction.finding()]
            .into_iter()
            .flatten()
    }

    /// What of them did not run.
    pub(super) fn not_run(&self, witness: &Witness) -> impl Iterator<Item = NotRun> {
        let unsigned = self.transaction.0.is_some() && sender_is_given(witness);
        let sender =
            NotRun { audit: Audit::Transaction, check: Some(Check::Sender), why: Why::Unsigned };
        let ran = matches!(self.transaction.0, Some(Outcome::Valid | Outcome::Invalid(_)));
        let fork =
            NotRun { audit: Audit::Transaction, check: Some(Check::Fork), why: Why::Unanchored };
        let fork = (ran && fork_is_unanchored(witness)).then_some(fork);
        let inclusion =
            NotRun { audit: Audit::Transaction, check: Some(Check::Inclusion), why: Why::NoPath };
        let included = witness.block.header.is_none() || is_included(witness);
        let inclusion = (ran && !included).then_some(inclusion);
        self.lacks().chain(unsigned.then_some(sender)).chain(fork).chain(inclusion)
    }
}

impl<K: Copy + Into<ClaimKind>> Ran<K> {
    pub(super) fn verdict(&self) -> AuditVerdict {
        match self.0 {
            Some(Outcome::Valid) => AuditVerdict::Valid,
            Some(Outcome::Invalid(_)) => AuditVerdict::Invalid,
            Some(Outcome::NotRun(_)) | None => AuditVerdict::NotRun,
        }
    }

    fn finding(&self) -> Option<FalseClaim> {
        match &self.0 {
            Some(Outcome::Invalid(finding)) => Some(finding.clone().into()),
            _ => None,
        }
    }

    /// Why it did not run, if so.
    fn lack(&self, audit: Audit) -> Option<NotRun> {
        let why = match self.0 {
            Some(Outcome::NotRun(missing)) => Why::Lacks(missing),
            Some(Outcome::Valid | Outcome::Invalid(_)) => return None,
            None => Why::NotAsked,
        };
        Some(NotRun { audit, check: None, why })
    }
}
