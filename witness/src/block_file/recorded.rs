//! A block whose replay has come to what its header says, and the witnesses of its transactions.
//!
//! In the data's way this comes last: what is handed out from here goes into files.

use alloy_consensus::Header;
use alloy_primitives::B256;
use iso_evm_wire::{
    Witness,
    block::Block,
    receipt::{self, Receipt},
    transaction::Transaction,
};

use super::BlockFile;
use crate::{
    Execution, Input, Recording, execute::Setting, inclusion, prestate::Prestate,
    proof::StateProof, rollup::RunTransaction, state_root::MissingNode,
};

/// A recorded transaction of a block.
#[derive(Clone, Debug)]
pub struct RecordedTransaction {
    /// Index of the transaction in its block.
    pub index: usize,
    /// Hash of the transaction.
    pub transaction: B256,
    /// Witness of the transaction.
    pub witness: Witness,
}

/// Something about a block that its replay did not prove.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Notice {
    /// Transactions whose roots lack a node.
    #[error(
        "{}: between two transactions the state's root needs what the file does not have ({missing}); \
         the roots of the witness are those of the accounts alone that the transaction looks at, and no \
         header proves them",
        transactions(.indices)
    )]
    Alone {
        /// Indices of the transactions in their block.
        indices: Vec<usize>,
        /// The first node that was missing.
        missing: MissingNode,
    },
    /// The requests of a chain whose deposit contract is not known.
    #[error(
        "the requests hash is not compared: the block has logs of deposits, and the deposit contract \
         of chain {0} is not known"
    )]
    Requests(u64),
    /// A file without the hash of its block.
    #[error("the file has no expectedBlockHash: the block is what the file makes of it")]
    NoHash,
}

/// Transactions, in words.
fn transactions(indices: &[usize]) -> String {
    match indices {
        [first] => format!("transaction {first}"),
        [first, more @ ..] => format!("transaction {first} and {} more", more.len()),
        [] => String::new(),
    }
}

/// A block that was replayed to its end, each transaction recorded.
#[derive(Debug)]
pub struct RecordedBlock<'a> {
    pub(super) file: &'a BlockFile,
    pub(super) setting: Setting,
    pub(super) block: Block,
    pub(super) header: Header,
    pub(super) recordings: Vec<Recording>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) notices: Vec<Notice>,
}

impl<'a> RecordedBlock<'a> {
    /// The block's header.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What the replay did not prove.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The transactions' witnesses, in order.
    pub fn witnesses(self) -> impl Iterator<Item = RecordedTransaction> + use<'a> {
        let Self { file, setting, block, header, recordings, receipts, .. } = self;
        let encoded: Vec<_> = file.transactions.iter().map(Transaction::encode).collect();
        let all = receipt::encoded(&receipts, &file.transactions);
        let block = Block { header: Some(Box::new(header)), ..block };
        let ancestors: Vec<_> = [&file.parent].into_iter().chain(&file.ancestors).collect();
        let ancestors: Vec<Header> = ancestors.into_iter().cloned().collect();
        let runs = recordings.into_iter().zip(receipts).zip(&file.transactions).enumerate();
        runs.map(move |(index, ((recording, receipt), transaction))| {
            let Setting { rules, chain_id, block: block_env } = setting.clone();
            let RunTransaction { env: tx, rollup } = RunTransaction::of(rules, transaction);
            let input = Input {
                execution: Execution {
                    rules,
                    chain_id,
                    block: block_env,
                    tx,
                    rollup,
                    prestate: Prestate::new(),
                    // The headers tell them.
                    block_hashes: Default::default(),
                    proofs: Some(StateProof::default()),
                },
                transaction: transaction.clone(),
                block: block.clone(),
                ancestors: ancestors.clone(),
                receipt: Some(receipt),
                inclusion: inclusion::prove(index, &encoded, &all),
            };
            let transaction = transaction.hash().unwrap_or_default();
            RecordedTransaction { index, transaction, witness: recording.witness(&input) }
        })
    }
}
