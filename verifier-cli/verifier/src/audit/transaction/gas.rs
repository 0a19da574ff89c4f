//! What a transaction costs before it runs, and what it costs at least.
//! `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands with the rules, in front of the top message, whose gas is the
//! limit less this; and behind it, where the floor holds.

use alloy_consensus::Transaction as _;
use iso_evm_wire::{
    Fork,
    protocol::{
        Change, GAS_CREATE, GAS_INIT_CODE_WORD_COST, PER_EMPTY_ACCOUNT_COST,
        TX_ACCESS_LIST_ADDRESS_COST, TX_ACCESS_LIST_STORAGE_KEY_COST, TX_BASE_COST, calldata_cost,
        calldata_floor,
    },
    transaction::TransactionBody,
};

/// Gas that is spent whatever the top message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Intrinsic {
    /// Paid before it starts.
    pub(super) gas: u64,
    /// Least gas that the transaction uses (EIP-7623); zero before Prague.
    pub(super) floor: u64,
}

impl Intrinsic {
    /// The least gas limit that pays for both.
    pub(super) fn least(self) -> u64 {
        self.gas.max(self.floor)
    }
}

/// The gas that a transaction costs by the fork's rules.
pub(super) fn intrinsic(body: &TransactionBody, fork: Fork) -> Intrinsic {
    let input = body.input();
    let zeros = input.iter().filter(|byte| **byte == 0).count() as u64;
    let others = input.len() as u64 - zeros;
    let mut gas = TX_BASE_COST + calldata_cost(zeros, others);
    if body.is_create() {
        gas += GAS_CREATE;
        if fork.has(Change::InitcodeLimit) {
            gas += input.len().div_ceil(32) as u64 * GAS_INIT_CODE_WORD_COST;
        }
    }
    for entry in body.access_list().into_iter().flat_map(|list| list.iter()) {
        gas += TX_ACCESS_LIST_ADDRESS_COST
            + entry.storage_keys.len() as u64 * TX_ACCESS_LIST_STORAGE_KEY_COST;
    }
    gas += body.authorization_list().unwrap_or_default().len() as u64 * PER_EMPTY_ACCOUNT_COST;
    let has_floor = fork.has(Change::CalldataFloor);
    let floor = if has_floor { calldata_floor(zeros, others) } else { 0 };
    Intrinsic { gas, floor }
}
