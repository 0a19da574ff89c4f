//! The protocol's numbers, by the names of the execution specs (EELS), and what each fork changes:
//! one row a change. What two rooms need to know of the protocol stands here and nowhere else.
//! `specs/hardforks.md`.
//!
//! A rule that a fork has or has not is asked for by name, [`Fork::has`]. A number that differs by
//! fork is a function with an exhaustive `match`: a new fork does not compile before somebody has
//! said what it is there.

use crate::{Fork, Rules, changes::changes};

changes! {
    /// A change of the protocol that something here depends on, after Istanbul.
    pub enum Change of Fork, with
    /// The number of its EIP.
    eip: u16;
    Berlin {
        ModexpPrice 2565 "`MODEXP` is priced by the length of its numbers in words.";
        AccessLists 2930 "Transactions of type 1 carry an access list.";
        ColdAccess 2929 "The first access of a transaction to an account or a slot costs more than the next.";
    }
    London {
        BaseFee 1559 "Blocks have a base fee, which is burnt; transactions of type 2 bid above it.";
        SmallerRefunds 3529 "`SELFDESTRUCT` refunds nothing, a cleared slot less, and a transaction at most a fifth.";
        ReservedCode 3541 "No new code begins with the byte `0xef`.";
    }
    Paris {
        ProofOfStake 3675 "Blocks have no difficulty, and nobody is rewarded for one.";
        Randomness 4399 "`PREVRANDAO` is the beacon chain's randomness.";
    }
    Shanghai {
        WarmCoinbase 3651 "The coinbase is warm when a transaction begins.";
        InitcodeLimit 3860 "Initcode is bounded, and costs gas by the word.";
        Withdrawals 4895 "Blocks pay withdrawals after their transactions, and commit to them.";
    }
    Cancun {
        BeaconRoot 4788 "Blocks begin with a call that stores the beacon chain's root.";
        Blobs 4844 "Transactions of type 3 carry blobs, which have a gas and a base fee of their own.";
        KeptAccounts 6780 "`SELFDESTRUCT` deletes only an account that was created in the same transaction.";
    }
    Prague {
        BlsPrecompiles 2537 "Seven precompiles on BLS12-381.";
        ParentHash 2935 "Blocks begin with a call that stores the parent's hash.";
        CalldataFloor 7623 "A transaction costs a least sum by its calldata.";
        Requests 7685 "Blocks end with calls that collect requests, and commit to them.";
        MoreBlobs 7691 "A block may have nine blobs.";
        Delegation 7702 "Transactions of type 4 let accounts delegate their code.";
    }
    Osaka {
        BlobsOfTransaction 7594 "A transaction may have six blobs.";
        ModexpLimit 7823 "`MODEXP` takes numbers of 1,024 bytes at most.";
        GasLimitCap 7825 "A transaction may have 16,777,216 gas.";
        BlobSchedules 7892 "The numbers of blobs can change without a fork.";
        BlobFeeFloor 7918 "The blob base fee has a floor that follows from the base fee.";
        P256Verify 7951 "The precompile `P256VERIFY`.";
    }
}

impl Fork {
    /// Whether the fork's protocol has the change.
    ///
    /// ```
    /// use iso_evm_wire::{Fork, protocol::Change};
    ///
    /// assert!(Fork::Osaka.has(Change::Blobs) && !Fork::Shanghai.has(Change::Blobs));
    /// ```
    pub const fn has(self, change: Change) -> bool {
        self as u8 >= change.since() as u8
    }

    /// Whether the main chain came to the fork at a time, and not at a block's number.
    pub const fn begins_by_time(self) -> bool {
        match self {
            Self::Istanbul | Self::Berlin | Self::London | Self::Paris => false,
            Self::Shanghai | Self::Cancun | Self::Prague | Self::Osaka => true,
        }
    }
}

