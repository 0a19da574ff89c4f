//! What auditing a witness on a chain takes, message by message: the transactions, their exact gas,
//! and whether they fit. `specs/14-chain.md`, section Cost.
//!
//! In the data's way this stands between the witness and the node: it is said before it is carried
//! out. `segments` says what the parts of a message take that does not fit in one piece.

mod segments;

use std::collections::HashSet;

use alloy_primitives::keccak256;
use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{
    Engine, MessageVerdict,
    archive::{archive_address, archive_parts, archive_salt},
    factory,
};
use iso_evm_wire::{Opened, Rules};

pub(crate) use self::segments::of_machine;
pub use self::segments::{SegmentCost, Told};
use super::{
    contracts::{Archives, Contracts, Deployment},
    host::{Call, Host, Sent, UNLIMITED, calldata_gas, fits_mempool, gas_limit},
};

/// Who sends, where it makes no difference who.
pub(crate) const SENDER: Address = address!("0000000000000000000000000000000000005e4d");

/// The contracts that witnesses of some rules are audited with.
#[derive(Clone, Debug)]
pub struct Plan {
    contracts: Contracts,
    rules: Rules,
    factory: Deployment,
    hypervisor: Deployment,
    machine: Deployment,
    engine: Engine,
}

/// A part of archived code: where it is, and the contract that holds it.
pub type Part = (Address, Bytes);

/// A transaction to send, with what it will cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Account that the transaction is for.
    pub to: Address,
    /// Wei that it sends.
    pub value: U256,
    /// Calldata of the transaction.
    pub data: Bytes,
    /// Gas, as the receipt will have it.
    pub gas: u64,
    /// The gas limit it is sent with.
    pub gas_limit: u64,
    /// Whether it is within EIP-7825's cap.
    pub fits_cap: bool,
    /// Whether it is within the limit of public mempools.
    pub fits_mempool: bool,
}

/// What the audit of one message takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCost {
    /// The transaction that submits the message.
    pub step: Step,
    /// Gas of its calldata.
    pub calldata_gas: u64,
    /// The least that a transaction with this calldata pays (EIP-7623).
    pub floor_gas: u64,
    /// Gas of the hypervisor's frame.
    pub hypervisor_gas: u64,
    /// What the audit will say.
    pub verdict: MessageVerdict,
}

/// What archiving code, or a part of an input, takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveCost {
    /// The transaction, to the factory.
    pub step: Step,
    /// Bytes that are archived.
    pub bytes: usize,
    /// Contracts that hold it, with their code.
    pub parts: Vec<Part>,
}

/// What a message takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageCost {
    /// What the message's audit takes in one piece, straight.
    pub audit: AuditCost,
    /// Archiving its code, where it is audited in one piece; none if it needs no archive, or an earlier
    /// message has brought it.
    pub archive: Option<ArchiveCost>,
    /// What its segments take, if the message does not fit.
    pub segments: Vec<SegmentCost>,
}

impl MessageCost {
    /// All its transactions, in order.
    pub fn steps(&self) -> Vec<&Step> {
        if self.segments.is_empty() {
            let archive = self.archive.as_ref().map(|archive| &archive.step);
            return archive.into_iter().chain([&self.audit.step]).collect();
        }
        self.segments.iter().map(|segment| &segment.step).collect()
    }

    /// Gas of all its transactions.
    pub fn total(&self) -> u64 {
        self.steps().iter().map(|step| step.gas).sum()
    }

    /// Whether its transactions are within EIP-7825's cap.
    pub fn fits_cap(&self) -> bool {
        self.steps().iter().all(|step| step.fits_cap)
    }

    /// Whether its transactions are within the limit of public mempools.
    pub fn fits_mempool(&self) -> bool {
        self.steps().iter().all(|step| step.fits_mempool)
    }
}

impl Plan {
    /// Emits the contracts for these rules.
    pub fn new(contracts: Contracts, rules: impl Into<Rules>) -> Self {
        let rules = rules.into();
        let archive = contracts.archive_options();
        let options = iso_evm_hypervisor::EmitOptions { rules, archive };
        Self {
            contracts,
            rules,
            factory: contracts.factory(),
            hypervisor: contracts.hypervisor(rules),
            machine: contracts.machine(rules),
            engine: Engine::with_options(&options),
        }
    }

    /// The contracts that the plan goes by.
    pub const fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    /// The rules of the hypervisor.
    pub const fn rules(&self) -> Rules {
        self.rules
    }

    /// Where the hypervisor of the fork is deployed.
    pub const fn hypervisor(&self) -> &Deployment {
        &self.hypervisor
    }

    /// Where the segment machine of the fork is deployed.
    pub const fn machine(&self) -> &Deployment {
        &self.machine
    }

