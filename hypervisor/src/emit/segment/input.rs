//! `callData` and return data, which may not be given: their sizes always are.

use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::Code,
        dispatch::{Shared, finish, load, min},
        handlers::copies::{copy_and_fill, in_guest_memory},
        layout::*,
    },
    rules::opcodes::Opcode,
};

/// Host: `needed S …` → the same. Ends the run if `callData` is needed and not given.
pub(crate) fn is_given(c: &mut Code<'_>, shared: &Shared) {
    let Some(part) = shared.segment else { return };
    load(c, INPUT);
    c.ops(&[ISZERO, DUP2, MUL]).jumpi(part.no_call_data);
}

/// Host: `S to from length …` → the same. Ends the run if return data is needed and not given.
pub(crate) fn return_data_is_given(c: &mut Code<'_>, shared: &Shared) {
    let Some(part) = shared.segment else { return };
    load(c, RETURN_DATA);
    c.ops(&[ISZERO, DUP5, MUL, DUP1]).jumpi(part.no_return_data).ops(&[POP]);
}

/// `CALLDATACOPY`, its gas charged: behind `callData` stands what is not the guest's.
///
/// Guest: `to from length …` → `…`. Host: `S to from length …`.
pub(crate) fn calldatacopy(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    c.ops(&[DUP3]);
    load(c, INPUT_SIZE);
    c.ops(&[DUP2, DUP2, GT, SWAP2, SWAP1, SUB, MUL]); // left S to from length
    c.ops(&[DUP5]);
    min(c);
    c.ops(&[SWAP1, POP]); // taken S to from length
    is_given(c, shared);
    c.arrange("taken S to from length", "to from taken length S");
    in_guest_memory(c);
    c.ops(&[SWAP1]);
    load(c, INPUT);
    c.ops(&[ADD]);
    c.arrange("source address taken length S", "taken source address length S");
    copy_and_fill(c, CALLDATACOPY);
    finish(c, shared, row);
}
