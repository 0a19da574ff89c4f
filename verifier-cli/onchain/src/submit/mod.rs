//! Has messages audited on a chain: archives the code that is missing, sends the audits with gas
//! limits of their own, and reads the verdicts from the chain. `specs/14-chain.md`, section
//! Submission.

mod answer;
mod error;
mod pending;

use std::{collections::HashSet, ops::Range};

use alloy_primitives::keccak256;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::state::StateOverride;
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_wire::{Opened, Witness};

pub use self::error::SubmitError;
use self::pending::Pending;
use super::{
    chain::{CallAnswer, Chain, HostReceipt},
    deploy::DeployTransaction,
    outbox::{Intent, Outbox},
    plan::{Part, Plan, Route},
    register::{self, Standing},
    sender::Sender,
};

/// The transaction that leads to a verdict, in a word.
const AUDIT: &str = "audit";

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

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The message, in pre-order.
    pub index: usize,
    /// keccak256 of its bytes: what an operator commits to.
    pub commitment: B256,
    /// The verdict that the chain gave.
    pub verdict: MessageVerdict,
    /// Where the verdict was read.
    pub source: VerdictSource,
    /// What the audit takes, as predicted; none if there was a verdict already.
    pub audit_gas: Option<u64>,
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
}

/// What becomes of a message, in the state that the chain is in.
enum Next {
    /// Nothing is sent: there is a verdict already, or there would be none.
    Nothing(Submitted),
    /// Transactions, and what is said of the message before them.
    Send(Box<Pending>, Submitted),
}

