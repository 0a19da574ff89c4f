//! CALL, CALLCODE, DELEGATECALL, STATICCALL. No call is made: the record says what came of it.

use alloy_primitives::U256;
use iso_evm_wire::{
    layout as wire,
    precompiles::{MODEXP, MODEXP_HEAD},
    protocol::{Change, P256VERIFY, last_precompile},
    records::Outcome,
};
use revm::bytecode::opcode::*;

use super::{Families, outcome::expect_none};
use crate::{
    emit::{
        asm::{Assembler, Code},
        checks::gas_left,
        dispatch::{
            self, Shared, advance_checked, charge, charge_each, check_gas, dispatch, load,
            message_field, min, store,
        },
        layout::*,
        records::{expect_bits, expect_equal, expect_flag, field},
        state_word,
    },
    rules::{
        fields::call::*,
        gas::{GAS_CALL_STIPEND, GAS_CALL_VALUE, GAS_NEW_ACCOUNT},
        opcodes::Opcode,
        outcomes::{CALL_OUTCOMES, allowed},
        precompiles,
        verdict::MismatchKind,
        words::ones,
    },
};

/// Guest: `gas account (value) in in-length out out-length …` → `success …`. Host: `S` and these.
pub(super) fn call(c: &mut Code<'_>, shared: &Shared, row: &Opcode, families: &Families) {
    advance_checked(c, shared, row);
    c.push(row.byte);
    store(c, OPCODE);
    if row.inputs == 6 {
        c.ops(&[PUSH0]).arrange("value S gas account", "S gas account value");
    }
    c.jump(families.call);
}

/// Host: `S gas account value in in-length out out-length …` → (dispatches).
///
/// Gas: static, memory and value before the record; cold, new account and delegation after it;
/// then 63/64 of what is left at most (EIP-150) goes to the callee, and what it did not use comes
/// back.
pub(super) fn emit_shared(asm: &mut Assembler, shared: &Shared, families: &Families) {
    let out_of_gas = asm.label("call.out_of_gas", 9);
    let part = asm.label("call.part", 11);
    let hashed = asm.label("call.hashed", 11);
    let passed = asm.label("call.passed", 11);

    let mut c = asm.routine(families.call);
    let c = &mut c;
    // A call that moves value halts in a static context (EIP-214).
    load(c, OPCODE);
    c.push(CALL).ops(&[EQ, DUP5, ISZERO, ISZERO, AND]);
    message_field(c, shared, wire::IS_STATIC);
    c.ops(&[AND]).jumpi(shared.fault);
    c.ops(&[DUP4, ISZERO, ISZERO]);
    charge_each(c, GAS_CALL_VALUE);
    c.ops(&[DUP6, DUP6]).call(shared.touch);
    c.ops(&[DUP8, DUP8]).call(shared.touch);
    check_gas(c, shared);
    load(c, OPCODE);
    c.push(HEAD).call(shared.consume_bytes); // position S gas account value …
    c.ops(&[DUP4]).push(ones(160)).ops(&[AND]);
    field(c, 2, ACCOUNT);
    expect_equal(c, shared, MismatchKind::Account);
    c.ops(&[DUP5]);
    field(c, 2, VALUE);
    expect_equal(c, shared, MismatchKind::Value); // position S gas account value …
    fact_gas(c, shared); // cost position S gas account value …
    c.arrange("cost position S", "cost S position");
    charge(c); // S position gas account value …
    dispatch::out_of_gas(c, shared);
    c.jumpi(out_of_gas);
    precompile_or_not(c, shared);
    // Gas for the callee: what was asked for, or all but 1/64.
    gas_left(c, shared); // left S position gas account value …
    c.ops(&[DUP1]).push(6).ops(&[SHR, SWAP1, SUB, DUP4]);
    min(c);
    c.ops(&[SWAP1, POP]); // given S position gas account value …
    c.ops(&[DUP6, ISZERO, ISZERO]).push(GAS_CALL_STIPEND).ops(&[MUL]); // stipend given S …
    c.ops(&[DUP1, SWAP2, ADD]); // callee stipend S …
    c.arrange("callee stipend S", "stipend S callee");
    // The stipend is no cost; what was given is none until it is used.
    c.push(state_word::GAS).ops(&[SHL, SWAP1, SUB]); // S callee position gas account value in in-length …
    // A child is passed all of the input, a precompile what decides, anybody else nothing.
    c.ops(&[DUP8]); // length S callee position gas account value in in-length …
    field(c, 4, OUTCOME);
    c.push(Outcome::Child as u8).ops(&[XOR]).jumpi(part);
    c.bind(hashed); // length S callee position gas account value in …
    c.ops(&[DUP8]);
    load(c, GUEST_MEMORY);
    c.ops(&[ADD, KECCAK256]);
    c.bind(passed); // hash S callee position …
    c.push(allowed(CALL_OUTCOMES));
    c.arrange("allowed hash S callee position", "position callee hash allowed S");
    c.push(OUTCOME).ops(&[ADD]).call(shared.settle);
    c.arrange("used status S", "used S status");
    charge(c); // S status gas account value in in-length out out-length
    c.arrange(
        "S status gas account value in in-length out out-length",
        "gas account value in in-length out-length out S status",
    );
    c.ops(&[POP, POP, POP, POP, POP]);
    // As much of the returned data as there is room for.
    load(c, RETURN_DATA_SIZE);
    min(c);
    c.ops(&[SWAP1, POP, SWAP1]); // out length S status
    load(c, GUEST_MEMORY);
    c.ops(&[ADD]);
    load(c, RETURN_DATA);
    c.ops(&[SWAP1, CALLDATACOPY]); // S status
    c.ops(&[SWAP1]).push(1).ops(&[EQ, SWAP1]);
    dispatch(c, 1);

    c.bind(out_of_gas); // S position …
    c.ops(&[SWAP1]).push(OUTCOME).ops(&[ADD]);
    expect_none(c, shared);
    c.ops(&[POP]).jump(shared.fault);

    c.bind(part); // length S callee position …
    let precompile = c.local("precompile", 0);
    field(c, 4, OUTCOME);
    c.push(Outcome::Precompile as u8).ops(&[EQ]).jumpi(precompile);
    c.ops(&[POP, PUSH0]).jump(passed);
    c.bind(precompile);
    decisive(c);
    c.jump(hashed);
    c.end();
}

