//! Has messages audited on a chain: archives what is missing, sends the audits with gas limits of their
//! own, and reads the verdicts from the chain. `specs/14-chain.md`, section Submission.
//!
//! `pending` says what has to be sent for a message, `segments` which segments, `answer` reads what the chain
//! says.

mod answer;
mod error;
mod pending;
mod segments;

use std::ops::Range;

use alloy_primitives::B256;
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_wire::Opened;

pub use self::error::SubmitError;
use self::pending::{Next, Task};
use super::{
    chain::Chain,
    deploy::DeployTransaction,
    outbox::{Intent, Outbox},
    plan::{Part, Plan, SegmentCost, Told},
    sender::Sender,
};

/// The transaction that leads to a verdict, in a word: of a message in one piece, of a segment.
const ARCHIVE: &str = "archive";
const AUDIT: &str = "audit";
const AUDIT_WITH_CODE: &str = "audit with its code";
const SEGMENT: &str = "segment";

/// Where a verdict was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictSource {
    /// A transaction that was sent now.
    Transaction,
    /// A call, which left nothing behind.
    Call,
    /// Memory: nothing was sent, since it could not have led to a verdict.
    Prediction,
}

/// What became of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmittedSegment {
    /// Which of the message's segments it is.
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
    /// keccak256 of the message's bytes.
    pub hash: B256,
    /// The verdict that the chain gave: on what was submitted.
    pub verdict: MessageVerdict,
    /// Where the verdict was read.
    pub source: VerdictSource,
    /// What the audits take, as predicted.
    pub audit_gas: u64,
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
    /// The messages that are submitted.
    pub messages: Range<usize>,
    /// The segments that are sent; all, if it is not said.
    pub only: Option<Vec<u64>>,
    /// Whether code is archived where it would be cheaper to send it beside a message.
    pub archives: bool,
}

impl Submission<'_> {
    /// Checks that the hypervisor is what it should be, before anything is sent.
    ///
    /// # Errors
    ///
    /// If it is not there, or the node does not say.
    pub fn check(&self) -> Result<(), SubmitError> {
        let hypervisor = self.plan.hypervisor();
        Ok(self.chain.holds("hypervisor", hypervisor.address, &hypervisor.code)?)
    }

    /// What has to be sent for messages, in order, in the state that the chain is in.
    ///
    /// # Errors
    ///
    /// As [`Self::submit`], as far as nothing is sent.
    pub fn intents(&self, witness: &Opened<'_>) -> Result<Vec<Intent>, SubmitError> {
        let mut archives = Vec::<Part>::new();
        let mut intents = Vec::new();
        for index in self.messages.clone() {
            let Next::Send(pending, _) = self.next(witness, index, &archives)? else {
                continue;
            };
            intents.extend(pending.steps().into_iter().map(|(what, step)| Intent::of(what, step)));
            archives.extend(pending.archive.into_iter().flat_map(|archive| archive.parts));
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
            let receipt = outbox.send(what, step)?;
            let transaction = DeployTransaction::new(&receipt, step.gas);
            said(what, &transaction);
            submitted.transactions.push((what, transaction));
            Ok::<_, SubmitError>(receipt)
        };
        if let Some(archive) = &pending.archive {
            let receipt = sent(ARCHIVE, &archive.step)?;
            if !receipt.success {
                let (what, hash) = (ARCHIVE, receipt.hash);
                return Err(SubmitError::Failed { index, what, hash });
            }
        }
        match &pending.task {
            Task::Whole(audit) | Task::WithCode(audit) => {
                let receipt = sent(pending.task.name(), &audit.step)?;
                submitted.verdict = self.read(&audit.step, &receipt)?;
            }
            Task::Segments(costs) => {
                let mut told = Vec::new();
                for cost in costs {
                    let receipt = sent(SEGMENT, &cost.step)?;
                    told.push(self.read_segment(cost, &receipt)?);
                    if told.last().is_some_and(|told| *told != Told::Held) {
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
    fn told(&mut self, costs: &[SegmentCost], told: Vec<Told>) {
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
