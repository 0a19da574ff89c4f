//! The start of a segment: the head of the message, the code where it is given, and the guest as the
//! checkpoint has it. What stands in the input's sections is taken as it is: that it has the hashes
//! that the checkpoint and the message's hash say is for the caller to see to.

use iso_evm_wire::{
    layout as wire,
    segment::{PAGE_SIZE, layout as seg},
};
use revm::bytecode::opcode::*;

use super::{
    BEYOND, Part,
    memory::{self, LISTED, PAGE_BITS},
};
use crate::{
    emit::{
        asm::{Code, Label},
        dispatch::{Shared, load, min, store},
        layout::*,
        stack::{STOP_AT, TOTAL},
        state_word,
    },
    rules::words::ones,
};

/// Host: `…` → `word …`: a word of the input.
pub(super) fn word(c: &mut Code<'_>, position: usize) {
    c.push(position).ops(&[CALLDATALOAD]);
}

/// Checks the message's fields, and sets the variables that follow from head and checkpoint.
///
/// Host: `…` → `kind codeHash …`.
pub(crate) fn head(c: &mut Code<'_>, shared: &Shared) {
    word(c, wire::ORIGIN);
    for address in [wire::CALLER, wire::TO, wire::CONTEXT] {
        word(c, address);
        c.ops(&[OR]);
    }
    c.push(160).ops(&[SHR]);
    word(c, wire::IS_STATIC);
    c.push(1).ops(&[SHR, OR]);
    word(c, wire::GAS_AVAILABLE);
    c.push(64).ops(&[SHR, OR]).jumpi(shared.malformed);
    c.push(seg::RECORDS);
    store(c, RECORD);
    word(c, seg::RECORDS_END);
    store(c, RECORDS_END);
    word(c, seg::RECORD);
    c.push(5).ops(&[SHL]).push(LIST_TABLE).ops(&[ADD]);
    store(c, TABLE);
    // Execution has not begun: the address before the code.
    c.push(shared.code() - 1);
    store(c, SAVED);
    word(c, seg::CODE_HASH);
    word(c, seg::KIND);
}

/// The code of a call, where it is given: it must be the message's.
///
/// Host: `codeHash` → the same, or (goes to `begin`).
pub(crate) fn given_code(c: &mut Code<'_>, shared: &Shared, begin: Label) {
    let Some(part) = shared.segment else { return };
    let archived = c.local("archived", 1);
    word(c, seg::CODE_AT); // at codeHash
    c.ops(&[DUP1, ISZERO]).jumpi(archived);
    word(c, seg::CODE_SIZE); // size at codeHash
    c.ops(&[DUP1]).push(CODE_LIMIT).ops(&[LT]).jumpi(shared.inconclusive);
    c.ops(&[DUP1, SWAP2]).push(shared.code()).ops(&[CALLDATACOPY]); // size codeHash
    c.ops(&[DUP1]).push(shared.code()).ops(&[KECCAK256, DUP3, XOR]).jumpi(part.wrong_code);
    c.ops(&[SWAP1, POP]).jump(begin);
    c.bind(archived);
    c.ops(&[POP]);
}

/// Host: `position …` → the same. Ends the run if the initcode is not given.
pub(crate) fn initcode_is_given(c: &mut Code<'_>, shared: &Shared) {
    let Some(part) = shared.segment else { return };
    c.ops(&[DUP1, ISZERO]).jumpi(part.no_initcode);
}

/// The guest as the checkpoint has it: the stack in the spill area, from where its top is loaded,
/// memory behind that.
///
/// Host: `…` → (goes on).
pub(crate) fn restore(c: &mut Code<'_>, shared: &Shared, part: Part) {
    load(c, GUEST_MEMORY);
    c.ops(&[DUP1]);
    store(c, SPILL);
    // Guest memory begins with the first page that there is room for, behind the spill area and, for
    // each page before, as much as an entry of the list has that is made of pages at the end.
    word(c, seg::PAGES_FROM);
    c.push(PAGE_SIZE - LISTED).ops(&[MUL, SWAP1]).push(SPILL_SIZE).ops(&[ADD, SUB]);
    store(c, GUEST_MEMORY);
    word(c, seg::STACK_HEIGHT);
    c.ops(&[DUP1]);
    store(c, TOTAL);
    c.push(5).ops(&[SHL, DUP1]); // bytes bytes
    word(c, seg::STACK_AT);
    load(c, SPILL);
    c.ops(&[CALLDATACOPY]); // bytes
    load(c, SPILL);
    c.ops(&[ADD]);
    store(c, STOP_AT);
    word(c, seg::MEMORY_SIZE);
    c.ops(&[DUP1]);
    store(c, MEMORY_SIZE);
    c.push(31).ops(&[DUP2, SUB, SWAP1, ISZERO, ISZERO, MUL]);
    memory::limit(c, shared);
    store(c, WORD_LIMIT);
    for (position, variable) in [
        (seg::RETURN_DATA_AT, RETURN_DATA),
        (seg::RETURN_DATA_SIZE, RETURN_DATA_SIZE),
        (seg::STATE_ROOT, STATE_ROOT),
    ] {
        word(c, position);
        store(c, variable);
    }
    pages(c);
    // The last gas that does not end the segment: all, or the end's less 1.
    word(c, seg::END);
    c.push(1).ops(&[SWAP1, SUB]);
    word(c, wire::GAS_AVAILABLE); // gas last
    min(c);
    c.ops(&[SWAP1, POP]); // limit
    word(c, wire::GAS_AVAILABLE); // gas limit
    c.ops(&[DUP2, SWAP1, SUB]).push(state_word::GAS).ops(&[SHL]);
    store(c, BEYOND); // limit
    word(c, seg::GAS_USED_SO_FAR);
    c.push(ones(64)).ops(&[ADD, SUB]).push(state_word::GAS).ops(&[SHL]);
    word(c, seg::PC);
    c.push(shared.code()).ops(&[ADD, ADD]);
    store(c, SAVED);
    c.jump(part.refill);
}

/// The pages of memory that are given, to where they belong.
///
/// Host: `…` → `…`.
fn pages(c: &mut Code<'_>) {
    let page = c.local("page", 2);
    let next = c.local("next", 3);
    let done = c.local("done", 3);
    word(c, seg::PAGE_DATA_AT);
    word(c, seg::PAGES_AT);
    c.bind(page); // entry data
    c.ops(&[DUP1, CALLDATALOAD]); // index entry data
    c.ops(&[DUP1, NOT, ISZERO]).jumpi(done);
    c.ops(&[DUP1]);
    memory::is_withheld(c);
    c.jumpi(next); // index entry data
    c.push(PAGE_SIZE).ops(&[DUP4, DUP3]).push(PAGE_BITS).ops(&[SHL]); // offset data size index …
    load(c, GUEST_MEMORY);
    c.ops(&[ADD, CALLDATACOPY]); // index entry data
    c.arrange("index entry data", "data index entry").push(PAGE_SIZE).ops(&[ADD]);
    c.arrange("data index entry", "index entry data");
    c.bind(next); // index entry data
    c.ops(&[POP]).push(LISTED).ops(&[ADD]).jump(page);
    c.bind(done); // index entry data
    c.ops(&[POP, POP, POP]);
}
