//! What auditing a witness on a chain takes, message by message: the transactions, their exact gas,
//! and whether they fit.
//!
//! In the data's way this stands between the witness and the node: `iso-verify cost` prints it,
//! `iso-verify submit` carries it out.

use std::collections::HashSet;

use alloy_primitives::{Address, Bytes, address};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{
    ArchiveKey, Engine, Verdict,
    archive::{archive_address, archive_parts, archive_salt},
    factory,
};
use iso_evm_witness::{Fork, MessageWitness, Witness, encoding};

use super::{
    contracts::{Archives, Deployment},
    host::{GAS_CAP, Host, calldata_gas, fits_mempool},
};
use crate::hash::keccak256;

/// Who sends, where it makes no difference who.
const SENDER: Address = address!("0000000000000000000000000000000000005e4d");

/// The contracts that a witness is audited with.
#[derive(Clone, Debug)]
pub struct Plan {
    archives: Archives,
    factory: Deployment,
    hypervisor: Deployment,
    engine: Engine,
}

/// What the audit of one message takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageCost {
    /// Bytes of calldata of the audit.
    pub calldata_bytes: usize,
    /// Their gas.
    pub calldata_gas: u64,
    /// The least that a transaction with this calldata pays (EIP-7623).
    pub floor_gas: u64,
    /// Gas of the hypervisor's frame.
    pub hypervisor_gas: u64,
    /// Gas of the audit's transaction, as its receipt has it.
    pub audit_gas: u64,
    /// What archiving the message's code takes; none if it needs no archive.
    pub archive: Option<ArchiveCost>,
    /// Whether its transactions are within EIP-7825's cap.
    pub fits_cap: bool,
    /// Whether its transactions are within the limit of public mempools.
    pub fits_mempool: bool,
    /// What the audit will say.
    pub verdict: Verdict,
}

/// What archiving code takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveCost {
    /// Bytes of code.
    pub bytes: usize,
    /// Contracts that hold it, with their addresses.
    pub parts: Vec<Address>,
    /// Calldata of the factory.
    pub calldata: Bytes,
    /// Gas of the factory's transaction, as its receipt has it, if nothing is archived yet.
    pub gas: u64,
}

impl MessageCost {
    /// Gas of all its transactions.
    pub fn total(&self) -> u64 {
        self.audit_gas + self.archive.as_ref().map_or(0, |archive| archive.gas)
    }
}

impl Plan {
    /// Emits the contracts for a fork.
    pub fn new(archives: Archives, fork: Fork) -> Self {
        let options = iso_evm_hypervisor::EmitOptions { fork, archive: archives.options() };
        Self {
            archives,
            factory: archives.factory(),
            hypervisor: archives.hypervisor(fork),
            engine: Engine::with_options(&options),
        }
    }

    /// The hypervisor.
    pub const fn hypervisor(&self) -> &Deployment {
        &self.hypervisor
    }

    /// The archive factory.
    pub const fn factory(&self) -> &Deployment {
        &self.factory
    }

    /// What the audits of all messages take. Code that several run is archived with the first.
    pub fn costs(&self, witness: &Witness) -> Vec<MessageCost> {
        let mut archived = HashSet::new();
        (0..witness.messages.len())
            .map(|index| {
                let mut cost = self.cost(witness, index);
                cost.archive = cost.archive.filter(|archive| archived.insert(archive.parts[0]));
                cost
            })
            .collect()
    }

    /// What the audit of a message takes, by a transaction straight to the hypervisor.
    pub fn cost(&self, witness: &Witness, index: usize) -> MessageCost {
        let calldata = &witness.messages[index];
        let message = encoding::decode(calldata).ok();
        let code = message.as_ref().and_then(|message| witness.code(message));
        let archive =
            message.as_ref().zip(code).and_then(|(message, code)| self.archive(message, code));
        let contracts = code.map(|code| self.engine.archives(calldata, code)).unwrap_or_default();
        let audited = self.engine.run(calldata, &contracts, None);
        let address = self.hypervisor.address();
        let host = contracts
            .iter()
            .fold(Host::default(), |host, (at, code)| host.with(*at, code))
            .with(address, &self.hypervisor.code);
        let audit_gas = host.send(SENDER, address, calldata).gas_used;
        let (gas, floor_gas) = calldata_gas(calldata);
        let archive_fits = archive.as_ref().is_none_or(|archive| archive.gas_limit() <= GAS_CAP);
        let archive_small =
            archive.as_ref().is_none_or(|archive| fits_mempool(archive.calldata.len()));
        MessageCost {
            calldata_bytes: calldata.len(),
            calldata_gas: gas,
            floor_gas,
            hypervisor_gas: audited.host_gas,
            audit_gas,
            archive,
            fits_cap: audit_gas <= GAS_CAP && archive_fits,
            fits_mempool: fits_mempool(calldata.len()) && archive_small,
            verdict: audited.verdict,
        }
    }

    /// What archiving a message's code takes.
    fn archive(&self, message: &MessageWitness, code: &Bytes) -> Option<ArchiveCost> {
        if code.is_empty() {
            return None;
        }
        let (key, sender, calldata): (_, _, Bytes) = match self.archives {
            Archives::CodeHash => {
                let call = factory::abi::archiveCall { code: code.clone() };
                (ArchiveKey::CodeHash, SENDER, call.abi_encode().into())
            }
            Archives::Account { registrar } => {
                let call =
                    factory::abi::account::archiveCall { account: message.to, code: code.clone() };
                (ArchiveKey::Account, registrar, call.abi_encode().into())
            }
        };
        let at = self.factory.address();
        let salt = archive_salt(key, keccak256(code), message.to);
        let parts = (0..archive_parts(code).len() as u64)
            .map(|part| archive_address(at, salt, part))
            .collect();
        let gas = Host::default().with(at, &self.factory.code).send(sender, at, &calldata).gas_used;
        Some(ArchiveCost { bytes: code.len(), parts, calldata, gas })
    }
}

impl ArchiveCost {
    /// Gas limit for the factory's transaction: what its callees may take is at most 63 parts of 64
    /// of what is left (EIP-150).
    pub const fn gas_limit(&self) -> u64 {
        self.gas + self.gas / 32 + 10_000
    }
}
