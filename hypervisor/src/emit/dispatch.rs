//! Dispatch: from the state word to the next opcode's handler, without a conditional jump, and
//! what every routine of the interpreter shares. Normative text: `specs/05-hypervisor.md`,
//! section Dispatch.
//!
//! The word at pc is loaded and its first byte is the slot to jump to. The byte is chosen by
//! `BYTE(S & guards, word)`: an index of 0 while no guard is up, a huge one, which yields byte 0,
//! otherwise. So slot 0 is both `STOP` and every tripped guard; [`crate::emit::stack`] tells them apart.

use alloy_primitives::U256;
use iso_evm_wire::{Fork, Rules, layout::TUPLE};
use revm::bytecode::opcode::{
    ADD, AND, BYTE, CALLDATALOAD, DUP1, DUP2, DUP3, GT, MLOAD, MSIZE, MSTORE, MUL, PUSH0, SHL, SUB,
    SWAP1, XOR,
};

use crate::{
    emit::{
        asm::{Assembler, Code, Label, STRIDE, Subroutine},
        layout::*,
        segment::{BEYOND, Part},
        state_word::{self, Guard, pc_mask},
    },
    rules::{gas::StateGas, opcodes::Opcode, verdict::MismatchKind},
};

/// Where an interpreter's state operations go. All else is written once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    /// To the records of a message; gas is charged, and the stack has zeros under it.
    Audit,
    /// To the records of a part of a message, from a checkpoint to the next.
    Segment,
    /// To the host itself ([`crate::live`]): gas is the host's, and so is an underflow.
    Live,
}

/// What all routines of one contract share: the guest's rules and the labels of common code.
///
/// Labels marked *terminal* end the run and may be jumped to with anything below what they name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub(crate) machine: Machine,
    pub(crate) rules: Rules,
    /// The fork of Ethereum among them.
    pub(crate) fork: Fork,
    pub(crate) gas: StateGas,
    /// Terminal: `S …`. The guest halts exceptionally.
    pub(crate) fault: Label,
    /// Terminal: `x S …`. The same.
    pub(crate) fault_under_one: Label,
    /// Terminal: `S' …`. A check before an opcode's effect failed; [`SAVED`] holds its `S`.
    pub(crate) trap: Label,
    /// Terminal: `S …`. Stack check after the fact, or a STOP.
    pub(crate) tripped: Label,
    /// Terminal: `S …`. Spills or refills the guest's stack and dispatches.
    pub(crate) rebalance: Label,
    /// Terminal: `S …`. Dispatches under [`Guard::Height`].
    pub(crate) next: Label,
    /// `destination S …`: jumps of the guest, the destination being within the code; in an audit of a whole message,
    /// anywhere.
    pub(crate) jump: Label,
    /// `S destination …`: jumps of the guest, to a destination that was found good before.
    pub(crate) jump_kept: Label,
    /// Terminal: `status pointer length S …`, with the last opcode's `S` in [`SAVED`]. Checks the
    /// claim and ends.
    pub(crate) exit: Label,
    /// Terminal: the first instruction of the run.
    pub(crate) setup: Label,
    /// Terminal: `root …`. An effect without a root.
    pub(crate) no_root: Label,
    /// Terminal. Not a canonical witness, at the record in [`RECORD`].
    pub(crate) malformed: Label,
    /// Terminal: `archive …`.
    pub(crate) unavailable: Label,
    /// Terminal. The code that stands beside the message is not the one that it runs.
    pub(crate) not_its_code: Label,
    /// Terminal: gives up without a verdict.
    pub(crate) inconclusive: Label,
    /// What only a segment has.
    pub(crate) segment: Option<Part>,
    /// Terminal: `kind found expected …`.
    pub(crate) mismatch: Label,
    /// Terminal, by kind: `found expected …`.
    pub(crate) mismatches: [Option<Label>; 64],
    /// `offset length S` → `S'`: charges memory gas and keeps the guest's memory size.
    pub(crate) touch: Subroutine,
    /// `offset length S` → `S'`: the same, with copy gas.
    pub(crate) touch_copy: Subroutine,
    /// `length opcode` → `position`: takes the next record, of a fixed length.
    pub(crate) consume: Subroutine,
    /// `head opcode` → `position`: takes the next record, whose last field is `bytes`.
    pub(crate) consume_bytes: Subroutine,
    /// `address` → `bool`: whether an instruction of the guest begins there.
    pub(crate) boundary: Subroutine,
    /// `value` → `length`: bytes without leading zeros.
    pub(crate) byte_length: Subroutine,
    /// `position gas hash allowed` → `gasUsed status`: outcome of a call or creation.
    pub(crate) settle: Subroutine,
}

