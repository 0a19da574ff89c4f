//! [`verify`]: a witness goes in, a typed verdict for each audit comes out. `specs/07-verdicts.md`,
//! `specs/12-audits.md`.
//!
//! In the data's way this stands between the container and the report: it hands each message to
//! the emitted hypervisor, to the native engine or to both, and the whole to the other audits, and
//! puts the answers together.

mod beside;
mod claim;
mod engine;
mod error;
mod executed;
mod execution;
mod hashes;
mod limits;
mod messages;
mod not_run;
mod options;
mod proofs;
mod report;
mod selection;
mod verdict;
mod witness_hash;

use iso_evm_hypervisor::{Audited, Engine};
use iso_evm_wire::{Opened, Witness};

pub use self::{
    beside::{NodeDiffers, beside},
    claim::{ClaimKind, FalseClaim, Words, open_end},
    engine::{EngineKind, UnknownEngine},
    error::{Hashed, VerifyError},
    execution::execution,
    limits::{UNANCHORED, guest_gas_limit, own_gas_limit},
    not_run::{Check, NotRun, Why},
    options::{Audit, Options, UnknownAudit},
    report::{Claimed, MessageReport, Report},
    selection::{AuditSelection, NamedVerdict, UnknownVerdict},
    verdict::{AuditVerdict, Audits, Verdict},
    witness_hash::WitnessHash,
};
use self::{executed::Executed, proofs::Proofs};
use crate::audit::{Subject, anchors::anchors_by};

/// Verifies a witness: emits the hypervisor of its fork and hands it every message, and runs the
/// other audits on the whole.
///
/// # Errors
///
/// If code or a trie node stands under another hash than its own ([`Witness::decode`] and
/// [`Witness::from_json`] give no such witness); if the witness is about something else than
/// `options` expect; if they ask for both engines and the two differ; if they ask for a node, which is
/// for [`verify_by`].
pub fn verify(witness: &Witness, options: &Options) -> Result<Report, VerifyError> {
    verify_with(&Engine::new(witness.rules), witness, options)
}

/// [`verify`] with a hypervisor that is emitted already, for many witnesses of one fork. What the
/// hypervisor is emitted for wins over the fork that the witness names.
///
/// # Errors
///
/// As [`verify`].
pub fn verify_with(
    engine: &Engine,
    witness: &Witness,
    options: &Options,
) -> Result<Report, VerifyError> {
    verify_opened(engine, &Opened::of(witness), options)
}

/// [`verify_with`] of a witness whose messages are taken apart already: nothing of it is decoded
/// again, and what was hashed as it was read is not hashed again.
///
/// # Errors
///
/// As [`verify`].
pub fn verify_opened(
    engine: &Engine,
    opened: &Opened<'_>,
    options: &Options,
) -> Result<Report, VerifyError> {
    verify_by(engine, opened, options, |subject| execution::execution(engine, subject, options))
}

/// [`verify_opened`] with the execution audit done elsewhere: `audit` gives what is said of each
/// message. It is not called if that audit is not asked for.
///
/// # Errors
///
/// As [`verify`], and those of `audit`.
pub fn verify_by<E: From<VerifyError>>(
    engine: &Engine,
    opened: &Opened<'_>,
    options: &Options,
    audit: impl FnOnce(&Subject<'_>) -> Result<Vec<Audited>, E>,
) -> Result<Report, E> {
    let subject = Subject::new(opened);
    let witness = subject.hashes().witness();
    hashes::check(subject.hashes())?;
    let anchors = anchors_by(subject.hashes());
    anchors.check(&options.expected).map_err(VerifyError::from)?;
    // What costs little comes first: it says what the rest may cost.
    let proofs = Proofs::of(&subject, options);
    let asked = options.audits.contains(Audit::Execution);
    let execution = Executed {
        audited: asked.then(|| audit(&subject)).transpose()?,
        nothing: !proofs.has_messages(witness),
    };
    let audits = Audits {
        execution: execution.verdict(),
        access: proofs.access.verdict(),
        tree: proofs.tree.verdict(),
        transaction: proofs.transaction.verdict(),
    };
    let findings: Vec<_> = execution.findings().chain(proofs.findings()).collect();
    let not_run: Vec<_> = execution.lack().into_iter().chain(proofs.not_run()).collect();
    let proved = is_proved(&audits, &not_run, options);
    let hypervisor = engine.identity();
    Ok(Report {
        audits,
        selected: options.audits,
        strict: options.strict,
        not_run,
        expected: options.expected,
        anchor: anchors.source,
        anchors,
        engine: options.engine,
        guest_gas_limit: guest_gas_limit(witness, options),
        fork: witness.rules,
        chain_id: witness.chain_id,
        transaction_hash: subject.hashes().transaction(),
        state_root_enter: witness.roots.enter,
        state_root_leave: witness.roots.leave,
        gas_used: witness.receipt.gas_used,
        hypervisor_code_hash: hypervisor.code_hash,
        hypervisor_size: hypervisor.size,
        witness_hash: WitnessHash::new(opened),
        messages: messages::reports(opened, execution.audited, &findings, proved),
        segments: None,
        findings,
        causes: None,
    })
}

/// Whether all that the audits beside the execution audit say of the whole is that it is valid: a
/// message is not while something about the whole is open or false.
fn is_proved(audits: &Audits, not_run: &[NotRun], options: &Options) -> bool {
    let others = options.audits.without(Audit::Execution);
    let others = others.map_or(Verdict::Valid, |others| audits.verdict(others));
    let refused = options.strict && not_run.iter().any(|not_run| not_run.check.is_some());
    others == Verdict::Valid && !refused
}
