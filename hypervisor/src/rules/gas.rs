//! Gas constants by fork, under the names of the execution specs (EELS). Normative text:
//! `specs/06-gas.md`.

use iso_evm_witness::Fork;

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
/// Copies, per word.
pub const GAS_COPY: u64 = 3;
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
/// Memory, per word; plus the square of the words over 512.
pub const GAS_MEMORY: u64 = 3;
/// Divisor of the quadratic term of memory gas, as a power of two.
pub const MEMORY_QUADRATIC_SHIFT: u64 = 9;
/// `CREATE`, `CREATE2`.
pub const GAS_CREATE: u64 = 32_000;
/// Initcode, per word (EIP-3860, from Shanghai).
pub const GAS_INIT_CODE_WORD_COST: u64 = 2;
/// Deployed code, per byte.
pub const GAS_CODE_DEPOSIT: u64 = 200;
/// A call that moves value.
pub const GAS_CALL_VALUE: u64 = 9_000;
/// What such a call gives its callee on top.
pub const GAS_CALL_STIPEND: u64 = 2_300;
/// A call that makes an account, a SELFDESTRUCT that funds one.
pub const GAS_NEW_ACCOUNT: u64 = 25_000;
/// `SELFDESTRUCT`.
pub const GAS_SELF_DESTRUCT: u64 = 5_000;
/// `SSTORE` that sets a slot whose original and current values are zero.
pub const GAS_STORAGE_SET: u64 = 20_000;
/// Largest code (EIP-170).
pub const MAX_CODE_SIZE: u64 = 0x6000;
/// Largest initcode (EIP-3860, from Shanghai).
pub const MAX_INIT_CODE_SIZE: u64 = 2 * MAX_CODE_SIZE;

/// What a fork charges for state access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateGas {
    /// Base of `BALANCE`, `EXTCODESIZE`, `EXTCODECOPY`, `EXTCODEHASH` and the calls.
    pub account: u64,
    /// What a cold account adds to it (EIP-2929).
    pub account_cold: u64,
    /// What a cold beneficiary adds to `SELFDESTRUCT`.
    pub selfdestruct_cold: u64,
    /// Base of `SLOAD`, and what a no-op or dirty `SSTORE` costs.
    pub storage: u64,
    /// What a cold slot adds to `SLOAD`.
    pub sload_cold: u64,
    /// What a cold slot adds to `SSTORE`.
    pub sstore_cold: u64,
    /// `SSTORE` that changes a clean slot that was not zero.
    pub storage_update: u64,
}

impl StateGas {
    /// The rules of `fork`: EIP-1884 and EIP-2200 at Istanbul, EIP-2929 from Berlin.
    pub fn of(fork: Fork) -> Self {
        if fork < Fork::Berlin {
            Self {
                account: 700,
                account_cold: 0,
                selfdestruct_cold: 0,
                storage: 800,
                sload_cold: 0,
                sstore_cold: 0,
                storage_update: 5_000,
            }
        } else {
            Self {
                account: 100,
                account_cold: 2_500,
                selfdestruct_cold: 2_600,
                storage: 100,
                sload_cold: 2_000,
                sstore_cold: 2_100,
                storage_update: 2_900,
            }
        }
    }
}
