//! What a contract is emitted for, and an engine made for: rules, and where the guest's code is
//! archived. Normative text: `specs/05-hypervisor.md`, `specs/08-archives.md`.

use alloy_primitives::Address;
use iso_evm_wire::Rules;

use crate::rules::archive::{ArchiveKey, DEFAULT_FACTORY};

/// What an audit contract is emitted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmitOptions {
    /// The rules that the guest runs under.
    pub rules: Rules,
    /// Where the guest's code is archived.
    pub archive: ArchiveOptions,
}

impl EmitOptions {
    /// A contract for these rules, with archives by code hash from the default factory.
    pub fn new(rules: impl Into<Rules>) -> Self {
        Self { rules: rules.into(), archive: ArchiveOptions::default() }
    }
}

/// How a hypervisor finds its archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveOptions {
    /// What the salt is made of.
    pub key: ArchiveKey,
    /// The factory that deploys them.
    pub factory: Address,
}

impl Default for ArchiveOptions {
    /// Archives by code hash, from the factory at its deterministic address.
    fn default() -> Self {
        Self { key: ArchiveKey::CodeHash, factory: DEFAULT_FACTORY }
    }
}
