//! The end of a segment: the guest's state as a checkpoint, which is the answer. Normative text:
//! `specs/19-segments.md`, section Checkpoint.

use alloy_primitives::{U256, keccak256};
use iso_evm_wire::{
    layout as wire,
    segment::{PAGE_SIZE, checkpoint::CHECKPOINT_TAG, layout as seg},
};
use revm::bytecode::opcode::*;

use super::{
    memory::{self, LISTED, PAGE_BITS},
    setup::word,
};
use crate::{
    emit::{
        asm::{Assembler, Code},
        checks::gas_left,
        dispatch::{Shared, load, store},
        layout::*,
        records::taken,
        stack::TOTAL,
        state_word::pc_mask,
    },
    rules::verdict::MismatchKind,
};

/// Address of the checkpoint's words: the code is not needed any more.
const WORDS: usize = NEAR_CODE;
/// Address of the list of pages. It grows by an entry at most for each page that has been looked at,
/// and so never comes to what has not: a page of memory is longer, and where there is no room for
/// pages, there is room for their entries.
const LIST: usize = WORDS + 32 * seg::CHECKPOINT_WORDS;
/// Where the end of the list is kept.
const LIST_END: usize = SCRATCH;
/// Where the hash of a page of zeros is kept.
const ZERO_PAGE: usize = SCRATCH + 32;

/// Host: `word …` → `…`, the word of the checkpoint that stands at this position of an input.
fn write(c: &mut Code<'_>, position: usize) {
    store(c, WORDS + position - seg::START);
}

/// A message that ends before the segment does: there is no such checkpoint.
///
/// Host: `status pointer length S …` → the same.
pub(crate) fn is_absent(c: &mut Code<'_>, shared: &Shared) {
    if shared.segment.is_none() {
        return;
    }
    let last = c.local("last", 0);
    word(c, seg::END);
    c.ops(&[ISZERO]).jumpi(last);
    // An exceptional halt takes all gas.
    c.ops(&[DUP4]);
    gas_left(c, shared); // left S status …
    c.ops(&[DUP3, ISZERO, ISZERO, MUL]);
    word(c, wire::GAS_AVAILABLE);
    c.ops(&[SUB]); // used …
    word(c, seg::END);
    c.jump(shared.mismatch_of(MismatchKind::CheckpointAbsent));
    c.bind(last);
}

/// Host: (terminal), the stack's words in the spill area, `S` in [`SAVED`].
pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    let Some(part) = shared.segment else { return };
    let mut c = asm.routine(part.checkpoint);
    let c = &mut c;
    c.assume(0);
    // The stack first: of short code the words lie where it is spilled.
    load(c, TOTAL);
    c.push(5).ops(&[SHL]);
    load(c, SPILL);
    c.ops(&[KECCAK256]); // stack hash
    c.push(U256::from_be_bytes(CHECKPOINT_TAG.0));
    write(c, seg::START);
    load(c, SAVED);
    c.ops(&[DUP1]).push(pc_mask()).ops(&[AND]).push(shared.code()).ops(&[SWAP1, SUB]); // pc S
    write(c, seg::PC);
    gas_left(c, shared); // left S
    word(c, wire::GAS_AVAILABLE);
    c.ops(&[SUB]);
    write(c, seg::GAS_USED_SO_FAR);
    c.ops(&[POP]);
    taken(c, shared);
    write(c, seg::RECORD);
    load(c, TOTAL);
    write(c, seg::STACK_HEIGHT);
    write(c, seg::STACK_HASH);
    load(c, MEMORY_SIZE);
    write(c, seg::MEMORY_SIZE);
    pages(c);
    return_data(c);
    load(c, STATE_ROOT);
    write(c, seg::STATE_ROOT);
    c.push(32 * seg::CHECKPOINT_WORDS).push(WORDS).ops(&[RETURN]);
    c.end();
}

/// The pages that are not zero. Behind what the host's memory has come to all is zero; a page that
/// was not given has not been touched, and its hash is the one that it had, if it is listed.
///
/// Host: `…` → `…`.
fn pages(c: &mut Code<'_>) {
    let page = c.local("page", 2);
    let withheld = c.local("withheld", 2);
    let hashed = c.local("hashed", 3);
    let passed = c.local("passed", 2);
    let zero = c.local("zero", 2);
    let done = c.local("done", 2);
    c.push(U256::from_be_bytes(keccak256([0; PAGE_SIZE]).0));
    store(c, ZERO_PAGE);
    c.push(LIST);
    store(c, LIST_END);
    word(c, seg::PAGES_AT);
    c.ops(&[PUSH0]);
    c.bind(page); // page entry
    c.ops(&[DUP1]).push(PAGE_BITS).ops(&[SHL]);
    load(c, MEMORY_SIZE);
    c.ops(&[GT, ISZERO]).jumpi(done); // size > start
    c.ops(&[DUP1]);
    memory::is_withheld(c);
    c.jumpi(withheld);
    c.ops(&[DUP1]).push(PAGE_BITS).ops(&[SHL]);
    load(c, GUEST_MEMORY);
    c.ops(&[ADD, MSIZE, DUP2, LT]); // within address page entry
    let known = c.local("known", -1);
    c.jumpi(known).ops(&[POP]).jump(zero);
    c.bind(known); // address page entry
    c.push(PAGE_SIZE).ops(&[SWAP1, KECCAK256]).jump(hashed);
    c.bind(withheld); // page entry
    c.ops(&[DUP2, CALLDATALOAD, DUP2, XOR]).jumpi(passed);
    c.ops(&[DUP2]).push(32).ops(&[ADD, CALLDATALOAD]);
    c.bind(hashed); // hash page entry
    c.ops(&[DUP1]);
    load(c, ZERO_PAGE);
    let listed = c.local("listed", -2);
    c.ops(&[XOR]).jumpi(listed).ops(&[POP]).jump(zero);
    c.bind(listed); // hash page entry
    load(c, LIST_END); // end hash page entry
    c.ops(&[DUP3, DUP2, MSTORE]); // end hash page entry
    c.ops(&[SWAP1, DUP2]).push(32).ops(&[ADD, MSTORE]).push(LISTED).ops(&[ADD]);
    store(c, LIST_END); // page entry
    c.bind(zero);
    // Past the entry of this page, if it has one.
    c.ops(&[DUP2, CALLDATALOAD, DUP2, XOR]).jumpi(passed);
    c.ops(&[SWAP1]).push(LISTED).ops(&[ADD, SWAP1]);
    c.bind(passed);
    c.push(1).ops(&[ADD]).jump(page);
    c.bind(done);
    c.ops(&[POP, POP]);
    c.push(LIST);
    load(c, LIST_END);
    c.ops(&[SUB]).push(LIST).ops(&[KECCAK256]);
    write(c, seg::MEMORY_HASH);
}

/// The return data: what it was, or what a call has left, which is hashed where the list was.
///
/// Host: `…` → `…`.
fn return_data(c: &mut Code<'_>) {
    let same = c.local("same", 1);
    load(c, RETURN_DATA_SIZE);
    write(c, seg::RETURN_DATA_SIZE);
    word(c, seg::RETURN_DATA_HASH);
    load(c, RETURN_DATA);
    c.ops(&[ISZERO]).jumpi(same); // hash
    c.ops(&[POP]);
    load(c, RETURN_DATA_SIZE);
    c.ops(&[DUP1]);
    load(c, RETURN_DATA);
    c.push(LIST).ops(&[CALLDATACOPY]);
    c.push(LIST).ops(&[KECCAK256]);
    c.bind(same);
    write(c, seg::RETURN_DATA_HASH);
}
