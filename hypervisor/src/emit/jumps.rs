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
        dispatch::{Shared, dispatch, jump_to_slot, load},
        layout::*,
        segment,
        state_word::{Guard, delta, pc_mask},
    },
    rules::{
        gas::{GAS_HIGH, GAS_JUMPDEST, GAS_MID},
        words::ones,
    },
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
    reaching(c);
}

/// Host: `word …` → `covered …`: [`covered`] of the address behind the word.
fn reaching(c: &mut Code<'_>) {
    c.ops(&[DUP1]).push(reach()).ops(&[ADD]); // sums word
    c.ops(&[SWAP1, NOT, AND]).push(repeat(0x80)).ops(&[AND]); // covered
}

pub(crate) fn emit(asm: &mut Assembler, shared: &Shared, jumpi_taken: Label) {
    jump(asm, shared, jumpi_taken);
    boundary(asm, shared);
}

/// Jumps of the guest, and the `JUMPDEST` there. A `JUMPI` that is taken has the same in a copy of its own.
///
/// Guest: `destination …` → `…`. Host: `destination S …` → (dispatches).
/// Gas: [`GAS_MID`] or [`GAS_HIGH`], and [`GAS_JUMPDEST`]; halts: invalid jump.
fn jump(asm: &mut Assembler, shared: &Shared, jumpi_taken: Label) {
    let scan = asm.label("jump.scan", 3);
    let good = asm.label("jump.good", 3);
    let scan_jumpi = asm.label("JUMPI.scan", 3);

    let jump = delta(1, -1, GAS_MID + GAS_JUMPDEST);
    let jumpi = delta(1, -2, GAS_HIGH + GAS_JUMPDEST);
    let is_audit = shared.segment.is_none();

    let mut c = asm.routine(shared.jump);
    if is_audit {
        within(&mut c, shared);
    }
    look(&mut c, shared, scan);
    c.bind(good); // word address S
    arrive(&mut c, jump);
    c.end();

    let mut c = asm.routine(jumpi_taken);
    if is_audit {
        let other = c.local("other", 0);
        is_kept(&mut c, 0);
        c.ops(&[SUB, NOT]).jumpi(other).ops(&[SWAP1]);
        arrive_kept(&mut c, shared, jumpi);
        c.bind(other);
        within(&mut c, shared);
    } else {
        let within = c.local("within", 0);
        load(&mut c, CODE_SIZE);
        c.ops(&[DUP2, LT]).jumpi(within).jump(shared.fault_under_one);
        c.bind(within);
    }
    let close = c.local("close", 1);
    look(&mut c, shared, scan_jumpi);
    if is_audit {
        c.bind(close);
    }
    arrive(&mut c, jumpi);
    c.bind(scan_jumpi); // word address S
    if is_audit {
        is_close(&mut c, close);
    }
    c.ops(&[SWAP2]).push(delta(0, -1, GAS_HIGH - GAS_MID)).ops(&[ADD, SWAP2]).jump(scan);
    c.end();

    if is_audit {
        let mut c = asm.routine(shared.jump_kept);
        arrive_kept(&mut c, shared, jump);
        c.end();
    }

    if shared.segment.is_some() {
        segment::jumps::scan(asm, shared, scan, good);
    } else {
        scan_near(asm, shared, scan, good);
    }
}

/// What [`TARGETS`] has in a destination's place, and the destination's upper bits: where it is one more than they are,
/// the destination was found good before.
///
/// Host: `… destination …` → `upper kept … destination …`, the destination being `depth` words down.
pub(crate) fn is_kept(c: &mut Code<'_>, depth: u8) {
    c.ops(&[DUP1 + depth]);
    place_in_targets(c);
    c.ops(&[MLOAD, PUSH0, BYTE]); // kept
    c.ops(&[DUP2 + depth]).push(TARGET_BITS).ops(&[SHR]);
}

/// Host: `destination …` → `address …`: of its byte in [`TARGETS`].
fn place_in_targets(c: &mut Code<'_>) {
    c.push((1_usize << TARGET_BITS) - 1).ops(&[AND]).push(TARGETS).ops(&[ADD]);
}

/// Halts unless the destination is within the code. It is kept in [`TARGETS`] before it is known to be good: if it is
/// not, there is no jump after this one.
///
/// Host: `destination …` → `destination …`.
fn within(c: &mut Code<'_>, shared: &Shared) {
    let keep = c.local("keep", 0);
    let inside = c.local("inside", 0);
    load(c, TARGETS_END);
    c.ops(&[DUP2, LT]).jumpi(keep);
    load(c, CODE_SIZE);
    c.ops(&[DUP2, LT]).jumpi(inside).jump(shared.fault_under_one);
    c.bind(keep);
    c.ops(&[DUP1]).push(TARGET_BITS).ops(&[SHR]).push(1).ops(&[ADD, DUP2]); // destination kept destination
    place_in_targets(c);
    c.ops(&[MSTORE8]);
    c.bind(inside);
}

/// Dispatches the opcode behind the `JUMPDEST` at a destination that was found good before.
///
/// Host: `S destination …` → (dispatches).
fn arrive_kept(c: &mut Code<'_>, shared: &Shared, delta: U256) {
    c.push(pc_mask()).ops(&[OR, ADD]);
    c.push(delta + U256::from(shared.code()) - pc_mask()).ops(&[ADD]); // S'
    dispatch(c, 0);
}

