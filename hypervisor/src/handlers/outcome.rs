//! What becomes of a call or creation, and what each outcome implies. Normative text:
//! `specs/03-records.md`, section Outcomes.

use iso_evm_witness::records::Outcome;
use revm::bytecode::opcode::*;

use crate::{
    asm::{Assembler, Code},
    dispatch::{Shared, store},
    fields::outcome::{
        DATA_HASH, GAS, GAS_USED, OUTCOME, RETURNED, RETURNED_SIZE, STATE_ROOT, STATUS,
    },
    layout::{RETURN_DATA, RETURN_DATA_SIZE},
    records::{expect_equal, field, take_root},
    verdict::MismatchKind,
};

/// Outcomes of a call, and the statuses that each may have.
pub(crate) const CALL_OUTCOMES: &[(Outcome, &[u8])] = &[
    (Outcome::Child, &[0, 1, 2]),
    (Outcome::Nocode, &[1]),
    (Outcome::Precompile, &[0, 1]),
    (Outcome::Depth, &[0]),
    (Outcome::Balance, &[0]),
];

/// Outcomes of a creation, and the statuses that each may have.
pub(crate) const CREATE_OUTCOMES: &[(Outcome, &[u8])] = &[
    (Outcome::Child, &[0, 1, 2]),
    (Outcome::Depth, &[0]),
    (Outcome::Balance, &[0]),
    (Outcome::Nonce, &[0]),
    (Outcome::Collision, &[0]),
];

/// What an outcome of *none* holds to zero, in this order.
pub(crate) const NONE_FIELDS: [(usize, MismatchKind); 7] = [
    (OUTCOME, MismatchKind::Outcome),
    (DATA_HASH, MismatchKind::DataHash),
    (GAS, MismatchKind::Gas),
    (GAS_USED, MismatchKind::CalleeGasUsed),
    (STATUS, MismatchKind::Outcome),
    (STATE_ROOT, MismatchKind::StateRoot),
    (RETURNED_SIZE, MismatchKind::Returndata),
];

/// Bit `4 * outcome + status` for each pair.
pub(crate) fn allowed(pairs: &[(Outcome, &[u8])]) -> u32 {
    let bit = |outcome: Outcome, status: u8| 1 << (4 * outcome as u8 + status);
    pairs.iter().flat_map(|(outcome, list)| list.iter().map(|s| bit(*outcome, *s))).sum()
}

/// Outcomes that burn what was given when their status is 0.
pub(crate) fn burning() -> u32 {
    [Outcome::Child, Outcome::Precompile, Outcome::Collision].map(|o| 1 << o as u8).iter().sum()
}

/// Outcomes of a creation whose initcode somebody needs: the child, or whoever looks for the account
/// that was there.
pub(crate) fn hashed() -> u32 {
    [Outcome::Child, Outcome::Collision].map(|o| 1 << o as u8).iter().sum()
}

/// Statuses under which gas used and returned data are facts that only have a bound.
pub(crate) fn free() -> u32 {
    allowed(&[(Outcome::Child, &[1, 2]), (Outcome::Precompile, &[1])])
}

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
