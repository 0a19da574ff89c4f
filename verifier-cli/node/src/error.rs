//! Why nothing came of asking a node. One line, which names the method.

use alloy_primitives::{Address, B256};
use iso_evm_rpc::RpcError;
use iso_evm_wire::{Fork, block::BlockError, receipt::ReceiptError, transaction::TransactionError};
use iso_evm_witness::{execute::ExecuteError, input::InputError};
use revm::database_interface::DBErrorMarker;

/// Why a node gave no witness.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The node was not asked, or gave no answer.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The node does not know the transaction.
    #[error("the node knows no transaction {0}")]
    NoTransaction(B256),
    /// The transaction is in no block yet.
    #[error("transaction {0} is in no block yet")]
    Pending(B256),
    /// The node does not know the block.
    #[error("the node knows no block {0}")]
    NoBlock(String),
    /// A block has gone since it was read.
    #[error("block {0} was there and is gone: the chain was reorganised; run again")]
    Reorganised(B256),
    /// The first block has no parent.
    #[error("block 0 has no parent, and no transactions")]
    Genesis,
    /// A transaction is for another chain.
    #[error("the node is one of chain {found}, and the transaction is for chain {expected}")]
    Chain {
        /// The transaction's.
        expected: u64,
        /// The node's.
        found: u64,
    },
    /// The fork is not audited, or contradicts the chain's.
    #[error("{0}")]
    Fork(Box<InputError>),
    /// The header leaves several forks.
    #[error(
        "fork: the schedule of chain {chain} is not known, and block {number} can be of {candidates}"
    )]
    ForkUnknown {
        /// The chain.
        chain: u64,
        /// The block.
        number: u64,
        /// The forks whose headers have these fields.
        candidates: String,
    },
    /// The fork asked for has other headers.
    #[error("block {number} has not the fields of a header of fork {fork}")]
    Header {
        /// The block.
        number: u64,
        /// The fork.
        fork: Fork,
    },
    /// A block that cannot be.
    #[error("block {number}: {error}")]
    Block {
        /// The block.
        number: u64,
        /// What is wrong with it.
        error: BlockError,
    },
    /// A root in the header is not that of what the node gives as the block's.
    #[error("block {number}: the root of its {what} is {expected} by its header, found {found}")]
    Root {
        /// The block.
        number: u64,
        /// Of what.
        what: &'static str,
        /// By the header.
        expected: B256,
        /// Of what the node gives.
        found: B256,
    },
    /// A transaction that is not Ethereum's, or cannot be.
    #[error("transaction {index} of block {number}: {error}")]
    Transaction {
        /// The block.
        number: u64,
        /// Its place.
        index: usize,
        /// What is wrong with it.
        error: TransactionError,
    },
    /// A receipt that cannot be.
    #[error("the receipt of transaction {index} of block {number}: {error}")]
    Receipt {
        /// The block.
        number: u64,
        /// The transaction's place.
        index: usize,
        /// What is wrong with it.
        error: ReceiptError,
    },
    /// A proof that leads nowhere.
    #[error(
        "the node's answer to eth_getProof of account {account} does not lead to {root}, the state \
         root of block {number}"
    )]
    Proof {
        /// Whose.
        account: Address,
        /// The state root.
        root: B256,
        /// The block.
        number: u64,
    },
    /// Code that has another hash.
    #[error(
        "the node's answer to eth_getCode of account {account} does not have the hash {expected}"
    )]
    Code {
        /// Whose.
        account: Address,
        /// The hash in the account.
        expected: B256,
    },
    /// A transaction was asked for that the block does not have.
    #[error("block {number} has no transaction {index}")]
    Ended {
        /// The block.
        number: u64,
        /// The place asked for.
        index: usize,
    },
    /// A transaction cannot be replayed.
    #[error("transaction {index} of block {number}: {error}")]
    Execute {
        /// The block.
        number: u64,
        /// Its place.
        index: usize,
        /// Why.
        error: Box<ExecuteError>,
    },
    /// A system call cannot be replayed.
    #[error("block {number}: the system call to {contract} fails: {error}")]
    System {
        /// The block.
        number: u64,
        /// What is called.
        contract: Address,
        /// Why.
        error: String,
    },
    /// The replay and the chain differ.
    #[error("block {number}: the replay and the chain differ: {error}")]
    Replay {
        /// The block.
        number: u64,
        /// In what.
        error: ReplayError,
    },
}

/// Where a replay and its chain part ways.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// Success or failure.
    #[error("transaction {index} is a {} by its receipt, and a {} replayed", outcome(.expected), outcome(.found))]
    Status {
        /// The transaction's place.
        index: usize,
        /// By the receipt.
        expected: bool,
        /// Replayed.
        found: bool,
    },
    /// Gas.
    #[error("transaction {index} used {expected} gas by its receipt, and {found} replayed")]
    GasUsed {
        /// The transaction's place.
        index: usize,
        /// By the receipt.
        expected: u64,
        /// Replayed.
        found: u64,
    },
    /// Logs.
    #[error("transaction {index} has other logs in its receipt than replayed")]
    Logs {
        /// The transaction's place.
        index: usize,
    },
    /// The state in the end.
    #[error("the state root is {expected} by the header, and {found} replayed")]
    StateRoot {
        /// By the header.
        expected: B256,
        /// Replayed.
        found: B256,
    },
}

const fn outcome(success: &bool) -> &'static str {
    if *success { "success" } else { "failure" }
}

impl NodeError {
    /// Whether the node does not do what was asked, now and later: another way may be open.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Rpc(error) if error.is_refusal())
    }

    /// Whether a proof is lacking, and not the node: what needs none can go on without it. A proof
    /// that is wrong proves nothing, and is lacking too.
    pub(super) const fn is_lack(&self) -> bool {
        self.is_refusal() || matches!(self, Self::Proof { .. })
    }
}

impl DBErrorMarker for NodeError {}
