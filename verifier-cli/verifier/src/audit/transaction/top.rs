//! What the top call or creation is, and its effect where it runs no code.
//! `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this comes last before the top message, when authorisations are applied.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, TxKind, U256};
use iso_evm_wire::{Rules, Witness, protocol::Change, records::FrameKind};

use super::{Missing, Top, TopEnd, TopMessage, gas::intrinsic, price};
use crate::{
    audit::{
        codes::{Codes, EMPTY_CODE_HASH, delegation_target},
        created,
        precompiles::{self, Ended},
        state::State,
    },
    hash::keccak256,
};

/// The top call or creation. `nonce` is the sender's before.
pub(super) fn open(
    witness: &Witness,
    nonce: u64,
    gas_limit: u64,
    state: &mut State,
    codes: &Codes<'_>,
) -> Result<Top, Missing> {
    let (sender, body) = (witness.transaction.from(), witness.transaction.body());
    let gas = body.gas_limit().saturating_sub(intrinsic(body, witness.rules.fork()).gas);
    let gas_price = price::effective_gas_price(body, price::base_fee(witness));
    let top = TopMessage {
        kind: FrameKind::Call,
        target: Address::ZERO,
        to: Address::ZERO,
        caller: sender,
        value: body.value(),
        code_hash: EMPTY_CODE_HASH,
        call_data: body.input().clone(),
        gas,
        gas_price: U256::from(gas_price),
    };
    match body.kind() {
        TxKind::Call(to) => call(top, to, (witness.rules, gas_limit), state, codes),
        TxKind::Create => create(top, created::by_nonce(sender, nonce), state),
    }
}

/// A creation: it runs its initcode, even an empty one, unless there is an account already (EIP-684,
/// EIP-7610).
fn create(top: TopMessage, new: Address, state: &mut State) -> Result<Top, Missing> {
    state.warm(new);
    if state.is_taken(new)? {
        return Ok(Top::Ended(TopEnd { status: 0, gas_used: top.gas }));
    }
    let code_hash = keccak256(&top.call_data);
    Ok(Top::Message(TopMessage { kind: FrameKind::Create, target: new, code_hash, ..top }))
}

/// A call: it runs a precompile, the account's code, or that of the account which it delegates to,
/// one step far (EIP-7702).
fn call(
    top: TopMessage,
    target: Address,
    (rules, gas_limit): (Rules, u64),
    state: &mut State,
    codes: &Codes<'_>,
) -> Result<Top, Missing> {
    let before = state.checkpoint();
    if let Some(precompile) = precompiles::at(rules, target) {
        let gas = top.gas.min(gas_limit);
        let ended = precompiles::run(precompile, rules, &top.call_data, gas);
        let Ended { status, gas_used, .. } = ended.ok_or(Missing::TopRerun)?;
        // What failed on less may not have on more.
        if status != 1 && gas < top.gas {
            return Err(Missing::TopRerun);
        }
        state.transfer(top.caller, target, top.value)?;
        if status != 1 {
            state.revert(before);
        }
        return Ok(Top::Ended(TopEnd { status, gas_used }));
    }
    let mut code_hash = state.account(target)?.code_hash;
    let mut to = target;
    if rules.has(Change::Delegation)
        && let Some(delegate) = delegation_target(codes.get(code_hash, target)?)
    {
        state.warm(delegate);
        code_hash = state.account(delegate)?.code_hash;
        to = delegate;
    }
    if code_hash == EMPTY_CODE_HASH {
        state.transfer(top.caller, target, top.value)?;
        return Ok(Top::Ended(TopEnd { status: 1, gas_used: 0 }));
    }
    Ok(Top::Message(TopMessage { target, to, code_hash, ..top }))
}