/// Goes to `scan` if the destination is no `JUMPDEST`, or bytes before it look as if they reached over it.
///
/// Host: `destination S …` → `word address S …`, the word being that at the address.
fn look(c: &mut Code<'_>, shared: &Shared, scan: Label) {
    c.push(shared.code()).ops(&[ADD, DUP1, MLOAD]); // word address S
    c.ops(&[DUP1, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR]); // wrong word address S
    c.push(32).ops(&[DUP4, SUB, MLOAD]);
    reaching(c);
    c.ops(&[OR]).jumpi(scan);
}

/// A destination at most 32 bytes behind the `JUMPI`: what stands before that reaches over neither. Goes to `good` if
/// no byte between the two looks as if it reached over the destination.
///
/// Host: `word address S` → `word address S`.
fn is_close(c: &mut Code<'_>, good: Label) {
    let far = c.local("far", 1);
    c.ops(&[DUP3]).push(pc_mask()).ops(&[AND, DUP3, SUB]); // distance word address S
    c.push(32).ops(&[DUP2, GT]).jumpi(far);
    c.push(3).ops(&[SHL]).push(256).ops(&[SUB, DUP3]); // address bits word address S
    covered(c);
    c.ops(&[SWAP1, SHL]); // between word address S
    c.ops(&[DUP2, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR, OR, ISZERO]).jumpi(good);
    c.ops(&[PUSH0]).bind(far).ops(&[POP]);
}

/// Dispatches the opcode behind the `JUMPDEST` at `address`, which the second byte of `word` is.
///
/// Host: `word address S …` → (dispatches).
fn arrive(c: &mut Code<'_>, delta: U256) {
    c.ops(&[SWAP2]).push(pc_mask()).ops(&[OR, ADD]).push(delta - pc_mask()).ops(&[ADD]); // S' word
    c.ops(&[SWAP1]).push(Guard::Height.mask()).ops(&[DUP3, AND]).push(1).ops(&[OR, BYTE]);
    jump_to_slot(c);
}

/// A destination before which bytes look as if they reached over it. From the nearest of these the
/// way goes back, each time to a byte that looks as if it reached over the last, until
/// there is none: an instruction begins there. From it forward, the first instruction behind that
/// nearest byte tells. Where the way is long, `boundary` scans.
///
/// Host: `word address S` → (goes to `good` or halts): invalid jump.
fn scan_near(asm: &mut Assembler, shared: &Shared, scan: Label, good: Label) {
    /// Bytes that the way may go back.
    const NEAR: usize = 96;
    let known = asm.label("jump.known", 4);
    let invalid = asm.label("jump.invalid", 4);
    let judge = asm.label("jump.judge", 5);
    let back = asm.label("jump.back", 7);
    let certain = asm.label("jump.certain", 7);
    let forward = asm.label("jump.forward", 6);

    let mut c = asm.routine(scan);
    c.ops(&[DUP2]).push(3).ops(&[SHR]);
    load(&mut c, VALID);
    c.ops(&[ADD]); // flags word address S
    c.ops(&[DUP1, MLOAD, DUP4]).push(7).ops(&[AND, SHL]).push(255).ops(&[SHR]).jumpi(known);
    c.ops(&[DUP3, DUP1]);
    covered(&mut c);
    nearest(&mut c); // near flags word address S
    c.ops(&[DUP1, DUP1]);
    covered(&mut c); // suspects place near flags word address S
    c.bind(back);
    farther(&mut c);
    nearest(&mut c); // place near flags word address S
    c.ops(&[DUP1]);
    covered(&mut c);
    c.ops(&[DUP1, ISZERO]).jumpi(certain);
    c.push(NEAR + 1).ops(&[DUP3, ADD, DUP7, LT]).jumpi(back); // address < place + NEAR + 1
    c.ops(&[POP]);
    c.ops(&[POP, POP, DUP3]).call(shared.boundary).ops(&[ISZERO]).jump(judge);
    c.bind(certain);
    c.ops(&[POP]);
    c.bind(forward); // place near flags word address S
    after(&mut c);
    c.ops(&[DUP2, DUP2, GT, ISZERO]).jumpi(forward); // place > near
    c.ops(&[SWAP1, POP, DUP4, SWAP1, GT]); // place > address
    c.bind(judge); // covered flags word address S
    c.ops(&[DUP3, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR, OR]).jumpi(invalid); // flags word address S
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]); // byte flags word address S
    c.push(0x80).ops(&[DUP5]).push(7).ops(&[AND, SHR, OR, SWAP1, MSTORE8]); // word address S
    c.jump(good);
    c.bind(known); // flags word address S
    c.ops(&[POP]).jump(good);
    c.bind(invalid); // flags word address S
    c.ops(&[POP, POP, POP]).jump(shared.fault);
    c.end();
}

/// Of the bytes that look as if they reached over an address, those that are more than [`CLOSE`] bytes before it,
/// if there are any: text of 32 bytes is full of such bytes, and the way through it is shorter so.
///
/// Host: `suspects …` → `suspects …`.
fn farther(c: &mut Code<'_>) {
    /// Bytes that are left out.
    const CLOSE: usize = 8;
    let close = ones(8 * CLOSE);
    c.ops(&[DUP1]).push(close).ops(&[LT]).push(close).ops(&[MUL, NOT, AND]);
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