/// The mismatches that a machine can find.
pub(crate) fn kinds(machine: Machine) -> impl Iterator<Item = MismatchKind> {
    let absent = (machine == Machine::Segment).then_some(MismatchKind::CheckpointAbsent);
    MismatchKind::of_messages().chain(absent)
}

impl Shared {
    pub(crate) fn new(asm: &mut Assembler, machine: Machine, rules: Rules) -> Self {
        let fork = rules.fork();
        let mut mismatches = [None; 64];
        for kind in kinds(machine) {
            mismatches[kind as usize] = Some(asm.terminal(format!("mismatch.{kind}")));
        }
        Self {
            machine,
            rules,
            fork,
            gas: StateGas::of(fork),
            fault: asm.terminal("fault"),
            fault_under_one: asm.terminal("fault_under_one"),
            trap: asm.terminal("trap"),
            tripped: asm.terminal("tripped"),
            rebalance: asm.terminal("rebalance"),
            next: asm.terminal("next"),
            jump: asm.label("jump", 2),
            jump_kept: asm.label("jump.kept", 2),
            exit: asm.terminal("exit"),
            setup: asm.terminal("setup"),
            no_root: asm.terminal("no_root"),
            malformed: asm.terminal("malformed"),
            unavailable: asm.terminal("unavailable"),
            not_its_code: asm.terminal("not_its_code"),
            inconclusive: asm.terminal("inconclusive"),
            segment: (machine == Machine::Segment).then(|| Part::new(asm)),
            mismatch: asm.terminal("mismatch"),
            mismatches,
            touch: asm.subroutine("touch", 3, 1),
            touch_copy: asm.subroutine("touch_copy", 3, 1),
            consume: asm.subroutine("consume", 2, 1),
            consume_bytes: asm.subroutine("consume_bytes", 2, 1),
            boundary: asm.subroutine("boundary", 1, 1),
            byte_length: asm.subroutine("byte_length", 1, 1),
            settle: asm.subroutine("settle", 4, 2),
        }
    }

    /// What is added to the state word: bytes of code, words of stack, and gas where it is charged.
    ///
    /// Live, the gas field counts the opcodes that take words away: a sum that is not below zero is
    /// a short constant, and nothing looks at the count.
    pub(crate) fn delta(&self, bytes: usize, stack: isize, gas: u64) -> U256 {
        state_word::delta(bytes, stack, if self.is_live() { u64::from(stack < 0) } else { gas })
    }

    /// Whether state operations go to the host.
    pub(crate) fn is_live(&self) -> bool {
        self.machine == Machine::Live
    }

    /// Address of the guest's code.
    pub(crate) const fn code(&self) -> usize {
        match self.machine {
            Machine::Audit => CODE,
            Machine::Segment | Machine::Live => NEAR_CODE,
        }
    }

    pub(crate) fn mismatch_of(&self, kind: MismatchKind) -> Label {
        self.mismatches[kind as usize].expect("every kind has a label")
    }
}

/// `word …` → (jumps). The first byte of the word is the slot, unless a guard of `S` is up.
pub(crate) fn jump_to_slot(c: &mut Code<'_>) {
    c.push(STRIDE.ilog2()).ops(&[SHL]);
    let height = c.height() - 1;
    c.jump_out(height);
}

/// Host: `S …` → (jumps). The opcode must have left `outputs` words.
pub(crate) fn dispatch(c: &mut Code<'_>, outputs: usize) {
    assert_eq!(c.height(), 1 + outputs, "an opcode leaves S and its results");
    dispatch_any(c, Guard::of(outputs));
}

/// [`dispatch`] where the height has been checked otherwise.
pub(crate) fn dispatch_any(c: &mut Code<'_>, guard: Guard) {
    c.ops(&[DUP1]).push(pc_mask()).ops(&[AND, MLOAD]); // word S
    c.ops(&[DUP2]).push(guard.mask()).ops(&[AND, BYTE]); // opcode S
    jump_to_slot(c);
}

/// [`dispatch`] at the end of an opcode's handler.
///
/// Live, a guard can only be up where the height has changed, and the host has found what was
/// missing: what is looked at is the height alone, and only then.
pub(crate) fn finish(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    if !shared.is_live() {
        return dispatch(c, row.outputs);
    }
    assert_eq!(c.height(), 1 + row.outputs, "an opcode leaves S and its results");
    if row.inputs == row.outputs { dispatch_unguarded(c) } else { dispatch_any(c, Guard::Live) }
}

