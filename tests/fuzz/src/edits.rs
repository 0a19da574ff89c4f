//! Edits of a true message: whatever they make of it, both engines say the same.

use alloy_primitives::{Bytes, U256};
use arbitrary::{Result, Unstructured};
use iso_evm_hypervisor::Verdict;
use iso_evm_witness::{MessageWitness, Witness, encoding, message::AccessWitness};

use crate::{engines::agreed, programs::programs};

/// Edits made at once, at most.
const EDITS: u32 = 4;

/// Makes a program of the bytes, takes one of its messages and edits it; returns the verdict on it,
/// if it came to one.
///
/// # Panics
///
/// If the engines differ.
pub fn edits(data: &[u8]) -> Option<Verdict> {
    let (edits, program) = data.split_at_checked(64)?;
    let witness = programs(program)?;
    edit(&witness, &mut Unstructured::new(edits)).ok().flatten()
}

/// Edits a message of a witness as the bytes say.
///
/// # Errors
///
/// If there are too few bytes.
///
/// # Panics
///
/// If the engines differ.
pub fn edit(witness: &Witness, u: &mut Unstructured<'_>) -> Result<Option<Verdict>> {
    if witness.messages.is_empty() {
        return Ok(None);
    }
    let index = u.choose_index(witness.messages.len())?;
    let Ok(truth) = witness.message(index) else { return Ok(None) };
    let code = witness.code(&truth);
    let mut lie = truth.clone();
    for _ in 0..u.int_in_range(1..=EDITS)? {
        change(&mut lie, u)?;
    }
    let mut bytes = encoding::encode(&lie);
    if u.ratio(1, 6)? {
        damage(&mut bytes, u)?;
    }
    Ok(agreed(witness.fork, &Bytes::from(bytes), code))
}

/// Changes a field of the message or one of its records.
fn change(message: &mut MessageWitness, u: &mut Unstructured<'_>) -> Result<()> {
    if u.ratio(3, 4)? && !message.stateAccessList.is_empty() {
        return records(&mut message.stateAccessList, u);
    }
    match u.int_in_range(0..=12)? {
        0 => message.gasUsed = number(message.gasUsed, u)?,
        1 => message.gasAvailable = number(message.gasAvailable, u)?,
        2 => message.status = U256::from(u.int_in_range(0..=3_u8)?),
        3 => message.returndataHash = u.arbitrary::<[u8; 32]>()?.into(),
        4 => message.stateRootEnter = u.arbitrary::<[u8; 32]>()?.into(),
        5 => message.stateRootLeave = u.arbitrary::<[u8; 32]>()?.into(),
        6 => message.callvalue = number(message.callvalue, u)?,
        7 => message.isStatic = !message.isStatic,
        8 => message.to = u.arbitrary::<[u8; 20]>()?.into(),
        9 => message.caller = u.arbitrary::<[u8; 20]>()?.into(),
        10 => message.context = u.arbitrary::<[u8; 20]>()?.into(),
        11 => {
            let mut calldata = message.callData.to_vec();
            spoil(&mut calldata, u)?;
            message.callData = calldata.into();
        }
        _ => message.gasPrice = number(message.gasPrice, u)?,
    }
    Ok(())
}

/// Changes, drops, doubles or swaps records.
fn records(records: &mut Vec<AccessWitness>, u: &mut Unstructured<'_>) -> Result<()> {
    let at = u.choose_index(records.len())?;
    match u.int_in_range(0..=8)? {
        0 => drop(records.remove(at)),
        1 => records.insert(at, records[at].clone()),
        2 => {
            let other = u.choose_index(records.len())?;
            records.swap(at, other);
        }
        3 => records.truncate(at),
        4 => records[at].opcode = u.arbitrary()?,
        5..=7 => {
            let mut bytes = records[at].metadata.to_vec();
            let words = bytes.len() / 32;
            if words > 0 {
                let word = u.choose_index(words)? * 32;
                let word = &mut bytes[word..word + 32];
                let value = number(U256::from_be_slice(word), u)?;
                word.copy_from_slice(&value.to_be_bytes::<32>());
            }
            records[at].metadata = bytes.into();
        }
        _ => {
            let mut bytes = records[at].metadata.to_vec();
            spoil(&mut bytes, u)?;
            records[at].metadata = bytes.into();
        }
    }
    Ok(())
}

/// Another number, often a near one.
fn number(number: U256, u: &mut Unstructured<'_>) -> Result<U256> {
    Ok(match u.int_in_range(0..=6)? {
        0 => number.wrapping_add(U256::ONE),
        1 => number.wrapping_sub(U256::ONE),
        2 => U256::ZERO,
        3 => U256::ONE,
        4 => U256::from(u.arbitrary::<u32>()?),
        5 => number ^ (U256::ONE << u.int_in_range(0..=255_usize)?),
        _ => U256::from_be_bytes(u.arbitrary::<[u8; 32]>()?),
    })
}

/// A byte more, less, or another.
fn spoil(bytes: &mut Vec<u8>, u: &mut Unstructured<'_>) -> Result<()> {
    let at = u.int_in_range(0..=bytes.len())?;
    match u.int_in_range(0..=2)? {
        0 => bytes.insert(at, u.arbitrary()?),
        1 if at < bytes.len() => drop(bytes.remove(at)),
        _ if at < bytes.len() => bytes[at] = u.arbitrary()?,
        _ => {}
    }
    Ok(())
}

/// The encoding itself: a byte of it, or its end.
fn damage(bytes: &mut Vec<u8>, u: &mut Unstructured<'_>) -> Result<()> {
    if u.ratio(1, 3)? {
        let at = u.int_in_range(0..=bytes.len())?;
        bytes.truncate(at);
        return Ok(());
    }
    spoil(bytes, u)
}
