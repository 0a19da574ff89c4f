//! The fields of every access record, by opcode. Normative text: `specs/03-records.md`.
//!
//! A record carries facts, never costs. A field is either an *output* (the hypervisor computes it
//! and compares) or a *fact* (the execution audit takes it as given, another audit proves it).
//! `metadata` is `abi.encode` of the fields in the order given here.

use alloy_primitives::B256;
use alloy_sol_types::{SolValue, sol};

use crate::message::AccessWitness;

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

/// What kind of frame a message is; `OpeningRecord::kind`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum FrameKind {
    /// `CALL`, or the top message of a transaction that is no creation.
    Call = 0,
    /// `CALLCODE`.
    Callcode = 1,
    /// `DELEGATECALL`.
    Delegatecall = 2,
    /// `STATICCALL`.
    Staticcall = 3,
    /// `CREATE`, or the top message of a creation transaction.
    Create = 4,
    /// `CREATE2`.
    Create2 = 5,
}

impl FrameKind {
    /// All six, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Call,
        Self::Callcode,
        Self::Delegatecall,
        Self::Staticcall,
        Self::Create,
        Self::Create2,
    ];

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether the frame creates an account.
    pub const fn is_create(self) -> bool {
        matches!(self, Self::Create | Self::Create2)
    }

    /// Lower-case name, as in every report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Callcode => "callcode",
            Self::Delegatecall => "delegatecall",
            Self::Staticcall => "staticcall",
            Self::Create => "create",
            Self::Create2 => "create2",
        }
    }
}

/// What became of a CALL or CREATE; `outcome` in its record.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Outcome {
    /// The opcode itself ran out of gas on a cost that a fact of this record decides.
    None = 0,
    /// A frame was opened: the next message of the tree in pre-order.
    Child = 1,
    /// The account has no code: success, no gas used, no data. Calls only.
    Nocode = 2,
    /// A precompiled contract ran. Calls only.
    Precompile = 3,
    /// Refused: the call stack is 1024 deep. All gas comes back.
    Depth = 4,
    /// Refused: the caller's balance is below the value. All gas comes back.
    Balance = 5,
    /// Refused: the creator's nonce is 2^64-1. All gas comes back. Creations only.
    Nonce = 6,
    /// Refused: the new address has code or a nonce. All gas given is burnt. Creations only.
    Collision = 7,
}

impl Outcome {
    /// All eight, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Child,
        Self::Nocode,
        Self::Precompile,
        Self::Depth,
        Self::Balance,
        Self::Nonce,
        Self::Collision,
    ];

    /// The outcome with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// A record by its type: what [`AccessWitness`] is once decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is documented at its record type")]
pub enum Record {
    Opening(OpeningRecord),
    Balance(BalanceRecord),
    Extcodesize(ExtcodesizeRecord),
    Extcodehash(ExtcodehashRecord),
    Extcodecopy(ExtcodecopyRecord),
    Blockhash(BlockhashRecord),
    /// The opcode, one of [`VALUE_OPCODES`], and its record.
    Value(u8, ValueRecord),
    Blobhash(BlobhashRecord),
    Sload(SloadRecord),
    Sstore(SstoreRecord),
    Tload(TransientRecord),
    Tstore(TransientRecord),
    /// The number of topics tells the opcode.
    Log(LogRecord),
    /// The opcode (`CALL`, `CALLCODE`, `DELEGATECALL` or `STATICCALL`) and its record.
    Call(u8, CallRecord),
    Create(CreateRecord),
    Create2(Create2Record),
    Selfdestruct(SelfdestructRecord),
}

/// Opcodes whose record is a [`ValueRecord`].
pub const VALUE_OPCODES: [u8; 9] = [0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a];

/// The opening record's opcode.
pub const OPENING: u8 = 0x00;

/// Why a record's bytes are no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// No record has this opcode.
    #[error("opcode 0x{0:02x} has no access record")]
    UnknownOpcode(u8),
    /// The metadata is not the canonical encoding of the opcode's fields.
    #[error("metadata of opcode 0x{0:02x} is not canonical")]
    NotCanonical(u8),
}

