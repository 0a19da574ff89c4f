//! Why nothing came of asking a node. One line, which names the method.

use alloy_primitives::{Address, B256, U256};
use iso_evm_rpc::RpcError;
use iso_evm_wire::{
    Rules, block::BlockError, optimism::base_fee::BaseFeeError, receipt::ReceiptError,
    transaction::TransactionError,
};
use iso_evm_witness::{execute::ExecuteError, input::InputError};
use revm::database_interface::DBErrorMarker;

/// Why a node gave no witness.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
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
    /// A transaction that waits to be in a block, and could never be.
    #[error("transaction {hash}: {error}")]
    Unmined {
        /// Hash of the transaction.
        hash: B256,
        /// What is wrong with the transaction.
        error: TransactionError,
    },
    /// A transaction that waits behind others of its sender's, of which the first is not there.
    #[error(
        "transaction {hash} has nonce {nonce}: it waits behind nonce {next} of its sender, of which no block \
         has a transaction yet"
    )]
    Gap {
        /// Hash of the transaction.
        hash: B256,
        /// Nonce of the transaction.
        nonce: u64,
        /// Nonce that comes next.
        next: u64,
    },
    /// A transaction that nobody has signed, and that is in no block that is known.
    #[error("the transaction is not signed, and has no hash to look for it by")]
    Unsigned,
    /// No base fee follows from a block.
    #[error("the block after {number} has no base fee: {error}")]
    BaseFee {
        /// Number of the parent.
        number: u64,
        /// Why there is none.
        error: BaseFeeError,
    },
    /// The node does not know the block.
    #[error("the node knows no block {0}")]
    NoBlock(String),
    /// A block was asked for by its number, and the answer is another.
    #[error("the node gave block {found} where block {asked} was asked for")]
    OtherBlock {
        /// Number that was asked for.
        asked: u64,
        /// Number of the block that the node gave.
        found: U256,
    },
    /// A transaction was asked for by its hash, and the answer is another.
    #[error("the node answered transaction {found} when asked for {asked}")]
    OtherTransaction {
        /// Hash that was asked for.
        asked: B256,
        /// Hash of the transaction that the node answered.
        found: B256,
    },
    /// A transaction is not in the block that the node says it is in.
    #[error(
        "the node says that transaction {transaction} is in block {block}, and that block does not have it"
    )]
    NotInBlock {
        /// Hash of the transaction.
        transaction: B256,
        /// Hash of the block.
        block: B256,
    },
    /// A transaction that waits, whose hash nothing that is answered has.
    #[error(
        "transaction {0} is not signed by its sender, and what the node answers has another hash: whether it \
         is that one, nothing tells before it is mined"
    )]
    Unbound(B256),
    /// A block has gone since it was read.
    #[error("block {0} was there and is gone: the chain was reorganised; run again")]
    Reorganised(B256),
    /// The first block has no parent.
    #[error("block 0 has no parent, and no transactions")]
    Genesis,
    /// A transaction is for another chain.
    #[error("the node is one of chain {found}, and the transaction is for chain {expected}")]
    Chain {
        /// Id of the chain that the transaction is for.
        expected: u64,
        /// Id of the node's chain.
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
        /// Id of the chain.
        chain: u64,
        /// Number of the block.
        number: u64,
        /// The forks whose headers have these fields.
        candidates: String,
    },
    /// The fork asked for has other headers.
    #[error("block {number} has not the fields of a header of fork {fork}")]
    Header {
        /// Number of the block.
        number: u64,
        /// Fork whose rules apply.
        fork: Rules,
    },
    /// A block that cannot be.
    #[error("block {number}: {error}")]
    Block {
        /// Number of the block.
        number: u64,
        /// What is wrong with the block.
        error: BlockError,
    },
    /// A root in the header is not that of what the node gives as the block's.
    #[error("block {number}: the root of its {what} is {expected} by its header, found {found}")]
    Root {
        /// Number of the block.
        number: u64,
        /// Name of what has another root.
        what: &'static str,
        /// Root in the header.
        expected: B256,
        /// Root of what the node gives.
        found: B256,
    },
    /// Withdrawals where there are none.
    #[error(
        "block {number} begins with a deposit of the OP Stack, which has no withdrawals, and has some"
    )]
    Withdrawals {
        /// Number of the block.
        number: u64,
    },
    /// A transaction that is neither Ethereum's nor a deposit of the OP Stack, or cannot be.
    #[error("transaction {index} of block {number}: {error}")]
    Transaction {
        /// Number of the block.
        number: u64,
        /// Index of the transaction in its block.
        index: usize,
        /// What is wrong with the transaction.
        error: TransactionError,
    },
    /// A receipt that cannot be.
    #[error("the receipt of transaction {index} of block {number}: {error}")]
    Receipt {
        /// Number of the block.
        number: u64,
        /// Index of the transaction in its block.
        index: usize,
        /// What is wrong with the receipt.
        error: ReceiptError,
    },
    /// A proof that leads nowhere.
    #[error(
        "the node's answer to eth_getProof of account {account} does not lead to {root}, the state \
         root of block {number}"
    )]
    Proof {
        /// Address of the account whose proof it is.
        account: Address,
        /// The state root.
        root: B256,
        /// Number of the block.
        number: u64,
    },
    /// Code that has another hash.
    #[error(
        "the node's answer to eth_getCode of account {account} does not have the hash {expected}"
    )]
    Code {
        /// Address of the account whose code it is.
        account: Address,
        /// The hash in the account.
        expected: B256,
    },
    /// A transaction was asked for that the block does not have.
    #[error("block {number} has no transaction {index}")]
    Ended {
        /// Number of the block.
        number: u64,
        /// Index that was asked for.
        index: usize,
    },
    /// A transaction cannot be replayed.
    #[error("transaction {index} of block {number}: {error}")]
    Execute {
        /// Number of the block.
        number: u64,
        /// Index of the transaction in its block.
        index: usize,
        /// Error of the execution.
        error: Box<ExecuteError>,
    },
    /// A system call cannot be replayed.
    #[error("block {number}: the system call to {contract} fails: {error}")]
    System {
        /// Number of the block.
        number: u64,
        /// Address of the contract that is called.
        contract: Address,
        /// Reason, in words.
        error: String,
    },
    /// The replay and the chain differ.
    #[error("block {number}: the replay and the chain differ: {error}")]
    Replay {
        /// Number of the block.
        number: u64,
        /// The first difference between replay and chain.
        error: ReplayError,
    },
}

