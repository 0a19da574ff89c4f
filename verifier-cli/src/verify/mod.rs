//! [`verify`]: a witness goes in, a typed verdict for each audit comes out. `specs/07-verdicts.md`,
//! `specs/12-audits.md`.
//!
//! In the data's way this stands between the container and the report: it hands each message to
//! the emitted hypervisor, to the native engine or to both, and the whole to the other audits, and
//! puts the answers together.

mod claim;
mod engine;
mod error;
mod execution;
mod hashes;
mod not_run;
mod options;
mod proofs;
mod report;
mod verdict;

use std::collections::HashMap;

use iso_evm_hypervisor::{Audited, Engine};
use iso_evm_witness::{MessageWitness, Witness, container::opening, encoding, records::FrameKind};

use self::proofs::Proofs;
pub use self::{
    claim::{ClaimKind, FalseClaim, Words},
    engine::{EngineKind, UnknownEngine},
    error::{Hashed, VerifyError},
    not_run::{Check, NotRun, Why},
    options::{Audit, AuditSelection, Options, UnknownAudit},
    report::{MessageReport, Report},
    verdict::{AuditVerdict, Audits, Verdict},
};
use crate::{audit::anchors::anchors, hash::witness_hash, transaction_hash::transaction_hash};

/// Verifies a witness: emits the hypervisor of its fork and hands it every message, and runs the
/// other audits on the whole.
///
/// # Errors
///
/// If code or a trie node stands under another hash than its own ([`Witness::decode`] and
/// [`Witness::from_json`] give no such witness); if the witness is about something else than
/// `options` expect; if an audit that they ask for cannot run; if they ask for both engines and the
/// two differ.
pub fn verify(witness: &Witness, options: &Options) -> Result<Report, VerifyError> {
    verify_with(&Engine::new(witness.fork), witness, options)
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
    verify_by(engine, witness, options, |messages| {
        execution::execution(engine, witness, messages, options)
    })
}

/// [`verify_with`] with the execution audit done elsewhere: `audit` gets the messages, decoded where
/// they can be, and gives what is said of each. It is not called if that audit is not asked for.
///
/// # Errors
///
/// As [`verify`], and those of `audit`.
pub fn verify_by<E: From<VerifyError>>(
    engine: &Engine,
    witness: &Witness,
    options: &Options,
    audit: impl FnOnce(&[Option<MessageWitness>]) -> Result<Vec<Audited>, E>,
) -> Result<Report, E> {
    hashes::check(witness)?;
    let anchors = anchors(witness);
    anchors.check(&options.expected).map_err(VerifyError::from)?;
    let messages: Vec<_> =
        witness.messages.iter().map(|bytes| encoding::decode(bytes).ok()).collect();
    let execution =
        (options.audits.runs(Audit::Execution)).then(|| audit(&messages)).transpose()?;
    let proofs = Proofs::of(witness, options.audits)?;
    let mut findings = match &execution {
        Some(audited) => false_messages(audited),
        None => Vec::new(),
    };
    findings.extend(proofs.findings());
    let contract = engine.contract();
    Ok(Report {
        audits: Audits {
            execution: match &execution {
                Some(audited) => {
                    Verdict::of(audited.iter().map(|one| (&one.verdict).into())).into()
                }
                None => AuditVerdict::NotRun,
            },
            access: proofs.access.verdict(),
            tree: proofs.tree.verdict(),
            transaction: proofs.transaction.verdict(),
        },
        not_run: execution
            .is_none()
            .then_some(NotRun { audit: Audit::Execution, check: None, why: Why::NotAsked })
            .into_iter()
            .chain(proofs.not_run(witness))
            .collect(),
        anchor: anchors.source,
        anchors,
        engine: options.engine,
        fork: witness.fork,
        chain_id: witness.chain_id,
        transaction_hash: transaction_hash(&witness.transaction),
        state_root_enter: witness.roots.enter,
        state_root_leave: witness.roots.leave,
        gas_used: witness.receipt.gas_used,
        hypervisor_code_hash: contract.code_hash(),
        hypervisor_size: contract.code.len(),
        witness_hash: witness_hash(witness),
        messages: reports(witness, messages, execution, &findings),
        findings,
    })
}

/// What the hypervisor finds false, message by message.
fn false_messages(audited: &[Audited]) -> Vec<FalseClaim> {
    let claim =
        |(index, audited): (usize, &Audited)| FalseClaim::of_message(index, &audited.verdict);
    audited.iter().enumerate().filter_map(claim).collect()
}

/// The messages, each with what is said of it.
fn reports(
    witness: &Witness,
    messages: Vec<Option<MessageWitness>>,
    execution: Option<Vec<Audited>>,
    findings: &[FalseClaim],
) -> Vec<MessageReport> {
    let places = witness.tree();
    let mut execution = execution.map(Vec::into_iter);
    let mut mismatches: HashMap<usize, FalseClaim> = HashMap::new();
    for claim in findings {
        if let Some(message) = claim.message {
            mismatches.entry(message).or_insert(*claim);
        }
    }
    let report = |(index, message): (usize, Option<MessageWitness>)| {
        let opening = message.as_ref().and_then(opening);
        MessageReport {
            place: places[index],
            kind: opening.and_then(|opening| FrameKind::from_number(opening.kind)),
            message,
            witness_bytes: witness.messages[index].len(),
            execution: execution.as_mut().and_then(Iterator::next),
            mismatch: mismatches.remove(&index),
        }
    };
    messages.into_iter().enumerate().map(report).collect()
}
