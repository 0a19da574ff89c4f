//! CALLDATACOPY, CODECOPY, RETURNDATACOPY, MCOPY, EXTCODECOPY.
//!
//! Gas is charged and checked before memory is touched. A length of 0 touches nothing, so that the
//! offsets may then be anything; any other length is below 2^32 once its gas is paid, and so is the
//! guest's offset in memory.

use iso_evm_wire::protocol::Change;
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::Code,
        dispatch::{Shared, advance, advance_checked, charge_each, check_gas, finish, load, min},
        layout::*,
        memory,
        records::{expect_equal, expect_flag, field},
        segment,
    },
    rules::{
        fields::extcodecopy::{ACCOUNT, COLD, HEAD, OFFSET, SIZE},
        opcodes::Opcode,
        verdict::MismatchKind,
        words::ones,
    },
};

/// Host: `S to from length …` → `S' to from length …`: copy and memory gas.
fn touch_target(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[DUP4, DUP3]); // to length S to from length
    if shared.is_live() {
        memory::probe_range(c)
    } else {
        c.call(shared.touch_copy);
    }
}

/// Host: `offset …` → `address …`.
pub(crate) fn in_guest_memory(c: &mut Code<'_>) {
    load(c, GUEST_MEMORY);
    c.ops(&[ADD]);
}

/// Copies `taken` bytes with the host's opcode `copy`, and fills up to `length` with zeros.
///
/// Host: `taken source address length S …` → `S …`.
pub(crate) fn copy_and_fill(c: &mut Code<'_>, copy: u8) {
    c.ops(&[DUP3, DUP2, ADD]); // end taken source address length S
    c.ops(&[SWAP4, DUP2, SWAP1, SUB, SWAP4]); // end taken source address rest S
    c.arrange("end taken source address rest S", "address source taken end rest S").ops(&[copy]);
    c.ops(&[CALLDATASIZE, SWAP1, CALLDATACOPY]);
}

/// Guest: `to from length …` → `…`. Host: `S to from length …`. Behind the guest's calldata there may be code.
pub(super) fn calldatacopy(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    touch_target(c, shared);
    if shared.segment.is_some() {
        return segment::input::calldatacopy(c, shared, row);
    }
    if shared.is_live() {
        return calldatacopy_live(c, shared, row);
    }
    let beyond = c.local("beyond", 0);
    c.arrange("S to from length", "from to length S");
    load(c, INPUT_SIZE); // size from to length S
    c.ops(&[DUP1, DUP3, GT]); // from > size
    c.ops(&[DUP5, DUP4, ADD]); // end outside size from to length S
    c.ops(&[SWAP1, SWAP2, LT, OR]).jumpi(beyond); // from to length S
    load(c, INPUT);
    c.ops(&[ADD, SWAP1]);
    in_guest_memory(c); // address source length S
    c.ops(&[CALLDATACOPY]);
    finish(c, shared, row);

    // As much as there is, and zeros.
    c.bind(beyond); // from to length S
    c.ops(&[DUP1]);
    load(c, INPUT_SIZE);
    c.ops(&[DUP2, DUP2, GT, SWAP2, SWAP1, SUB, MUL]); // left from to length S
    c.ops(&[DUP4]);
    min(c);
    c.ops(&[SWAP1, POP]); // taken from to length S
    c.arrange("taken from to length S", "to from taken length S");
    in_guest_memory(c);
    c.ops(&[SWAP1]);
    load(c, INPUT);
    c.ops(&[ADD]);
    c.arrange("source address taken length S", "taken source address length S");
    copy_and_fill(c, CALLDATACOPY);
    finish(c, shared, row);
}

/// [`calldatacopy`] where nothing stands behind the guest's calldata; its gas is charged.
fn calldatacopy_live(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    c.arrange("S to from length", "from to S length");
    // The position, or the end of the host's calldata where it is past the guest's.
    load(c, INPUT_SIZE);
    c.ops(&[DUP2, LT, SWAP1]); // from within to S length
    load(c, INPUT);
    c.ops(&[ADD, CALLDATASIZE, SWAP1, SUB, MUL, CALLDATASIZE, ADD]); // source to S length
    c.ops(&[SWAP1]);
    in_guest_memory(c);
    c.arrange("to source S length", "to source length S").ops(&[CALLDATACOPY]);
    finish(c, shared, row);
}

