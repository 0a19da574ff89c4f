//! The contracts of an audit on a chain, with their addresses: factory, hypervisors, register. All
//! are deployed through the deterministic deployer with salt zero, so that who deploys them and when
//! makes no difference.

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_hypervisor::{
    ArchiveKey, EmitOptions,
    archive::{ArchiveOptions, DETERMINISTIC_DEPLOYER},
    emit_archive_factory, emit_audit,
};
use iso_evm_witness::Fork;

use super::register;
use crate::hash::keccak256;

/// A contract to deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// What it is, in one word.
    pub name: &'static str,
    /// Its init code.
    pub initcode: Bytes,
    /// Its runtime code.
    pub code: Bytes,
}

impl Deployment {
    /// Where it is (EIP-1014).
    pub fn address(&self) -> Address {
        DETERMINISTIC_DEPLOYER.create2(B256::ZERO, keccak256(&self.initcode))
    }

    /// keccak256 of its runtime code.
    pub fn code_hash(&self) -> B256 {
        keccak256(&self.code)
    }

    /// Calldata of the deterministic deployer.
    pub fn calldata(&self) -> Bytes {
        [B256::ZERO.as_slice(), &self.initcode].concat().into()
    }
}

/// How archives are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archives {
    /// By code hash: anyone archives.
    CodeHash,
    /// By account: the registrar archives.
    Account {
        /// Who.
        registrar: Address,
    },
}

impl Archives {
    /// The factory of such archives.
    pub fn factory(self) -> Deployment {
        let contract = match self {
            Self::CodeHash => emit_archive_factory(ArchiveKey::CodeHash, None),
            Self::Account { registrar } => {
                emit_archive_factory(ArchiveKey::Account, Some(registrar))
            }
        };
        let initcode = contract.initcode();
        Deployment { name: "factory", initcode, code: contract.code }
    }

    /// How hypervisors look for them.
    pub fn options(self) -> ArchiveOptions {
        let key = match self {
            Self::CodeHash => ArchiveKey::CodeHash,
            Self::Account { .. } => ArchiveKey::Account,
        };
        ArchiveOptions { key, factory: self.factory().address() }
    }

    /// The hypervisor of a fork.
    pub fn hypervisor(self, fork: Fork) -> Deployment {
        let contract = emit_audit(&EmitOptions { fork, archive: self.options() });
        let initcode = contract.initcode();
        Deployment { name: "hypervisor", initcode, code: contract.code }
    }

    /// The register that knows the hypervisors of all forks.
    pub fn register(self) -> Deployment {
        let archive = self.options();
        let hash = |fork| emit_audit(&EmitOptions { fork, archive }).code_hash();
        register::deployment(Fork::ALL.into_iter().map(hash).collect())
    }
}
