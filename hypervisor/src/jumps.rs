//! Jump destinations: a `JUMPDEST` byte that is an instruction, not data of a PUSH. Normative
//! text: `specs/05-hypervisor.md`, section Jumps.
//!
//! No table is built. An instruction begins at `a` for certain if none of the 32 bytes before it,
//! read as an opcode, is a PUSH that reaches over `a`: byte `i` of the word before `a` does if it
//! lies between `0x7f - i` and `0x7f`, which one addition tests for all 32 at once. Only where
//! such a byte is found is the code scanned, from a place near by that passes this test, and the
//! boundaries met on the way are remembered, one for each word of code, so that all scans of one
//! run together are linear in the code.

use alloy_primitives::U256;
use revm::bytecode::opcode::*;

use crate::{
    asm::{Assembler, Code},
    dispatch::{Shared, dispatch, load},
    gas::{GAS_JUMPDEST, GAS_MID},
    layout::*,
    state_word::{delta, pc_mask},
};

/// A word of 32 equal bytes.
fn repeat(byte: u8) -> U256 {
    U256::from_be_bytes([byte; 32])
}

/// Byte `i` is `i + 1`: added to a byte of at most `0x7f`, it reaches `0x80` if that byte is at
/// least `0x7f - i`.
fn reach() -> U256 {
    let mut bytes = [0; 32];
    for (index, byte) in (1..).zip(&mut bytes) {
        *byte = index;
    }
    U256::from_be_bytes(bytes)
}

/// Host: `address …` → `covered …`: not zero if a byte before `address`, read as an opcode, is a
/// PUSH that reaches over it.
fn covered(c: &mut Code<'_>) {
    c.push(32).ops(&[SWAP1, SUB, MLOAD]); // word
    c.ops(&[DUP1]).push(repeat(0x7f)).ops(&[AND]).push(reach()).ops(&[ADD]); // sums word
    c.ops(&[SWAP1, NOT, AND]).push(repeat(0x80)).ops(&[AND]); // covered
}

pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    jump(asm, shared);
    boundary(asm, shared);
}

/// A jump of the guest, to a destination within the code, and the `JUMPDEST` there.
///
/// Guest: `destination …` → `…`. Host: `S destination …` → (dispatches).
/// Gas: [`GAS_MID`] + [`GAS_JUMPDEST`]; halts: invalid jump.
fn jump(asm: &mut Assembler, shared: &Shared) {
    let scan = asm.label("jump.scan", 2);
    let good = asm.label("jump.good", 2);

    let mut c = asm.routine(shared.jump);
    c.ops(&[SWAP1]).push(CODE).ops(&[ADD]); // address S
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR]); // wrong address S
    c.ops(&[DUP2]);
    covered(&mut c);
    c.ops(&[OR]).jumpi(scan);
    c.bind(good); // address S
    c.ops(&[SWAP1, DUP1]).push(pc_mask()).ops(&[AND, XOR, OR]); // S
    c.push(delta(1, -1, GAS_MID + GAS_JUMPDEST)).ops(&[ADD]);
    dispatch(&mut c, 0);
    c.end();

    let mut c = asm.routine(scan);
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR]).jumpi(shared.fault_under_one);
    c.ops(&[DUP1]).call(shared.boundary).jumpi(good);
    c.jump(shared.fault_under_one);
    c.end();
}

/// Whether an instruction of the guest begins at `address`.
///
/// Host: `return address` → `bool`.
fn boundary(asm: &mut Assembler, shared: &Shared) {
    let back = asm.label("boundary.back", 3);
    let try_memo = asm.label("boundary.try_memo", 4);
    let known = asm.label("boundary.known", 4);
    let start = asm.label("boundary.start", 3);
    let scan = asm.label("boundary.scan", 3);
    let scanned = asm.label("boundary.scanned", 3);
    let same_word = asm.label("boundary.same_word", 4);

    let mut c = asm.routine(shared.boundary.label);
    // Back from the word that holds `address` to the first place known to be a boundary.
    c.ops(&[DUP2]).push(5).ops(&[SHR]).push(5).ops(&[SHL]); // from return address
    c.bind(back);
    c.ops(&[DUP1]).push(CODE).ops(&[EQ]).jumpi(start);
    // In the memo, at or before `address`?
    c.ops(&[DUP1]);
    memo_of(&mut c); // memo from return address
    c.ops(&[MLOAD, PUSH0, BYTE]); // entry from return address
    c.ops(&[DUP1]).jumpi(try_memo);
    c.ops(&[POP, DUP1]);
    covered(&mut c); // covered from return address
    c.ops(&[ISZERO]).jumpi(start);
    c.push(32).ops(&[SWAP1, SUB]).jump(back);
    c.bind(try_memo); // entry from return address
    c.ops(&[DUP2, ADD]).push(1).ops(&[SWAP1, SUB]); // known from return address
    c.ops(&[DUP4, DUP2, GT, ISZERO]).jumpi(known); // known > address?
    c.ops(&[POP]).push(32).ops(&[SWAP1, SUB]).jump(back);
    c.bind(known); // known from return address
    c.ops(&[SWAP1, POP]);
    c.bind(start); // place return address
    // Forward, instruction by instruction.
    c.bind(scan); // place return address
    c.ops(&[DUP3, DUP2, LT, ISZERO]).jumpi(scanned); // place < address?
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]); // opcode place return address
    // Data bytes of a PUSH: opcode - 0x5f, if that is 1 to 32.
    c.push(PUSH0).ops(&[SWAP1, SUB]); // bytes place return address
    c.push(33).ops(&[DUP2, LT, MUL]); // bytes-or-0 place return address
    c.ops(&[DUP2, ADD]).push(1).ops(&[ADD]); // next place return address
    // Another word? Then this boundary is its memo.
    c.ops(&[DUP1]).push(5).ops(&[SHR, DUP3]).push(5).ops(&[SHR, EQ]).jumpi(same_word);
    c.ops(&[DUP1]).push(31).ops(&[AND]).push(1).ops(&[ADD]); // entry next place return address
    c.ops(&[DUP2]);
    memo_of(&mut c); // memo entry next place return address
    c.ops(&[MSTORE8]);
    c.bind(same_word); // next place return address
    c.ops(&[SWAP1, POP]).jump(scan);
    c.bind(scanned); // place return address
    c.ops(&[SWAP1, SWAP2, EQ, SWAP1]).ret(shared.boundary);
    c.end();
}

/// Host: `address …` → `memo …`: where the memo of the word that holds `address` stands.
fn memo_of(c: &mut Code<'_>) {
    c.push(CODE).ops(&[SWAP1, SUB]).push(5).ops(&[SHR]);
    load(c, MEMO);
    c.ops(&[ADD]);
}