    /// The hypervisor, in memory.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The archive factory.
    pub const fn factory(&self) -> &Deployment {
        &self.factory
    }

    /// Takes the hypervisor to be elsewhere.
    #[must_use]
    pub fn with_hypervisor(mut self, address: Address) -> Self {
        self.hypervisor.address = address;
        self
    }

    /// Takes the segment machine to be elsewhere.
    #[must_use]
    pub fn with_machine(mut self, address: Address) -> Self {
        self.machine.address = address;
        self
    }

    /// What the audits of all messages take, on a chain without archives. Code that several run in one
    /// piece is archived with the first.
    pub fn costs(&self, witness: &Opened<'_>) -> Vec<MessageCost> {
        let mut archived = HashSet::new();
        (0..witness.messages.len())
            .map(|index| {
                let mut archive = self.archive(witness, index, &[]);
                let parts =
                    archive.as_ref().map(|archive| archive.parts.clone()).unwrap_or_default();
                archive = archive.filter(|archive| archived.insert(archive.parts[0].0));
                let audit = self.audit(&witness.messages[index].bytes(), &parts, None);
                let segments = if audit.step.fits() {
                    Vec::new()
                } else {
                    self.segments(&self.cuts(witness, index, None))
                };
                MessageCost { audit, archive, segments }
            })
            .collect()
    }

    /// What an audit in one piece takes, with these archives in place. It makes no difference who sends
    /// it.
    pub fn audit(&self, message: &Bytes, archives: &[Part], sender: Option<Address>) -> AuditCost {
        let audited = self.engine.run(message, archives, Some(UNLIMITED));
        let Deployment { address: hypervisor, code, .. } = &self.hypervisor;
        let host = Host::default().with_all(archives).with(*hypervisor, code);
        let (calldata, floor_gas) = calldata_gas(message);
        AuditCost {
            step: Step::of(&host, &Call::new(sender.unwrap_or(SENDER), *hypervisor, message)).0,
            calldata_gas: calldata,
            floor_gas,
            hypervisor_gas: audited.host_gas,
            verdict: audited.verdict,
        }
    }

    /// What archiving a message's code takes, if there are these contracts already; none if it
    /// needs no archive, or the witness does not hold its code.
    pub fn archive(
        &self,
        witness: &Opened<'_>,
        index: usize,
        present: &[Part],
    ) -> Option<ArchiveCost> {
        let message = witness.message(index)?.fields();
        let code = witness.code(index)?;
        if code.is_empty() {
            return None;
        }
        let (sender, data) = match self.contracts.archives {
            Archives::CodeHash => {
                (SENDER, factory::abi::archiveCall { code: code.clone() }.abi_encode())
            }
            Archives::Account { registrar } => {
                let account = message.to;
                let call = factory::abi::account::archiveCall { account, code: code.clone() };
                (registrar, call.abi_encode())
            }
        };
        let Deployment { address, code: runtime, .. } = &self.factory;
        let salt = archive_salt(self.contracts.archives.key(), keccak256(code), message.to);
        let parts = (0..)
            .zip(archive_parts(code))
            .map(|(part, bytes)| (archive_address(*address, salt, part), bytes))
            .collect();
        let host = Host::default().with_all(present).with(*address, runtime);
        let (step, _) = Step::of(&host, &Call::new(sender, *address, &data.into()));
        Some(ArchiveCost { step, bytes: code.len(), parts })
    }

    /// What deploying a contract takes, by a deployer with this code; none if it would not deploy it.
    pub fn deploy(deployment: &Deployment, deployer: Address, code: &Bytes) -> Option<Step> {
        let host = Host::default().with(deployer, code);
        let data = deployment.calldata();
        let call = Call::new(SENDER, deployer, &data);
        let left = host.leaves(&call, deployment.address)?;
        (left == deployment.code).then(|| Step::of(&host, &call).0)
    }
}

impl Step {
    /// Whether it is within EIP-7825's cap and the limit of public mempools.
    pub const fn fits(&self) -> bool {
        self.fits_cap && self.fits_mempool
    }

    /// A transaction, and what it does.
    pub(crate) fn of(host: &Host, call: &Call<'_>) -> (Self, Sent) {
        let unlimited = host.send(call, None);
        let enough = host.enough(call, &unlimited);
        let step = Self {
            to: call.to,
            value: call.value,
            gas: unlimited.gas_used,
            gas_limit: enough.unwrap_or_else(|| gas_limit(unlimited.gas_used)),
            fits_cap: enough.is_some(),
            fits_mempool: fits_mempool(call.data.len()),
            data: call.data.clone(),
        };
        (step, unlimited)
    }
}
