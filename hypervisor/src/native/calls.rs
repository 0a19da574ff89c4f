//! `CALL`, `CALLCODE`, `DELEGATECALL`, `STATICCALL`: no call is made, the record says what came of
//! it.

use alloy_primitives::{Address, U256};
use iso_evm_wire::{precompiles::decisive, protocol::Change, records::Outcome};
use revm::{
    bytecode::opcode::{CALL, CALLCODE},
    interpreter::InstructionExecResult,
};

use super::{
    accounts::address,
    outcome::{expect_none, settle},
    step::{Context, Step, Stop, step},
    watch,
};
use crate::rules::{
    fields::{call, outcome::OUTCOME},
    outcomes::{CALL_OUTCOMES, allowed},
    verdict::MismatchKind,
};

/// Gas: base, memory and value before the record; cold, new account and delegation after it; then
/// 63/64 of what is left at most (EIP-150) goes to the callee, and what it did not use comes back.
pub(super) fn call(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        let (asked, account) = (step.pop()?, address(step.pop()?));
        let has_value = matches!(step.opcode, CALL | CALLCODE);
        let value = if has_value { step.pop()? } else { U256::ZERO };
        let moves_value = !value.is_zero();
        if step.opcode == CALL && moves_value && step.interpreter.runtime_flag.is_static {
            return Err(Stop::Failed);
        }
        if moves_value {
            step.charge(step.gas.transfer_value_cost())?;
        }
        let (offset, length) = (step.pop()?, step.pop()?);
        let input = step.touch(offset, length)?;
        let (offset, length) = (step.pop()?, step.pop()?);
        let output = step.touch(offset, length)?;

        let position = step.take_bytes(call::HEAD)?;
        step.expect(MismatchKind::Account, account, position + call::ACCOUNT)?;
        step.expect(MismatchKind::Value, value, position + call::VALUE)?;
        let cost = fact_gas(step, position, moves_value)?;
        if let Err(out_of_gas) = step.charge(cost) {
            expect_none(step, position + call::OUTCOME)?;
            return Err(out_of_gas);
        }
        precompile_or_not(step, position, account)?;
        let most = step.gas.call_stipend_reduction(step.interpreter.gas.remaining());
        let given = u64::try_from(asked).map_or(most, |asked| asked.min(most));
        step.charge(given)?;
        let stipend = if moves_value { step.gas.call_stipend() } else { 0 };
        let from_outcome = position + call::OUTCOME;
        let hash = passed(step, from_outcome, account, input, given + stipend)?;
        if let Some(watch) = &mut step.audit().watch {
            watch.gave(stipend);
        }
        let settled = settle(step, from_outcome, given + stipend, hash, allowed(CALL_OUTCOMES))?;
        // As much of the returned data as there is room for.
        let data = step.interpreter.return_data.0.clone();
        let fits = data.len().min(output.1);
        if fits > 0 {
            step.interpreter.memory.set(output.0, &data[..fits]);
        }
        step.push(U256::from(settled.success))
    })
}

/// The hash of what a callee is passed: a child all of the input, a precompile what decides, anybody
/// else nothing. The record's fields from `outcome` on stand at `position`.
fn passed(
    step: &mut Step<'_>,
    position: usize,
    account: U256,
    (offset, length): (usize, usize),
    gas: u64,
) -> Result<U256, Stop> {
    let outcome = step.word(position + OUTCOME);
    if outcome == U256::from(Outcome::Child as u8) {
        watch::count_passed(step, length)?;
        return Ok(step.hash((offset, length)).into());
    }
    if outcome != U256::from(Outcome::Precompile as u8) {
        return Ok(U256::ZERO);
    }
    let account = Address::from_word(account.into());
    let part = match length {
        0 => 0,
        _ => decisive(account, &step.interpreter.memory.slice_len(offset, length), gas).len(),
    };
    let hash = step.hash((offset, part)).into();
    watch::note(step, position, (offset, part), hash)?;
    Ok(hash)
}

/// What the facts of the record cost.
fn fact_gas(step: &mut Step<'_>, position: usize, moves_value: bool) -> Result<u64, Stop> {
    let mut cost = 0;
    if step.flag(position + call::COLD, step.has(Change::ColdAccess))? {
        cost += step.gas.cold_account_additional_cost();
    }
    // Value to an empty account makes it; only CALL does that.
    if step.flag(position + call::EMPTY, true)? && step.opcode == CALL {
        cost += step.gas.new_account_cost(true, moves_value);
    }
    // Delegation (EIP-7702): its target is accessed too.
    let known = step.has(Change::Delegation);
    let delegated = step.flag(position + call::DELEGATED, known)?;
    let delegate_cold = step.flag(position + call::DELEGATE_COLD, known)?;
    let delegate = step.word(position + call::DELEGATE);
    let stray = delegate_cold || !delegate.is_zero();
    if delegate.bit_len() > 160 || (!delegated && stray) {
        return Err(step.malformed());
    }
    if delegated {
        cost += step.gas.warm_storage_read_cost();
        if delegate_cold {
            cost += step.gas.cold_account_additional_cost();
        }
    }
    Ok(cost)
}

/// Child, no code or precompile: it is the precompile if and only if the address says so.
fn precompile_or_not(step: &mut Step<'_>, position: usize, account: U256) -> Result<(), Stop> {
    let is_one = step.audit().rules.of_block.is_precompile(Address::from_word(account.into()));
    let outcome = step.word(position + call::OUTCOME);
    let number = |outcome: Outcome| U256::from(outcome as u8);
    let ran = outcome >= number(Outcome::Child) && outcome <= number(Outcome::Precompile);
    if ran && is_one != (outcome == number(Outcome::Precompile)) {
        let expected = if is_one { number(Outcome::Precompile) } else { U256::ZERO };
        return Err(step.mismatch(MismatchKind::Outcome, expected, outcome));
    }
    Ok(())
}
