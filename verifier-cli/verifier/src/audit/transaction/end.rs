//! [`end`]: all that comes after the top message. `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands behind the walk over the records.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, U256};
use iso_evm_wire::{Witness, protocol::max_refund_quotient};

use super::{
    Missing, TopEnd, TransactionKind as Kind, claims::Findings, gas::intrinsic, price, receipt,
};
use crate::audit::state::State;

/// All that comes after the top message: refund, fees, deletions, final root, receipt.
///
/// # Errors
///
/// What the witness lacks: a trie node.
pub fn end(
    witness: &Witness,
    state: &mut State,
    top: TopEnd,
    findings: &mut Findings<Kind>,
) -> Result<(), Missing> {
    let gas_used = gas_used(witness, top, state.refund());
    receipt::check(&witness.receipt, top.status, gas_used, state.logs(), findings);
    settle(witness, state, gas_used)?;
    state.finish()?;
    let root = state.root()?;
    findings.compare(Kind::StateRootLeave, root, witness.roots.leave);
    Ok(())
}

/// Gas that the sender pays for: what was spent less the refund, which is at most half of that, from
/// London a fifth (EIP-3529), and never below the floor (EIP-7623).
fn gas_used(witness: &Witness, top: TopEnd, refund: i64) -> u64 {
    let body = witness.transaction.body();
    let intrinsic = intrinsic(body, witness.rules.fork());
    let spent = intrinsic.gas.saturating_add(top.gas_used).min(body.gas_limit());
    let refund = u64::try_from(refund)
        .unwrap_or_default()
        .min(spent / max_refund_quotient(witness.rules.fork()));
    (spent - refund).max(intrinsic.floor)
}

/// Pays back the gas that is left over, and pays the coinbase for the rest; the base fee is burnt
/// (EIP-1559). A reward of nothing touches the coinbase all the same.
fn settle(witness: &Witness, state: &mut State, gas_used: u64) -> Result<(), Missing> {
    let body = witness.transaction.body();
    let base_fee = price::base_fee(witness);
    let price = price::effective_gas_price(body, base_fee);
    let left = body.gas_limit().saturating_sub(gas_used);
    pay(state, witness.transaction.from(), left, price)?;
    pay(state, witness.block.beneficiary, gas_used, price.saturating_sub(base_fee))
}

/// Pays for gas at a price.
fn pay(state: &mut State, to: Address, gas: u64, price: u128) -> Result<(), Missing> {
    let sum = U256::from(gas) * U256::from(price);
    let balance = state.account(to)?.balance;
    state.set_balance(to, balance.saturating_add(sum))
}