/// Host: `S …` → (jumps), whatever the guards.
fn dispatch_unguarded(c: &mut Code<'_>) {
    c.ops(&[DUP1]).push(pc_mask()).ops(&[AND, MLOAD, PUSH0, BYTE]); // opcode S
    jump_to_slot(c);
}

/// [`finish`] for DUP and SWAP, which need `depth + 1` words after their work.
pub(crate) fn finish_deep(c: &mut Code<'_>, shared: &Shared, row: &Opcode, depth: usize) {
    if shared.is_live() {
        return finish(c, shared, row);
    }
    c.ops(&[DUP1]).push(pc_mask()).ops(&[AND, MLOAD]); // word S
    c.push(U256::from(depth) << state_word::RESULT).ops(&[DUP3, SUB]); // S-depth word S
    c.push(Guard::Result.mask()).ops(&[AND, BYTE]); // opcode S
    jump_to_slot(c);
}

/// Host: `S …` → `S' …`. The opcode's length, stack effect and static gas.
pub(crate) fn advance(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    let stack = row.outputs as isize - row.inputs as isize;
    c.push(shared.delta(1, stack, row.static_gas(shared.fork))).ops(&[ADD]);
}

/// [`advance`] for an opcode with an effect: keeps `S` in [`SAVED`], and goes to the trap unless
/// the stack holds its operands, has room for its result and its static gas can be paid.
pub(crate) fn advance_checked(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    c.ops(&[DUP1]).push(SAVED).ops(&[MSTORE]);
    advance(c, shared, row);
    check(c, shared, Guard::of(row.outputs));
}

/// Host: `S …` → `S …`: measured against all of the frame's gas, where the state word is measured
/// against the end of a segment.
pub(crate) fn within_frame(c: &mut Code<'_>, shared: &Shared) {
    if shared.segment.is_some() {
        load(c, BEYOND);
        c.ops(&[SWAP1, SUB]);
    }
}

/// Host: `S' …`. Goes to the trap if a guard is up.
pub(crate) fn check(c: &mut Code<'_>, shared: &Shared, guard: Guard) {
    c.ops(&[DUP1]);
    within_frame(c, shared);
    c.push(guard.mask()).ops(&[AND]).jumpi(shared.trap);
}

/// Host: `S …` → `bits S …`: not zero if the frame's gas has run out.
pub(crate) fn out_of_gas(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[DUP1]);
    within_frame(c, shared);
    c.push(state_word::gas_guard()).ops(&[AND]);
}

/// Host: `S …`. Halts the guest if its gas has run out.
pub(crate) fn check_gas(c: &mut Code<'_>, shared: &Shared) {
    out_of_gas(c, shared);
    c.jumpi(shared.fault);
}

/// Host: `units S …` → `S' …`. Charges `each` gas for a unit; the product must stay below 2^64.
pub(crate) fn charge_each(c: &mut Code<'_>, each: u64) {
    c.push(state_word::delta(0, 0, each)).ops(&[MUL, ADD]);
}

/// Host: `gas S …` → `S' …`.
pub(crate) fn charge(c: &mut Code<'_>) {
    c.push(state_word::GAS).ops(&[SHL, ADD]);
}

/// Host: `…` → `variable …`.
pub(crate) fn load(c: &mut Code<'_>, variable: usize) {
    c.push(variable).ops(&[MLOAD]);
}

/// Host: `value …` → `…`.
pub(crate) fn store(c: &mut Code<'_>, variable: usize) {
    c.push(variable).ops(&[MSTORE]);
}

/// Host: `…` → `word …`: the field of the message that stands at `position` where the message is all there is.
pub(crate) fn message_field(c: &mut Code<'_>, shared: &Shared, position: usize) {
    if shared.segment.is_some() {
        c.push(position).ops(&[CALLDATALOAD]);
    } else {
        load(c, MESSAGE + position - TUPLE);
    }
}

/// Host: `a b …` → `min(a, b) b …`.
pub(crate) fn min(c: &mut Code<'_>) {
    c.ops(&[DUP2, DUP2, GT, DUP3, DUP3, XOR, MUL, XOR]);
}

/// Dispatch for the start and after a rebalance, and slot 0.
pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    let mut c = asm.routine(shared.next);
    c.assume(1);
    dispatch(&mut c, 0);
    c.end();
    // Address 0 is where the host starts, with its memory untouched, and slot 0.
    let entry = asm.terminal("slot0");
    let mut c = asm.handler(0, entry);
    c.ops(&[MSIZE]).jumpi(shared.tripped);
    c.jump(shared.setup);
    c.end();
}
