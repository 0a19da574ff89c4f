//! Guest code put together in Rust.

use alloy_primitives::{Address, U256};
pub use revm::bytecode::opcode as op;

/// Code under construction.
#[derive(Clone, Debug, Default)]
pub struct Program {
    code: Vec<u8>,
}

impl Program {
    /// No code yet.
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

    /// Whether there is no code yet.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.code.len()
    }

    /// The code that was put together.
    pub fn build(self) -> Vec<u8> {
        self.code
    }
}
