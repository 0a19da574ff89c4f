//! What became of a call or creation, and what each outcome implies. Normative text:
//! `specs/03-records.md`, section Outcomes.

use alloy_primitives::U256;

use super::step::{Step, Stop};
use crate::rules::{
    fields::outcome::{
        DATA_HASH, GAS, GAS_USED, OUTCOME, RETURNED, RETURNED_SIZE, STATE_ROOT, STATUS,
    },
    outcomes::{NONE_FIELDS, burning, free},
    verdict::MismatchKind,
};

/// A call or creation that took place, as far as the caller is concerned.
#[derive(Debug)]
pub(super) struct Settled {
    /// Whether the call or creation succeeded.
    pub(super) success: bool,
    /// Length of what was returned.
    pub(super) returned: U256,
}

/// Whether `set` has the bit.
pub(super) fn has(set: u32, bit: U256) -> bool {
    u32::try_from(bit).ok().and_then(|bit| set.checked_shr(bit)).is_some_and(|set| set & 1 == 1)
}

/// Checks the fields from `outcome` on, which stand at `position`: gives back what the callee did
/// not use of `gas`, makes the returned data the guest's, takes the root.
pub(super) fn settle(
    step: &mut Step<'_>,
    position: usize,
    gas: u64,
    data_hash: U256,
    allowed: u32,
) -> Result<Settled, Stop> {
    step.expect(MismatchKind::DataHash, data_hash, position + DATA_HASH)?;
    step.expect(MismatchKind::Gas, U256::from(gas), position + GAS)?;
    let (outcome, status) = (step.word(position + OUTCOME), step.word(position + STATUS));
    let pair = (outcome << 2_usize).wrapping_add(status);
    if outcome.bit_len() > 3 || status.bit_len() > 2 || !has(allowed, pair) {
        return Err(step.mismatch(MismatchKind::Outcome, U256::from(allowed), pair));
    }
    let used = step.word(position + GAS_USED);
    if has(free(), pair) {
        if used > U256::from(gas) {
            return Err(step.mismatch(MismatchKind::CalleeGasUsed, U256::from(gas), used));
        }
    } else {
        let burnt = if has(burning(), outcome) { gas } else { 0 };
        step.equal(MismatchKind::CalleeGasUsed, U256::from(burnt), used)?;
        step.expect(MismatchKind::Returndata, U256::ZERO, position + RETURNED_SIZE)?;
    }
    let returned = step.word(position + RETURNED_SIZE);
    let data = step.audit().calldata.bytes(position + RETURNED, returned.saturating_to());
    step.interpreter.return_data.0 = data;
    step.audit().withheld.return_data = None;
    step.take_root(position + STATE_ROOT)?;
    let used = used.saturating_to();
    step.interpreter.gas.erase_cost(gas - used);
    if let Some(watch) = &mut step.audit().watch {
        watch.settled(gas, used);
    }
    Ok(Settled { success: status == U256::ONE, returned })
}

/// The opcode ran out of gas on a fact: there is no outcome, and no field speaks of one.
pub(super) fn expect_none(step: &Step<'_>, position: usize) -> Result<(), Stop> {
    NONE_FIELDS
        .iter()
        .try_for_each(|(offset, kind)| step.expect(*kind, U256::ZERO, position + offset))
}
