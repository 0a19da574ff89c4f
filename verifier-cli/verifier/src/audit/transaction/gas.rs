//! What a transaction costs before it runs, and what it costs at least.
//! `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands with the rules, in front of the top message, whose gas is the
//! limit less this; and behind it, where the floor holds.

use alloy_consensus::Transaction as _;
use iso_evm_witness::{Fork, transaction::TransactionBody};

const GAS_BASE: u64 = 21_000;
const GAS_CREATE: u64 = 32_000;
const GAS_ZERO_BYTE: u64 = 4;
/// EIP-2028, Istanbul.
const GAS_NONZERO_BYTE: u64 = 16;
/// EIP-3860, Shanghai.
const GAS_INITCODE_WORD: u64 = 2;
/// EIP-2930, Berlin.
const GAS_ACCESS_LIST_ADDRESS: u64 = 2_400;
const GAS_ACCESS_LIST_KEY: u64 = 1_900;
/// EIP-7702, Prague: as if each authority were a new account.
const GAS_AUTHORIZATION: u64 = 25_000;
/// EIP-7623, Prague: for a token, which a zero byte is one of and another four.
const GAS_FLOOR_TOKEN: u64 = 10;
const TOKENS_NONZERO_BYTE: u64 = 4;

/// Gas that is spent whatever the top message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Intrinsic {
    /// Paid before it starts.
    pub(super) gas: u64,
    /// Least gas that the transaction uses (EIP-7623); zero before Prague.
    pub(super) floor: u64,
}

/// The gas that a transaction costs by the fork's rules.
pub(super) fn intrinsic(body: &TransactionBody, fork: Fork) -> Intrinsic {
    let input = body.input();
    let zeros = input.iter().filter(|byte| **byte == 0).count() as u64;
    let others = input.len() as u64 - zeros;
    let mut gas = GAS_BASE + zeros * GAS_ZERO_BYTE + others * GAS_NONZERO_BYTE;
    if body.is_create() {
        gas += GAS_CREATE;
        if fork >= Fork::Shanghai {
            gas += input.len().div_ceil(32) as u64 * GAS_INITCODE_WORD;
        }
    }
    for entry in body.access_list().into_iter().flat_map(|list| list.iter()) {
        gas += GAS_ACCESS_LIST_ADDRESS + entry.storage_keys.len() as u64 * GAS_ACCESS_LIST_KEY;
    }
    gas += body.authorization_list().unwrap_or_default().len() as u64 * GAS_AUTHORIZATION;
    let tokens = zeros + others * TOKENS_NONZERO_BYTE;
    let floor = if fork >= Fork::Prague { GAS_BASE + tokens * GAS_FLOOR_TOKEN } else { 0 };
    Intrinsic { gas, floor }
}
