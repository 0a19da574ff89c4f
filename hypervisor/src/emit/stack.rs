//! The guest's stack of 1024 words on a host stack of 1024: what a tripped guard means, and the
//! spill area. Normative text: `specs/05-hypervisor.md`, section Stack.
//!
//! Up to [`NATIVE_LIMIT`] words lie on the host's stack. A rebalance moves them all to the spill
//! area and loads the top [`NATIVE_KEEP`] back. While words are spilled, the underflow guards trip
//! with [`PADS`] words still there, so that no opcode ever reads below the ones that are loaded.

use alloy_primitives::U256;
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code, Label},
        dispatch::{Shared, check_gas, load, min, store},
        layout::*,
        memory,
        state_word::{
            self, HEIGHT, HEIGHT_BIAS, HEIGHT_BITS, OVERFLOW_MAX, gas_guard, height_guard,
            kept_fields, overflow_guard, pc_mask,
        },
    },
    rules::{
        opcodes::{Handler, opcodes},
        words::ones,
    },
};

/// What [`Handler`]s dispatch under the result guard: one bit for each opcode.
fn leave_a_result(shared: &Shared) -> U256 {
    opcodes(shared.fork)
        .filter(|row| row.outputs > 0 && !matches!(row.handler, Handler::Dup(_) | Handler::Swap(_)))
        .fold(U256::ZERO, |set, row| set | U256::ONE << usize::from(row.byte))
}

/// Host: `S …` → `height S …`: words of the guest's stack that lie on the host's.
fn native_height(c: &mut Code<'_>) {
    c.ops(&[DUP1]).push(HEIGHT).ops(&[SHR]).push(ones(HEIGHT_BITS)).ops(&[AND]); // field S
    c.push(HEIGHT_BIAS).ops(&[SWAP1, SUB]); // height-pads S
    load(c, SPILLED);
    c.ops(&[ISZERO, ISZERO]).push(PADS).ops(&[MUL, ADD]); // height S
}

pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    if shared.is_live() {
        tripped_live(asm, shared);
    } else {
        tripped(asm, shared);
        trap(asm, shared);
    }
    rebalance(asm, shared);
}

/// Slot 0, live: a guard tripped after an opcode's work, or the opcode at pc is `STOP`. An
/// underflow has been the host's own, so the guard says that words are spilled or have to be.
fn tripped_live(asm: &mut Assembler, shared: &Shared) {
    let guards = asm.label("tripped.guards", 1);

    let mut c = asm.routine(shared.tripped);
    c.assume(1); // S
    c.ops(&[DUP1]).push(height_guard() | overflow_guard()).ops(&[AND]).jumpi(guards);
    c.ops(&[STOP]);
    c.end();

    let mut c = asm.routine(guards);
    native_height(&mut c); // height S
    load(&mut c, SPILLED);
    c.ops(&[ADD]).push(STACK_LIMIT).ops(&[LT]).jumpi(shared.fault); // S
    c.jump(shared.rebalance);
    c.end();
}