/// Where a replay and its chain part ways.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The status is another.
    #[error("transaction {index} is a {} by its receipt, and a {} replayed", outcome(.expected), outcome(.found))]
    Status {
        /// Index of the transaction in its block.
        index: usize,
        /// Status in the receipt.
        expected: bool,
        /// Status of the replayed transaction.
        found: bool,
    },
    /// The gas used is another.
    #[error("transaction {index} used {expected} gas by its receipt, and {found} replayed")]
    GasUsed {
        /// Index of the transaction in its block.
        index: usize,
        /// Gas in the receipt.
        expected: u64,
        /// Gas of the replayed transaction.
        found: u64,
    },
    /// The logs are others.
    #[error("transaction {index} has other logs in its receipt than replayed")]
    Logs {
        /// Index of the transaction in its block.
        index: usize,
    },
    /// A deposit's receipt has another nonce.
    #[error(
        "transaction {index} is a deposit whose sender has nonce {expected} by its receipt, and {found} replayed"
    )]
    DepositNonce {
        /// Index of the transaction in its block.
        index: usize,
        /// Nonce in the receipt.
        expected: u64,
        /// Nonce of the sender before the deposit, replayed.
        found: u64,
    },
    /// The storage root of the OP Stack's message passer in the end.
    #[error(
        "the storage root of the message passer is {expected} by the header, and {found} replayed"
    )]
    MessagePasser {
        /// Root in the header.
        expected: B256,
        /// Root after the replay.
        found: B256,
    },
    /// The state in the end.
    #[error("the state root is {expected} by the header, and {found} replayed")]
    StateRoot {
        /// Root in the header.
        expected: B256,
        /// Root after the replay.
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
