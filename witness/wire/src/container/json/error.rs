//! Why a file is not the JSON form of a `witness.bin`.

use alloy_primitives::B256;

use crate::{
    block::BlockError, json::Misread, receipt::ReceiptError, transaction::TransactionError,
};

/// Why a file is not the JSON form of a witness.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON, or a field is not what it should be. The message says where.
    #[error("{}", Misread::from(.0))]
    Json(#[from] serde_json::Error),
    /// The file is of another version.
    #[error("version {found} of a witness is not read: version {expected} is expected")]
    Version {
        /// The one version there is.
        expected: u8,
        /// The one in the file.
        found: u64,
    },
    /// A block that cannot be.
    #[error("block: {0}")]
    Block(#[from] BlockError),
    /// A transaction that cannot be.
    #[error("transaction: {0}")]
    Transaction(#[from] TransactionError),
    /// A receipt that cannot be.
    #[error("receipt: {0}")]
    Receipt(#[from] ReceiptError),
    /// A value that is not what stands at its place.
    #[error("{path}: {reason}")]
    Value {
        /// Path of the value in the JSON.
        path: String,
        /// What the matter is.
        reason: String,
    },
    /// A key that nothing has there.
    #[error("{path}: unknown key")]
    UnknownKey {
        /// Path of the value in the JSON.
        path: String,
    },
    /// A field that must be there.
    #[error("{path}: missing")]
    Missing {
        /// Path that the field should have in the JSON.
        path: String,
    },
    /// Code or a trie node under another hash.
    #[error("{path}: its hash is {expected}")]
    WrongHash {
        /// Path of the bytes in the JSON, whose last part is the hash that they stand under.
        path: String,
        /// Hash of the bytes.
        expected: B256,
    },
    /// An ancestor's header that cannot be.
    #[error("ancestors[{index}]: {error}")]
    Ancestor {
        /// Index of the ancestor, from 0 for the parent.
        index: usize,
        /// What is wrong with the block.
        error: BlockError,
    },
    /// What no message asks for, and no root leads to.
    #[error("{path}: nothing needs it")]
    Unused {
        /// Path of the value in the JSON.
        path: String,
    },
}

impl JsonError {
    /// A value that is not what stands at its place.
    pub(super) fn value(path: &str, reason: &str) -> Self {
        Self::Value { path: path.to_owned(), reason: reason.to_owned() }
    }

    /// A field that must be there.
    pub(super) fn missing(path: &str) -> Self {
        Self::Missing { path: path.to_owned() }
    }
}
