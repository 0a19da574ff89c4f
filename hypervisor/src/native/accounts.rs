//! `BALANCE`, `EXTCODESIZE`, `EXTCODEHASH`, `EXTCODECOPY`, `SELFDESTRUCT`.

use alloy_primitives::U256;
use iso_evm_wire::protocol::Change;
use revm::{context_interface::cfg::GasParams, interpreter::InstructionExecResult};

use super::{
    step::{Context, Step, Stop, step},
    watch,
};
use crate::rules::{
    fields::{account_fact, extcodecopy, selfdestruct},
    verdict::MismatchKind,
    words::ones,
};

/// The low 20 bytes of an operand, as a word.
pub(super) fn address(operand: U256) -> U256 {
    operand & ones(160)
}

/// `BALANCE`, `EXTCODESIZE`, `EXTCODEHASH`.
pub(super) fn account_fact(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        let account = address(step.pop()?);
        let position = step.take(account_fact::LENGTH)?;
        step.expect(MismatchKind::Account, account, position + account_fact::ACCOUNT)?;
        charge_cold(step, position + account_fact::COLD)?;
        step.push(step.word(position + account_fact::VALUE))
    })
}

/// What a cold account adds, by the fact at `position` (EIP-2929).
fn charge_cold(step: &mut Step<'_>, position: usize) -> Result<(), Stop> {
    if step.flag(position, step.has(Change::ColdAccess))? {
        step.charge(step.gas.cold_account_additional_cost())?;
    }
    Ok(())
}

/// `EXTCODECOPY`: copy and memory gas before the record, cold after it.
pub(super) fn extcodecopy(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        let account = address(step.pop()?);
        let (to, from, length) = (step.pop()?, step.pop()?, step.pop()?);
        let words = usize::try_from(length).map_err(|_| Stop::Failed)?;
        step.charge(step.gas.extcodecopy(words))?;
        let (to, size) = step.touch(to, length)?;
        let position = step.take_bytes(extcodecopy::HEAD)?;
        step.expect(MismatchKind::Account, account, position + extcodecopy::ACCOUNT)?;
        step.expect(MismatchKind::Offset, from, position + extcodecopy::OFFSET)?;
        step.expect(MismatchKind::Size, length, position + extcodecopy::SIZE)?;
        charge_cold(step, position + extcodecopy::COLD)?;
        // No more bytes than were asked for; what is missing is zero.
        let taken = step.word(position + extcodecopy::HEAD);
        if taken > length {
            return Err(step.mismatch(MismatchKind::Size, length, taken));
        }
        if size > 0 {
            let data = position + extcodecopy::HEAD + 32;
            let code = step.audit().calldata.bytes(data, taken.saturating_to());
            step.interpreter.memory.set_data(to, 0, size, &code);
        }
        Ok(())
    })
}

/// `SELFDESTRUCT`: cold adds to the base, and so does funding an empty account (EIP-161).
pub(super) fn selfdestruct(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        step.refuse_static()?;
        let beneficiary = address(step.pop()?);
        let position = step.take(selfdestruct::LENGTH)?;
        step.expect(MismatchKind::Account, beneficiary, position + selfdestruct::BENEFICIARY)?;
        let cold = step.flag(position + selfdestruct::COLD, step.has(Change::ColdAccess))?;
        let empty = step.flag(position + selfdestruct::EMPTY, true)?;
        let funds = empty && !step.word(position + selfdestruct::BALANCE).is_zero();
        let cost = step.gas.selfdestruct_cost(funds, cold);
        effect(step, cost, position + selfdestruct::STATE_ROOT)?;
        watch::note_refund(step, GasParams::selfdestruct_refund);
        Err(Stop::Ended)
    })
}

/// Charges an effect and takes the root after it; without the gas there is neither.
pub(super) fn effect(step: &mut Step<'_>, gas: u64, root: usize) -> Result<(), Stop> {
    if let Err(out_of_gas) = step.charge(gas) {
        step.expect(MismatchKind::StateRoot, U256::ZERO, root)?;
        return Err(out_of_gas);
    }
    step.take_root(root)
}