/// Words of a stack.
pub const STACK_LIMIT: usize = 1024;
/// Most frames above a frame.
pub const STACK_DEPTH_LIMIT: usize = 1024;
/// Ancestors that `BLOCKHASH` knows.
pub const BLOCK_HASHES: u64 = 256;
/// Most bytes of an account's code (EIP-170).
pub const MAX_CODE_SIZE: u64 = 0x6000;
/// Most bytes of initcode (EIP-3860, from Shanghai).
pub const MAX_INIT_CODE_SIZE: u64 = 2 * MAX_CODE_SIZE;
/// The first byte that new code may not have (EIP-3541, from London).
pub const RESERVED_CODE_PREFIX: u8 = 0xef;
/// The code of an account that delegates to another: this, then the other's address (EIP-7702, from
/// Prague).
pub const EOA_DELEGATION_MARKER: [u8; 3] = [RESERVED_CODE_PREFIX, 0x01, 0x00];
/// The greatest nonce of a transaction or an authorisation (EIP-2681): its account's can grow by one.
pub const MAX_NONCE: u64 = u64::MAX - 1;

/// A warm account or slot (EIP-2929, from Berlin); `TLOAD` and `TSTORE` (EIP-1153, from Cancun).
pub const GAS_WARM_ACCESS: u64 = 100;
/// A copy, per word.
pub const GAS_COPY: u64 = 3;
/// Memory, per word; plus the square of the words over 512.
pub const GAS_MEMORY: u64 = 3;
/// Divisor of the quadratic term of memory gas, as a power of two.
pub const MEMORY_QUADRATIC_SHIFT: u64 = 9;
/// A call that moves value.
pub const GAS_CALL_VALUE: u64 = 9_000;
/// What such a call gives its callee on top; what `SSTORE` must find left, and one more (EIP-2200).
pub const GAS_CALL_STIPEND: u64 = 2_300;
/// A call that makes an account, a SELFDESTRUCT that funds one.
pub const GAS_NEW_ACCOUNT: u64 = 25_000;
/// `SELFDESTRUCT`.
pub const GAS_SELF_DESTRUCT: u64 = 5_000;
/// `CREATE`, `CREATE2`, and a transaction that creates.
pub const GAS_CREATE: u64 = 32_000;
/// Initcode, per word (EIP-3860, from Shanghai).
pub const GAS_INIT_CODE_WORD_COST: u64 = 2;
/// `SSTORE` that sets a slot whose original and current values are zero.
pub const GAS_STORAGE_SET: u64 = 20_000;

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
    pub const fn of(fork: Fork) -> Self {
        match fork {
            Fork::Istanbul => Self {
                account: 700,
                account_cold: 0,
                selfdestruct_cold: 0,
                storage: 800,
                sload_cold: 0,
                sstore_cold: 0,
                storage_update: 5_000,
            },
            Fork::Berlin
            | Fork::London
            | Fork::Paris
            | Fork::Shanghai
            | Fork::Cancun
            | Fork::Prague
            | Fork::Osaka => Self {
                account: GAS_WARM_ACCESS,
                account_cold: 2_500,
                selfdestruct_cold: 2_600,
                storage: GAS_WARM_ACCESS,
                sload_cold: 2_000,
                sstore_cold: 2_100,
                storage_update: 2_900,
            },
        }
    }
}

/// What clearing a slot gives back (EIP-2200, EIP-3529).
pub const fn storage_clear_refund(fork: Fork) -> i64 {
    match fork {
        Fork::Istanbul | Fork::Berlin => 15_000,
        Fork::London | Fork::Paris | Fork::Shanghai | Fork::Cancun | Fork::Prague | Fork::Osaka => {
            4_800
        }
    }
}

/// The part of the gas spent that is given back at most is one over this (EIP-3529).
pub const fn max_refund_quotient(fork: Fork) -> u64 {
    match fork {
        Fork::Istanbul | Fork::Berlin => 2,
        Fork::London | Fork::Paris | Fork::Shanghai | Fork::Cancun | Fork::Prague | Fork::Osaka => {
            5
        }
    }
}

