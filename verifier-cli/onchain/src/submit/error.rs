//! Why a message is not submitted.

use alloy_primitives::{Address, B256};
use iso_evm_rpc::RpcError;

use crate::{holds::HoldsError, send_error::SendError};

/// Why a message is not submitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The node gave no usable answer.
    #[error(transparent)]
    Node(#[from] RpcError),
    /// A transaction that is not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// A contract that is not there, or another.
    #[error(transparent)]
    Holds(#[from] HoldsError),
    /// A segment that the message does not have.
    #[error("message {index}: there is no segment {segment}: it has {count}")]
    NoSegment {
        /// Index of the message, in pre-order.
        index: usize,
        /// Number of the segment.
        segment: u64,
        /// How many there are.
        count: u64,
    },
    /// A segment whose input no transaction carries.
    #[error(
        "message {index}: segment {segment} takes {bytes} bytes of calldata, more than public mempools \
         take: in a dispute, parts of it are archived"
    )]
    TooManyBytes {
        /// Index of the message, in pre-order.
        index: usize,
        /// Number of the segment.
        segment: u64,
        /// Bytes of its calldata.
        bytes: usize,
    },
    /// Code that others must archive.
    #[error(
        "message {index}: only the registrar {registrar} can archive its code, and {sender} sends"
    )]
    NotTheRegistrar {
        /// Index of the message, in pre-order.
        index: usize,
        /// Account that may archive.
        registrar: Address,
        /// Account that sends.
        sender: Address,
    },
    /// A transaction that the chain does not take.
    #[error("message {index}: {what} takes {gas} gas, more than a transaction may have")]
    TooMuchGas {
        /// Index of the message, in pre-order.
        index: usize,
        /// Name of what the transaction does.
        what: &'static str,
        /// Gas that the transaction takes.
        gas: u64,
    },
    /// A transaction that failed.
    #[error("message {index}: {what}: {hash} failed")]
    Failed {
        /// Index of the message, in pre-order.
        index: usize,
        /// Name of what the transaction does.
        what: &'static str,
        /// Hash of the transaction.
        hash: B256,
    },
}
