//! Why a block file gives no witnesses. One line, which says what is wrong and where.

use std::fmt;

use alloy_consensus::Header;
use alloy_primitives::{Address, B256};
use iso_evm_wire::{
    Rules, block::BlockError, fork::ForkError, json::Misread, optimism::BaseFeeError,
    transaction::TransactionError,
};

use crate::{execute::ExecuteError, state_root::MissingNode};

/// Why a block file gives no witnesses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockFileError {
    /// Not JSON, or a field is not what it should be. The message says where.
    #[error("{0}")]
    Json(#[from] Misread),
    /// Neither of the two shapes.
    #[error(
        "unknown shape: expected the keys \"block\" and \"witness\", or \"rollupConfig\", \
         \"parentHeader\", \"payloadAttributes\" and \"preimages\""
    )]
    Shape,
    /// None or several blocks where one is recorded.
    #[error("one block is recorded at a time, found {0}")]
    Blocks(usize),
    /// A field that the block must have.
    #[error("field {0:?} is missing")]
    Missing(&'static str),
    /// A field that means something else in this block.
    #[error("payloadAttributes: field {0:?} is not what its upgrade takes")]
    Attribute(&'static str),
    /// A block of the OP Stack has withdrawals.
    #[error("the block has withdrawals, which no block of the OP Stack has")]
    Withdrawals,
    /// The block has no base fee, or no extra data.
    #[error("{0}")]
    BaseFee(BaseFeeError),
    /// The header is none that could be.
    #[error("the block's header: {0}")]
    Header(BlockError),
    /// The parent's header is none that could be.
    #[error("parentHeader: {0}")]
    ParentFields(BlockError),
    /// The header of a block before is none that could be.
    #[error("witness.headers[{index}]: {error}")]
    AncestorFields {
        /// Index of the header in its list.
        index: usize,
        /// What is wrong with the header.
        error: BlockError,
    },
    /// The header does not have the fields of its rules.
    #[error("block {number} has not the fields of a header of {rules}")]
    HeaderFields {
        /// Number of the block.
        number: u64,
        /// Rules that the block goes by.
        rules: Rules,
    },
    /// The file has no parent.
    #[error("none of the file's headers is the parent's, whose hash is {0} by the block's header")]
    Parent(B256),
    /// A header's number is not one less than its child's.
    #[error("a header has the number {found}, and its child {child}")]
    Number {
        /// Number of the child.
        child: u64,
        /// Number of the header itself.
        found: u64,
    },
    /// The block is not later than its parent.
    #[error("the block's time is {found}, and its parent's {parent}")]
    Time {
        /// Time of the parent.
        parent: u64,
        /// Time of the block.
        found: u64,
    },
    /// Nobody says which chain it is.
    #[error("neither the file nor a transaction in it says which chain the block is of")]
    NoChain,
    /// The rollup's configuration and the schedule of its chain, which is known, disagree.
    #[error(
        "by the file's configuration the block goes by {given}, and by the schedule of chain {chain_id} by \
         {found}"
    )]
    Schedule {
        /// Id of the chain.
        chain_id: u64,
        /// What the configuration says.
        given: Rules,
        /// What the schedule says.
        found: Rules,
    },
    /// The rules asked for are not the file's.
    #[error("fork {asked} contradicts the file, whose block goes by {found}")]
    Contradiction {
        /// Rules that were asked for.
        asked: Rules,
        /// Rules that follow from chain and block.
        found: Rules,
    },
    /// The rules are not audited.
    #[error("fork: {0}")]
    Fork(ForkError),
    /// The rules do not follow from the chain.
    #[error(
        "fork: the schedule of chain {chain_id} is not known, and the block can be of {candidates}"
    )]
    RulesUnknown {
        /// Id of the chain.
        chain_id: u64,
        /// The forks whose headers have these fields.
        candidates: String,
    },
    /// A transaction that is none.
    #[error("transaction {index}: {error}")]
    Transaction {
        /// Index of the transaction in its block.
        index: usize,
        /// What is wrong with the transaction.
        error: TransactionError,
    },
    /// The block lists hashes.
    #[error("the block has hashes alone, where transactions are needed")]
    HashesAlone,
    /// A transaction that nobody has signed.
    #[error("transaction {index} is not signed: no block has such a one")]
    Unsigned {
        /// Index of the transaction in its block.
        index: usize,
    },
    /// A transaction is for another chain.
    #[error("transaction {index} is for chain {found}, and the block is of chain {expected}")]
    Chain {
        /// Index of the transaction in its block.
        index: usize,
        /// Id of the block's chain.
        expected: u64,
        /// Id of the chain that the transaction is for.
        found: u64,
    },
    /// A list is not the one that the header has.
    #[error(
        "the block's {field} is {expected} by its header, and {found} by the list in the file: one is \
         missing, or is another"
    )]
    List {
        /// What has another root.
        field: RootField,
        /// Root in the header.
        expected: B256,
        /// Root of what the file gives.
        found: B256,
    },
    /// A trie node that the file lacks.
    #[error("{place}: {missing}: the file does not have it")]
    Node {
        /// What needs the node.
        place: Place,
        /// Hash of the node, and whose it is.
        missing: MissingNode,
    },
    /// A code that the file lacks.
    #[error("{place}: missing code {hash}: the file does not have it")]
    Code {
        /// What needs the code.
        place: Place,
        /// Hash of the code.
        hash: B256,
    },
    /// A header that the file lacks.
    #[error("{place}: missing header of block {}, which tells the hash of block {number}: the file does not have it", .number + 1)]
    Ancestor {
        /// What needs the hash.
        place: Place,
        /// Number of the block whose hash is asked for.
        number: u64,
    },
    /// A transaction or a system call that cannot be run.
    #[error("{place}: {error}")]
    Execute {
        /// What cannot be run.
        place: Place,
        /// Error of the execution.
        error: Box<ExecuteError>,
    },
    /// A transaction for which the block has no gas left.
    #[error("transaction {index} has a gas limit of {limit}, and the block has {left} left")]
    GasLimit {
        /// Index of the transaction in its block.
        index: usize,
        /// Gas limit of the transaction.
        limit: u64,
        /// Gas that the block has left.
        left: u64,
    },
    /// Transactions whose data the block has no room for.
    #[error(
        "transaction {index}: the data of the block's transactions take {footprint} so far, and the \
         block's gas limit is {limit}"
    )]
    Footprint {
        /// Index of the transaction in its block.
        index: usize,
        /// Footprint of the data up to this transaction's.
        footprint: u64,
        /// Gas limit of the block.
        limit: u64,
    },
    /// A system call after the transactions that fails, with which no block is valid.
    #[error("the system call to {0} fails")]
    System(Address),
    /// What comes after the last transaction is not known.
    #[error("what the block's miner gets is not known: no state after it can be compared")]
    Payments,
    /// A root in the header is not what the run gave.
    #[error("the block's {field} is {expected} by its header, and {found} replayed")]
    Root {
        /// What is another.
        field: RootField,
        /// Root in the header.
        expected: B256,
        /// Root after the replay.
        found: B256,
    },
    /// The gas used is another.
    #[error("the block has used {expected} gas by its header, and {found} replayed")]
    GasUsed {
        /// Gas in the header.
        expected: u64,
        /// Gas after the replay.
        found: u64,
    },
    /// The blob gas used is another.
    #[error("the block has used {expected} blob gas by its header, and {found} replayed")]
    BlobGasUsed {
        /// Blob gas in the header.
        expected: u64,
        /// Blob gas of the transactions.
        found: u64,
    },
    /// The bloom filter is another.
    #[error("the block's logs bloom is another by its header than replayed")]
    LogsBloom,
    /// The whole header has another hash than is expected.
    #[error("the block's hash should be {expected}, and is {found}: {}", Roots(.header))]
    Hash {
        /// Hash that the file expects.
        expected: B256,
        /// Hash of the header that came out.
        found: B256,
        /// The header that came out.
        header: Box<Header>,
    },
}

/// What a run gives of a header, in words.
struct Roots<'a>(&'a Header);

impl fmt::Display for Roots<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Header { state_root, receipts_root, transactions_root, gas_used, .. } = self.0;
        write!(
            f,
            "replayed on what the file gives, its state root is {state_root}, its receipts root \
             {receipts_root}, its transactions root {transactions_root}, and it has used {gas_used} gas"
        )
    }
}

/// Where in a replay something was needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A system call before or after the transactions.
    System(Address),
    /// The transaction with this index.
    Transaction(usize),
    /// What comes after the last transaction.
    End,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(contract) => write!(f, "the system call to {contract}"),
            Self::Transaction(index) => write!(f, "transaction {index}"),
            Self::End => f.write_str("the state after the block"),
        }
    }
}

/// A root or hash in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the header's")]
pub enum RootField {
    Transactions,
    Withdrawals,
    State,
    Receipts,
    Requests,
    MessagePasser,
}

impl fmt::Display for RootField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transactions => "transactions root",
            Self::Withdrawals => "withdrawals root",
            Self::State => "state root",
            Self::Receipts => "receipts root",
            Self::Requests => "requests hash",
            Self::MessagePasser => "withdrawals root",
        })
    }
}
