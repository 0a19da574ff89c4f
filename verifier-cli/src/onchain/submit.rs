//! Has messages audited on a chain: archives the code that is missing, sends the audits with gas
//! limits of their own, and reads the verdicts from the chain. `specs/14-chain.md`, section
//! Submission.

use alloy_eips::BlockId;
use alloy_network::TransactionBuilder;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::{
    TransactionRequest,
    state::{StateOverride, StateOverridesBuilder},
};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{Inconclusive, Verdict};
use iso_evm_witness::{Fork, Witness};

use super::{
    chain::{Answer, Chain, Receipt},
    contracts::Archives,
    deploy::Transaction,
    plan::{ArchiveCost, AuditCost, Plan, Route, Step},
    register::{self, Standing},
    sender::Sender,
};
use crate::{hash::keccak256, node::NodeError};

/// Why a message is not submitted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The node.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// An account without code.
    #[error("{what}: there is no code at {address}")]
    NoCode {
        /// What should be there.
        what: &'static str,
        /// Where.
        address: Address,
    },
    /// An account with other code.
    #[error("{what}: the code hash at {address} should be {expected}, and is {found}")]
    OtherCode {
        /// What should be there.
        what: &'static str,
        /// Where.
        address: Address,
        /// keccak256 of what should be there.
        expected: B256,
        /// keccak256 of what is.
        found: B256,
    },
    /// A register that knows another hypervisor.
    #[error("register {register}: its hypervisor of {fork} is {found}, not {expected}")]
    OtherHypervisor {
        /// The register.
        register: Address,
        /// The fork.
        fork: Fork,
        /// Code hash of the hypervisor at hand.
        expected: B256,
        /// What the register has.
        found: B256,
    },
    /// Something that is no register.
    #[error("register {register}: it does not answer as a register")]
    NoRegister {
        /// The address.
        register: Address,
    },
    /// Nobody stands by the message.
    #[error("message {index}: {operator} has not committed to it (--commit does)")]
    NotCommitted {
        /// The message.
        index: usize,
        /// The operator.
        operator: Address,
    },
    /// A commitment for another fork.
    #[error(
        "message {index}: {operator} committed to it as a message of {found}, not of {expected}"
    )]
    OtherFork {
        /// The message.
        index: usize,
        /// The operator.
        operator: Address,
        /// The witness's fork.
        expected: Fork,
        /// The commitment's; its number, if there is no such fork.
        found: String,
    },
    /// A commitment of somebody else's cannot be made.
    #[error("--commit: only {operator} can commit as {operator}, and {sender} sends")]
    NotTheOperator {
        /// The operator.
        operator: Address,
        /// The sender.
        sender: Address,
    },
    /// Code that others must archive.
    #[error(
        "message {index}: only the registrar {registrar} can archive its code, and {sender} sends"
    )]
    NotTheRegistrar {
        /// The message.
        index: usize,
        /// The registrar.
        registrar: Address,
        /// The sender.
        sender: Address,
    },
    /// A transaction that the chain does not take.
    #[error("message {index}: {what} takes {gas} gas, more than a transaction may have")]
    TooMuchGas {
        /// The message.
        index: usize,
        /// Which transaction.
        what: &'static str,
        /// Its gas.
        gas: u64,
    },
    /// A transaction that failed.
    #[error("message {index}: {what}: {hash} failed")]
    Failed {
        /// The message.
        index: usize,
        /// Which transaction.
        what: &'static str,
        /// Its hash.
        hash: B256,
    },
}

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

/// What stands in the way of the audit of a message.
struct Pending {
    archive: Option<ArchiveCost>,
    commit: Option<Step>,
    audit: AuditCost,
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

