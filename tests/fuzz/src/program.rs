//! Guest code put together in Rust.

use alloy_primitives::{Address, U256};

/// Opcodes that the tests name; the rest come from the table.
pub mod op {
    pub const STOP: u8 = 0x00;
    pub const ADD: u8 = 0x01;
    pub const SUB: u8 = 0x03;
    pub const KECCAK256: u8 = 0x20;
    pub const CALLDATASIZE: u8 = 0x36;
    pub const CALLDATACOPY: u8 = 0x37;
    pub const RETURNDATASIZE: u8 = 0x3d;
    pub const RETURNDATACOPY: u8 = 0x3e;
    pub const POP: u8 = 0x50;
    pub const MSTORE: u8 = 0x52;
    pub const SSTORE: u8 = 0x55;
    pub const JUMP: u8 = 0x56;
    pub const JUMPI: u8 = 0x57;
    pub const PC: u8 = 0x58;
    pub const MSIZE: u8 = 0x59;
    pub const JUMPDEST: u8 = 0x5b;
    pub const DUP1: u8 = 0x80;
    pub const SWAP1: u8 = 0x90;
    pub const CREATE: u8 = 0xf0;
    pub const CALL: u8 = 0xf1;
    pub const CALLCODE: u8 = 0xf2;
    pub const RETURN: u8 = 0xf3;
    pub const DELEGATECALL: u8 = 0xf4;
    pub const CREATE2: u8 = 0xf5;
    pub const STATICCALL: u8 = 0xfa;
    pub const REVERT: u8 = 0xfd;
}

/// Code under construction.
#[derive(Clone, Debug, Default)]
pub struct Program {
    code: Vec<u8>,
}

impl Program {
    pub fn new() -> Self {
        Self::default()
    }

    /// The shortest PUSH of a number, PUSH1 at least.
    pub fn push(mut self, number: impl TryInto<U256, Error: std::fmt::Debug>) -> Self {
        let number: U256 = number.try_into().expect("numbers are not negative");
        let bytes = number.to_be_bytes_trimmed_vec();
        let bytes = if bytes.is_empty() { vec![0] } else { bytes };
        self.code.push(0x5f + bytes.len() as u8);
        self.code.extend(bytes);
        self
    }

    /// PUSH20 of an address.
    pub fn push_address(mut self, address: Address) -> Self {
        self.code.push(0x73);
        self.code.extend(address);
        self
    }

    /// Opcodes, or any bytes.
    pub fn op(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.code.extend(bytes.as_ref());
        self
    }

    /// The same bytes many times.
    pub fn repeat(mut self, times: usize, bytes: impl AsRef<[u8]>) -> Self {
        self.code.extend(bytes.as_ref().repeat(times));
        self
    }

    /// Returns the hash of all memory, so that every byte of it shows in the outcome.
    pub fn return_memory_hash(self) -> Self {
        self.op([op::MSIZE]).push(0).op([op::KECCAK256]).return_word()
    }

    /// Returns the word on top of the stack.
    pub fn return_word(self) -> Self {
        self.push(0).op([op::MSTORE]).push(32).push(0).op([op::RETURN])
    }

    pub fn len(&self) -> usize {
        self.code.len()
    }

    pub fn build(self) -> Vec<u8> {
        self.code
    }
}
