//! PUSH, DUP, SWAP and POP.

use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::Code,
        dispatch::{Shared, advance, finish, finish_deep},
        layout::PARK,
        state_word::pc_mask,
    },
    rules::opcodes::Opcode,
};

/// Guest: `value …` → `…`. Host: `S value …`.
pub(super) fn pop(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    c.ops(&[SWAP1, POP]);
    finish(c, shared, row);
}

/// Guest: `…` → `immediate …`; what the code is too short for is zero. Host: `S …`.
pub(super) fn push(c: &mut Code<'_>, shared: &Shared, row: &Opcode, bytes: usize) {
    if bytes == 0 {
        advance(c, shared, row);
        c.ops(&[PUSH0, SWAP1]);
        finish(c, shared, row);
        return;
    }
    c.ops(&[DUP1]).push(pc_mask()).ops(&[AND]);
    if bytes == 1 {
        c.ops(&[MLOAD]).push(1).ops(&[BYTE]);
    } else {
        c.push(1).ops(&[ADD, MLOAD]);
        if bytes < 32 {
            c.push(256 - 8 * bytes).ops(&[SHR]);
        }
    }
    c.ops(&[SWAP1]).push(shared.delta(1 + bytes, 1, row.static_gas(shared.fork))).ops(&[ADD]); // S immediate
    finish(c, shared, row);
}

/// Guest: `… value` → `value … value`. Host: `S …`.
pub(super) fn dup(c: &mut Code<'_>, shared: &Shared, row: &Opcode, depth: usize) {
    advance(c, shared, row);
    if depth < 16 {
        c.ops(&[DUP1 + depth as u8, SWAP1]);
    } else {
        // No opcode of the host reaches under S that deep: it steps aside.
        c.push(PARK).ops(&[MSTORE, DUP16]).push(PARK).ops(&[MLOAD]);
    }
    finish_deep(c, shared, row, depth);
}

/// Guest: `a … b` → `b … a`. Host: `S …`.
pub(super) fn swap(c: &mut Code<'_>, shared: &Shared, row: &Opcode, depth: usize) {
    advance(c, shared, row);
    if depth < 16 {
        c.ops(&[SWAP1, SWAP1 + depth as u8, SWAP1]);
    } else {
        c.push(PARK).ops(&[MSTORE, SWAP16]).push(PARK).ops(&[MLOAD]);
    }
    finish_deep(c, shared, row, depth);
}
