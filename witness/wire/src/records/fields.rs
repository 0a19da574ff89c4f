//! The fields of each record, in wire order; `metadata` is `abi.encode` of them.

use alloy_primitives::B256;
use alloy_sol_types::sol;

sol! {
    /// 0x00: what frame this is and what code runs in it.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct OpeningRecord {
        /// [`crate::records::FrameKind`] as a number.
        uint8 kind;
        /// keccak256 of the code that runs (of the initcode in a creation).
        bytes32 codeHash;
    }

    /// `BALANCE`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct BalanceRecord {
        /// Output: the account asked for.
        address account;
        /// Whether the access was cold (EIP-2929); false before Berlin.
        bool cold;
        /// Balance, in wei.
        uint256 balance;
    }

    /// `EXTCODESIZE`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ExtcodesizeRecord {
        /// Output: the account asked for.
        address account;
        /// Whether the access was cold.
        bool cold;
        /// Length of its code, in bytes (23 for an EIP-7702 delegation).
        uint256 size;
    }

    /// `EXTCODEHASH`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ExtcodehashRecord {
        /// Output: the account asked for.
        address account;
        /// Whether the access was cold.
        bool cold;
        /// Its code hash; zero for an empty account (EIP-1052).
        bytes32 codeHash;
    }

    /// `EXTCODECOPY`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ExtcodecopyRecord {
        /// Output: the account asked for.
        address account;
        /// Whether the access was cold.
        bool cold;
        /// Output: offset in its code.
        uint256 offset;
        /// Output: number of bytes asked for.
        uint256 size;
        /// The bytes of its code in `[offset, offset + size)`: as many as exist.
        bytes code;
    }

    /// `BLOCKHASH`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct BlockhashRecord {
        /// Output: the block number asked for.
        uint256 number;
        /// Its hash; zero outside the 256 blocks before the current one.
        bytes32 hash;
    }

    /// `COINBASE`, `TIMESTAMP`, `NUMBER`, `PREVRANDAO` (`DIFFICULTY` before Paris), `GASLIMIT`,
    /// `CHAINID`, `SELFBALANCE`, `BASEFEE`, `BLOBBASEFEE`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ValueRecord {
        /// The word that the opcode pushes.
        uint256 value;
    }

    /// `BLOBHASH`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct BlobhashRecord {
        /// Output: the index asked for.
        uint256 index;
        /// The blob's versioned hash; zero past the last.
        bytes32 hash;
    }

    /// `SLOAD`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SloadRecord {
        /// Output: the slot.
        bytes32 key;
        /// Whether the access was cold.
        bool cold;
        /// The slot's value.
        bytes32 value;
    }

    /// `SSTORE`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SstoreRecord {
        /// Output: the slot.
        bytes32 key;
        /// Output: the value written.
        bytes32 value;
        /// Whether the access was cold.
        bool cold;
        /// Value at the start of the transaction.
        bytes32 original;
        /// Value just before this write.
        bytes32 current;
        /// State root after the write; zero if the opcode ran out of gas.
        bytes32 stateRoot;
    }

    /// `TLOAD` and `TSTORE`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct TransientRecord {
        /// Output: the slot.
        bytes32 key;
        /// The slot's value (`TLOAD`); output: the value written (`TSTORE`).
        bytes32 value;
    }

    /// `CALL`, `CALLCODE`, `DELEGATECALL`, `STATICCALL`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct CallRecord {
        /// Output: the account called.
        address account;
        /// Output: the value argument, in wei; zero for the two opcodes that have none.
        uint256 value;
        /// Whether the access to `account` was cold.
        bool cold;
        /// Whether `account` was empty (EIP-161) before the call.
        bool empty;
        /// Whether its code is an EIP-7702 delegation.
        bool delegated;
        /// The delegation's target; zero if there is none.
        address delegate;
        /// Whether the access to `delegate`, after that to `account`, was cold.
        bool delegateCold;
        /// [`crate::records::Outcome`] as a number.
        uint8 outcome;
        /// Output: keccak256 of the calldata passed; zero if `outcome` is none.
        bytes32 calldataHash;
        /// Output: gas that the callee got, stipend included; zero if `outcome` is none.
        uint64 gas;
        /// Gas that the callee spent.
        uint64 gasUsed;
        /// Status of the callee: 0 failed, 1 success, 2 revert.
        uint8 status;
        /// State root after the call; zero if `outcome` is none.
        bytes32 stateRoot;
        /// All that the callee returned.
        bytes returndata;
    }

    /// `CREATE`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct CreateRecord {
        /// Nonce of the creator before this opcode.
        uint64 nonce;
        /// Output: endowment, in wei.
        uint256 value;
        /// [`crate::records::Outcome`] as a number.
        uint8 outcome;
        /// Output: keccak256 of the initcode.
        bytes32 initcodeHash;
        /// Output: gas that the creation got.
        uint64 gas;
        /// Gas that it spent, code deposit included.
        uint64 gasUsed;
        /// Its status: 0 failed, 1 success, 2 revert.
        uint8 status;
        /// State root after the creation.
        bytes32 stateRoot;
        /// What a reverted creation returned; empty otherwise.
        bytes returndata;
    }

    /// `CREATE2`: as [`CreateRecord`], with the salt in place of the nonce.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Create2Record {
        /// Output: the salt (EIP-1014).
        bytes32 salt;
        /// Output: endowment, in wei.
        uint256 value;
        /// [`crate::records::Outcome`] as a number.
        uint8 outcome;
        /// Output: keccak256 of the initcode.
        bytes32 initcodeHash;
        /// Output: gas that the creation got.
        uint64 gas;
        /// Gas that it spent, code deposit included.
        uint64 gasUsed;
        /// Its status: 0 failed, 1 success, 2 revert.
        uint8 status;
        /// State root after the creation.
        bytes32 stateRoot;
        /// What a reverted creation returned; empty otherwise.
        bytes returndata;
    }

    /// `SELFDESTRUCT`.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SelfdestructRecord {
        /// Output: who gets the balance.
        address beneficiary;
        /// Whether the access to it was cold.
        bool cold;
        /// Whether it was empty (EIP-161).
        bool empty;
        /// Balance of the destroyed account, in wei.
        uint256 balance;
        /// State root after the opcode; zero if it ran out of gas.
        bytes32 stateRoot;
    }
}

/// `LOG0` to `LOG4`. On the wire: `dataHash`, then the topics, each a `bytes32`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogRecord {
    /// Output: keccak256 of the log's data.
    pub data_hash: B256,
    /// Outputs: the topics, at most four.
    pub topics: Vec<B256>,
}
