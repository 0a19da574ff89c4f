//! [`SendError`]: why a transaction is not sent. `specs/14-chain.md`, section Sending.

use alloy_primitives::B256;
use iso_evm_rpc::RpcError;

/// Why a transaction is not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The node gave no usable answer.
    #[error(transparent)]
    Node(#[from] RpcError),
    /// Another chain than the user's.
    #[error("the node is one of chain {found}, not of chain {expected}: nothing was signed")]
    OtherChain {
        /// Id of the user's chain.
        expected: u64,
        /// Id of the node's chain.
        found: u64,
    },
    /// A chain that is not what it was.
    #[error("the node was one of chain {expected}, and now is of chain {found}: no more is signed")]
    ChainChanged {
        /// Id that the node's chain had before.
        expected: u64,
        /// Id that the node's chain has now.
        found: u64,
    },
    /// The proposer's share is above the cap.
    #[error("the node asks for {asked} of each unit of gas for the proposer, more than {most}")]
    Tip {
        /// What the node asks for.
        asked: String,
        /// Most that the user allows.
        most: String,
    },
    /// The price is above the cap.
    #[error("the node asks for {asked} for each unit of gas, more than {most}")]
    Fee {
        /// What the node asks for.
        asked: String,
        /// Most that the user allows.
        most: String,
    },
    /// Rules from before London.
    #[error("the chain has no base fee: its rules are older than Cancun's, which are needed")]
    NoBaseFee,
    /// A transaction that nobody has agreed to.
    #[error(
        "{what}: it is not among what was said to be sent: the chain has changed, or the node says \
         other things than before; run again"
    )]
    NotOrdered {
        /// Name of what the transaction would do.
        what: &'static str,
    },
    /// A transaction that cannot be signed.
    #[error("the transaction cannot be signed: {0}")]
    Unsigned(String),
    /// A transaction without a receipt.
    #[error("eth_getTransactionReceipt: {hash} is not mined after {seconds} s")]
    NotMined {
        /// Hash of the transaction.
        hash: B256,
        /// How long was waited.
        seconds: u64,
    },
    /// A transaction that may have gone out.
    #[error("{error}; transaction {hash} was signed, with nonce {nonce}, and may still be mined")]
    Uncertain {
        /// Hash of the transaction.
        hash: B256,
        /// Nonce of the transaction.
        nonce: u64,
        /// What the node said to it.
        error: Box<RpcError>,
    },
}
