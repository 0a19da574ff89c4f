//! What the guest needs and is not given: no verdict. An instruction that halts anyway halts first.

use alloy_sol_types::SolError;
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code},
        checks::{argument, revert, selector},
        dispatch::{Shared, check_gas, load},
        layout::SPILLED,
        state_word::{Guard, height_guard, result_guard},
    },
    rules::{segment::Missing, verdict::abi},
};

/// Halts the guest if the opcode under way has found too few words: one that would only find that
/// after its work must not be told first that something is not given.
///
/// Host: `S …` → `S …`.
pub(crate) fn refuse_underflow(c: &mut Code<'_>, shared: &Shared, guard: Guard) {
    if shared.segment.is_none() {
        return;
    }
    let bit = if guard == Guard::Result { result_guard() } else { height_guard() };
    load(c, SPILLED);
    c.ops(&[ISZERO, DUP2]).push(bit).ops(&[AND, MUL]).jumpi(shared.fault);
}

pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    let Some(part) = shared.segment else { return };
    let ran = asm.terminal("not_proven.ran");
    for (label, missing) in [
        (part.wrong_code, Missing::Code),
        (part.no_initcode, Missing::CallData),
        (part.no_record, Missing::Records),
    ] {
        let mut c = asm.routine(label);
        c.assume(0).push(missing as u8).jump(part.not_proven);
        c.end();
    }
    for (label, missing) in
        [(part.no_call_data, Missing::CallData), (part.no_return_data, Missing::ReturnData)]
    {
        let mut c = asm.routine(label);
        c.assume(2).ops(&[POP]).push(missing as u8).jump(ran);
        c.end();
    }
    let mut c = asm.routine(part.no_page); // page return offset length S
    c.ops(&[POP, POP, POP, POP]).push(Missing::Memory as u8).jump(ran);
    c.end();

    // A copy's gas is checked by the next dispatch, which it does not come to.
    let mut c = asm.routine(ran);
    c.assume(2).ops(&[SWAP1]); // S missing
    check_gas(&mut c, shared);
    c.ops(&[POP]).jump(part.not_proven);
    c.end();

    let mut c = asm.routine(part.not_proven);
    c.assume(1);
    selector(&mut c, abi::NotProven::SELECTOR);
    argument(&mut c, 0);
    revert(&mut c, 1);
}
