//! The walk over a transaction, from its root at entry to its root at exit: access and transaction
//! audit. `specs/12-audits.md`.
//!
//! In the data's way this stands between the container and the verdicts of the two audits, which need
//! the same state: `transaction::begin` brings it to the top message, the walk over the records takes
//! it through all messages, `transaction::end` to its end.

use iso_evm_wire::{Opened, Witness};

use super::{
    AccessKind, AuditOutcome, Missing, Subject, TransactionKind,
    access::AccessWalk,
    codes::Codes,
    keys,
    state::State,
    transaction::{self, Findings, Top},
    watch::{Nobody, Watch},
};

/// What the walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The access audit.
    pub access: AuditOutcome<AccessKind>,
    /// The transaction audit.
    pub transaction: AuditOutcome<TransactionKind>,
}

/// The access audit: is every record true in the state before it, and every root that of the state
/// there?
pub fn access(witness: &Witness) -> AuditOutcome<AccessKind> {
    replay(witness).access
}

/// The transaction audit: do the top message and the final state follow from the transaction?
pub fn transaction(witness: &Witness) -> AuditOutcome<TransactionKind> {
    replay(witness).transaction
}

/// Walks a witness from its root at entry to its root at exit. A false claim does not stop the walk:
/// each audit keeps its first. A lack does, and then an audit without a finding has not run.
pub fn replay(witness: &Witness) -> Replayed {
    replay_within(&Subject::new(&Opened::of(witness)), u64::MAX)
}

/// [`replay`], in which a precompile that the transaction itself calls is run on no more than
/// `gas_limit`, whatever gas the transaction says that it has.
pub fn replay_within(subject: &Subject<'_>, gas_limit: u64) -> Replayed {
    let witness = subject.hashes().witness();
    let nodes = subject.hashes().nodes_by_hash();
    let mut state = State::over(witness.rules.fork(), witness.roots.enter, nodes);
    replay_on(subject, gas_limit, &mut state, &mut Nobody)
}

/// [`replay_within`] that is watched, and [keeps the instants](State::keep_instants) that it comes by.
pub fn replay_watched(subject: &Subject<'_>, gas_limit: u64, watch: &mut dyn Watch) -> Replayed {
    let witness = subject.hashes().witness();
    let nodes = subject.hashes().nodes_by_hash();
    let mut state = State::over(witness.rules.fork(), witness.roots.enter, nodes);
    state.keep_instants(witness.rules, witness.block.beneficiary, witness.roots.enter);
    replay_on(subject, gas_limit, &mut state, watch)
}

fn replay_on(
    subject: &Subject<'_>,
    gas_limit: u64,
    state: &mut State,
    watch: &mut dyn Watch,
) -> Replayed {
    let (mut access, mut transaction) = (Findings::default(), Findings::default());
    let (access_lacks, transaction_lacks) =
        match walk(subject, gas_limit, state, (&mut access, &mut transaction), watch) {
            Ok(lack) => (lack, None),
            Err(missing) => (Some(missing), Some(missing)),
        };
    access.settle(state.later());
    transaction.settle(state.later());
    Replayed {
        access: outcome(access, access_lacks),
        transaction: outcome(transaction, transaction_lacks),
    }
}

/// Walks from entry to exit. Returns what the access audit alone lacks.
fn walk(
    subject: &Subject<'_>,
    gas_limit: u64,
    state: &mut State,
    (access, transaction): (&mut Findings<AccessKind>, &mut Findings<TransactionKind>),
    watch: &mut dyn Watch,
) -> Result<Option<Missing>, Missing> {
    let witness = subject.hashes().witness();
    let mut codes = Codes::new(subject.hashes());
    keys::expect(subject.opened(), state);
    watch.stepped(state)?;
    let (top, charge) =
        transaction::begin(subject, gas_limit, (state, watch), &mut codes, transaction)?;
    let opened_by_none = (!witness.messages.is_empty()).then_some(Missing::Parent { message: 0 });
    let (end, lack) = match top {
        Top::Message(top) => {
            let opened = subject.opened();
            let walk = AccessWalk::new(opened, &codes, state, access, transaction, watch);
            (Some(walk.run(&top)?), None)
        }
        Top::Ended(end) => (Some(end), opened_by_none),
        Top::Invalid => (None, opened_by_none),
    };
    watch.stepped(state)?;
    transaction::end(witness, (state, watch), &charge, end, transaction)?;
    Ok(lack)
}

fn outcome<K>(findings: Findings<K>, lack: Option<Missing>) -> AuditOutcome<K> {
    match (findings.first, lack) {
        (Some(finding), _) => AuditOutcome::Invalid(finding),
        (None, Some(missing)) => AuditOutcome::NotRun(missing),
        (None, None) => AuditOutcome::Valid,
    }
}