impl Submission<'_> {
    /// Checks that the contracts are what they should be, before anything is sent.
    ///
    /// # Errors
    ///
    /// If a contract is not there, or the node does not say.
    pub fn check(&self) -> Result<(), SubmitError> {
        let hypervisor = self.plan.hypervisor();
        self.holds("hypervisor", hypervisor.address, &hypervisor.code)?;
        let Route::Register { register, operator } = self.route else { return Ok(()) };
        let knows = self.plan.contracts().register_knows(self.plan.rules());
        knows.map_err(|family| SubmitError::OtherFamily { register, family })?;
        self.holds("register", register, &self.plan.register_code())?;
        let (rules, expected) = (self.plan.rules(), hypervisor.code_hash());
        let call = register::hypervisorsCall(U256::from(rules.position()));
        let found = match self.ask(register, call.abi_encode().into())? {
            CallAnswer::Returned(data) => register::hypervisorsCall::abi_decode_returns(&data).ok(),
            CallAnswer::Reverted(_) | CallAnswer::OutOfGas => None,
        };
        let found = found.unwrap_or_default();
        if found != expected {
            return Err(SubmitError::OtherHypervisor { register, fork: rules, expected, found });
        }
        self.same_schedule(register)?;
        let sender = self.sender.address();
        if self.commit && operator != sender {
            return Err(SubmitError::NotTheOperator { operator, sender });
        }
        Ok(())
    }

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
        let (mut archives, mut messages) = (Vec::new(), HashSet::new());
        let mut intents = Vec::new();
        for index in indices {
            let Next::Send(pending, Submitted { commitment, .. }) =
                self.next(witness, index, &archives)?
            else {
                continue;
            };
            // A register decides on the same bytes once.
            if !messages.insert(commitment) && matches!(self.route, Route::Register { .. }) {
                continue;
            }
            for (what, step) in pending.steps() {
                intents.push(Intent { what, to: Some(step.to), gas_limit: step.gas_limit });
            }
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
        let message = &witness.messages[index].bytes();
        let Some(outbox) = outbox else {
            submitted.verdict = self.call(message, &pending)?;
            submitted.source = VerdictSource::Call;
            return Ok(submitted);
        };
        let mut audit: Option<HostReceipt> = None;
        for (what, step) in pending.steps() {
            let data = step.data.clone();
            let receipt = outbox.mined(what, Some(step.to), data, step.gas_limit)?;
            let transaction = DeployTransaction::new(&receipt, step.gas);
            said(what, &transaction);
            submitted.transactions.push((what, transaction));
            if what != AUDIT && !receipt.success {
                let hash = receipt.hash;
                return Err(SubmitError::Failed { index, what, hash });
            }
            audit = Some(receipt);
        }
        if let Some(receipt) = audit {
            submitted.verdict = self.read(index, message, &pending.audit.step, &receipt)?;
            submitted.source = VerdictSource::Transaction;
        }
        Ok(submitted)
    }

    /// Checks that the register goes by the schedule that is expected.
    fn same_schedule(&self, register: Address) -> Result<(), SubmitError> {
        let schedule = &self.plan.contracts().schedule;
        let call = register::scheduleCall {}.abi_encode().into();
        let found = match self.ask(register, call)? {
            CallAnswer::Returned(data) => register::scheduleCall::abi_decode_returns(&data).ok(),
            CallAnswer::Reverted(_) | CallAnswer::OutOfGas => None,
        };
        let found = found.ok_or(SubmitError::NoRegister { register })?;
        let chain = schedule.chain_id();
        if found.chainId != U256::from(chain) || found.forks != register::activations(schedule) {
            return Err(SubmitError::OtherSchedule { register, chain });
        }
        Ok(())
    }

    /// Checks that a witness is of the register's chain, and its fork that of its block: else a true
    /// message would be held against another fork's hypervisor.
    pub(super) fn scheduled(&self, witness: &Witness, index: usize) -> Result<(), SubmitError> {
        let schedule = self.plan.contracts().schedule;
        let (expected, found) = (schedule.chain_id(), witness.chain_id);
        if expected != found {
            return Err(SubmitError::OtherChain { index, expected, found });
        }
        let (number, fork) = (witness.block.number, witness.rules);
        let scheduled = schedule.rules_at(number, witness.block.timestamp);
        if scheduled != Some(fork) {
            let schedule = Box::new(schedule);
            return Err(SubmitError::Unscheduled { index, fork, number, scheduled, schedule });
        }
        Ok(())
    }

    /// What becomes of a message, in the state that the chain is in, and with these archives.
    fn next(
        &self,
        witness: &Opened<'_>,
        index: usize,
        archives: &[Part],
    ) -> Result<Next, SubmitError> {
        let message = &witness.messages[index].bytes();
        let commitment = keccak256(message);
        let standing = self.standing(index, commitment)?;
        let submitted = |verdict, source, audit_gas| {
            let transactions = Vec::new();
            Submitted { index, commitment, verdict, source, audit_gas, transactions }
        };
        if let Some(standing @ (Standing::Accepted | Standing::Fraud)) = standing {
            let verdict = self.decided(message, standing, &StateOverride::default())?;
            return Ok(Next::Nothing(submitted(verdict, VerdictSource::Register, None)));
        }
        let pending = self.pending(witness, index, standing, archives)?;
        let (verdict, gas) = (pending.audit.verdict.clone(), pending.audit.step.gas);
        let submitted = submitted(verdict, VerdictSource::Prediction, Some(gas));
        match &submitted.verdict {
            MessageVerdict::Unavailable { .. } | MessageVerdict::Inconclusive { .. } => {
                Ok(Next::Nothing(submitted))
            }
            MessageVerdict::Valid
            | MessageVerdict::Mismatch(_)
            | MessageVerdict::Malformed { .. } => {
                if !pending.audit.step.fits_cap {
                    let what = "its audit";
                    return Err(SubmitError::TooMuchGas { index, what, gas });
                }
                Ok(Next::Send(Box::new(pending), submitted))
            }
        }
    }

    /// Checks that an account holds this code.
    pub(super) fn holds(
        &self,
        what: &'static str,
        address: Address,
        code: &Bytes,
    ) -> Result<(), SubmitError> {
        let found = self.chain.code(address)?;
        if found.is_empty() {
            return Err(SubmitError::NoCode { what, address });
        }
        if found != *code {
            let (expected, found) = (keccak256(code), keccak256(&found));
            return Err(SubmitError::OtherCode { what, address, expected, found });
        }
        Ok(())
    }
}
