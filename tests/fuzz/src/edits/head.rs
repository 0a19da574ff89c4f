//! Edits of the head: a field becomes another, mostly one that its type allows.

use alloy_primitives::{U256, uint};
use arbitrary::{Result, Unstructured};
use iso_evm_wire::layout;

use super::{
    decoded,
    raw::{self, WORD},
};

/// The fields, those more than once that more depends on.
const FIELDS: [usize; 22] = [
    layout::GAS_AVAILABLE,
    layout::GAS_AVAILABLE,
    layout::GAS_AVAILABLE,
    layout::GAS_USED,
    layout::GAS_USED,
    layout::GAS_USED,
    layout::STATUS,
    layout::STATUS,
    layout::STATUS,
    layout::RETURNDATA_HASH,
    layout::RETURNDATA_HASH,
    layout::STATE_ROOT_LEAVE,
    layout::STATE_ROOT_LEAVE,
    layout::IS_STATIC,
    layout::CALLVALUE,
    layout::STATE_ROOT_ENTER,
    layout::ORIGIN,
    layout::CALLER,
    layout::TO,
    layout::CONTEXT,
    layout::GAS_PRICE,
    layout::INPUT_POINTER,
];

/// What an address may have of a word.
const ADDRESS: U256 = uint!(0xffffffffffffffffffffffffffffffffffffffff_U256);

/// Edits a field.
pub(super) fn edit(bytes: &mut Vec<u8>, u: &mut Unstructured<'_>) -> Result<()> {
    let at = *u.choose(&FIELDS)?;
    if at == layout::INPUT_POINTER {
        return decoded(bytes, |message| {
            let mut calldata = message.callData.to_vec();
            raw::spoil(&mut calldata, u)?;
            message.callData = calldata.into();
            Ok(())
        });
    }
    let Some(place) = bytes.get(at..at + WORD) else { return Ok(()) };
    let old = U256::from_be_slice(place);
    let new = match at {
        layout::GAS_AVAILABLE if u.ratio(3, 4)? => less(old, u)?,
        layout::STATUS if u.ratio(1, 2)? => U256::from(u.int_in_range(0..=3_u8)?),
        layout::IS_STATIC if u.ratio(1, 2)? => old ^ U256::ONE,
        layout::ORIGIN | layout::CALLER | layout::TO | layout::CONTEXT => {
            raw::word(bytes, old, u)? & ADDRESS
        }
        _ => raw::word(bytes, old, u)?,
    };
    bytes[at..at + WORD].copy_from_slice(&new.to_be_bytes::<WORD>());
    Ok(())
}

/// Less gas, so that the guest ends elsewhere.
fn less(gas: U256, u: &mut Unstructured<'_>) -> Result<U256> {
    let gas = gas.saturating_to::<u64>().min(1 << 24);
    Ok(U256::from(gas - u.int_in_range(0..=gas.min(1 << 16))?))
}