/// How much of its input decides what a precompile does ([`iso_evm_wire::precompiles`]).
///
/// Host: `length S callee position gas account value in …` → the same, with the part's length.
fn decisive(c: &mut Code<'_>) {
    let done = c.local("decisive", 1);
    let [bytes, units, prices] = precompiles::packed();
    c.ops(&[DUP6]).push(0xff).ops(&[AND]); // row length S callee …
    let entry = |c: &mut Code<'_>, table: U256, bits: usize| {
        c.ops(&[DUP1]).push(bits).ops(&[MUL]).push(table).ops(&[SWAP1, SHR]).push(ones(bits));
        c.ops(&[AND]);
    };
    entry(c, prices, precompiles::PRICE_BITS); // price row length S callee …
    // No price, no units: the host's division by zero is zero.
    c.ops(&[DUP5, DIV, SWAP1]); // units row length S …
    entry(c, units, precompiles::PRICE_BITS);
    c.arrange("unit row units", "unit units row").ops(&[MUL, SWAP1]); // row grown length S …
    entry(c, bytes, precompiles::BYTES_BITS);
    c.arrange("bytes row grown", "bytes grown row").ops(&[ADD]); // most row length S …
    c.arrange("most row length", "row most length");
    c.push(MODEXP).ops(&[XOR]); // differs most length S …
    // Lengths that are not there say nothing: what there is decides.
    c.push(MODEXP_HEAD).ops(&[DUP4, GT, ISZERO, OR]).jumpi(done);
    modexp(c); // end most length S …
    min(c);
    c.ops(&[SWAP1, POP]); // most length S …
    c.bind(done); // most length S …
    min(c);
    c.ops(&[SWAP1, POP]);
}

