//! What auditing a witness on a chain takes, message by message: the transactions, their exact gas,
//! and whether they fit. `specs/14-chain.md`, section Cost.
//!
//! In the data's way this stands between the witness and the node: it is said before it is carried
//! out. `segments` says what the parts of a message take that does not fit in one piece.

mod segments;

use std::{collections::HashMap, ops::Range};

use alloy_primitives::keccak256;
use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{
    Engine, MessageVerdict,
    archive::{archive_address, archive_parts, archive_salt},
    factory,
};
use iso_evm_wire::{Opened, Rules, encoding::with_code};

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

/// How a message is audited straight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In one piece, its code being archived, or needing no archive.
    Archived,
    /// In one piece, with its code beside it.
    WithCode,
    /// In segments.
    Segments,
}

/// What a message takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageCost {
    /// The cheapest of the ways that fit.
    pub way: Way,
    /// What the message's audit takes in one piece, straight.
    pub audit: AuditCost,
    /// Archiving its code; none if it needs no archive, or an earlier message runs it too.
    pub archive: Option<ArchiveCost>,
    /// What its audit takes with its code beside it; none if there is no code that would be archived.
    pub with_code: Option<AuditCost>,
    /// What its segments take, if the message does not fit.
    pub segments: Vec<SegmentCost>,
}

impl MessageCost {
    /// All its transactions, in order.
    pub fn steps(&self) -> Vec<&Step> {
        match (self.way, &self.with_code) {
            (Way::WithCode, Some(with_code)) => vec![&with_code.step],
            (Way::Segments, _) => self.segments.iter().map(|segment| &segment.step).collect(),
            (Way::Archived | Way::WithCode, _) => {
                let archive = self.archive.as_ref().map(|archive| &archive.step);
                archive.into_iter().chain([&self.audit.step]).collect()
            }
        }
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
        // Of each code, whether it is archived.
        let (mut archived, count) = (HashMap::new(), witness.messages.len());
        (0..count)
            .map(|index| {
                let mut archive = self.archive(witness, index, &[]);
                let parts =
                    archive.as_ref().map(|archive| archive.parts.clone()).unwrap_or_default();
                let earlier = parts.first().and_then(|(part, _)| archived.get(part).copied());
                let audit = self.audit(&witness.messages[index].bytes(), &parts, None);
                let with_code = self.audit_with_code(witness, index, None);
                let runs = self.runs(witness, index..count);
                let needed = archive.as_ref().filter(|_| earlier != Some(true));
                let archive_fits = needed.is_none_or(|archive| archive.step.fits());
                let way = cheapest(
                    Some(&audit).filter(|audit| archive_fits && audit.step.fits()),
                    needed,
                    with_code.as_ref().filter(|audit| audit.step.fits()),
                    runs,
                );
                if let Some((part, _)) = parts.first() {
                    archived.insert(*part, way == Way::Archived || earlier == Some(true));
                }
                archive = archive.filter(|_| {
                    earlier.is_none() || way == Way::Archived && earlier == Some(false)
                });
                let segments = match way {
                    Way::Archived | Way::WithCode => Vec::new(),
                    Way::Segments => self.segments(&self.cuts(witness, index, None)),
                };
                MessageCost { way, audit, archive, with_code, segments }
            })
            .collect()
    }

    /// How many of these messages run the code that the first of them runs, where an archive of it would be theirs
    /// too.
    pub fn runs(&self, witness: &Opened<'_>, messages: Range<usize>) -> u64 {
        let key = |index| {
            let message = witness.message(index)?;
            let by_account = matches!(self.contracts.archives, Archives::Account { .. });
            Some((message.code_hash()?, by_account.then_some(message.fields().to)))
        };
        let first = key(messages.start);
        messages.filter(|index| key(*index) == first).count() as u64
    }

    /// What an audit in one piece takes with the code beside the message; none if no code would be archived, or the
    /// witness does not hold it.
    pub fn audit_with_code(
        &self,
        witness: &Opened<'_>,
        index: usize,
        sender: Option<Address>,
    ) -> Option<AuditCost> {
        let code = witness.code(index).filter(|code| !code.is_empty())?;
        let input = with_code(&witness.messages.get(index)?.bytes(), code);
        Some(self.audit(&input.into(), &[], sender))
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

/// The cheapest way to audit a message whose code so many messages run: with its code archived, if that fits, or
/// beside it, if that fits; else in segments. `archive` is what would have to be archived for it.
pub(crate) fn cheapest(
    archived: Option<&AuditCost>,
    archive: Option<&ArchiveCost>,
    with_code: Option<&AuditCost>,
    runs: u64,
) -> Way {
    match (archived, with_code) {
        (Some(archived), Some(with_code)) => {
            let once = archive.map_or(0, |archive| archive.step.gas);
            let each = with_code.step.gas.saturating_sub(archived.step.gas);
            if once > each.saturating_mul(runs) { Way::WithCode } else { Way::Archived }
        }
        (Some(_), None) => Way::Archived,
        (None, Some(_)) => Way::WithCode,
        (None, None) => Way::Segments,
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
