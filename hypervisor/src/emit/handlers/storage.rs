//! SLOAD, SSTORE, TSTORE.

use iso_evm_wire::{layout as wire, protocol::Change};
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Code, Label},
        dispatch::{
            self, Shared, advance_checked, charge_each, check, dispatch, message_field, store,
        },
        layout::*,
        records::{expect_equal, expect_flag, field, take_root},
        state_word::{Guard, delta},
    },
    rules::{
        fields::{keyed, sload, sstore},
        gas::{GAS_CALL_STIPEND, GAS_STORAGE_SET},
        opcodes::Opcode,
        verdict::MismatchKind,
    },
};

/// Host: `S …`. Halts the guest in a static context (EIP-214).
pub(super) fn refuse_static(c: &mut Code<'_>, shared: &Shared) {
    message_field(c, shared, wire::IS_STATIC);
    c.jumpi(shared.fault);
}

/// Guest: `key …` → `value …`. Host: `S key …`. Record: key, cold, value.
pub(super) fn sload(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance_checked(c, shared, row);
    c.push(row.byte).push(sload::LENGTH).call(shared.consume); // position S key
    c.ops(&[SWAP2]); // key S position
    field(c, 3, sload::KEY);
    expect_equal(c, shared, MismatchKind::Key); // S position
    field(c, 2, sload::COLD);
    expect_flag(c, shared, shared.fork.has(Change::ColdAccess));
    charge_each(c, shared.gas.sload_cold);
    c.ops(&[SWAP1]).push(sload::VALUE).ops(&[ADD, CALLDATALOAD, SWAP1]); // S value
    dispatch(c, row.outputs);
}

/// Guest: `key value …` → `…`. Host: `S key value …`.
/// Record: key, value, cold, original, current, root.
/// Gas: EIP-2200 and EIP-2929 by the three values; the sentry of 2300 comes before the record.
pub(super) fn sstore(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    let no_op = c.local("no_op", 0);
    let dirty = c.local("dirty", 0);
    let priced = c.local("priced", 0);
    let out_of_gas = c.local("out_of_gas", -1);
    /// Gas that must be left, and one more.
    const SENTRY: u64 = GAS_CALL_STIPEND + 1;

    refuse_static(c, shared);
    c.ops(&[DUP1]);
    store(c, SAVED);
    c.push(delta(1, -2, SENTRY)).ops(&[ADD]);
    check(c, shared, Guard::Height);
    c.push(delta(0, 0, SENTRY)).ops(&[SWAP1, SUB]); // S key value
    c.push(row.byte).push(sstore::LENGTH).call(shared.consume); // position S key value
    c.ops(&[SWAP2]); // key S position value
    field(c, 3, sstore::KEY);
    expect_equal(c, shared, MismatchKind::Key); // S position value
    c.ops(&[DUP3]);
    field(c, 3, sstore::VALUE);
    expect_equal(c, shared, MismatchKind::Value); // S position value
    // Price by new, current and original value.
    field(c, 2, sstore::CURRENT); // current S position value
    c.ops(&[DUP1, SWAP4, EQ]).jumpi(no_op); // S position current
    field(c, 2, sstore::ORIGINAL); // original S position current
    c.ops(&[DUP1, SWAP4, XOR]).jumpi(dirty); // S position original
    c.ops(&[DUP3, ISZERO]).push(delta(0, 0, GAS_STORAGE_SET - shared.gas.storage_update));
    c.ops(&[MUL]).push(delta(0, 0, shared.gas.storage_update)).ops(&[ADD, ADD]).jump(priced);
    c.bind(no_op);
    c.bind(dirty);
    c.push(delta(0, 0, shared.gas.storage)).ops(&[ADD]);
    c.bind(priced); // S position word
    c.ops(&[SWAP2, POP, SWAP1]); // S position
    field(c, 2, sstore::COLD);
    expect_flag(c, shared, shared.fork.has(Change::ColdAccess));
    charge_each(c, shared.gas.sstore_cold); // S position
    effect(c, shared, sstore::STATE_ROOT, out_of_gas); // S
    dispatch(c, row.outputs);
    c.bind(out_of_gas); // S position
    no_effect(c, shared, sstore::STATE_ROOT);
}

/// The root after an opcode's effect. Goes to `out_of_gas` if the gas has not sufficed.
///
/// Host: `S position …` → `S …`.
pub(super) fn effect(c: &mut Code<'_>, shared: &Shared, offset: usize, out_of_gas: Label) {
    dispatch::out_of_gas(c, shared);
    c.jumpi(out_of_gas); // S position
    c.ops(&[SWAP1]).push(offset).ops(&[ADD, CALLDATALOAD]); // root S
    take_root(c, shared);
}

/// An opcode that ran out of gas has no root. Host: `S position …` → (halts).
pub(super) fn no_effect(c: &mut Code<'_>, shared: &Shared, offset: usize) {
    c.ops(&[PUSH0]);
    field(c, 3, offset); // found expected S position
    expect_equal(c, shared, MismatchKind::StateRoot);
    c.jump(shared.fault);
}

/// Guest: `key value …` → `…`. Host: `S key value …`. Record: key, value.
pub(super) fn tstore(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    refuse_static(c, shared);
    advance_checked(c, shared, row);
    c.push(row.byte).push(keyed::LENGTH).call(shared.consume); // position S key value
    c.ops(&[SWAP2]); // key S position value
    field(c, 3, keyed::KEY);
    expect_equal(c, shared, MismatchKind::Key); // S position value
    c.ops(&[SWAP2, SWAP1]); // position value S
    c.push(keyed::VALUE).ops(&[ADD, CALLDATALOAD]);
    expect_equal(c, shared, MismatchKind::Value); // S
    dispatch(c, row.outputs);
}
