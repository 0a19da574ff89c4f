//! The three audits that prove what the hypervisor is told.

use iso_evm_wire::Witness;

use super::{
    Audit, AuditVerdict, Check, ClaimKind, FalseClaim, NotRun, Options, Why,
    limits::proofs_gas_limit,
};
use crate::audit::{
    AccessKind, AuditOutcome, Subject, TransactionKind, TreeKind,
    ancestors::given_hash_is_used,
    replay::{Replayed, replay_within},
    transaction::{is_included, sender_is_given, unanchored},
    tree_within,
};

/// What the access, tree and transaction audits say.
pub(super) struct Proofs {
    pub(super) access: Ran<AccessKind>,
    pub(super) tree: Ran<TreeKind>,
    pub(super) transaction: Ran<TransactionKind>,
}

/// What one of the three audits says.
pub(super) struct Ran<K> {
    audit: Audit,
    /// `None` if it was not asked for.
    outcome: Option<AuditOutcome<K>>,
    /// Why it did not run although it could have: there was nothing.
    nothing: bool,
    /// The checks that it could not make, and why.
    unmade: Vec<NotRun>,
}

impl Proofs {
    /// Runs those that are selected. Access and transaction are one walk.
    pub(super) fn of(witness: &Subject<'_>, options: &Options) -> Self {
        let runs = |audit| options.audits.contains(audit);
        let walk = runs(Audit::Access) || runs(Audit::Transaction);
        let gas = proofs_gas_limit(witness, options);
        let (access, transaction) = match walk.then(|| replay_within(witness, gas)) {
            Some(Replayed { access, transaction }) => (Some(access), Some(transaction)),
            None => (None, None),
        };
        let mut proofs = Self {
            access: Ran::new(Audit::Access, access.filter(|_| runs(Audit::Access))),
            tree: Ran::new(Audit::Tree, runs(Audit::Tree).then(|| tree_within(witness, gas))),
            transaction: Ran::new(
                Audit::Transaction,
                transaction.filter(|_| runs(Audit::Transaction)),
            ),
        };
        // Their digest may be what somebody expects; then they are those that were meant.
        let expected = options.expected.ancestors.is_some();
        proofs.access.lacks_if(Check::BlockHashes, !expected && given_hash_is_used(witness));
        proofs.transaction.lacks_if(Check::Sender, sender_is_given(witness));
        proofs.transaction.lacks_if(Check::Logs, witness.receipt.logs.is_none());
        if let Some(why) = unanchored(witness) {
            proofs.transaction.unmade.push(why.into());
        }
        // Without a header the block is no chain's; but nothing else than its block proves a deposit.
        let bound = witness.block.header.is_some() || witness.transaction.body().is_deposit();
        let included = !bound || is_included(witness.hashes());
        proofs.transaction.lacks_if(Check::Inclusion, !included);
        proofs.tree.nothing = !proofs.has_messages(witness);
        proofs
    }

    /// Whether there is a message to audit, or is none because there should be none.
    pub(super) fn has_messages(&self, witness: &Witness) -> bool {
        !witness.messages.is_empty() || self.transaction.verdict() == AuditVerdict::Valid
    }

    /// What they found false, each at most one claim.
    pub(super) fn findings(&self) -> impl Iterator<Item = FalseClaim> {
        [self.access.finding(), self.tree.finding(), self.transaction.finding()]
            .into_iter()
            .flatten()
    }

    /// What of them did not run, whole audits first.
    pub(super) fn not_run(&self) -> impl Iterator<Item = NotRun> {
        let lacks = [self.access.lack(), self.tree.lack(), self.transaction.lack()];
        let unmade = [self.access.unmade(), self.tree.unmade(), self.transaction.unmade()];
        lacks.into_iter().flatten().chain(unmade.into_iter().flatten().copied())
    }
}

impl<K> Ran<K> {
    const fn new(audit: Audit, outcome: Option<AuditOutcome<K>>) -> Self {
        Self { audit, outcome, nothing: false, unmade: Vec::new() }
    }

    /// Notes a check that could not be made.
    fn lacks_if(&mut self, check: Check, lacks: bool) {
        if lacks {
            self.unmade.push(check.into());
        }
    }

    /// The checks that it could not make, if it ran.
    fn unmade(&self) -> &[NotRun] {
        match self.outcome {
            Some(AuditOutcome::Valid | AuditOutcome::Invalid(_)) => &self.unmade,
            Some(AuditOutcome::NotRun(_)) | None => &[],
        }
    }

    pub(super) fn verdict(&self) -> AuditVerdict {
        match self.outcome {
            Some(AuditOutcome::Invalid(_)) => AuditVerdict::Invalid,
            Some(AuditOutcome::NotRun(_)) | None => AuditVerdict::NotRun,
            Some(AuditOutcome::Valid) if self.nothing => AuditVerdict::NotRun,
            Some(AuditOutcome::Valid) if self.stands() => AuditVerdict::Valid,
            Some(AuditOutcome::Valid) => AuditVerdict::Inconclusive,
        }
    }

    /// Whether what it says stands without the checks that it could not make.
    fn stands(&self) -> bool {
        self.unmade.iter().filter_map(|unmade| unmade.check).all(Check::verdict_stands)
    }

    /// Why the audit did not run, if it did not.
    fn lack(&self) -> Option<NotRun> {
        let why = match self.outcome {
            Some(AuditOutcome::NotRun(missing)) => Why::Lacks(missing),
            Some(AuditOutcome::Valid) if self.nothing => Why::NoMessage,
            Some(AuditOutcome::Valid | AuditOutcome::Invalid(_)) => return None,
            None => Why::NotAsked,
        };
        Some(NotRun::audit(self.audit, why))
    }
}

impl<K: Copy + Into<ClaimKind>> Ran<K> {
    fn finding(&self) -> Option<FalseClaim> {
        match &self.outcome {
            Some(AuditOutcome::Invalid(finding)) => Some(finding.clone().into()),
            _ => None,
        }
    }
}
