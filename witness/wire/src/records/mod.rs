//! The fields of every access record, by opcode. Normative text: `specs/03-records.md`.
//!
//! A record carries facts, never costs. A field is either an *output* (the hypervisor computes it
//! and compares) or a *fact* (the execution audit takes it as given, another audit proves it).

mod fields;
mod kinds;

use alloy_primitives::B256;
use alloy_sol_types::SolValue;

use crate::message::AccessWitness;

pub use fields::*;
pub use kinds::{FrameKind, Outcome};

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

/// `BLOCKHASH`.
pub const BLOCKHASH: u8 = 0x40;

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
                let mut words = Vec::with_capacity(1 + log.topics.len());
                words.push(log.data_hash.0);
                words.extend(log.topics.iter().map(|topic| topic.0));
                words.into_flattened()
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
