//! `SLOAD`, `SSTORE`, `TSTORE`.

use iso_evm_wire::protocol::Change;
use revm::{context_interface::context::SStoreResult, interpreter::InstructionExecResult};

use super::{
    accounts::effect,
    step::{Context, Stop, step},
    watch,
};
use crate::rules::{
    fields::{keyed, sload, sstore},
    verdict::MismatchKind,
};

/// `SLOAD`.
pub(super) fn sload(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        let key = step.pop()?;
        let position = step.take(sload::LENGTH)?;
        step.expect(MismatchKind::Key, key, position + sload::KEY)?;
        if step.flag(position + sload::COLD, step.has(Change::ColdAccess))? {
            step.charge(step.gas.cold_storage_additional_cost())?;
        }
        step.push(step.word(position + sload::VALUE))
    })
}

/// `SSTORE`: the sentry of 2,300 comes before the record, the price by the three values after it
/// (EIP-2200, EIP-2929).
pub(super) fn sstore(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        step.refuse_static()?;
        if step.interpreter.gas.remaining() <= step.gas.call_stipend() {
            return Err(Stop::Refused);
        }
        let (key, value) = (step.pop()?, step.pop()?);
        let position = step.take(sstore::LENGTH)?;
        step.expect(MismatchKind::Key, key, position + sstore::KEY)?;
        step.expect(MismatchKind::Value, value, position + sstore::VALUE)?;
        let cold = step.flag(position + sstore::COLD, step.has(Change::ColdAccess))?;
        let values = SStoreResult {
            original_value: step.word(position + sstore::ORIGINAL),
            present_value: step.word(position + sstore::CURRENT),
            new_value: value,
        };
        let gas = step.gas.sstore_static_gas() + step.gas.sstore_dynamic_gas(true, &values, cold);
        effect(step, gas, position + sstore::STATE_ROOT)?;
        watch::note_refund(step, |gas| gas.sstore_refund(true, &values));
        Ok(())
    })
}

/// `TSTORE` (EIP-1153).
pub(super) fn tstore(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        step.refuse_static()?;
        let (key, value) = (step.pop()?, step.pop()?);
        let position = step.take(keyed::LENGTH)?;
        step.expect(MismatchKind::Key, key, position + keyed::KEY)?;
        step.expect(MismatchKind::Value, value, position + keyed::VALUE)
    })
}
