//! The end of a run: what the execution gave against what the witness claims, and the four ways to
//! leave the contract. Normative text: `specs/05-hypervisor.md`, section Exit, and
//! `specs/07-verdicts.md`.

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use iso_evm_wire::{layout as wire, segment::layout::RECORD_COUNT};
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code},
        dispatch::{Shared, kinds, load, message_field, store, within_frame},
        layout::*,
        records::{self, expect_equal},
        segment,
        state_word::{self, pc_mask},
    },
    rules::{
        verdict::{MismatchKind, abi},
        words::ones,
    },
};

pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    fault(asm, shared);
    exit(asm, shared);
    errors(asm, shared);
}

/// Host: `S …` → `gas S …`: what the guest has left. No guard may be up.
pub(crate) fn gas_left(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[DUP1]);
    within_frame(c, shared);
    c.ops(&[NOT]).push(state_word::GAS).ops(&[SHR]).push(ones(64)).ops(&[AND]);
}

fn fault(asm: &mut Assembler, shared: &Shared) {
    let mut c = asm.routine(shared.fault_under_one);
    c.assume(2).ops(&[POP]).jump(shared.fault);
    c.end();
    let mut c = asm.routine(shared.fault);
    c.assume(1).ops(&[DUP1]);
    store(&mut c, SAVED);
    c.ops(&[PUSH0, PUSH0, PUSH0]).jump(shared.exit);
    c.end();
}

/// Host: `status pointer length S …` → (ends). `pointer` is an address in host memory.
fn exit(asm: &mut Assembler, shared: &Shared) {
    let failed = asm.label("exit.failed", 4);
    let root = asm.label("exit.root", 5);
    let accept = asm.label("exit.accept", 4);

    let mut c = asm.routine(shared.exit);
    c.assume(4);
    segment::checkpoint::is_absent(&mut c, shared);
    // Every record has been taken, and the list ends where `callData` begins.
    records::taken(&mut c, shared); // taken
    if shared.segment.is_some() {
        c.push(RECORD_COUNT);
    } else {
        load(&mut c, TABLE_START);
        c.push(32).ops(&[SWAP1, SUB]);
    }
    c.ops(&[CALLDATALOAD]); // there taken
    expect_equal(&mut c, shared, MismatchKind::RecordCount);
    load(&mut c, RECORD);
    load(&mut c, RECORDS_END);
    c.ops(&[XOR]).jumpi(shared.malformed);
    // Status.
    c.ops(&[DUP1]);
    message_field(&mut c, shared, wire::STATUS);
    expect_equal(&mut c, shared, MismatchKind::Status);
    // Gas: all of it on an exceptional halt. status pointer length S
    c.ops(&[DUP4, NOT]).push(state_word::GAS).ops(&[SHR]).push(ones(64)).ops(&[AND]);
    c.ops(&[DUP2, ISZERO, ISZERO, MUL]); // left status pointer length S
    message_field(&mut c, shared, wire::GAS_AVAILABLE);
    c.ops(&[SUB]); // used …
    message_field(&mut c, shared, wire::GAS_USED);
    expect_equal(&mut c, shared, MismatchKind::GasUsed);
    // Returned data; none on an exceptional halt.
    c.ops(&[DUP3, DUP3, KECCAK256]);
    message_field(&mut c, shared, wire::RETURNDATA_HASH);
    expect_equal(&mut c, shared, MismatchKind::ReturndataHash);
    // Root: where the records led, or back. Stored code changes the root, which the access audit
    // checks.
    c.ops(&[DUP1]).push(1).ops(&[XOR]).jumpi(failed); // status pointer length S
    load(&mut c, CREATION);
    c.ops(&[DUP4, MUL]).jumpi(accept);
    load(&mut c, STATE_ROOT);
    c.jump(root);
    c.bind(failed);
    message_field(&mut c, shared, wire::STATE_ROOT_ENTER);
    c.bind(root);
    message_field(&mut c, shared, wire::STATE_ROOT_LEAVE);
    expect_equal(&mut c, shared, MismatchKind::StateRootLeave);
    c.bind(accept);
    c.push(1).ops(&[PUSH0, MSTORE]).push(32).ops(&[PUSH0, RETURN]);
    c.end();
}

/// Host: `…` → `…`. Writes an error's selector at memory 0.
pub(crate) fn selector(c: &mut Code<'_>, selector: [u8; 4]) {
    c.push(U256::from(u32::from_be_bytes(selector)) << 224).ops(&[PUSH0, MSTORE]);
}

/// Host: `argument …` → `…`.
pub(crate) fn argument(c: &mut Code<'_>, index: usize) {
    c.push(4 + 32 * index).ops(&[MSTORE]);
}

/// Host: `…` → (reverts) with `count` arguments written.
pub(crate) fn revert(c: &mut Code<'_>, count: usize) {
    c.push(4 + 32 * count).ops(&[PUSH0, REVERT]);
    c.end();
}

fn errors(asm: &mut Assembler, shared: &Shared) {
    for kind in kinds(shared.machine) {
        let mut c = asm.routine(shared.mismatch_of(kind));
        c.push(kind as u8).jump(shared.mismatch);
        c.end();
    }

    let mut c = asm.routine(shared.mismatch);
    c.seldom().assume(3); // kind found expected
    load(&mut c, SAVED);
    c.push(pc_mask()).ops(&[AND]); // address kind found expected
    // Before the code stands the address that says "not begun".
    c.push(shared.code()).ops(&[SWAP1, SUB]); // pc kind found expected
    // The record before the next.
    c.push(1);
    records::taken(&mut c, shared);
    c.ops(&[SUB]); // record pc kind found expected
    c.push(MismatchKind::FIRST_OF_RECORDS).ops(&[DUP4, LT, PUSH0, SUB, OR]); // all ones unless about a record
    selector(&mut c, abi::Mismatch::SELECTOR);
    argument(&mut c, 2);
    argument(&mut c, 1);
    argument(&mut c, 0);
    argument(&mut c, 4);
    argument(&mut c, 3);
    revert(&mut c, 5);

    // Any root would do, which the expected word cannot say: it is all ones.
    let mut c = asm.routine(shared.no_root);
    c.assume(1).ops(&[PUSH0, NOT, SWAP1]).jump(shared.mismatch_of(MismatchKind::StateRoot));
    c.end();

    // A position is that in the message, which stands further on where code stands beside it.
    let mut c = asm.routine(shared.malformed);
    c.assume(0);
    load(&mut c, RECORD);
    if shared.segment.is_none() {
        c.push(LIST_TABLE);
        load(&mut c, TABLE_START);
        c.ops(&[SUB, DUP2, ISZERO, ISZERO, MUL, SWAP1, SUB]);
    }
    selector(&mut c, abi::Malformed::SELECTOR);
    argument(&mut c, 0);
    revert(&mut c, 1);

    let mut c = asm.routine(shared.unavailable);
    c.assume(1);
    selector(&mut c, abi::Unavailable::SELECTOR);
    argument(&mut c, 0);
    revert(&mut c, 1);

    // No archive is at zero: what it says is that the code beside the message is not its own.
    if shared.segment.is_none() {
        let mut c = asm.routine(shared.not_its_code);
        c.assume(0).ops(&[PUSH0]).jump(shared.unavailable);
        c.end();
    }

    segment::missing::emit(asm, shared);

    let mut c = asm.routine(shared.inconclusive);
    c.assume(0).ops(&[PUSH0, PUSH0, REVERT]);
    c.end();
}
