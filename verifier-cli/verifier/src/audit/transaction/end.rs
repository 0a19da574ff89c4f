//! [`end`]: all that comes after the top message. `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands behind the walk over the records.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, U256};
use iso_evm_wire::{Witness, protocol::max_refund_quotient};

use super::{
    Charge, Missing, TopEnd, TransactionKind as Kind, claims::Findings, deposit, fees::Fees,
    gas::intrinsic, price, receipt,
};
use crate::audit::{state::State, watch::Watch};

/// All that comes after the top message: refund, fees, deletions, final root, receipt. There is no
/// `top` of a deposit that is invalid.
///
/// # Errors
///
/// What the witness lacks: a trie node.
pub(in crate::audit) fn end(
    witness: &Witness,
    (state, watch): (&mut State, &mut dyn Watch),
    charge: &Charge,
    top: Option<TopEnd>,
    findings: &mut Findings<Kind>,
) -> Result<(), Missing> {
    let gas_used = gas_used(witness, top, state.refund());
    let status = top.map_or(0, |top| top.status);
    receipt::check(&witness.receipt, status, gas_used, state.logs(), findings);
    match charge {
        Charge::Gas(fees) => {
            deposit::check_receipt(witness, None, findings);
            settle(witness, (state, watch), fees.as_ref(), gas_used)?;
        }
        Charge::Nothing { nonce } => deposit::check_receipt(witness, Some(*nonce), findings),
    }
    state.finish(|state| watch.stepped(state))?;
    let root = state.root_later()?;
    findings.compare_root(Kind::StateRootLeave, root, witness.roots.leave);
    Ok(())
}

/// Gas that the transaction used: what was spent less the refund, which is at most half of that, from
/// London a fifth (EIP-3529), and never below the floor (EIP-7623); of some deposits, what they use
/// whatever they do.
fn gas_used(witness: &Witness, top: Option<TopEnd>, refund: i64) -> u64 {
    let body = witness.transaction.body();
    let flat = body.deposit().and_then(|told| deposit::flat_gas(witness, told, top.is_some()));
    if let Some(flat) = flat {
        return flat;
    }
    let intrinsic = intrinsic(body, witness.rules.fork());
    let used = top.map_or(0, |top| top.gas_used);
    let spent = intrinsic.gas.saturating_add(used).min(body.gas_limit());
    let refund = u64::try_from(refund)
        .unwrap_or_default()
        .min(spent / max_refund_quotient(witness.rules.fork()));
    (spent - refund).max(intrinsic.floor)
}

/// Pays back the gas that is left over, and pays the coinbase for the rest. The base fee is burnt
/// (EIP-1559); on the OP Stack it goes to a vault, as the other fees do. A reward of nothing touches the
/// coinbase all the same.
fn settle(
    witness: &Witness,
    (state, watch): (&mut State, &mut dyn Watch),
    fees: Option<&Fees>,
    gas_used: u64,
) -> Result<(), Missing> {
    let body = witness.transaction.body();
    let base_fee = price::base_fee(witness);
    let price = price::effective_gas_price(body, base_fee);
    let (limit, cost) = (body.gas_limit(), |gas, price| U256::from(gas) * U256::from(price));
    let left = cost(limit.saturating_sub(gas_used), price);
    let back = fees.map_or(U256::ZERO, |fees| fees.back(limit, gas_used));
    add(state, witness.transaction.from(), left.saturating_add(back))?;
    watch.stepped(state)?;
    add(state, witness.block.beneficiary, cost(gas_used, price.saturating_sub(base_fee)))?;
    watch.stepped(state)?;
    fees.map_or(Ok(()), |fees| fees.pay((state, watch), base_fee, gas_used))
}

/// Adds to a balance. Nothing touches the account all the same.
pub(super) fn add(state: &mut State, to: Address, wei: U256) -> Result<(), Missing> {
    let balance = state.account(to)?.balance;
    state.set_balance(to, balance.saturating_add(wei))
}
