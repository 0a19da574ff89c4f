//! Has messages audited on a chain: archives what is missing, sends the audits with gas limits of their
//! own, and reads the verdicts from the chain. `specs/14-chain.md`, section Submission.
//!
//! `check` looks at the contracts before anything is sent, `pending` at what has to be sent for a
//! message, `segments` at which segments, `answer` reads what the chain says.

mod answer;
mod check;
mod error;
mod pending;
mod segments;

use std::{collections::HashSet, ops::Range};

use alloy_primitives::B256;
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_wire::Opened;

pub use self::error::SubmitError;
use self::pending::{Next, Task};
use super::{
    chain::Chain,
    deploy::DeployTransaction,
    outbox::{Intent, Outbox},
    plan::{Checkpoints, Part, Plan, Route, Told},
    sender::Sender,
};

/// The transaction that leads to a verdict, in a word: of a message in one piece, of a segment.
const AUDIT: &str = "audit";
const SEGMENT: &str = "segment";

/// Where a verdict was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictSource {
    /// A transaction that was sent now.
    Transaction,
    /// The register, where it stood already.
    Register,
    /// A call, which left nothing behind.
    Call,
    /// Memory: nothing was sent, since it could not have led to a verdict.
    Prediction,
}

/// What became of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmittedSegment {
    /// The segment of the commitment that it is, or is in.
    pub index: u64,
    /// The guest's gas at its start.
    pub from: u64,
    /// The gas that it ends at; none if it ends as the message does.
    pub to: Option<u64>,
    /// Gas of its transaction, as predicted.
    pub gas: u64,
    /// What the chain says of it.
    pub told: Told,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The message, in pre-order.
    pub index: usize,
    /// By a register what the operator commits to, else keccak256 of the message's bytes.
    pub commitment: B256,
    /// The verdict that the chain gave: on what was submitted.
    pub verdict: MessageVerdict,
    /// Where the verdict was read.
    pub source: VerdictSource,
    /// What the audits take, as predicted; none if there was a verdict already.
    pub audit_gas: Option<u64>,
    /// The segments, where it was submitted by them.
    pub segments: Vec<SubmittedSegment>,
    /// What was sent, in order, by what it did.
    pub transactions: Vec<(&'static str, DeployTransaction)>,
}

/// How messages are submitted.
#[derive(Debug)]
pub struct Submission<'a> {
    /// The chain that messages are submitted to.
    pub chain: &'a Chain,
    /// The contracts that messages are submitted to.
    pub plan: &'a Plan,
    /// Account that sends, and how it signs.
    pub sender: &'a Sender,
    /// Straight, or by a register.
    pub route: Route,
    /// Whether commitments that are missing are made.
    pub commit: bool,
    /// The checkpoints that the operator committed to.
    pub checkpoints: Checkpoints,
    /// The segments that are sent; all, if it is not said.
    pub only: Option<Vec<u64>>,
    /// Whether a segment may take several transactions, from where a machine has come to already.
    pub resume: bool,
}

impl Submission<'_> {
    /// What has to be sent for messages, in order, in the state that the chain is in.
    ///
    /// # Errors
    ///
    /// As [`Self::submit`], as far as nothing is sent.
    pub fn intents(
        &self,
        witness: &Opened<'_>,
        indices: Range<usize>,
    ) -> Result<Vec<Intent>, SubmitError> {
        let (mut archives, mut messages) = (Vec::<Part>::new(), HashSet::new());
        let mut intents = Vec::new();
        for index in indices {
            let Next::Send(pending, Submitted { commitment, .. }) =
                self.next(witness, index, &archives)?
            else {
                continue;
            };
            // A register takes a commitment once, and what is said of it once is said.
            if !messages.insert(commitment) && matches!(self.route, Route::Register { .. }) {
                continue;
            }
            for (what, step) in pending.steps() {
                intents.push(Intent { what, to: Some(step.to), gas_limit: step.gas_limit });
            }
            archives.extend(pending.archives.into_iter().flat_map(|archive| archive.parts));
        }
        Ok(intents)
    }

    /// Submits a message, and says of each transaction when it is mined. Without an outbox calls take
    /// the place of transactions.
    ///
    /// # Errors
    ///
    /// If the node does not take what is sent, somebody else would have to send it, or a
    /// transaction fails that should not.
    pub fn submit(
        &self,
        witness: &Opened<'_>,
        index: usize,
        outbox: Option<&Outbox<'_>>,
        said: impl Fn(&'static str, &DeployTransaction),
    ) -> Result<Submitted, SubmitError> {
        let (pending, mut submitted) = match self.next(witness, index, &[])? {
            Next::Nothing(submitted) => return Ok(submitted),
            Next::Send(pending, submitted) => (pending, submitted),
        };
        let Some(outbox) = outbox else {
            self.call(&pending, &mut submitted)?;
            return Ok(submitted);
        };
        let mut sent = |what: &'static str, step: &super::plan::Step| {
            let data = step.data.clone();
            let receipt = outbox.mined(what, Some(step.to), data, step.gas_limit)?;
            let transaction = DeployTransaction::new(&receipt, step.gas);
            said(what, &transaction);
            submitted.transactions.push((what, transaction));
            Ok::<_, SubmitError>(receipt)
        };
        for (what, step) in pending.before() {
            let receipt = sent(what, step)?;
            if !receipt.success {
                let hash = receipt.hash;
                return Err(SubmitError::Failed { index, what, hash });
            }
        }
        match &pending.task {
            Task::Whole(audit) => {
                let receipt = sent(AUDIT, &audit.step)?;
                submitted.verdict = self.read(&audit.step, &receipt)?;
            }
            Task::Segments(case, costs) => {
                let mut told = Vec::new();
                for cost in costs {
                    let receipt = sent(SEGMENT, &cost.step)?;
                    told.push(self.read_segment(index, case, cost, &receipt)?);
                    if told.last().is_some_and(Told::ends) {
                        break;
                    }
                }
                submitted.told(costs, told);
            }
        }
        submitted.source = VerdictSource::Transaction;
        Ok(submitted)
    }
}

impl Submitted {
    /// Writes down what is said of segments, in order.
    fn told(&mut self, costs: &[super::plan::SegmentCost], told: Vec<Told>) {
        self.verdict = told
            .iter()
            .map(Told::verdict)
            .find(|verdict| *verdict != MessageVerdict::Valid)
            .unwrap_or(MessageVerdict::Valid);
        self.segments = costs
            .iter()
            .zip(told)
            .map(|(cost, told)| SubmittedSegment {
                index: cost.index,
                from: cost.from,
                to: cost.to,
                gas: cost.step.gas,
                told,
            })
            .collect();
    }
}
