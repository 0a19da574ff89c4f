//! Opcodes that the host itself does, on the guest's operands. Normative text:
//! `specs/13-live.md`, section Handlers.
//!
//! What a static context forbids, what a frame's gas is, where returned data is kept, when a call
//! is refused: all of it is the host's.

use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code},
        dispatch::{Shared, advance, finish, load, store},
        layout::*,
        memory,
    },
    rules::opcodes::{Handler, Opcode},
};

/// Operands that are a range of guest memory: place of the offset and of the length, the top of
/// the stack being 1.
fn ranges(row: &Opcode) -> &'static [(u8, u8)] {
    match row.handler {
        Handler::Keccak256 | Handler::Log(_) | Handler::Return | Handler::Revert => &[(1, 2)],
        Handler::Returndatacopy => &[(1, 3)],
        Handler::Extcodecopy => &[(2, 4)],
        Handler::Create => &[(2, 3)],
        Handler::Call if row.inputs == 7 => &[(4, 5), (6, 7)],
        Handler::Call => &[(3, 4), (5, 6)],
        _ => &[],
    }
}

/// Guest: operands → results. Host: `S operands …`. The state word steps aside, offsets become
/// addresses, the host does the rest.
pub(crate) fn host(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    if matches!(row.handler, Handler::Return | Handler::Revert | Handler::Selfdestruct) {
        c.ops(&[POP]);
        to_addresses(c, row);
        c.ops(&[row.byte]);
        return;
    }
    advance(c, shared, row);
    match row.inputs {
        0 => {
            c.ops(&[row.byte, SWAP1]);
        }
        1 => {
            c.ops(&[SWAP1, row.byte, SWAP1]);
        }
        _ => {
            store(c, PARK);
            to_addresses(c, row);
            c.ops(&[row.byte]);
            load(c, PARK);
        }
    }
    finish(c, shared, row);
}

fn to_addresses(c: &mut Code<'_>, row: &Opcode) {
    for (offset, length) in ranges(row) {
        to_address(c, *offset, *length);
    }
}

/// Makes an offset in guest memory an address of the host's. It counts only if the length is not
/// zero, and must then be one that there can be memory at.
///
/// Host: `… offset … length …` → `… address … length …`.
fn to_address(c: &mut Code<'_>, offset: u8, length: u8) {
    // The flag on top moves all places by one.
    c.ops(&[DUP1 + length - 1, ISZERO, ISZERO, DUP1 + offset, MUL, DUP1]);
    memory::probe(c);
    load(c, GUEST_MEMORY);
    c.ops(&[ADD, SWAP1 + offset - 1, POP]);
}

/// What ends a guest exceptionally takes all the frame's gas, as natively.
pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    for label in [shared.fault, shared.fault_under_one] {
        let mut c = asm.routine(label);
        c.ops(&[INVALID]);
        c.end();
    }
}