/// Slot 0: a guard tripped after an opcode's work, or the opcode at pc is `STOP`.
///
/// With nothing spilled and no guard up in `S` itself, what is left to tell is `STOP` after a
/// legal opcode from `STOP` after one that found too few words. The opcode before a STOP that is
/// reached stands right before it (a jump leads to a `JUMPDEST`), unless it was a PUSH.
fn tripped(asm: &mut Assembler, shared: &Shared) {
    let guards = asm.label("tripped.guards", 1);
    let spilled = asm.label("tripped.spilled", 1);
    let not_spilled = asm.label("tripped.underflow?", 1);
    let stop = asm.label("stop", 1);
    let suspect = asm.label("tripped.suspect", 2);

    let mut c = asm.routine(shared.tripped);
    c.assume(1); // S
    check_gas(&mut c, shared);
    c.ops(&[DUP1]).push(height_guard() | overflow_guard()).ops(&[AND]).jumpi(guards);
    load(&mut c, SPILLED);
    c.jumpi(spilled); // S
    c.ops(&[DUP1]).push(pc_mask()).ops(&[AND]); // pc S
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]);
    if shared.segment.is_some() {
        // At the segment's end any opcode may follow.
        c.ops(&[DUP3]).push(gas_guard()).ops(&[AND, ISZERO, MUL]);
    }
    c.jumpi(shared.fault_under_one); // pc S
    // `STOP`: was the opcode before it satisfied?
    c.push(1).ops(&[SWAP1, SUB]); // before S
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]); // opcode before S
    c.ops(&[DUP1]).push(5).ops(&[SHR]).push(4).ops(&[EQ]); // dup-or-swap opcode before S
    // Words needed after it: (opcode & 15) + 2 for DUP and SWAP, 1 where it leaves a result.
    c.ops(&[DUP2]).push(15).ops(&[AND]).push(2).ops(&[ADD, MUL]); // needed opcode before S
    c.push(leave_a_result(shared)).ops(&[DUP3, SHR]).push(1).ops(&[AND, OR]); // needed opcode before S
    c.ops(&[SWAP1, POP, SWAP1, SWAP2]); // S needed before
    native_height(&mut c); // height S needed before
    c.ops(&[DUP3, SWAP1, LT, SWAP1, SWAP2, POP]); // missing S before
    c.ops(&[SWAP2, SWAP1, SWAP2]).jumpi(suspect); // before S
    c.ops(&[POP]).jump(stop);
    c.bind(suspect); // before S
    c.call(shared.boundary).jumpi(shared.fault); // S
    c.bind(stop); // S
    if shared.segment.is_some() {
        // The segment ends here, and what is at pc belongs to the next.
        c.ops(&[DUP1]).push(gas_guard()).ops(&[AND]).jumpi(shared.rebalance);
    }
    c.ops(&[DUP1]);
    store(&mut c, SAVED);
    c.ops(&[PUSH0, PUSH0]).push(1).jump(shared.exit);
    c.end();

    // Words are spilled, and the ones that are there satisfied the opcode.
    let mut c = asm.routine(spilled);
    c.ops(&[DUP1]).push(pc_mask()).ops(&[AND, MLOAD, PUSH0, BYTE]).jumpi(shared.rebalance);
    c.jump(stop);
    c.end();

    let mut c = asm.routine(guards);
    native_height(&mut c); // height S
    load(&mut c, SPILLED);
    c.ops(&[ADD]).push(STACK_LIMIT).ops(&[LT]).jumpi(shared.fault); // S
    load(&mut c, SPILLED);
    c.ops(&[ISZERO]).jumpi(not_spilled);
    c.jump(shared.rebalance);
    c.bind(not_spilled);
    c.ops(&[DUP1]).push(height_guard()).ops(&[AND]).jumpi(shared.fault);
    c.jump(shared.rebalance);
    c.end();
}

/// A check before an opcode's effect failed: too few words, no room, or no gas. If some words are
/// spilled, or the host's stack is full and the guest's is not, the opcode is tried again.
fn trap(asm: &mut Assembler, shared: &Shared) {
    /// The most words that a checked opcode needs, and the pads.
    const ENOUGH: usize = PADS + 7;
    let full = asm.label("trap.full", 1);

    let mut c = asm.routine(shared.trap);
    c.seldom().assume(1).ops(&[POP]); // the advanced S
    load(&mut c, SAVED); // S
    c.ops(&[DUP1]).push(U256::ONE << state_word::OVERFLOW).ops(&[ADD]);
    c.push(overflow_guard()).ops(&[AND]).jumpi(full); // S
    load(&mut c, SPILLED);
    c.ops(&[ISZERO]).jumpi(shared.fault);
    native_height(&mut c); // height S
    c.push(ENOUGH).ops(&[SWAP1, LT]).jumpi(shared.rebalance); // height < enough
    c.jump(shared.fault);
    c.bind(full); // S
    native_height(&mut c);
    load(&mut c, SPILLED);
    c.ops(&[ADD]).push(STACK_LIMIT).ops(&[GT]).jumpi(shared.rebalance); // total < limit
    c.jump(shared.fault);
    c.end();
}

/// Where a rebalance keeps the place of the first word that it spills.
const START: usize = SCRATCH;
/// Where a rebalance keeps the end of the spilled words.
pub(crate) const STOP_AT: usize = SCRATCH + 32;
/// Where a rebalance keeps the height of the guest's stack.
pub(crate) const TOTAL: usize = SCRATCH + 64;

/// The first time, guest memory moves up, and the spill area takes its place.
///
/// Host: `S …` → `S …`.
fn allocate(c: &mut Code<'_>, shared: &Shared, allocated: Label) {
    load(c, SPILL);
    c.jumpi(allocated);
    memory::size(c, shared); // size S
    load(c, GUEST_MEMORY); // from size S
    c.ops(&[DUP1]);
    store(c, SPILL);
    c.ops(&[DUP1]).push(SPILL_SIZE).ops(&[ADD]); // to from size S
    c.ops(&[DUP1]);
    store(c, GUEST_MEMORY);
    c.ops(&[MCOPY]); // S
    if shared.is_live() {
        // The host's memory reaches to guest memory at least.
        load(c, GUEST_MEMORY);
        c.push(32).ops(&[SWAP1, SUB, MLOAD, POP]);
    }
    c.bind(allocated);
}