impl Record {
    /// The opcode that this record belongs to.
    pub fn opcode(&self) -> u8 {
        match self {
            Self::Opening(_) => OPENING,
            Self::Balance(_) => 0x31,
            Self::Extcodesize(_) => 0x3b,
            Self::Extcodecopy(_) => 0x3c,
            Self::Extcodehash(_) => 0x3f,
            Self::Blockhash(_) => 0x40,
            Self::Value(opcode, _) | Self::Call(opcode, _) => *opcode,
            Self::Blobhash(_) => 0x49,
            Self::Sload(_) => 0x54,
            Self::Sstore(_) => 0x55,
            Self::Tload(_) => 0x5c,
            Self::Tstore(_) => 0x5d,
            Self::Log(log) => 0xa0 + log.topics.len() as u8,
            Self::Create(_) => 0xf0,
            Self::Create2(_) => 0xf5,
            Self::Selfdestruct(_) => 0xff,
        }
    }

    /// The record on the wire.
    pub fn encode(&self) -> AccessWitness {
        let metadata = match self {
            Self::Opening(record) => record.abi_encode_params(),
            Self::Balance(record) => record.abi_encode_params(),
            Self::Extcodesize(record) => record.abi_encode_params(),
            Self::Extcodecopy(record) => record.abi_encode_params(),
            Self::Extcodehash(record) => record.abi_encode_params(),
            Self::Blockhash(record) => record.abi_encode_params(),
            Self::Value(_, record) => record.abi_encode_params(),
            Self::Blobhash(record) => record.abi_encode_params(),
            Self::Sload(record) => record.abi_encode_params(),
            Self::Sstore(record) => record.abi_encode_params(),
            Self::Tload(record) | Self::Tstore(record) => record.abi_encode_params(),
            Self::Log(log) => {
                let words = std::iter::once(&log.data_hash).chain(&log.topics);
                words.flat_map(|word| word.0).collect()
            }
            Self::Call(_, record) => record.abi_encode_params(),
            Self::Create(record) => record.abi_encode_params(),
            Self::Create2(record) => record.abi_encode_params(),
            Self::Selfdestruct(record) => record.abi_encode_params(),
        };
        AccessWitness { opcode: self.opcode(), metadata: metadata.into() }
    }

    /// The record that these bytes are, if they are its canonical encoding.
    pub fn decode(access: &AccessWitness) -> Result<Self, RecordError> {
        let opcode = access.opcode;
        let bytes = &access.metadata[..];
        let not_canonical = |_| RecordError::NotCanonical(opcode);
        macro_rules! fields {
            ($record:ty) => {
                <$record>::abi_decode_params_validate(bytes).map_err(not_canonical)?
            };
        }
        let record = match opcode {
            OPENING => Self::Opening(fields!(OpeningRecord)),
            0x31 => Self::Balance(fields!(BalanceRecord)),
            0x3b => Self::Extcodesize(fields!(ExtcodesizeRecord)),
            0x3c => Self::Extcodecopy(fields!(ExtcodecopyRecord)),
            0x3f => Self::Extcodehash(fields!(ExtcodehashRecord)),
            0x40 => Self::Blockhash(fields!(BlockhashRecord)),
            0x49 => Self::Blobhash(fields!(BlobhashRecord)),
            0x54 => Self::Sload(fields!(SloadRecord)),
            0x55 => Self::Sstore(fields!(SstoreRecord)),
            0x5c => Self::Tload(fields!(TransientRecord)),
            0x5d => Self::Tstore(fields!(TransientRecord)),
            0xa0..=0xa4 => {
                let (words, rest) = bytes.as_chunks::<32>();
                if words.len() != usize::from(opcode - 0xa0) + 1 || !rest.is_empty() {
                    return Err(RecordError::NotCanonical(opcode));
                }
                Self::Log(LogRecord {
                    data_hash: words[0].into(),
                    topics: words[1..].iter().map(B256::from).collect(),
                })
            }
            0xf1 | 0xf2 | 0xf4 | 0xfa => Self::Call(opcode, fields!(CallRecord)),
            0xf0 => Self::Create(fields!(CreateRecord)),
            0xf5 => Self::Create2(fields!(Create2Record)),
            0xff => Self::Selfdestruct(fields!(SelfdestructRecord)),
            _ if VALUE_OPCODES.contains(&opcode) => Self::Value(opcode, fields!(ValueRecord)),
            _ => return Err(RecordError::UnknownOpcode(opcode)),
        };
        if record.encode() == *access { Ok(record) } else { Err(RecordError::NotCanonical(opcode)) }
    }
}
