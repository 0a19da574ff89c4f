//! Guest code put together in Rust.

use alloy_primitives::{Address, U256};

/// Opcodes that the tests name; the rest come from the table.
pub(crate) mod op {
    pub(crate) const STOP: u8 = 0x00;
    pub(crate) const ADD: u8 = 0x01;
    pub(crate) const SUB: u8 = 0x03;
    pub(crate) const KECCAK256: u8 = 0x20;
    pub(crate) const CALLDATASIZE: u8 = 0x36;
    pub(crate) const CALLDATACOPY: u8 = 0x37;
    pub(crate) const RETURNDATASIZE: u8 = 0x3d;
    pub(crate) const RETURNDATACOPY: u8 = 0x3e;
    pub(crate) const POP: u8 = 0x50;
    pub(crate) const MSTORE: u8 = 0x52;
    pub(crate) const SSTORE: u8 = 0x55;
    pub(crate) const JUMP: u8 = 0x56;
    pub(crate) const JUMPI: u8 = 0x57;
    pub(crate) const PC: u8 = 0x58;
    pub(crate) const MSIZE: u8 = 0x59;
    pub(crate) const JUMPDEST: u8 = 0x5b;
    pub(crate) const DUP1: u8 = 0x80;
    pub(crate) const SWAP1: u8 = 0x90;
    pub(crate) const CREATE: u8 = 0xf0;
    pub(crate) const CALL: u8 = 0xf1;
    pub(crate) const CALLCODE: u8 = 0xf2;
    pub(crate) const RETURN: u8 = 0xf3;
    pub(crate) const DELEGATECALL: u8 = 0xf4;
    pub(crate) const CREATE2: u8 = 0xf5;
    pub(crate) const STATICCALL: u8 = 0xfa;
    pub(crate) const REVERT: u8 = 0xfd;
}

/// Code under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    code: Vec<u8>,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The shortest PUSH of a number, PUSH1 at least.
    pub(crate) fn push(mut self, number: impl TryInto<U256, Error: std::fmt::Debug>) -> Self {
        let number: U256 = number.try_into().expect("numbers are not negative");
        let bytes = number.to_be_bytes_trimmed_vec();
        let bytes = if bytes.is_empty() { vec![0] } else { bytes };
        self.code.push(0x5f + bytes.len() as u8);
        self.code.extend(bytes);
        self
    }

    /// PUSH20 of an address.
    pub(crate) fn push_address(mut self, address: Address) -> Self {
        self.code.push(0x73);
        self.code.extend(address);
        self
    }

    /// Opcodes, or any bytes.
    pub(crate) fn op(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.code.extend(bytes.as_ref());
        self
    }

    /// The same bytes many times.
    pub(crate) fn repeat(mut self, times: usize, bytes: impl AsRef<[u8]>) -> Self {
        self.code.extend(bytes.as_ref().repeat(times));
        self
    }

    /// Returns the hash of all memory, so that every byte of it shows in the outcome.
    pub(crate) fn return_memory_hash(self) -> Self {
        self.op([op::MSIZE]).push(0).op([op::KECCAK256]).return_word()
    }

    /// Returns the word on top of the stack.
    pub(crate) fn return_word(self) -> Self {
        self.push(0).op([op::MSTORE]).push(32).push(0).op([op::RETURN])
    }

    pub(crate) fn len(&self) -> usize {
        self.code.len()
    }

    pub(crate) fn build(self) -> Vec<u8> {
        self.code
    }
}