/// What every transaction pays.
pub const TX_BASE_COST: u64 = 21_000;
/// A transaction's zero byte.
pub const TX_DATA_COST_PER_ZERO: u64 = 4;
/// A transaction's other byte (EIP-2028, Istanbul).
pub const TX_DATA_COST_PER_NON_ZERO: u64 = 16;
/// An account of an access list (EIP-2930, from Berlin).
pub const TX_ACCESS_LIST_ADDRESS_COST: u64 = 2_400;
/// A slot of an access list (EIP-2930, from Berlin).
pub const TX_ACCESS_LIST_STORAGE_KEY_COST: u64 = 1_900;
/// A token of calldata at least (EIP-7623, from Prague): a zero byte is one, another byte four.
pub const FLOOR_CALLDATA_COST: u64 = 10;
/// Tokens of a byte that is not zero (EIP-7623, from Prague).
pub const TOKENS_PER_NON_ZERO: u64 = 4;
/// An authorisation, as if its authority were a new account (EIP-7702, from Prague).
pub const PER_EMPTY_ACCOUNT_COST: u64 = 25_000;
/// An authorisation whose authority exists: what is above it comes back (EIP-7702, from Prague).
pub const PER_AUTH_BASE_COST: u64 = 12_500;
/// Gas of a transaction at most (EIP-7825, from Osaka).
pub const TX_MAX_GAS_LIMIT: u64 = 1 << 24;
/// Gas of a blob (EIP-4844, from Cancun).
pub const GAS_PER_BLOB: u64 = 1 << 17;

/// Gas of calldata, without the transaction's own.
pub fn calldata_cost(zeros: u64, others: u64) -> u64 {
    zeros * TX_DATA_COST_PER_ZERO + others * TX_DATA_COST_PER_NON_ZERO
}

/// The least that a transaction with so much calldata costs, from Prague (EIP-7623).
pub fn calldata_floor(zeros: u64, others: u64) -> u64 {
    TX_BASE_COST + (zeros + others * TOKENS_PER_NON_ZERO) * FLOOR_CALLDATA_COST
}

/// Gas that a transaction may have at most, by a rule of its own.
pub const fn transaction_gas_cap(fork: Fork) -> u64 {
    match fork {
        Fork::Istanbul
        | Fork::Berlin
        | Fork::London
        | Fork::Paris
        | Fork::Shanghai
        | Fork::Cancun
        | Fork::Prague => u64::MAX,
        Fork::Osaka => TX_MAX_GAS_LIMIT,
    }
}

/// The last type of transaction that a fork knows: EIP-2930, EIP-1559, EIP-4844, EIP-7702.
pub const fn last_transaction_type(fork: Fork) -> u8 {
    match fork {
        Fork::Istanbul => 0,
        Fork::Berlin => 1,
        Fork::London | Fork::Paris | Fork::Shanghai => 2,
        Fork::Cancun => 3,
        Fork::Prague | Fork::Osaka => 4,
    }
}

/// Most blobs in a transaction: the block's limit (EIP-4844, EIP-7691), then one of its own
/// (EIP-7594). Before Cancun there is no type of transaction that could have one, and the limit is
/// Cancun's.
pub const fn most_blobs(fork: Fork) -> u64 {
    match fork {
        Fork::Istanbul
        | Fork::Berlin
        | Fork::London
        | Fork::Paris
        | Fork::Shanghai
        | Fork::Cancun => 6,
        Fork::Prague => 9,
        Fork::Osaka => 6,
    }
}

/// `P256VERIFY` (EIP-7951, from Osaka): no neighbour of the other precompiles.
pub const P256VERIFY: u64 = 0x100;

/// The last of the precompiles that stand in a row from `0x01` on.
pub const fn last_precompile(fork: Fork) -> u64 {
    match fork {
        Fork::Istanbul | Fork::Berlin | Fork::London | Fork::Paris | Fork::Shanghai => 0x09,
        // the point evaluation (EIP-4844)
        Fork::Cancun => 0x0a,
        // BLS12-381 (EIP-2537)
        Fork::Prague | Fork::Osaka => 0x11,
    }
}

/// The first precompile that came with a fork; none where none came, or where it is not known, at
/// the first fork that is audited.
pub fn first_new_precompile(fork: Fork) -> Option<u64> {
    let before = Fork::ALL.into_iter().rfind(|earlier| *earlier < fork)?;
    let before = Rules::from(before);
    Rules::from(fork).precompiles().find(|number| !before.precompiles().any(|old| old == *number))
}

#[cfg(test)]
mod tests;
