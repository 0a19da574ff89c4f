//! SELFDESTRUCT.

use iso_evm_wire::protocol::Change;
use revm::bytecode::opcode::*;

use super::storage::{effect, no_effect, refuse_static};
use crate::{
    emit::{
        asm::Code,
        dispatch::{Shared, advance_checked, charge_each},
        records::{expect_bits, expect_equal, expect_flag, field},
    },
    rules::{
        fields::selfdestruct::{BALANCE, BENEFICIARY, COLD, EMPTY, LENGTH, STATE_ROOT},
        gas::GAS_NEW_ACCOUNT,
        opcodes::Opcode,
        verdict::MismatchKind,
        words::ones,
    },
};

/// Guest: `beneficiary …`. Host: `S beneficiary …` → (ends with success and no data).
/// Record: beneficiary, cold, empty, balance, root.
/// Gas: cold adds to the static base, and so does funding an empty account (EIP-161).
pub(super) fn selfdestruct(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    c.seldom();
    let out_of_gas = c.local("out_of_gas", 0);
    refuse_static(c, shared);
    advance_checked(c, shared, row);
    c.push(row.byte).push(LENGTH).call(shared.consume); // position S beneficiary
    c.ops(&[SWAP2]).push(ones(160)).ops(&[AND]); // beneficiary S position
    field(c, 3, BENEFICIARY);
    expect_equal(c, shared, MismatchKind::Account); // S position
    field(c, 2, COLD);
    expect_flag(c, shared, shared.fork.has(Change::ColdAccess));
    charge_each(c, shared.gas.selfdestruct_cold);
    field(c, 2, EMPTY); // empty S position
    c.ops(&[DUP1]);
    expect_bits(c, shared, 1);
    field(c, 3, BALANCE);
    c.ops(&[ISZERO, ISZERO, AND]); // funds S position
    charge_each(c, GAS_NEW_ACCOUNT);
    effect(c, shared, STATE_ROOT, out_of_gas); // S
    c.ops(&[PUSH0, PUSH0]).push(1).jump(shared.exit);
    c.bind(out_of_gas); // S position
    no_effect(c, shared, STATE_ROOT);
}
