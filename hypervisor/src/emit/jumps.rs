//! Jump destinations: a `JUMPDEST` byte that is an instruction, not data of a PUSH. Normative
//! text: `specs/05-hypervisor.md`, section Jumps.
//!
//! No table is built. An instruction begins at `a` for certain if none of the 32 bytes before it,
//! read as an opcode, is a PUSH that reaches over `a`: byte `i` of the word before `a` does if it
//! lies between `0x7f - i` and `0x7f`, which one addition tests for all 32 at once. Only where
//! such a byte is found is the code scanned, from a place near by that passes this test, and the
//! boundaries met on the way are remembered, one for each word of code, so that all scans of one
//! run together are linear in the code. A destination that a scan has found good is remembered too.

use alloy_primitives::U256;
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code, Label},
        dispatch::{Shared, dispatch, load},
        layout::*,
        segment,
        state_word::{delta, pc_mask},
    },
    rules::gas::{GAS_JUMPDEST, GAS_MID},
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
/// PUSH that reaches over it. A sum that overflows its byte (opcodes from 0xe0 on) can make its
/// neighbour look like one more such PUSH; that costs a scan, and no more.
pub(crate) fn covered(c: &mut Code<'_>) {
    c.push(32).ops(&[SWAP1, SUB, MLOAD]); // word
    c.ops(&[DUP1]).push(reach()).ops(&[ADD]); // sums word
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
    c.ops(&[SWAP1]).push(shared.code()).ops(&[ADD]); // address S
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR]); // wrong address S
    c.ops(&[DUP2]);
    covered(&mut c);
    c.ops(&[OR]).jumpi(scan);
    c.bind(good); // address S
    c.ops(&[SWAP1, DUP1]).push(pc_mask()).ops(&[AND, XOR, OR]); // S
    c.push(delta(1, -1, GAS_MID + GAS_JUMPDEST)).ops(&[ADD]);
    dispatch(&mut c, 0);
    c.end();

    if shared.segment.is_some() {
        segment::jumps::scan(asm, shared, scan, good);
    } else {
        scan_near(asm, shared, scan, good);
    }
}

/// A destination before which bytes look as if they reached over it. From the nearest of these the
/// way goes back, each time to the nearest byte that looks as if it reached over the last, until
/// there is none: an instruction begins there. From it forward, the first instruction behind that
/// nearest byte tells. Where the way is long, `boundary` scans.
///
/// Host: `address S` → (goes to `good` or halts): invalid jump.
fn scan_near(asm: &mut Assembler, shared: &Shared, scan: Label, good: Label) {
    /// Bytes that the way may go back.
    const NEAR: usize = 64;
    let known = asm.label("jump.known", 3);
    let invalid = asm.label("jump.invalid", 3);
    let valid = asm.label("jump.valid", 3);
    let back = asm.label("jump.back", 5);
    let certain = asm.label("jump.certain", 6);
    let forward = asm.label("jump.forward", 5);
    let far = asm.label("jump.far", 5);

    let mut c = asm.routine(scan);
    c.ops(&[DUP1]).push(3).ops(&[SHR]);
    load(&mut c, VALID);
    c.ops(&[ADD]); // flags address S
    c.ops(&[DUP1, MLOAD, DUP3]).push(7).ops(&[AND, SHL]).push(255).ops(&[SHR]).jumpi(known);
    c.ops(&[DUP2, MLOAD, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR]).jumpi(invalid);
    c.ops(&[DUP2, DUP1]);
    covered(&mut c);
    nearest(&mut c); // near flags address S
    c.ops(&[DUP1]);
    c.bind(back); // place near flags address S
    c.ops(&[DUP1]);
    covered(&mut c);
    c.ops(&[DUP1, ISZERO]).jumpi(certain);
    nearest(&mut c); // place near flags address S
    c.push(NEAR).ops(&[DUP2, ADD, DUP5, GT]).jumpi(far); // address > place + NEAR
    c.jump(back);
    c.bind(certain);
    c.ops(&[POP]);
    c.bind(forward); // place near flags address S
    after(&mut c);
    c.ops(&[DUP2, DUP2, GT, ISZERO]).jumpi(forward); // place > near
    c.ops(&[SWAP1, POP, DUP3, SWAP1, GT]).jumpi(invalid); // place > address
    c.bind(valid); // flags address S
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]); // byte flags address S
    c.push(0x80).ops(&[DUP4]).push(7).ops(&[AND, SHR, OR, SWAP1, MSTORE8]); // address S
    c.jump(good);
    c.bind(known); // flags address S
    c.ops(&[POP]).jump(good);
    c.bind(far);
    c.ops(&[POP, POP, DUP2]).call(shared.boundary).jumpi(valid);
    c.bind(invalid);
    c.ops(&[POP, POP]).jump(shared.fault);
    c.end();
}

