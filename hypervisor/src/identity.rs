//! Which contract a hypervisor is: code hash and size, of the default ones without emitting them.
//!
//! The table is made from what is emitted, as `specs/artifacts` are: a test of theirs compares it, and
//! `ISO_BLESS=1` writes it.

use alloy_primitives::{B256, b256};
use iso_evm_wire::{Fork, Rules, optimism::Upgrade};

use crate::options::EmitOptions;

/// What an emitted contract is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// keccak256 of the runtime code.
    pub code_hash: B256,
    /// Size of the runtime code, in bytes.
    pub size: usize,
}

/// The hypervisors with default options, by rules.
const DEFAULTS: [(Rules, B256, usize); Rules::ALL.len()] = include!("identity.table");

impl Identity {
    /// Of the hypervisor with these options, if they are the rules' defaults; it is not emitted.
    pub fn of_default(options: EmitOptions) -> Option<Self> {
        let is_default = options == EmitOptions::new(options.rules);
        let mut defaults = DEFAULTS.into_iter().filter(|_| is_default);
        let known = defaults.find(|(rules, ..)| *rules == options.rules);
        known.map(|(_, code_hash, size)| Self { code_hash, size })
    }
}
