//! Jumps, pc, gas, and the ends of a frame.

use iso_evm_wire::protocol::{Change, RESERVED_CODE_PREFIX};
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Code, Label},
        checks::gas_left,
        dispatch::{Machine, Shared, advance, advance_checked, check_gas, finish, load},
        jumps,
        layout::*,
        state_word::{delta, pc_mask},
    },
    rules::{
        gas::{GAS_CODE_DEPOSIT, MAX_CODE_SIZE},
        opcodes::Opcode,
    },
};

/// Guest: `destination …` → `…`. Host: `S destination …`. [`crate::emit::jumps`] does the work.
pub(super) fn jump(c: &mut Code<'_>, shared: &Shared) {
    if shared.machine == Machine::Audit {
        jumps::is_kept(c, 1);
        c.push(1).ops(&[ADD, EQ]).jumpi(shared.jump_kept);
        return c.ops(&[SWAP1]).jump(shared.jump);
    }
    c.ops(&[SWAP1]); // destination S
    load(c, CODE_SIZE);
    let outside = if shared.is_live() { shared.fault } else { shared.fault_under_one };
    c.ops(&[DUP2, LT]).jumpi(shared.jump).jump(outside);
}

/// Guest: `destination condition …` → `…`. Host: `S destination condition …`.
/// Gas: 10. A condition of zero checks nothing of the destination.
pub(super) fn jumpi(c: &mut Code<'_>, shared: &Shared, row: &Opcode, taken: Label) {
    c.ops(&[SWAP2]).jumpi(taken); // destination S
    c.ops(&[POP]);
    c.push(shared.delta(1, -2, row.static_gas(shared.fork))).ops(&[ADD]);
    finish(c, shared, row);
}

/// Guest: `…` → `…`. Host: `S …`.
pub(super) fn jumpdest(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    finish(c, shared, row);
}

/// Guest: `…` → `pc …`. Host: `S …`.
pub(super) fn pc(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    c.ops(&[DUP1]).push(pc_mask()).ops(&[AND]).push(shared.code()).ops(&[SWAP1, SUB, SWAP1]);
    advance(c, shared, row);
    finish(c, shared, row);
}

/// Guest: `…` → `gas left …`, after this opcode's own. Host: `S …`.
pub(super) fn gas(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    gas_left(c, shared);
    c.ops(&[SWAP1]);
    finish(c, shared, row);
}

/// Host: `S offset length …` → `S' offset length …`: checks, and charges memory.
fn returned(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance_checked(c, shared, row);
    c.ops(&[DUP3, DUP3]); // offset length S offset length
    c.call(shared.touch); // S offset length
}

/// Host: `S offset length …` → (ends) with `status`.
fn leave(c: &mut Code<'_>, shared: &Shared, status: u8) {
    c.ops(&[SWAP1]);
    load(c, GUEST_MEMORY);
    c.ops(&[ADD]); // pointer S length
    c.ops(&[SWAP1, SWAP2, SWAP1]).push(status).jump(shared.exit); // status pointer length S
}

/// Guest: `offset length …`. Host: `S offset length …` → (ends).
/// In a creation: code deposit, its limit (EIP-170) and its first byte (EIP-3541, from London).
pub(super) fn return_(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    let plain = c.local("plain", 0);
    returned(c, shared, row);
    // Without data there is nothing to store, and the offset may be anything.
    load(c, CREATION);
    c.ops(&[DUP4, MUL, ISZERO]).jumpi(plain); // S offset length
    c.push(MAX_CODE_SIZE).ops(&[DUP4, GT]).jumpi(shared.fault);
    if shared.fork.has(Change::ReservedCode) {
        c.ops(&[DUP2]);
        load(c, GUEST_MEMORY);
        c.ops(&[ADD, MLOAD, PUSH0, BYTE]).push(RESERVED_CODE_PREFIX).ops(&[EQ]).jumpi(shared.fault);
    }
    c.ops(&[DUP3]);
    c.push(delta(0, 0, GAS_CODE_DEPOSIT)).ops(&[MUL, ADD]);
    check_gas(c, shared);
    c.bind(plain);
    leave(c, shared, 1);
}

/// Guest: `offset length …`. Host: `S offset length …` → (ends).
pub(super) fn revert(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    returned(c, shared, row);
    leave(c, shared, 2);
}
