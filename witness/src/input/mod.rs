//! `INPUT.json`: transaction, block and pre-state, recognised by its shape.
//! `specs/schemas/README.md`.
//!
//! In the data's way this is the first stage: what it makes, [`Input`], is what
//! [`crate::execute`] runs.

use std::fmt;

use alloy_consensus::Header;

use crate::{Execution, env::block_env, prestate::Prestate, rollup::RunTransaction};
use iso_evm_wire::{
    Rules,
    block::{Block, BlockError, BlockHashes},
    container::Inclusion,
    fork::ForkError,
    json::{self, Misread},
    receipt::{Receipt, ReceiptError},
    transaction::{Transaction, TransactionError},
};

mod alloc;
mod ancestors;
mod another;
mod answer;
mod bare;
mod config;
mod diff;
pub mod document;
mod exact;
mod geth;
mod given_block;
mod given_receipt;
mod given_transaction;
mod keyed;
mod listed;
mod note;
pub(crate) mod object;
mod packing;
mod parent_blobs;
mod proofs;
mod receipt_itself;
mod receipt_names;
mod rpc;
mod said;
pub mod sidecar;
mod signature;
pub mod state_test;
mod transaction_list;

/// All that is needed to run one transaction, and what it came from.
#[derive(Clone, Debug)]
pub struct Input {
    /// What revm runs.
    pub execution: Execution,
    /// The transaction in it.
    pub transaction: Transaction,
    /// The block in it.
    pub block: Block,
    /// Headers of ancestors, the parent's first; none without the block's own.
    pub ancestors: Vec<Header>,
    /// What the chain says came of the transaction, where that is known.
    pub receipt: Option<Receipt>,
    /// What proves that the block has transaction and receipt, where the block is known.
    pub inclusion: Option<Inclusion>,
}

