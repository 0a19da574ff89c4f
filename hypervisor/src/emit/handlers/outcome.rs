//! How the contract settles a call or creation: the record's outcome, and what it implies.
//! Normative text: `specs/03-records.md`, section Outcomes.

use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code},
        dispatch::{Shared, store},
        layout::{RETURN_DATA, RETURN_DATA_SIZE},
        records::{expect_equal, field, take_root},
    },
    rules::{
        fields::outcome::{
            DATA_HASH, GAS, GAS_USED, OUTCOME, RETURNED, RETURNED_SIZE, STATE_ROOT, STATUS,
        },
        outcomes::{NONE_FIELDS, burning, free},
        verdict::MismatchKind,
    },
};

/// Host: `position gas hash allowed` → `gasUsed status`, of the fields from `outcome` on: checks
/// them, makes the returned data the guest's, takes the root.
pub(super) fn emit(asm: &mut Assembler, shared: &Shared) {
    let bad = asm.label("settle.bad_outcome", 7);
    let bounded = asm.label("settle.bounded", 7);
    let settled = asm.label("settle.settled", 7);

    let mut c = asm.routine(shared.settle.label); // return position gas hash allowed
    c.ops(&[DUP4]);
    field(&mut c, 3, DATA_HASH);
    expect_equal(&mut c, shared, MismatchKind::DataHash);
    c.ops(&[DUP3]);
    field(&mut c, 3, GAS);
    expect_equal(&mut c, shared, MismatchKind::Gas);
    c.arrange("return position gas hash allowed", "hash return position gas allowed").ops(&[POP]);
    // Outcome and status go together.
    field(&mut c, 2, STATUS);
    field(&mut c, 3, OUTCOME); // outcome status return position gas allowed
    c.ops(&[DUP1]).push(2).ops(&[SHL, DUP3, ADD]); // pair outcome status return position gas allowed
    c.ops(&[DUP7, DUP2, SHR, NOT]).push(1).ops(&[AND]); // forbidden pair outcome status …
    c.ops(&[DUP4]).push(2).ops(&[SHR, OR, DUP3]).push(3).ops(&[SHR, OR]).jumpi(bad);
    // Gas used and returned data: facts within bounds, or given by the outcome.
    c.push(free()).ops(&[DUP2, SHR]).push(1).ops(&[AND]).jumpi(bounded);
    c.push(burning()).ops(&[DUP3, SHR]).push(1).ops(&[AND, DUP7, MUL]); // gasUsed pair …
    field(&mut c, 6, GAS_USED);
    expect_equal(&mut c, shared, MismatchKind::CalleeGasUsed);
    c.ops(&[PUSH0]);
    field(&mut c, 6, RETURNED_SIZE);
    expect_equal(&mut c, shared, MismatchKind::Returndata);
    c.jump(settled);
    c.bind(bounded); // pair outcome status return position gas allowed
    c.ops(&[DUP6]);
    field(&mut c, 6, GAS_USED); // gasUsed gas pair …
    c.ops(&[DUP2, DUP2, GT]).jumpi(shared.mismatch_of(MismatchKind::CalleeGasUsed));
    c.ops(&[POP, POP]);
    c.bind(settled); // pair outcome status return position gas allowed
    field(&mut c, 5, RETURNED_SIZE);
    store(&mut c, RETURN_DATA_SIZE);
    c.ops(&[DUP5]).push(RETURNED).ops(&[ADD]);
    store(&mut c, RETURN_DATA);
    field(&mut c, 5, STATE_ROOT);
    take_root(&mut c, shared);
    field(&mut c, 5, GAS_USED);
    c.arrange(
        "gasUsed pair outcome status return position gas allowed",
        "pair outcome position gas allowed return gasUsed status",
    );
    c.ops(&[POP, POP, POP, POP, POP]).ret(shared.settle);
    c.bind(bad); // pair outcome status return position gas allowed
    c.ops(&[DUP7, SWAP1]).jump(shared.mismatch_of(MismatchKind::Outcome));
    c.end();
}

/// The opcode ran out of gas on a fact: there is no outcome, and no field speaks of one.
///
/// Host: `position …` → `position …`, of the fields from `outcome` on.
pub(super) fn expect_none(c: &mut Code<'_>, shared: &Shared) {
    for (offset, kind) in NONE_FIELDS {
        c.ops(&[PUSH0]);
        field(c, 2, offset);
        expect_equal(c, shared, kind);
    }
}
