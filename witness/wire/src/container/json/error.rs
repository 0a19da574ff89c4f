//! Why a file is not the JSON form of a `witness.bin`.

use alloy_primitives::B256;

use crate::{block::BlockError, receipt::ReceiptError, transaction::TransactionError};

/// Why a file is not the JSON form of a witness.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON, or a field is not what it should be. The message says where.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The file is of another version.
    #[error("version: {expected} expected, found {found}")]
    Version {
        /// The one version there is.
        expected: u8,
        /// The one in the file.
        found: u8,
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
        /// Where it stands.
        path: String,
        /// What the matter is.
        reason: String,
    },
    /// A key that nothing has there.
    #[error("{path}: unknown key")]
    UnknownKey {
        /// Where it stands.
        path: String,
    },
    /// A field that must be there.
    #[error("{path}: missing")]
    Missing {
        /// Where it should stand.
        path: String,
    },
    /// Code or a trie node under another hash.
    #[error("{path}: its hash is {expected}")]
    WrongHash {
        /// Where it stands: its last part is the hash that it stands under.
        path: String,
        /// Its own hash.
        expected: B256,
    },
    /// An ancestor's header that cannot be.
    #[error("ancestors[{index}]: {error}")]
    Ancestor {
        /// Which.
        index: usize,
        /// What is wrong with it.
        error: BlockError,
    },
    /// What no message asks for, and no root leads to.
    #[error("{path}: nothing needs it")]
    Unused {
        /// Where it stands.
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
