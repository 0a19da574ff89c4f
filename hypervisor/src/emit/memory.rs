//! The guest's memory: expansion gas, charged and checked before memory is touched. Normative
//! text: `specs/05-hypervisor.md`, section Memory, and `specs/06-gas.md`.
//!
//! Guest memory is the host's memory from [`GUEST_MEMORY`] on. Nothing lies behind it, so what the
//! guest has not written reads as zero.

use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code},
        dispatch::{Shared, load, out_of_gas, store, within_frame},
        layout::*,
        segment,
        state_word::{self, delta},
    },
    rules::gas::{GAS_COPY, GAS_MEMORY, MEMORY_QUADRATIC_SHIFT},
};

/// Offsets and lengths of more bits than this run out of any gas that a frame can have; smaller
/// ones cost less than 2^64, which is what the state word's gas field can take.
const SIZE_BITS: usize = 32;

pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    touch_copy(asm, shared);
    touch(asm, shared);
}

/// Size of guest memory; live, what the host's memory has above its start.
///
/// Host: `…` → `size …`.
pub(crate) fn size(c: &mut Code<'_>, shared: &Shared) {
    if shared.is_live() {
        load(c, GUEST_MEMORY);
        c.ops(&[MSIZE, SUB]);
    } else {
        load(c, MEMORY_SIZE);
    }
}

/// Live: reads a word at the guest's offset as if it were an address, so that an offset that no
/// host can have memory at ends the run by the host's own gas, as it does natively, and does not
/// wrap around to what lies below guest memory. Less far than the guest's own address, it expands
/// nothing that the access itself does not.
///
/// Host: `offset …` → `…`.
pub(crate) fn probe(c: &mut Code<'_>) {
    c.ops(&[MLOAD, POP]);
}

/// Live: [`probe`] of an offset that counts only if `length` is not zero.
///
/// Host: `offset length …` → `…`.
pub(crate) fn probe_range(c: &mut Code<'_>) {
    c.ops(&[SWAP1, ISZERO, ISZERO, MUL]);
    probe(c);
}

/// Charges [`GAS_COPY`] for each word of `length`, then goes on as `touch`.
///
/// Host: `return offset length S` → `S'`.
fn touch_copy(asm: &mut Assembler, shared: &Shared) {
    let too_large = asm.terminal("touch_copy.too_large");
    let mut c = asm.routine(shared.touch_copy.label);
    c.ops(&[DUP3]).push(SIZE_BITS).ops(&[SHR]).jumpi(too_large);
    c.ops(&[DUP3]).push(31).ops(&[ADD]).push(5).ops(&[SHR]); // words return offset length S
    c.push(delta(0, 0, GAS_COPY)).ops(&[MUL, DUP5, ADD, SWAP4, POP]); // return offset length S'
    c.jump(shared.touch.label);
    c.end();

    let mut c = asm.routine(too_large);
    c.assume(4).ops(&[POP, POP, POP]).jump(shared.fault);
    c.end();
}

/// Charges the expansion of guest memory to `[offset, offset + length)`; length 0 is free whatever
/// the offset.
///
/// Host: `return offset length S` → `S'`. Halts: out of gas.
fn touch(asm: &mut Assembler, shared: &Shared) {
    let done = asm.label("touch.done", 4);
    let large = asm.label("touch.large", 4);
    let expand = asm.label("touch.expand", 4);
    let out_of_gas = asm.label("touch.out_of_gas", 4);

    let mut c = asm.routine(shared.touch.label);
    c.ops(&[DUP2, DUP4, OR]).push(SIZE_BITS).ops(&[SHR]).jumpi(large);
    c.ops(&[DUP2, DUP4, ADD]);
    load(&mut c, MEMORY_SIZE);
    c.ops(&[LT]).jumpi(expand); // size < end
    c.bind(done); // return offset length S
    segment::memory::is_given(&mut c, shared);
    c.ops(&[SWAP2, POP, POP]).ret(shared.touch);

    c.bind(large);
    c.ops(&[DUP3, ISZERO]).jumpi(done);
    c.bind(out_of_gas); // return offset length S
    c.ops(&[POP, POP, POP]).jump(shared.fault);

    c.bind(expand); // return offset length S
    c.ops(&[DUP3, ISZERO]).jumpi(done);
    c.ops(&[DUP2, DUP4, ADD]).push(31).ops(&[ADD]).push(5).ops(&[SHR]); // words return offset length S
    cost_of_growth(&mut c, shared); // cost words return offset length S
    c.ops(&[DUP6, ADD, SWAP5, POP]); // words return offset length S'
    grow(&mut c, shared); // return offset length S'
    c.ops(&[DUP4]);
    within_frame(&mut c, shared);
    c.push(state_word::gas_guard()).ops(&[AND]).jumpi(out_of_gas);
    c.jump(done);
    c.end();
}

/// Charges for guest memory up to the end of the word at `offset`, which it does not have yet: `touch` of a word, in
/// an audit of a whole message.
///
/// Host: `S offset …` → `S' offset …`. Halts: out of gas.
pub(crate) fn expand_to_word(c: &mut Code<'_>, shared: &Shared) {
    c.push(32 + 31).ops(&[DUP3, ADD]).push(5).ops(&[SHR]); // words S offset
    cost_of_growth(c, shared); // cost words S offset
    c.arrange("cost words S", "cost S words").ops(&[ADD, SWAP1]); // words S' offset
    grow(c, shared);
    // What such an offset costs is no number of gas; the run ends.
    out_of_gas(c, shared);
    c.ops(&[DUP3]).push(SIZE_BITS).ops(&[SHR, OR]).jumpi(shared.fault);
}

/// Host: `words …` → `cost words …`, in the state word's gas field: what it costs that guest memory grows to so many.
fn cost_of_growth(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[DUP1]);
    cost_of_words(c);
    if shared.segment.is_some() {
        load(c, MEMORY_SIZE);
        c.push(5).ops(&[SHR]);
        cost_of_words(c);
    } else {
        load(c, MEMORY_COST);
        c.ops(&[DUP2]);
        store(c, MEMORY_COST);
    }
    c.ops(&[SWAP1, SUB]).push(state_word::GAS).ops(&[SHL]);
}

/// Host: `words …` → `…`. Guest memory is as large from now on.
fn grow(c: &mut Code<'_>, shared: &Shared) {
    c.push(5).ops(&[SHL, DUP1]);
    store(c, MEMORY_SIZE);
    c.push(31).ops(&[SWAP1, SUB]);
    segment::memory::limit(c, shared);
    store(c, WORD_LIMIT);
}

/// Host: `words …` → `gas …`: linear plus quadratic.
fn cost_of_words(c: &mut Code<'_>) {
    c.ops(&[DUP1]).push(GAS_MEMORY << MEMORY_QUADRATIC_SHIFT).ops(&[ADD, MUL]);
    c.push(MEMORY_QUADRATIC_SHIFT).ops(&[SHR]);
}
