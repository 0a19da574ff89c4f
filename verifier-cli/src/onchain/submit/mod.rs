//! Has messages audited on a chain: archives the code that is missing, sends the audits with gas
//! limits of their own, and reads the verdicts from the chain. `specs/14-chain.md`, section
//! Submission.

mod answer;
mod error;
mod pending;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::state::StateOverride;
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::Verdict;
use iso_evm_witness::Witness;

pub use self::error::SubmitError;
use super::{
    chain::{Answer, Chain, Receipt},
    deploy::Transaction,
    plan::{Plan, Route, Step},
    register::{self, Standing},
    sender::Sender,
};
use crate::hash::keccak256;

/// Where a verdict was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
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
    /// The verdict.
    pub verdict: Verdict,
    /// Where it was read.
    pub source: Source,
    /// What the audit takes, as predicted; none if there was a verdict already.
    pub audit_gas: Option<u64>,
    /// What was sent, in order, by what it did.
    pub transactions: Vec<(&'static str, Transaction)>,
}

/// How messages are submitted.
#[derive(Debug)]
pub struct Submission<'a> {
    /// The chain.
    pub chain: &'a Chain,
    /// The contracts.
    pub plan: &'a Plan,
    /// Who sends.
    pub sender: &'a Sender,
    /// Straight, or by a register.
    pub route: Route,
    /// Whether commitments that are missing are made.
    pub commit: bool,
    /// Whether calls take the place of transactions.
    pub dry_run: bool,
}

impl Submission<'_> {
    /// Checks that the contracts are what they should be, before anything is sent.
    ///
    /// # Errors
    ///
    /// If one is not, or the node does not say.
    pub fn check(&self) -> Result<(), SubmitError> {
        let hypervisor = self.plan.hypervisor();
        self.holds("hypervisor", hypervisor.address, &hypervisor.code)?;
        let Route::Register { register, operator } = self.route else { return Ok(()) };
        self.holds("register", register, &self.plan.register_code())?;
        let (fork, expected) = (self.plan.fork(), hypervisor.code_hash());
        let call = register::hypervisorsCall { fork: U256::from(fork.number()) };
        let found = match self.ask(register, call.abi_encode().into())? {
            Answer::Returned(data) => register::hypervisorsCall::abi_decode_returns(&data).ok(),
            Answer::Reverted(_) | Answer::OutOfGas => None,
        };
        let found = found.unwrap_or_default();
        if found != expected {
            return Err(SubmitError::OtherHypervisor { register, fork, expected, found });
        }
        self.same_schedule(register)?;
        let sender = self.sender.address();
        if self.commit && operator != sender {
            return Err(SubmitError::NotTheOperator { operator, sender });
        }
        Ok(())
    }

    /// Submits a message, and says of each transaction when it is mined.
    ///
    /// # Errors
    ///
    /// If the node does not take what is sent, somebody else would have to send it, or a
    /// transaction fails that should not.
    pub fn submit(
        &self,
        witness: &Witness,
        index: usize,
        said: impl Fn(&'static str, &Transaction),
    ) -> Result<Submitted, SubmitError> {
        let message = &witness.messages[index];
        let commitment = keccak256(message);
        let standing = self.standing(index, commitment)?;
        if let Some(standing @ (Standing::Accepted | Standing::Fraud)) = standing {
            let verdict = self.decided(message, standing, &StateOverride::default())?;
            let (source, transactions) = (Source::Register, Vec::new());
            return Ok(Submitted {
                index,
                commitment,
                verdict,
                source,
                audit_gas: None,
                transactions,
            });
        }
        let pending = self.pending(witness, index, standing)?;
        let mut submitted = Submitted {
            index,
            commitment,
            verdict: pending.audit.verdict.clone(),
            source: Source::Prediction,
            audit_gas: Some(pending.audit.step.gas),
            transactions: Vec::new(),
        };
        match &pending.audit.verdict {
            Verdict::Unavailable { .. } | Verdict::Inconclusive { .. } => return Ok(submitted),
            Verdict::Valid | Verdict::Mismatch(_) | Verdict::Malformed { .. } => {}
        }
        if !pending.audit.step.fits_cap {
            let (what, gas) = ("its audit", pending.audit.step.gas);
            return Err(SubmitError::TooMuchGas { index, what, gas });
        }
        if self.dry_run {
            submitted.verdict = self.call(message, &pending)?;
            submitted.source = Source::Call;
            return Ok(submitted);
        }
        let mut send = |what, step: &Step| -> Result<Receipt, SubmitError> {
            let data = step.data.clone();
            let receipt = self.chain.mined(self.sender, Some(step.to), data, step.gas_limit)?;
            let transaction = Transaction {
                hash: receipt.hash,
                predicted: step.gas,
                gas_used: receipt.gas_used,
                success: receipt.success,
            };
            said(what, &transaction);
            submitted.transactions.push((what, transaction));
            Ok(receipt)
        };
        let before = [
            ("archive", pending.archive.as_ref().map(|archive| &archive.step)),
            ("commit", pending.commit.as_ref()),
        ];
        for (what, step) in before {
            let Some(step) = step else { continue };
            let receipt = send(what, step)?;
            if !receipt.success {
                let hash = receipt.hash;
                return Err(SubmitError::Failed { index, what, hash });
            }
        }
        let receipt = send("audit", &pending.audit.step)?;
        submitted.verdict = self.read(index, message, &pending.audit.step, &receipt)?;
        submitted.source = Source::Transaction;
        Ok(submitted)
    }

    /// That the register goes by the schedule that is expected.
    fn same_schedule(&self, register: Address) -> Result<(), SubmitError> {
        let schedule = &self.plan.contracts().schedule;
        let call = register::scheduleCall {}.abi_encode().into();
        let found = match self.ask(register, call)? {
            Answer::Returned(data) => register::scheduleCall::abi_decode_returns(&data).ok(),
            Answer::Reverted(_) | Answer::OutOfGas => None,
        };
        let found = found.ok_or(SubmitError::NoRegister { register })?;
        let chain = schedule.chain_id();
        if found.chainId != U256::from(chain) || found.forks != register::activations(schedule) {
            return Err(SubmitError::OtherSchedule { register, chain });
        }
        Ok(())
    }

    /// That a witness is of the register's chain, and its fork that of its block: else a true
    /// message would be held against another fork's hypervisor.
    pub(super) fn scheduled(&self, witness: &Witness, index: usize) -> Result<(), SubmitError> {
        let schedule = self.plan.contracts().schedule;
        let (expected, found) = (schedule.chain_id(), witness.chain_id);
        if expected != found {
            return Err(SubmitError::OtherChain { index, expected, found });
        }
        let (number, fork) = (witness.block.number, witness.fork);
        let scheduled = schedule.fork_at(number, witness.block.timestamp);
        if scheduled != Some(fork) {
            let schedule = Box::new(schedule);
            return Err(SubmitError::Unscheduled { index, fork, number, scheduled, schedule });
        }
        Ok(())
    }

    /// That an account holds this code.
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