/// The end of what `MODEXP` reads, by the lengths that its input begins with.
///
/// Host: `most length S callee position gas account value in …` → `end most length …`.
fn modexp(c: &mut Code<'_>) {
    c.ops(&[DUP9]);
    load(c, GUEST_MEMORY);
    c.ops(&[ADD]); // input most length …
    // A length, but no more than there is: no sum can wrap.
    let operand = |c: &mut Code<'_>, depth: u8| {
        c.ops(&[MLOAD, DUP1 + depth - 1, SWAP1]);
        min(c);
        c.ops(&[SWAP1, POP]);
    };
    c.ops(&[DUP1]);
    operand(c, 4); // base input most length …
    c.ops(&[DUP2]).push(64).ops(&[ADD]);
    operand(c, 5); // modulus base input most length …
    c.ops(&[ADD, SWAP1]).push(32).ops(&[ADD]);
    operand(c, 4); // exponent numbers most length …
    c.ops(&[DUP2, ISZERO, ISZERO, MUL, ADD]).push(MODEXP_HEAD).ops(&[ADD]);
}

/// What the facts of the record cost.
///
/// Host: `position S gas account value …` → `cost position S gas account value …`.
fn fact_gas(c: &mut Code<'_>, shared: &Shared) {
    field(c, 1, COLD);
    expect_flag(c, shared, shared.fork.has(Change::ColdAccess));
    c.push(shared.gas.account_cold).ops(&[MUL]); // cost position S gas account value …
    // Value to an empty account makes it; only CALL does that.
    field(c, 2, EMPTY);
    expect_flag(c, shared, true);
    c.ops(&[DUP7, ISZERO, ISZERO, AND]);
    load(c, OPCODE);
    c.push(CALL).ops(&[EQ, AND]).push(GAS_NEW_ACCOUNT).ops(&[MUL, ADD]); // cost position …
    if !shared.fork.has(Change::Delegation) {
        field(c, 2, DELEGATED);
        field(c, 3, DELEGATE);
        field(c, 4, DELEGATE_COLD);
        c.ops(&[OR, OR]).jumpi(shared.malformed);
        return;
    }
    // Delegation (EIP-7702): its target is accessed too.
    field(c, 2, DELEGATED);
    expect_flag(c, shared, true);
    field(c, 3, DELEGATE_COLD);
    expect_flag(c, shared, true);
    field(c, 4, DELEGATE);
    c.ops(&[DUP1]);
    expect_bits(c, shared, 160); // delegate cold delegated cost …
    c.ops(&[DUP2, OR, DUP3, ISZERO, MUL]).jumpi(shared.malformed); // cold delegated cost …
    c.push(shared.gas.account_cold).ops(&[MUL]).push(shared.gas.account).ops(&[ADD, MUL, ADD]);
}

/// A precompile is one by its address, whatever its account holds.
///
/// Host: `S position gas account …` → the same.
fn precompile_or_not(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[DUP4]).push(ones(160)).ops(&[AND]);
    if shared.rules.has_p256_verify() {
        c.ops(&[DUP1]).push(P256VERIFY).ops(&[EQ, SWAP1]);
    }
    c.push(1).ops(&[SWAP1, SUB]).push(last_precompile(shared.fork)).ops(&[GT]);
    if shared.rules.has_p256_verify() {
        c.ops(&[OR]);
    }
    c.push(Outcome::Precompile as u8).ops(&[MUL]); // precompile-or-0 S position …
    field(c, 3, OUTCOME); // outcome wanted S position …
    // Child, nocode or precompile: it is the precompile if and only if the address says so.
    c.ops(&[DUP1]).push(Outcome::Precompile as u8).ops(&[EQ]).push(Outcome::Precompile as u8);
    c.ops(&[MUL, DUP3, XOR]); // differs outcome wanted S position …
    c.push(1).ops(&[DUP3, SUB]).push(3).ops(&[GT, MUL]); // 3 > outcome - 1
    c.jumpi(shared.mismatch_of(MismatchKind::Outcome)).ops(&[POP, POP]);
}
