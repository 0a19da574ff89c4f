//! Gas constants by fork, under the names of the execution specs (EELS). Normative text:
//! `specs/06-gas.md`.
//!
//! What other crates need too is the protocol's ([`iso_evm_wire::protocol`]); what only a guest's
//! opcodes cost is written here.

pub use iso_evm_wire::protocol::{
    GAS_CALL_STIPEND, GAS_CALL_VALUE, GAS_COPY, GAS_CREATE, GAS_INIT_CODE_WORD_COST, GAS_MEMORY,
    GAS_NEW_ACCOUNT, GAS_SELF_DESTRUCT, GAS_STORAGE_SET, GAS_WARM_ACCESS, MAX_CODE_SIZE,
    MAX_INIT_CODE_SIZE, MEMORY_QUADRATIC_SHIFT, StateGas,
};

/// `JUMPDEST`.
pub const GAS_JUMPDEST: u64 = 1;
/// Most opcodes that push a word of the environment.
pub const GAS_BASE: u64 = 2;
/// Most arithmetic, PUSH, DUP, SWAP, memory words.
pub const GAS_VERY_LOW: u64 = 3;
/// `MUL`, `DIV` and their kin.
pub const GAS_LOW: u64 = 5;
/// `ADDMOD`, `MULMOD`, `JUMP`.
pub const GAS_MID: u64 = 8;
/// `JUMPI`.
pub const GAS_HIGH: u64 = 10;
/// `EXP`, without its exponent.
pub const GAS_EXPONENTIATION: u64 = 10;
/// `EXP`, per byte of the exponent (EIP-160).
pub const GAS_EXPONENTIATION_PER_BYTE: u64 = 50;
/// `KECCAK256`, without its words.
pub const GAS_KECCAK256: u64 = 30;
/// `KECCAK256` and the initcode hash of `CREATE2`, per word.
pub const GAS_KECCAK256_WORD: u64 = 6;
/// `BLOCKHASH`.
pub const GAS_BLOCK_HASH: u64 = 20;
/// `BLOBHASH` (EIP-4844).
pub const GAS_BLOBHASH_OPCODE: u64 = 3;
/// `SELFBALANCE` (EIP-1884).
pub const GAS_FAST_STEP: u64 = 5;
/// A log, and again for each topic.
pub const GAS_LOG: u64 = 375;
/// A log's data, per byte.
pub const GAS_LOG_DATA: u64 = 8;
/// Deployed code, per byte.
pub const GAS_CODE_DEPOSIT: u64 = 200;
