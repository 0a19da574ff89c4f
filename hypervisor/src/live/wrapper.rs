//! The static wrapper: a contract whose view function runs bytecode and can change nothing.
//! Normative text: `specs/13-live.md`, section Static wrapper.
//!
//! It calls itself by STATICCALL with the live machine's calldata, and what it is called with by
//! itself it hands to the live machine by DELEGATECALL.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use revm::bytecode::opcode::*;

use crate::emit::{asm::Assembler, contract::Contract};

/// The wrapper's function.
pub mod abi {
    use alloy_sol_types::sol;

    sol! {
        /// Runs `call`, calldata of the live machine, and returns what it returns; reverts with
        /// what it reverts with.
        #[derive(Debug)]
        function run(bytes call) external view returns (bytes result);
    }
}

/// Emits a wrapper of the live machine at `hypervisor`.
pub fn emit_static_wrapper(hypervisor: Address) -> Contract {
    let mut asm = Assembler::default();
    let main = asm.label("main", 0);
    let inner = asm.label("inner", 0);
    let inner_ok = asm.label("inner.ok", 0);
    let bad = asm.terminal("bad");
    let ok = asm.label("ok", 0);

    let mut c = asm.routine(main);
    // Nobody but this contract has its address as caller, and it calls itself only below.
    c.ops(&[ADDRESS, CALLER, EQ]).jumpi(inner);
    c.ops(&[CALLVALUE]).jumpi(bad);
    c.ops(&[PUSH0, CALLDATALOAD]).push(224).ops(&[SHR]);
    c.push(u32::from_be_bytes(abi::runCall::SELECTOR)).ops(&[XOR]).jumpi(bad);
    c.push(4).ops(&[CALLDATALOAD]); // offset
    c.ops(&[CALLDATASIZE, DUP2, LT, ISZERO]).jumpi(bad);
    c.push(4).ops(&[ADD, DUP1, CALLDATALOAD]); // length position
    c.ops(&[CALLDATASIZE, DUP2, GT]).jumpi(bad);
    c.ops(&[SWAP1]).push(32).ops(&[ADD]); // data length
    c.ops(&[CALLDATASIZE, DUP3, DUP3, ADD, GT]).jumpi(bad); // data + length > size
    c.ops(&[DUP2, SWAP1, PUSH0, CALLDATACOPY]); // length
    c.ops(&[PUSH0, PUSH0, SWAP2, PUSH0, ADDRESS, GAS, STATICCALL]); // success
    c.jumpi(ok);
    c.ops(&[RETURNDATASIZE, PUSH0, PUSH0, RETURNDATACOPY, RETURNDATASIZE, PUSH0, REVERT]);
    // The returned bytes, ABI-encoded; memory behind them is clean but for the input.
    c.bind(ok);
    c.push(32).ops(&[PUSH0, MSTORE, RETURNDATASIZE]).push(32).ops(&[MSTORE]);
    c.ops(&[RETURNDATASIZE, PUSH0]).push(64).ops(&[RETURNDATACOPY]);
    c.ops(&[PUSH0, RETURNDATASIZE]).push(64).ops(&[ADD, MSTORE]);
    c.push(31).ops(&[RETURNDATASIZE, ADD]).push(5).ops(&[SHR]).push(5).ops(&[SHL]);
    c.push(64).ops(&[ADD, PUSH0, RETURN]);
    c.end();

    let mut c = asm.routine(inner);
    c.ops(&[CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY]);
    c.ops(&[PUSH0, PUSH0, CALLDATASIZE, PUSH0]);
    c.push(U256::from_be_slice(hypervisor.as_slice())).ops(&[GAS, DELEGATECALL]); // success
    c.ops(&[RETURNDATASIZE, PUSH0, PUSH0, RETURNDATACOPY]).jumpi(inner_ok);
    c.ops(&[RETURNDATASIZE, PUSH0, REVERT]);
    c.bind(inner_ok);
    c.ops(&[RETURNDATASIZE, PUSH0, RETURN]);
    c.end();

    let mut c = asm.routine(bad);
    c.assume(0).ops(&[PUSH0, PUSH0, REVERT]);
    c.end();
    Contract::new(asm.link_plain())
}
