//! Code made ready to run: with its hash, and revm's analysis of its jumps.
//!
//! Hashing and analysing the code takes longer than most messages run. Whoever has many messages of
//! the same code does both once.

use alloy_primitives::{B256, Bytes, keccak256};
use revm::bytecode::Bytecode;

/// Code, ready for any number of messages that run it.
#[derive(Clone, Debug)]
pub struct Code {
    hash: B256,
    bytecode: Bytecode,
}

impl Code {
    /// Hashes and analyses code.
    ///
    /// ```
    /// use alloy_primitives::{Bytes, hex, keccak256};
    /// use iso_evm_hypervisor::Code;
    ///
    /// let code = Bytes::from(hex!("600260030100"));
    /// assert_eq!(Code::new(code.clone()).hash(), keccak256(&code));
    /// ```
    pub fn new(code: Bytes) -> Self {
        Self::with_hash(keccak256(&code), code)
    }

    /// Analyses code whose hash is known: whoever gives it has computed it.
    pub fn with_hash(hash: B256, code: Bytes) -> Self {
        Self { hash, bytecode: Bytecode::new_legacy(code) }
    }

    /// Keccak-256 of the code.
    pub const fn hash(&self) -> B256 {
        self.hash
    }

    /// The code.
    pub fn bytes(&self) -> Bytes {
        self.bytecode.original_bytes()
    }

    pub(super) const fn bytecode(&self) -> &Bytecode {
        &self.bytecode
    }
}