/// Guest: all native words → the top ones. Host: `S …` → (dispatches, pc unchanged); at the end of a
/// segment all words are spilled, and that is the checkpoint.
fn rebalance(asm: &mut Assembler, shared: &Shared) {
    let allocated = asm.label("rebalance.allocated", 1);
    let spill = asm.label("rebalance.spill", 1);
    let spill_done = asm.label("rebalance.spill_done", 1);
    let fill = asm.label("rebalance.fill", 1);
    let fill_done = asm.label("rebalance.fill_done", 1);

    let mut c = asm.routine(shared.rebalance);
    c.assume(1); // S
    if shared.segment.is_none() {
        allocate(&mut c, shared, allocated);
    }
    c.ops(&[DUP1]);
    store(&mut c, SAVED);
    native_height(&mut c);
    load(&mut c, SPILLED);
    c.ops(&[ADD, DUP1]); // total total S
    store(&mut c, TOTAL);
    load(&mut c, SPILLED);
    c.push(5).ops(&[SHL]);
    load(&mut c, SPILL);
    c.ops(&[ADD]); // start total S
    store(&mut c, START);
    c.push(5).ops(&[SHL]);
    load(&mut c, SPILL);
    c.ops(&[ADD, DUP1]); // end end S
    store(&mut c, STOP_AT);
    c.ops(&[SWAP1, POP]); // pointer
    c.bind(spill); // pointer word …
    c.ops(&[DUP1]);
    load(&mut c, START);
    c.ops(&[EQ]).jumpi(spill_done);
    c.push(32).ops(&[SWAP1, SUB]); // pointer word …
    c.assume(2).ops(&[SWAP1, DUP2, MSTORE]); // pointer …
    c.jump(spill);
    c.bind(spill_done);
    c.ops(&[POP]);
    if let Some(part) = shared.segment {
        load(&mut c, SAVED);
        c.push(gas_guard()).ops(&[AND]).jumpi(part.checkpoint);
        c.jump(part.refill);
        c.end();
        c = asm.routine(part.refill);
        c.assume(0);
    }
    // Words to keep: min(total, NATIVE_KEEP).
    load(&mut c, TOTAL);
    c.push(NATIVE_KEEP);
    min(&mut c); // kept total
    c.ops(&[SWAP1, SUB, DUP1]); // spilled spilled
    store(&mut c, SPILLED);
    c.push(5).ops(&[SHL]);
    load(&mut c, SPILL);
    c.ops(&[ADD]); // pointer
    c.bind(fill);
    c.ops(&[DUP1]);
    load(&mut c, STOP_AT);
    c.ops(&[EQ]).jumpi(fill_done);
    c.ops(&[DUP1, MLOAD, SWAP1]).push(32).ops(&[ADD]); // pointer word
    c.assume(1).jump(fill);
    c.bind(fill_done);
    c.ops(&[POP]);
    // The state word anew: pc and gas as they were, the heights by what is spilled.
    load(&mut c, SAVED);
    c.push(kept_fields()).ops(&[AND]); // fields
    load(&mut c, SPILLED);
    load(&mut c, TOTAL);
    c.ops(&[SUB]); // kept fields
    load(&mut c, SPILLED);
    c.ops(&[ISZERO, ISZERO]).push(PADS).ops(&[MUL]); // pads kept fields
    c.ops(&[DUP2, SUB]).push(HEIGHT_BIAS).ops(&[ADD]); // height kept fields
    c.push(1).ops(&[DUP2, SUB]).push(state_word::RESULT).ops(&[SHL]); // result height kept fields
    c.ops(&[SWAP1]).push(HEIGHT).ops(&[SHL, ADD]); // heights kept fields
    // Room above: the guest's limit less what is spilled, or the native limit if that is less.
    load(&mut c, SPILLED);
    c.push(STACK_LIMIT).ops(&[SUB]); // room heights kept fields
    c.push(NATIVE_LIMIT);
    min(&mut c);
    c.ops(&[SWAP1, POP]); // limit heights kept fields
    c.push(OVERFLOW_MAX).ops(&[SUB, SWAP1, SWAP2, ADD]); // overflow heights fields
    c.push(state_word::OVERFLOW).ops(&[SHL, ADD, ADD]); // S
    c.jump(shared.next);
    c.end();
}