/// Why an `INPUT.json` cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Not JSON, or a field is not what it should be. The message says where.
    #[error("{0}")]
    Json(#[from] Misread),
    /// Something else, and what it is.
    #[error("{}", NoInput(.0))]
    Document(Box<Document>),
    /// A [block file](crate::block_file).
    #[error(
        "a whole block, whose transactions are recorded from it first, each to its own witness"
    )]
    WholeBlock,
    /// The fork in the file is none that is audited.
    #[error("fork: {0}")]
    Fork(#[source] ForkError),
    /// The fork asked for is not the file's.
    #[error("fork {asked} contradicts the file, whose fork is {found}")]
    ForkContradiction {
        /// Fork that was asked for.
        asked: Rules,
        /// What the file says, or what follows from chain, number and timestamp.
        found: Rules,
    },
    /// The fork does not follow from the chain.
    #[error(
        "fork: not given, and it does not follow from chain {0} without a known schedule and the \
         block's number and timestamp"
    )]
    ForkUnknown(u64),
    /// Rules of the OP Stack, and no chain: neither the transaction nor the file names one.
    #[error("the chain is not known: {0} says nothing of it, and there is no \"chainId\"")]
    ChainUnknown(Rules),
    /// The block is of a fork after the last that is audited.
    #[error("{}", ForkError::TooLate(.0.clone()))]
    ForkTooLate(String),
    /// A block with its header that is of another fork by its chain's schedule.
    #[error(
        "fork: {given} is given, and by the schedule of chain {chain_id} block {number} is of {found} \
         (a development chain must not go under the id of a chain with a schedule)"
    )]
    ForkSchedule {
        /// Id of the chain.
        chain_id: u64,
        /// Number of the block.
        number: u64,
        /// What the file says, or was asked for.
        given: Rules,
        /// What follows from the schedule.
        found: Rules,
    },
    /// The excess blob gas does not follow from the parent's without its base fee (EIP-7918).
    #[error(
        "genesis: field \"baseFeePerGas\" is missing, without which no excess blob gas follows from \
         the parent's (EIP-7918)"
    )]
    ParentBaseFee,
    /// The transaction is none that could have run.
    #[error("transaction: {0}")]
    Transaction(#[from] TransactionError),
    /// The block is none that could be.
    #[error("block: {0}")]
    Block(#[from] BlockError),
    /// A trace in diff mode leaves out what the run looks at.
    #[error("{0}")]
    Diff(#[from] DiffError),
    /// An account contradicts itself.
    #[error("{0}")]
    Account(#[from] alloc::AccountError),
    /// The receipt is none that could be.
    #[error("receipt: {0}")]
    Receipt(#[from] ReceiptError),
    /// The blocks before are no chain.
    #[error("{0}")]
    Ancestor(#[from] AncestorError),
    /// A transaction or block that is named, and whose fields are those of another one.
    #[error("{0}")]
    Another(#[from] Another),
    /// Proofs without a root, or a root without proofs.
    #[error("{0}")]
    Proof(#[from] ProofError),
}

pub use alloc::AccountError;
pub use ancestors::AncestorError;
pub use another::Another;
pub(crate) use answer::Answer;
pub use bare::{BareBlock, BareTransaction, ChainsBlock};
pub use diff::DiffError;
pub use document::Document;
pub use given_block::BlockName;
pub use note::{Note, NoteKind};
pub use packing::Packing;
pub use parent_blobs::ParentBlobs;
pub use proofs::ProofError;

/// What something is that is no input.
struct NoInput<'a>(&'a Document);

impl fmt::Display for NoInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Document::Unknown => f.write_str(
                "unknown shape: expected the keys \"transaction\" and \"prestate\", or geth's \
                 \"genesis\", \"context\" and \"input\"",
            ),
            document => write!(f, "this is {document}"),
        }
    }
}

impl Input {
    /// Reads an `INPUT.json`. `rules` are what the user asked for, if anything.
    ///
    /// # Errors
    ///
    /// [`InputError`], which says what is wrong and where.
    pub fn parse(json: &[u8], rules: Option<Rules>) -> Result<Self, InputError> {
        Self::read(json, rules).map(|(input, _)| input)
    }

    /// The same, with what is to be said of it: fields that are there and not used, and what stands in
    /// for those that are not there. What is told so changes the recording, and can be a mistake.
    ///
    /// # Errors
    ///
    /// As [`Input::parse`].
    ///
    /// ```
    /// use iso_evm_witness::Input;
    ///
    /// let json = br#"{
    ///     "fork": "osaka",
    ///     "block": {"number": 1, "timestamp": 5, "miner": "0x1111111111111111111111111111111111111111",
    ///         "gasLimit": 30000000, "baseFeePerGas": 7, "excessBlobGas": 0, "mixhsh": "0x01"},
    ///     "transaction": {"chainId": 1, "from": "0x2222222222222222222222222222222222222222", "nonce": 0,
    ///         "gas": 21000, "gasPrice": 7, "to": "0x1111111111111111111111111111111111111111"},
    ///     "prestate": {}
    /// }"#;
    /// let (_, notes) = Input::read(json, None)?;
    /// let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
    /// assert_eq!(notes, [
    ///     "block.mixhsh is not known and not used: did you mean \"mixHash\"?",
    ///     "block.mixHash is not given: 0 is used",
    /// ]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(json: &[u8], rules: Option<Rules>) -> Result<(Self, Vec<Note>), InputError> {
        match document::recognise(json)? {
            (Document::TracerTest, text) => {
                let test: geth::TracerTest = json::read(text)?;
                Ok((test.into_input(rules)?, Vec::new()))
            }
            (Document::Input, text) => json::read::<rpc::RpcInput>(text)?.into_input(rules),
            (Document::BlockFile, _) => Err(InputError::WholeBlock),
            (document, _) => Err(InputError::Document(Box::new(document))),
        }
    }

    /// Puts an input together from its parts.
    ///
    /// # Errors
    ///
    /// If the transaction is for another chain, or a deposit where there are none.
    pub fn new(
        rules: impl Into<Rules>,
        chain_id: u64,
        block: Block,
        transaction: Transaction,
        prestate: Prestate,
        block_hashes: BlockHashes,
    ) -> Result<Self, TransactionError> {
        let rules = rules.into();
        let RunTransaction { env: tx, rollup } = RunTransaction::of(rules, &transaction);
        if rules.upgrade().is_none() && transaction.body().ethereum().is_none() {
            return Err(TransactionError::NoDeposits(rules));
        }
        match tx.chain_id {
            Some(found) if found != chain_id => {
                return Err(TransactionError::Chain { expected: chain_id, found });
            }
            _ => {}
        }
        let execution = Execution {
            rules,
            chain_id,
            block: block_env(&block),
            tx,
            rollup,
            prestate,
            block_hashes,
            proofs: None,
        };
        Ok(Self {
            execution,
            transaction,
            block,
            ancestors: Vec::new(),
            receipt: None,
            inclusion: None,
        })
    }
}

impl From<ForkError> for InputError {
    fn from(error: ForkError) -> Self {
        match error {
            ForkError::TooLate(name) => Self::ForkTooLate(name),
            error @ (ForkError::TooEarly(_)
            | ForkError::Unknown(_)
            | ForkError::UnknownRules(_)) => Self::Fork(error),
        }
    }
}

/// The fork of the file, unless something else was asked for.
fn agree(asked: Option<Rules>, found: Rules) -> Result<Rules, InputError> {
    match asked {
        Some(asked) if asked != found => Err(InputError::ForkContradiction { asked, found }),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests;