/// Guest: `to from length …` → `…`. Host: `S to from length …`.
pub(super) fn codecopy(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    touch_target(c, shared);
    // Bytes of code from there on: none past its end.
    c.ops(&[DUP3]);
    load(c, CODE_SIZE);
    c.ops(&[DUP2, DUP2, GT, SWAP2, SWAP1, SUB, MUL]); // left S to from length
    c.ops(&[DUP5]);
    min(c);
    c.ops(&[SWAP1, POP]); // taken S to from length
    c.arrange("taken S to from length", "to from taken length S");
    in_guest_memory(c);
    c.ops(&[SWAP1]).push(shared.code()).ops(&[ADD]);
    c.arrange("source address taken length S", "taken source address length S");
    copy_and_fill(c, MCOPY);
    finish(c, shared, row);
}

/// Guest: `to from length …` → `…`. Host: `S to from length …`.
/// Halts: out of offset, even for length 0 (EIP-211).
pub(super) fn returndatacopy(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    load(c, RETURN_DATA_SIZE); // size S to from length
    c.ops(&[DUP1, DUP5, GT]).jumpi(shared.fault_under_one);
    c.ops(&[DUP4, SWAP1, SUB, DUP5, GT]).jumpi(shared.fault); // length > size - from
    touch_target(c, shared);
    segment::input::return_data_is_given(c, shared);
    c.arrange("S to from length", "from to length S");
    load(c, RETURN_DATA);
    c.ops(&[ADD, SWAP1]);
    in_guest_memory(c); // address source length S
    c.ops(&[CALLDATACOPY]);
    finish(c, shared, row);
}

/// Guest: `to from length …` → `…`. Host: `S to from length …`. Memory for both ranges (EIP-5656).
pub(super) fn mcopy(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    touch_target(c, shared);
    c.ops(&[DUP4, DUP4]); // from length S to from length
    if shared.is_live() {
        memory::probe_range(c)
    } else {
        c.call(shared.touch);
    }
    c.arrange("S to from length", "from to length S");
    in_guest_memory(c);
    c.ops(&[SWAP1]);
    in_guest_memory(c); // address source length S
    c.ops(&[MCOPY]);
    finish(c, shared, row);
}

/// Guest: `account to from length …` → `…`. Host: `S account to from length …`.
/// Record: account, cold, offset, size, code.
/// Gas: static + copy + memory before the record, cold after it.
pub(super) fn extcodecopy(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    c.seldom();
    advance_checked(c, shared, row);
    c.arrange("S account to from length", "S to from length account");
    touch_target(c, shared);
    check_gas(c, shared);
    c.push(row.byte).push(HEAD).call(shared.consume_bytes); // position S to from length account
    c.arrange("position S to from length account", "account S to from length position");
    c.push(ones(160)).ops(&[AND]);
    field(c, 6, ACCOUNT);
    expect_equal(c, shared, MismatchKind::Account); // S to from length position
    c.ops(&[DUP3]);
    field(c, 6, OFFSET);
    expect_equal(c, shared, MismatchKind::Offset);
    c.ops(&[DUP4]);
    field(c, 6, SIZE);
    expect_equal(c, shared, MismatchKind::Size);
    field(c, 5, COLD);
    expect_flag(c, shared, shared.fork.has(Change::ColdAccess));
    charge_each(c, shared.gas.account_cold);
    check_gas(c, shared); // S to from length position
    // No more bytes than were asked for; what is missing is zero.
    c.ops(&[DUP4]);
    field(c, 6, HEAD); // taken length S to from length position
    c.ops(&[DUP2, DUP2, GT]).jumpi(shared.mismatch_of(MismatchKind::Size));
    c.ops(&[SWAP1, POP]); // taken S to from length position
    c.arrange("taken S to from length position", "from to taken length position S").ops(&[POP]);
    in_guest_memory(c); // address taken length position S
    c.arrange("address taken length position S", "position address length taken S");
    c.push(HEAD + 32).ops(&[ADD]);
    c.arrange("source address length taken S", "taken source address length S");
    copy_and_fill(c, CALLDATACOPY);
    finish(c, shared, row);
}
