//! The start of a live run: who may call, what is code and what is calldata, where things lie.
//! Normative text: `specs/13-live.md`, section Entry.

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use revm::bytecode::opcode::*;

use super::{HEAD, abi, magic};
use crate::emit::{
    asm::{Assembler, Code},
    dispatch::{Shared, store},
    layout::*,
    state_word::initial_live,
};

pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    let same_size = asm.label("setup.same_size", 0);
    let accepted = asm.label("setup.accepted", 0);
    let pair = asm.label("setup.pair", 0);
    let begin = asm.label("setup.begin", 2);
    let direct_call = asm.terminal("direct_call");
    let malformed = asm.terminal("malformed_call");

    let mut c = asm.routine(shared.setup);
    c.assume(0);
    // Sizes tell nearly all accounts apart for less than a hash.
    c.ops(&[ADDRESS, EXTCODESIZE, CODESIZE, EQ]).jumpi(same_size);
    c.bind(accepted);
    c.ops(&[PUSH0, CALLDATALOAD]).push(U256::from_be_bytes(magic().0)).ops(&[EQ]).jumpi(pair);
    // Bytecode alone: the guest's calldata is empty, and stands behind the host's.
    c.ops(&[CALLDATASIZE]);
    store(&mut c, INPUT);
    c.ops(&[CALLDATASIZE, PUSH0]); // position size
    c.bind(begin); // position size
    c.push(CODE_LIMIT).ops(&[DUP3, GT]).jumpi(malformed);
    c.ops(&[DUP2, SWAP1]).push(shared.code()).ops(&[CALLDATACOPY]); // size
    memory_map(&mut c, shared);
    c.push(initial_live(shared.code())).jump(shared.next);
    c.end();

    // Bytecode and calldata for it, which is what stands behind the bytecode.
    let mut c = asm.routine(pair);
    c.push(64).ops(&[CALLDATALOAD]).push(32).ops(&[CALLDATALOAD]); // offset length
    c.push(HEAD).ops(&[DUP2, LT]).jumpi(malformed);
    c.ops(&[CALLDATASIZE, DUP2, GT]).jumpi(malformed);
    c.ops(&[DUP1, CALLDATASIZE, SUB, DUP3, GT]).jumpi(malformed); // length > size - offset
    c.ops(&[DUP2, DUP2, ADD, DUP1]); // end end offset length
    store(&mut c, INPUT);
    c.ops(&[CALLDATASIZE, SUB]);
    store(&mut c, INPUT_SIZE); // offset length
    c.jump(begin);
    c.end();

    // An account with code of this size: is it this code?
    let mut c = asm.routine(same_size);
    c.ops(&[CODESIZE, PUSH0, PUSH0, CODECOPY, CODESIZE, PUSH0, KECCAK256]);
    c.ops(&[ADDRESS, EXTCODEHASH, EQ]).jumpi(direct_call);
    // It is not. Variables start as zeros.
    c.ops(&[CODESIZE, CALLDATASIZE, PUSH0, CALLDATACOPY]).jump(accepted);
    c.end();

    let mut c = asm.routine(direct_call);
    refuse(&mut c, abi::DirectCall::SELECTOR);
    let mut c = asm.routine(malformed);
    refuse(&mut c, abi::Malformed::SELECTOR);
}

/// Host: `size …` → `…`. Keeps the size of the code and places what lies behind it.
fn memory_map(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[DUP1]);
    store(c, CODE_SIZE);
    // One bit for each byte of code.
    c.ops(&[DUP1]).push(shared.code() + AFTER_CODE).ops(&[ADD]); // flags size
    c.push(shared.code() / 8).ops(&[DUP2, SUB]);
    store(c, VALID);
    // Guest memory begins where the host's ends, once the last word of flags has been read; or
    // behind what `same_size` has touched.
    c.ops(&[SWAP1]).push(3).ops(&[SHR, ADD, MLOAD, POP, MSIZE]);
    store(c, GUEST_MEMORY);
}

/// Reverts with an error that has no arguments.
fn refuse(c: &mut Code<'_>, selector: [u8; 4]) {
    c.assume(0);
    c.push(U256::from(u32::from_be_bytes(selector)) << 224).ops(&[PUSH0, MSTORE]);
    c.push(4).ops(&[PUSH0, REVERT]);
    c.end();
}
