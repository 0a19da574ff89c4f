//! What gas costs, and what the sender must have. `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands with the rules, in front of the top message, where gas is bought,
//! and behind it, where it is paid back.

use alloy_consensus::Transaction as _;
use alloy_primitives::U256;
use iso_evm_wire::{
    Witness,
    protocol::{Change, GAS_PER_BLOB},
    transaction::TransactionBody,
};

/// The block's base fee, in wei; zero before London.
pub(super) fn base_fee(witness: &Witness) -> u128 {
    if !witness.rules.has(Change::BaseFee) {
        return 0;
    }
    witness.block.base_fee_per_gas.unwrap_or_default().into()
}

/// What a gas costs the sender, in wei: the price of types 0 and 1, nothing to a deposit, else the tip on top of the base
/// fee, up to the most that the sender pays (EIP-1559).
pub(super) fn effective_gas_price(body: &TransactionBody, base_fee: u128) -> u128 {
    match body.max_priority_fee_per_gas() {
        Some(tip) => body.max_fee_per_gas().min(base_fee.saturating_add(tip)),
        None => body.max_fee_per_gas(),
    }
}

/// What a blob gas costs, in wei; zero before Cancun.
pub(super) fn blob_base_fee(witness: &Witness) -> u128 {
    if !witness.rules.has(Change::Blobs) {
        return 0;
    }
    witness.block.blob_base_fee.unwrap_or_default()
}

/// What gas and blob gas cost the sender before it runs, in wei, at these prices.
pub(super) fn gas_cost(body: &TransactionBody, gas_price: u128, blob_price: u128) -> U256 {
    let blobs = body.blob_versioned_hashes().unwrap_or_default().len();
    // Below 2^64 times 2^128, twice.
    U256::from(body.gas_limit()) * U256::from(gas_price)
        + U256::from(blobs) * U256::from(GAS_PER_BLOB) * U256::from(blob_price)
}

/// What gas and blob gas cost the sender before it runs, in wei.
pub(super) fn upfront(witness: &Witness) -> U256 {
    let body = witness.transaction.body();
    gas_cost(body, effective_gas_price(body, base_fee(witness)), blob_base_fee(witness))
}

/// What the sender must have, in wei: value, gas and blob gas at the most that it would pay. 2^256 - 1
/// if it is more than that.
pub(super) fn funds_needed(body: &TransactionBody) -> U256 {
    let blob_price = body.max_fee_per_blob_gas().unwrap_or_default();
    gas_cost(body, body.max_fee_per_gas(), blob_price).saturating_add(body.value())
}
