//! Audits a block: replays it from a node, records its transactions, verifies each witness. Whatever cannot be
//! recorded is a row with its reason, never a hole. `specs/23-watch.md`, section Audit.
//!
//! In the data's way this stands between a node and an [`AuditedBlock`].

use std::time::Instant;

use alloy_primitives::Bytes;
use iso_evm_node::{ChainBlock, Node, NodeError, Replay};
use iso_evm_verifier::{
    Options, Report, VerifyError, certificate::Certificate, engines::Engines, hash::keccak256,
    verify_opened,
};
use iso_evm_wire::{Opened, Rules, Witness};

use crate::{
    block::{
        Audited, AuditedBlock, AuditedTransaction, Outcome, Place, Problem, ProblemKind, Spent,
        StoredWitness,
    },
    sample::Sample,
};

/// What is audited, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditOptions {
    /// How each witness is verified.
    pub verify: Options,
    /// The share of transactions that is audited.
    pub sample: Sample,
    /// The rules that blocks go by, where their chain does not tell.
    pub rules: Option<Rules>,
}

/// Audits the block of a hash.
///
/// # Errors
///
/// [`NodeError`], if the node gives no block, is silent, or has reorganised its chain meanwhile. What it does not
/// give of a block that it has given is no error, but what is found.
pub fn audit_block(
    node: &Node,
    place: Place,
    options: &AuditOptions,
    engines: &Engines,
) -> Result<AuditedBlock, NodeError> {
    if place.number == 0 {
        return Ok(Run::begin(place, options, engines).ended(None));
    }
    let begun = Instant::now();
    let block = node.block(place.hash, options.rules)?;
    block.check_number(place.number)?;
    let place =
        Place { parent: block.header.parent_hash, timestamp: block.header.timestamp, ..place };
    let mut run = Run::begin(place, options, engines);
    run.spent.asking = begun.elapsed();
    run.replay(node, &block)?;
    let elsewhere = run.spent.asking + run.spent.auditing;
    run.spent.recording = begun.elapsed().saturating_sub(elsewhere);
    Ok(run.ended(Some(block.rules)))
}

/// Whether an error says nothing of a block: another time, or from another node, it may be another.
pub(crate) const fn is_passing(error: &NodeError) -> bool {
    match error {
        NodeError::Rpc(error) => error.is_silence(),
        error => is_gone(error),
    }
}

/// Whether an error says that a block is not there any more.
pub(crate) const fn is_gone(error: &NodeError) -> bool {
    matches!(error, NodeError::Reorganised(_) | NodeError::NoBlock(_))
}

/// A block, as far as it is audited.
struct Run<'a> {
    place: Place,
    options: &'a AuditOptions,
    engines: &'a Engines,
    transactions: Vec<AuditedTransaction>,
    problem: Option<Problem>,
    spent: Spent,
}

impl<'a> Run<'a> {
    fn begin(place: Place, options: &'a AuditOptions, engines: &'a Engines) -> Self {
        let (transactions, problem, spent) = (Vec::new(), None, Spent::default());
        Self { place, options, engines, transactions, problem, spent }
    }

    fn ended(self, rules: Option<Rules>) -> AuditedBlock {
        let Self { place, transactions, problem, spent, .. } = self;
        AuditedBlock { place, rules, transactions, problem, attempts: 1, spent }
    }

    /// Replays the block as far as it goes. What it does not come to is unrecorded, with the reason.
    fn replay(&mut self, node: &Node, block: &ChainBlock) -> Result<(), NodeError> {
        let all = block.transactions.len();
        let begun_at = Instant::now();
        let begun = Replay::begin(node, block).and_then(|mut replay| {
            replay.prefetch(0..all)?;
            Ok(replay)
        });
        self.spent.asking += begun_at.elapsed();
        let mut replay = match begun {
            Ok(replay) => replay,
            Err(error) => return self.stopped(block, error),
        };
        for index in 0..all {
            let outcome = match self.transaction(&mut replay, block, index) {
                Ok(outcome) => outcome,
                Err(error) => return self.stopped(block, error),
            };
            self.push(block, index, outcome);
        }
        match replay.finish() {
            Ok(()) => Ok(()),
            Err(error) if is_passing(&error) => Err(error),
            Err(error) => {
                self.problem = Some(problem(ProblemKind::Differs, &error));
                Ok(())
            }
        }
    }

    /// Records and verifies the next transaction, or runs it if it is none of the sample.
    fn transaction(
        &mut self,
        replay: &mut Replay<'_>,
        block: &ChainBlock,
        index: usize,
    ) -> Result<Outcome, NodeError> {
        if !self.is_sampled(block, index) {
            replay.advance()?;
            return Ok(Outcome::Unsampled);
        }
        match replay.record() {
            Ok(recorded) => Ok(self.verified(&recorded.witness)),
            // No chain would have taken it: a contract has sent it, for one. It has happened here.
            Err(error @ NodeError::Execute { .. })
                if block.transactions.get(index).is_some_and(|it| it.sender_is_given()) =>
            {
                replay.advance()?;
                Ok(Outcome::Unrecorded { reason: error.to_string() })
            }
            Err(error) => Err(error),
        }
    }

    /// What the audits say of a witness.
    fn verified(&mut self, witness: &Witness) -> Outcome {
        let begun = Instant::now();
        let bytes = Bytes::from(witness.encode());
        let options = &self.options.verify;
        let report = verify_opened(self.engines.get(witness.rules), &Opened::of(witness), options);
        let outcome = outcome(report, bytes, options);
        self.spent.auditing += begun.elapsed();
        outcome
    }

    fn is_sampled(&self, block: &ChainBlock, index: usize) -> bool {
        block.hashes.get(index).is_some_and(|hash| self.options.sample.has(*hash))
    }

    fn push(&mut self, block: &ChainBlock, index: usize, outcome: Outcome) {
        let hash = block.hashes.get(index).copied().unwrap_or_default();
        self.transactions.push(AuditedTransaction { hash, outcome });
    }

    /// The replay goes no further: what is left is unrecorded.
    fn stopped(&mut self, block: &ChainBlock, error: NodeError) -> Result<(), NodeError> {
        if is_passing(&error) {
            return Err(error);
        }
        let problem = problem(ProblemKind::Unreplayed, &error);
        let first = self.transactions.len();
        for index in first..block.transactions.len() {
            if !self.is_sampled(block, index) {
                self.push(block, index, Outcome::Unsampled);
                continue;
            }
            let reason = if index == first {
                problem.reason.clone()
            } else {
                format!("the replay goes no further than transaction {first}: {}", problem.reason)
            };
            self.push(block, index, Outcome::Unrecorded { reason });
        }
        self.problem = Some(problem);
        Ok(())
    }
}

/// What has become of a transaction that was recorded.
fn outcome(report: Result<Report, VerifyError>, bytes: Bytes, options: &Options) -> Outcome {
    match report {
        Ok(report) => {
            let certificate = Certificate::new(&report, options).encode();
            let witness = StoredWitness { hash: report.witness_hash.get(), bytes };
            Outcome::Audited(Box::new(Audited { report, certificate, witness }))
        }
        Err(error) => {
            let witness = StoredWitness { hash: keccak256(&bytes), bytes };
            Outcome::Unverified { reason: error.to_string(), witness }
        }
    }
}

/// What an error makes of a block.
fn problem(kind: ProblemKind, error: &NodeError) -> Problem {
    // What the replay comes to, it comes to each time.
    let may_pass =
        matches!(error, NodeError::Rpc(_) | NodeError::Proof { .. } | NodeError::Code { .. });
    Problem { kind, reason: error.to_string(), may_pass }
}
