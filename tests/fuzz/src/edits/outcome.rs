//! Edits of what is said to have become of a call or creation.

use alloy_primitives::{B256, Bytes};
use arbitrary::{Result, Unstructured};
use iso_evm_wire::{
    MessageWitness,
    message::AccessWitness,
    records::{Record, shape_of},
};

use super::records;

/// Whether an opcode's record has an outcome.
fn has_outcome(opcode: u8) -> bool {
    shape_of(opcode).is_some_and(|shape| shape.field("outcome").is_some())
}

/// Changes the outcome of a call or creation; where the message has none, any record.
pub(super) fn edit(message: &mut MessageWitness, u: &mut Unstructured<'_>) -> Result<()> {
    let is_call = |access: &&mut AccessWitness| has_outcome(access.opcode);
    let mut calls: Vec<_> = message.stateAccessList.iter_mut().filter(is_call).collect();
    if calls.is_empty() {
        return records::edit(message, u);
    }
    let index = u.choose_index(calls.len())?;
    let access = &mut *calls[index];
    let Ok(mut record) = Record::decode(access) else { return Ok(()) };
    macro_rules! change {
        ($record:expr) => {
            match u.int_in_range(0..=5)? {
                0 => $record.outcome = u.int_in_range(0..=8)?,
                1 => $record.status = u.int_in_range(0..=3)?,
                2 => $record.returndata = returndata(u)?,
                3 => $record.gasUsed = *u.choose(&[0, $record.gas, $record.gas.wrapping_add(1)])?,
                4 => $record.stateRoot = B256::ZERO,
                _ => {
                    $record.outcome = u.int_in_range(0..=7)?;
                    $record.status = u.int_in_range(0..=2)?;
                    $record.gasUsed = *u.choose(&[0, $record.gas])?;
                }
            }
        };
    }
    match &mut record {
        Record::Call(_, call) => match u.int_in_range(0..=5)? {
            0 => call.cold = !call.cold,
            1 => call.empty = !call.empty,
            2 => (call.delegated, call.delegateCold) = (true, u.arbitrary()?),
            _ => change!(call),
        },
        Record::Create(create) => change!(create),
        Record::Create2(create) => change!(create),
        _ => {}
    }
    *access = record.encode();
    Ok(())
}

/// Up to 69 times the same byte.
fn returndata(u: &mut Unstructured<'_>) -> Result<Bytes> {
    Ok(vec![u.arbitrary()?; u.int_in_range(0..=69)?].into())
}
