//! MLOAD, MSTORE, MSTORE8, MSIZE, KECCAK256.
//!
//! A word at an offset below [`WORD_LIMIT`] lies in touched memory: one comparison is all that
//! such an access costs. Anything else goes through `touch`, which charges first.

use revm::bytecode::opcode::*;

use super::Families;
use crate::{
    emit::{
        asm::{Assembler, Code, Label},
        dispatch::{Shared, advance, dispatch, finish, load},
        layout::*,
        memory, segment,
        state_word::{Guard, delta},
    },
    rules::{gas::GAS_KECCAK256_WORD, opcodes::Opcode},
};

/// Host: `S offset …`. Goes to `expand` unless the word there lies in touched memory; live, ends
/// the run if no host can have memory there.
fn within(c: &mut Code<'_>, shared: &Shared, expand: Label) {
    if shared.is_live() {
        c.ops(&[DUP2]);
        return memory::probe(c);
    }
    let touched = c.local("touched", 0);
    load(c, WORD_LIMIT);
    c.ops(&[DUP3, LT]).jumpi(touched).jump(expand);
    c.bind(touched);
}

/// Host: `S offset …` → `S value …`.
fn load_word(c: &mut Code<'_>) {
    c.ops(&[SWAP1]);
    load(c, GUEST_MEMORY);
    c.ops(&[ADD, MLOAD, SWAP1]);
}

/// Host: `S offset value …` → `S …`, with the host's `store`.
fn store_at(c: &mut Code<'_>, store: u8) {
    c.ops(&[SWAP2, SWAP1]); // offset value S
    load(c, GUEST_MEMORY);
    c.ops(&[ADD, store]);
}

/// Guest: `offset …` → `value …`. Host: `S offset …`.
pub(super) fn mload(c: &mut Code<'_>, shared: &Shared, row: &Opcode, expand: Label) {
    advance(c, shared, row);
    within(c, shared, expand);
    load_word(c);
    finish(c, shared, row);
}

/// Guest: `offset value …` → `…`. Host: `S offset value …`.
pub(super) fn mstore(c: &mut Code<'_>, shared: &Shared, row: &Opcode, expand: Label) {
    advance(c, shared, row);
    within(c, shared, expand);
    store_at(c, MSTORE);
    finish(c, shared, row);
}

/// Guest: `offset value …` → `…`. Host: `S offset value …`.
pub(super) fn mstore8(c: &mut Code<'_>, shared: &Shared, row: &Opcode, expand: Label) {
    advance(c, shared, row);
    within(c, shared, expand);
    store_at(c, MSTORE8);
    finish(c, shared, row);
}

/// Guest: `…` → `size …`. Host: `S …`.
pub(super) fn msize(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    memory::size(c, shared);
    c.ops(&[SWAP1]);
    finish(c, shared, row);
}

/// Host: `S offset …` → `S' offset …`: charges `length` bytes there. Where a word does not lie in touched memory,
/// memory grows; a byte may lie in its last word.
fn expand(c: &mut Code<'_>, shared: &Shared, length: usize, guard: Guard) {
    if shared.segment.is_none() && length == 32 {
        return memory::expand_to_word(c, shared);
    }
    segment::missing::refuse_underflow(c, shared, guard);
    c.push(length).ops(&[DUP3]); // offset length S offset
    c.call(shared.touch); // S offset
}

/// The slow paths.
pub(super) fn emit_shared(asm: &mut Assembler, shared: &Shared, families: &Families) {
    let mut c = asm.routine(families.mload_expand);
    expand(&mut c, shared, 32, Guard::Result);
    load_word(&mut c);
    dispatch(&mut c, 1);
    c.end();
    for (label, length, store) in
        [(families.mstore_expand, 32, MSTORE), (families.mstore8_expand, 1, MSTORE8)]
    {
        let mut c = asm.routine(label);
        expand(&mut c, shared, length, Guard::Height);
        store_at(&mut c, store);
        dispatch(&mut c, 0);
        c.end();
    }
}

/// Guest: `offset length …` → `hash …`. Host: `S offset length …`.
/// Gas: static + 6 a word + memory, all of it before memory is touched.
pub(super) fn keccak256(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    c.ops(&[DUP3, DUP3]).call(shared.touch); // S offset length
    // The length is below 2^32, or memory gas would have run out.
    c.ops(&[DUP3]).push(31).ops(&[ADD]).push(5).ops(&[SHR]);
    c.push(delta(0, 0, GAS_KECCAK256_WORD)).ops(&[MUL, ADD]); // S offset length
    c.ops(&[SWAP1]);
    load(c, GUEST_MEMORY);
    c.ops(&[ADD]); // pointer S length
    c.ops(&[SWAP1, SWAP2, SWAP1, KECCAK256, SWAP1]); // S hash
    finish(c, shared, row);
}
