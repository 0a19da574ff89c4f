//! Opcodes that push a word: of the message's head, of a variable, of calldata, or a fact that a
//! record holds.

use iso_evm_wire::{layout as wire, protocol::Change};
use revm::bytecode::opcode::*;

use super::Families;
use crate::{
    emit::{
        asm::{Assembler, Code, Label},
        dispatch::{
            Machine, Shared, advance, advance_checked, charge_each, dispatch, finish, load,
            message_field,
        },
        layout::*,
        records::{expect_equal, expect_flag, field},
        segment,
        state_word::Guard,
    },
    rules::{
        fields::{account_fact, fact, keyed},
        opcodes::Opcode,
        verdict::MismatchKind,
        words::ones,
    },
};

/// Guest: `…` → `word …`. Host: `S …`. A word of the head, whose encoding has been checked.
pub(super) fn head(c: &mut Code<'_>, shared: &Shared, row: &Opcode, index: usize) {
    advance(c, shared, row);
    message_field(c, shared, wire::field(index));
    c.ops(&[SWAP1]);
    finish(c, shared, row);
}

/// Guest: `…` → `word …`. Host: `S …`.
pub(super) fn variable(c: &mut Code<'_>, shared: &Shared, row: &Opcode, variable: usize) {
    advance(c, shared, row);
    load(c, variable);
    c.ops(&[SWAP1]);
    finish(c, shared, row);
}

/// Guest: `offset …` → `word …`. Host: `S offset …`. Up to the end of its last word, zeros stand behind the guest's
/// calldata; behind that there may be code.
pub(super) fn calldataload(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    if shared.machine != Machine::Audit {
        return calldataload_of_parts(c, shared, row);
    }
    let last = c.local("last", 0);
    load(c, INPUT_LAST);
    c.ops(&[DUP3, GT]).jumpi(last); // S offset
    c.ops(&[SWAP1]);
    load(c, INPUT);
    c.ops(&[ADD, CALLDATALOAD, SWAP1]);
    finish(c, shared, row);

    // What the word has of the guest's calldata, and zeros.
    c.bind(last); // S offset
    load(c, INPUT_SIZE);
    c.ops(&[DUP3, LT, DUP3]); // offset within S offset
    load(c, INPUT);
    c.ops(&[ADD, CALLDATALOAD, MUL]); // word S offset
    load(c, INPUT_SIZE);
    c.ops(&[DUP4, SUB]).push(32).ops(&[ADD]).push(3).ops(&[SHL]); // bits word S offset
    c.ops(&[SWAP1, DUP2, SHR, SWAP1, SHL]); // word S offset
    c.ops(&[SWAP2, POP]);
    finish(c, shared, row);
}

/// [`calldataload`] where a word of zeros stands behind the guest's calldata, or nothing. Of a segment it may not be
/// given.
fn calldataload_of_parts(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    segment::missing::refuse_underflow(c, shared, Guard::Result);
    load(c, INPUT_SIZE);
    c.ops(&[DUP3, LT]); // within S offset
    segment::input::is_given(c, shared);
    c.ops(&[SWAP1, SWAP2]); // offset within S
    load(c, INPUT);
    c.ops(&[ADD, CALLDATALOAD, MUL, SWAP1]);
    finish(c, shared, row);
}

/// Checks, and goes on in the code that like opcodes share. Host: `S …` → `opcode S …`.
pub(super) fn to_family(c: &mut Code<'_>, shared: &Shared, row: &Opcode, family: Label) {
    advance_checked(c, shared, row);
    c.push(row.byte).jump(family);
}

pub(super) fn emit_shared(asm: &mut Assembler, shared: &Shared, families: &Families) {
    account_fact(asm, shared, families.account_fact);
    keyed_fact(asm, shared, families.keyed_fact);
    fact(asm, shared, families.fact);
}

/// `BALANCE`, `EXTCODESIZE`, `EXTCODEHASH`. Record: account, cold, value.
///
/// Guest: `address …` → `value …`. Host: `opcode S address …`. Gas: cold adds to the static base.
fn account_fact(asm: &mut Assembler, shared: &Shared, label: Label) {
    let mut c = asm.routine(label);
    c.push(account_fact::LENGTH).call(shared.consume); // position S address
    c.ops(&[SWAP2]).push(ones(160)).ops(&[AND]); // account S position
    field(&mut c, 3, account_fact::ACCOUNT);
    expect_equal(&mut c, shared, MismatchKind::Account); // S position
    field(&mut c, 2, account_fact::COLD);
    expect_flag(&mut c, shared, shared.fork.has(Change::ColdAccess));
    charge_each(&mut c, shared.gas.account_cold); // S position
    c.ops(&[SWAP1]).push(account_fact::VALUE).ops(&[ADD, CALLDATALOAD, SWAP1]);
    dispatch(&mut c, 1);
    c.end();
}

/// `BLOCKHASH`, `BLOBHASH`, `TLOAD`. Record: key, value.
///
/// Guest: `key …` → `value …`. Host: `opcode S key …`.
fn keyed_fact(asm: &mut Assembler, shared: &Shared, label: Label) {
    let mut c = asm.routine(label);
    c.push(keyed::LENGTH).call(shared.consume); // position S key
    c.ops(&[SWAP2]); // key S position
    field(&mut c, 3, keyed::KEY);
    expect_equal(&mut c, shared, MismatchKind::Key); // S position
    c.ops(&[SWAP1]).push(keyed::VALUE).ops(&[ADD, CALLDATALOAD, SWAP1]);
    dispatch(&mut c, 1);
    c.end();
}

/// Words of the block and of the running account. Record: value.
///
/// Guest: `…` → `value …`. Host: `opcode S …`.
fn fact(asm: &mut Assembler, shared: &Shared, label: Label) {
    let mut c = asm.routine(label);
    c.push(fact::LENGTH).call(shared.consume).ops(&[CALLDATALOAD, SWAP1]);
    dispatch(&mut c, 1);
    c.end();
}
