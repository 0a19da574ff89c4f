//! Edits of the record list, in canonical bytes.

use alloy_primitives::{U256, keccak256};
use arbitrary::{Result, Unstructured};
use iso_evm_wire::MessageWitness;

use super::raw;

/// Opcodes of records: the opening's, one of each family, and one that has none.
const OPCODES: [u8; 8] = [0, 0x31, 0x54, 0x55, 0xa0, 0xf1, 0xfa, 0xff];

/// Drops, doubles, copies, swaps or changes records; now and then, what the message comes to
/// follows.
pub(super) fn edit(message: &mut MessageWitness, u: &mut Unstructured<'_>) -> Result<()> {
    let list = &mut message.stateAccessList;
    if list.is_empty() {
        return Ok(());
    }
    let one = u.choose_index(list.len())?;
    match u.int_in_range(0..=11)? {
        0 => drop(list.remove(one)),
        1 => list.insert(one, list[one].clone()),
        2 => {
            let other = u.choose_index(list.len())?;
            list.insert(one, list[other].clone());
        }
        3 => {
            let other = u.choose_index(list.len())?;
            list.swap(one, other);
        }
        4 => list.truncate(one),
        5 => list[one].opcode = *u.choose(&OPCODES)?,
        6 => list[one].opcode = u.arbitrary()?,
        7 => {
            let mut metadata = list[one].metadata.to_vec();
            raw::spoil(&mut metadata, u)?;
            list[one].metadata = metadata.into();
        }
        _ => {
            let mut metadata = list[one].metadata.to_vec();
            raw::edit_word(&mut metadata, u)?;
            list[one].metadata = metadata.into();
        }
    }
    if u.ratio(1, 6)? {
        follow(message);
    }
    Ok(())
}

/// Ends as if a run had led there: later checks are reached.
fn follow(message: &mut MessageWitness) {
    message.stateRootLeave = message.stateRootEnter;
    message.status = U256::ZERO;
    message.gasUsed = message.gasAvailable;
    message.returndataHash = keccak256([]);
}