/// Byte `i` is `8 * i`: times `256^i`, its top five bits are `i`.
fn indices() -> U256 {
    let mut bytes = [0; 32];
    for (index, byte) in (0_u8..).zip(&mut bytes) {
        *byte = 8 * index;
    }
    U256::from_be_bytes(bytes)
}

/// Host: `suspects address …` → `place …`: the one nearest to the address, which has the lowest
/// bit; index 0 is the byte just before.
pub(crate) fn nearest(c: &mut Code<'_>) {
    c.ops(&[DUP1, PUSH0, SUB, AND]).push(7).ops(&[SHR]).push(indices()).ops(&[MUL]);
    c.push(251).ops(&[SHR]).push(1).ops(&[ADD, SWAP1, SUB]);
}

/// Host: `place …` → `next …`: where the instruction after the one at `place` begins.
pub(crate) fn after(c: &mut Code<'_>) {
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]); // opcode place
    // Data bytes of a PUSH: opcode - 0x5f, if that is 1 to 32.
    c.push(PUSH0).ops(&[SWAP1, SUB]);
    c.push(33).ops(&[DUP2, LT, MUL, ADD]).push(1).ops(&[ADD]);
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
    segment::jumps::known(&mut c, shared);
    // Back from the word that holds `address` to the first place known to be a boundary.
    c.ops(&[DUP2]).push(5).ops(&[SHR]).push(5).ops(&[SHL]); // from return address
    c.bind(back);
    c.ops(&[DUP1]).push(shared.code()).ops(&[EQ]).jumpi(start);
    // In the memo, at or before `address`?
    c.ops(&[DUP1]);
    memo_of(&mut c, shared); // memo from return address
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
    if shared.segment.is_some() {
        segment::jumps::forward(&mut c, shared);
        c.end();
        return;
    }
    c.bind(scan); // place return address
    c.ops(&[DUP3, DUP2, LT, ISZERO]).jumpi(scanned); // place < address?
    c.ops(&[DUP1]);
    after(&mut c); // next place return address
    // Another word? Then this boundary is its memo.
    c.ops(&[DUP1]).push(5).ops(&[SHR, DUP3]).push(5).ops(&[SHR, EQ]).jumpi(same_word);
    c.ops(&[DUP1]).push(31).ops(&[AND]).push(1).ops(&[ADD]); // entry next place return address
    c.ops(&[DUP2]);
    memo_of(&mut c, shared); // memo entry next place return address
    c.ops(&[MSTORE8]);
    c.bind(same_word); // next place return address
    c.ops(&[SWAP1, POP]).jump(scan);
    c.bind(scanned); // place return address
    c.ops(&[SWAP1, SWAP2, EQ, SWAP1]).ret(shared.boundary);
    c.end();
}

/// Host: `address …` → `memo …`: where the memo of the word that holds `address` stands.
pub(crate) fn memo_of(c: &mut Code<'_>, shared: &Shared) {
    c.push(shared.code()).ops(&[SWAP1, SUB]).push(5).ops(&[SHR]);
    load(c, MEMO);
    c.ops(&[ADD]);
}