    /// That an account holds this code.
    fn holds(&self, what: &'static str, address: Address, code: &Bytes) -> Result<(), SubmitError> {
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

    /// A call that nothing depends on.
    fn ask(&self, to: Address, data: Bytes) -> Result<Answer, NodeError> {
        let request = TransactionRequest::default().with_to(to).with_input(data);
        self.chain.call(&request, BlockId::latest(), &StateOverride::default())
    }

    /// What the register has of a commitment; none without a register.
    fn standing(&self, index: usize, witness: B256) -> Result<Option<Standing>, SubmitError> {
        let Route::Register { register, operator } = self.route else { return Ok(None) };
        let call = register::commitmentsCall { operator, witness };
        let answer = match self.ask(register, call.abi_encode().into())? {
            Answer::Returned(data) => register::commitmentsCall::abi_decode_returns(&data).ok(),
            Answer::Reverted(_) | Answer::OutOfGas => None,
        };
        let found = answer.and_then(|found| {
            Standing::from_number(found.verdict).map(|standing| (found.fork, standing))
        });
        let Some((fork, standing)) = found else {
            return Err(SubmitError::NoRegister { register });
        };
        let expected = self.plan.fork();
        if standing != Standing::None && fork != expected.number() {
            let known = Fork::ALL.into_iter().find(|known| known.number() == fork);
            let found = known.map_or_else(|| fork.to_string(), |known| known.to_string());
            return Err(SubmitError::OtherFork { index, operator, expected, found });
        }
        Ok(Some(standing))
    }

    /// What has to be sent, in the state that the chain is in.
    fn pending(
        &self,
        witness: &Witness,
        index: usize,
        standing: Option<Standing>,
    ) -> Result<Pending, SubmitError> {
        let message = &witness.messages[index];
        let (mut archives, missing) = self.archives(message)?;
        let archive = match missing {
            Some(missing) => self.archive(witness, index, &archives, missing)?,
            None => None,
        };
        if let Some(archive) = &archive {
            archives.clone_from(&archive.parts);
        }
        let audit = self.plan.audit(message, &archives, self.route, Some(self.sender.address()));
        let commit = match (self.route, standing) {
            (Route::Register { register, operator }, Some(Standing::None)) => {
                if !self.commit {
                    return Err(SubmitError::NotCommitted { index, operator });
                }
                Some(self.plan.commit(message, register, operator))
            }
            _ => None,
        };
        Ok(Pending { archive, commit, audit })
    }

    /// The archives of a message that are on the chain, and the address of the first that is
    /// missing. The hypervisor itself says where it looks.
    fn archives(
        &self,
        message: &Bytes,
    ) -> Result<(Vec<(Address, Bytes)>, Option<Address>), SubmitError> {
        let mut found: Vec<(Address, Bytes)> = Vec::new();
        loop {
            let audited = self.plan.engine().run(message, &found, None);
            let Verdict::Unavailable { archive } = audited.verdict else {
                return Ok((found, None));
            };
            if found.iter().any(|(address, _)| *address == archive) {
                // There, and other code.
                return Ok((found, None));
            }
            let code = self.chain.code(archive)?;
            if code.is_empty() {
                return Ok((found, Some(archive)));
            }
            found.push((archive, code));
        }
    }

    /// How the missing archive comes to be; none if the witness does not hold the code.
    fn archive(
        &self,
        witness: &Witness,
        index: usize,
        present: &[(Address, Bytes)],
        missing: Address,
    ) -> Result<Option<ArchiveCost>, SubmitError> {
        let Some(archive) = self.plan.archive(witness, index, present) else { return Ok(None) };
        let differs = |(address, code): &(Address, Bytes)| {
            present.iter().any(|(at, there)| at == address && there != code)
        };
        if !archive.parts.iter().any(|(part, _)| *part == missing)
            || archive.parts.iter().any(differs)
        {
            return Ok(None);
        }
        let factory = self.plan.factory();
        self.holds("archive factory", factory.address, &factory.code)?;
        let sender = self.sender.address();
        match self.plan.contracts().archives {
            Archives::Account { registrar } if registrar != sender => {
                return Err(SubmitError::NotTheRegistrar { index, registrar, sender });
            }
            Archives::Account { .. } | Archives::CodeHash => {}
        }
        if !archive.step.fits_cap {
            let (what, gas) = ("the archive of its code", archive.step.gas);
            return Err(SubmitError::TooMuchGas { index, what, gas });
        }
        Ok(Some(archive))
    }

    /// The verdict by a call, with what would be sent before it in place.
    fn call(&self, message: &Bytes, pending: &Pending) -> Result<Verdict, SubmitError> {
        let mut overrides = StateOverridesBuilder::default();
        if let Some(archive) = &pending.archive {
            for (address, code) in &archive.parts {
                overrides = overrides.with_code(*address, code.clone());
            }
        }
        if let (Route::Register { register, operator }, Some(_)) = (self.route, &pending.commit) {
            let open = self.plan.register_slots(Some((operator, message, self.plan.fork())));
            let slots = open.into_iter().map(|(slot, value)| (slot, B256::from(value)));
            overrides = overrides.with_state_diff(register, slots);
        }
        let overrides = overrides.build();
        let answer = self.at(&pending.audit.step, BlockId::latest(), &overrides)?;
        let Route::Register { .. } = self.route else { return Ok(of_hypervisor(answer)) };
        match answer {
            Answer::Returned(data) => {
                let number = register::auditCall::abi_decode_returns(&data).ok();
                match number.and_then(Standing::from_number) {
                    Some(standing @ (Standing::Accepted | Standing::Fraud)) => {
                        self.decided(message, standing, &overrides)
                    }
                    _ => Ok(OTHER),
                }
            }
            Answer::Reverted(data) => Ok(register::verdict_of_revert(&data).unwrap_or(OTHER)),
            Answer::OutOfGas => Ok(OUT_OF_GAS),
        }
    }

    /// A step as a call.
    fn at(
        &self,
        step: &Step,
        block: BlockId,
        overrides: &StateOverride,
    ) -> Result<Answer, NodeError> {
        let request = TransactionRequest::default()
            .with_from(self.sender.address())
            .with_to(step.to)
            .with_input(step.data.clone())
            .with_gas_limit(step.gas_limit);
        self.chain.call(&request, block, overrides)
    }

    /// The verdict that the register gives, with its reason asked of the hypervisor.
    fn decided(
        &self,
        message: &Bytes,
        standing: Standing,
        overrides: &StateOverride,
    ) -> Result<Verdict, SubmitError> {
        if standing == Standing::Accepted {
            return Ok(Verdict::Valid);
        }
        let hypervisor = self.plan.hypervisor().address;
        let request = TransactionRequest::default().with_to(hypervisor).with_input(message.clone());
        Ok(of_hypervisor(self.chain.call(&request, BlockId::latest(), overrides)?))
    }

    /// The verdict of an audit that is on the chain.
    fn read(
        &self,
        index: usize,
        message: &Bytes,
        step: &Step,
        receipt: &Receipt,
    ) -> Result<Verdict, SubmitError> {
        let Route::Register { register, operator } = self.route else {
            // The receipt does not hold what was returned; what a call returns in that block does,
            // for the same gas.
            let block = receipt.block.map_or_else(BlockId::latest, BlockId::hash);
            let verdict = of_hypervisor(self.at(step, block, &StateOverride::default())?);
            let agree = receipt.success == (verdict == Verdict::Valid);
            return Ok(if agree { verdict } else { OTHER });
        };
        let commitment = keccak256(message);
        let logs = receipt.logs.iter().filter(|log| log.address == register);
        let verdict =
            logs.filter_map(|log| register::verdict_of_log(&log.data, operator, commitment)).next();
        if let Some(verdict) = verdict {
            return Ok(verdict);
        }
        // Somebody else was faster, or there was not enough gas.
        match self.standing(index, commitment)? {
            Some(standing @ (Standing::Accepted | Standing::Fraud)) => {
                self.decided(message, standing, &StateOverride::default())
            }
            _ => Ok(OTHER),
        }
    }
}

const OTHER: Verdict = Verdict::Inconclusive { reason: Inconclusive::Other };
const OUT_OF_GAS: Verdict = Verdict::Inconclusive { reason: Inconclusive::HostOutOfGas };

/// The verdict that an answer of the hypervisor stands for.
fn of_hypervisor(answer: Answer) -> Verdict {
    match answer {
        Answer::Returned(data) => Verdict::from_returned(&data),
        Answer::Reverted(data) => Verdict::from_reverted(&data),
        Answer::OutOfGas => OUT_OF_GAS,
    }
}
