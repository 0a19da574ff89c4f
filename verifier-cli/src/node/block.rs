//! A [`ChainBlock`]: a block as a node gives it, held against its own hash and roots.
//!
//! In the data's way this stands between the node and the replay.

use alloy_consensus::Header;
use alloy_eips::{eip2718::Encodable2718, eip4895::Withdrawal};
use alloy_network::AnyRpcBlock;
use alloy_primitives::B256;
use alloy_trie::root::{ordered_trie_root, ordered_trie_root_encoded};
use iso_evm_witness::{
    Fork,
    block::{Block, BlockFields},
    container::Inclusion,
    input::chain,
    receipt::Receipt,
    transaction::{Transaction, TransactionDefaults, TransactionFields},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Node, NodeError, fork, receipts::envelopes};

/// A block with all that its replay needs beside the state.
#[derive(Clone, Debug)]
pub struct ChainBlock {
    /// Chain id.
    pub chain_id: u64,
    /// The rules.
    pub fork: Fork,
    /// Its hash, which is its header's.
    pub hash: B256,
    /// Its header, and what a run uses of it.
    pub block: Block,
    /// Its header.
    pub header: Header,
    /// The parent's header.
    pub parent: Header,
    /// Its transactions, in order; the root in the header is theirs.
    pub transactions: Vec<Transaction>,
    /// What became of them, as the node says.
    pub receipts: Vec<Receipt>,
    /// Withdrawals, from Shanghai; the root in the header is theirs.
    pub withdrawals: Vec<Withdrawal>,
}

impl Node {
    /// A block by its hash, with parent and receipts (`eth_getBlockByHash`, `eth_getBlockReceipts`
    /// or else `eth_getTransactionReceipt`). `fork` is what the user says, if anything.
    ///
    /// # Errors
    ///
    /// If the node does not have it, if it has transactions that are not Ethereum's, or if it is not
    /// what its hash says.
    pub fn block(&self, hash: B256, fork: Option<Fork>) -> Result<ChainBlock, NodeError> {
        let chain_id = self.chain_id()?;
        let check = |answer: &AnyRpcBlock| read(answer, hash, chain_id).map(|_| ());
        let answer = self.wait(self.full_block(chain_id, hash, check))?;
        let (header, transactions, withdrawals) = read(&answer, hash, chain_id)?;
        let number = header.number;
        let fork = fork::fork_of(self, chain_id, hash, &header, fork)?;
        let parent = self.wait(self.parent(chain_id, hash, header.parent_hash))?;
        let blobs = chain::blob_params(fork, chain_id, number, header.timestamp);
        let fields = BlockFields::from(&header);
        let block =
            fields.into_block(fork, blobs).map_err(|error| NodeError::Block { number, error })?;
        if block.header.is_none() {
            return Err(NodeError::Header { number, fork });
        }
        let receipts = self.block_receipts(chain_id, hash, &header, &transactions)?;
        Ok(ChainBlock {
            chain_id,
            fork,
            hash,
            block,
            header,
            parent,
            transactions,
            receipts,
            withdrawals,
        })
    }
}

impl ChainBlock {
    /// The place of a transaction.
    ///
    /// # Errors
    ///
    /// If the block does not have it: the chain was reorganised since the node said so.
    pub fn position(&self, transaction: B256) -> Result<usize, NodeError> {
        let mut hashes = self.transactions.iter().map(Transaction::hash);
        hashes.position(|hash| hash == Some(transaction)).ok_or(NodeError::Reorganised(self.hash))
    }
}

impl ChainBlock {
    /// What proves that the block has a transaction, and its receipt. What does not lead from the
    /// header's roots, the container leaves out.
    pub(super) fn inclusion(&self, index: usize) -> Option<Inclusion> {
        let transactions: Vec<_> = self.transactions.iter().map(Transaction::encode).collect();
        let receipts = envelopes(&self.receipts, &self.transactions);
        let receipts: Vec<_> = receipts.iter().map(Encodable2718::encoded_2718).collect();
        Inclusion::new(index, &transactions, &receipts)
    }
}

/// A node's answer in this project's words: they write the same JSON.
pub(super) fn reread<A: Serialize, B: DeserializeOwned>(
    method: &'static str,
    answer: &A,
) -> Result<B, NodeError> {
    let value = serde_json::to_value(answer).and_then(serde_json::from_value);
    value.map_err(|error| NodeError::Answer { method, error: error.to_string() })
}

/// The header of an answer, whose hash must be the one that was asked for.
pub(super) fn header(answer: &AnyRpcBlock, hash: B256) -> Result<Header, NodeError> {
    let mut fields: BlockFields = reread("eth_getBlockByHash", &answer.header)?;
    fields.hash = Some(hash);
    let number = fields.number.unwrap_or_default();
    fields.into_header().map_err(|error| NodeError::Block { number, error })
}

/// Header, transactions and withdrawals of an answer, each with the root that the header has.
fn read(
    answer: &AnyRpcBlock,
    hash: B256,
    chain_id: u64,
) -> Result<(Header, Vec<Transaction>, Vec<Withdrawal>), NodeError> {
    let header = header(answer, hash)?;
    let number = header.number;
    if number == 0 {
        return Err(NodeError::Genesis);
    }
    let transactions = transactions(answer, number, chain_id)?;
    let encoded: Vec<_> = transactions.iter().map(Transaction::encode).collect();
    let root = ordered_trie_root_encoded(&encoded);
    check_root(number, "transactions", header.transactions_root, root)?;
    let withdrawals = answer.withdrawals.clone().map(|list| list.0).unwrap_or_default();
    if let Some(expected) = header.withdrawals_root {
        check_root(number, "withdrawals", expected, ordered_trie_root(&withdrawals))?;
    }
    Ok((header, transactions, withdrawals))
}

fn transactions(
    answer: &AnyRpcBlock,
    number: u64,
    chain_id: u64,
) -> Result<Vec<Transaction>, NodeError> {
    let Some(answers) = answer.transactions.as_transactions() else {
        let error = "hashes alone, where transactions were asked for".to_owned();
        // An empty list of hashes is one of transactions too.
        return if answer.transactions.is_empty() {
            Ok(Vec::new())
        } else {
            Err(NodeError::Answer { method: "eth_getBlockByHash", error })
        };
    };
    let read = |(index, answer)| {
        let fields: TransactionFields = reread("eth_getBlockByHash", answer)?;
        let refuse = |error| NodeError::Transaction { number, index, error };
        fields.type_number().map_err(refuse)?;
        if let Some(found) = fields.chain().filter(|found| *found != chain_id) {
            return Err(NodeError::Chain { expected: found, found: chain_id });
        }
        let defaults = TransactionDefaults { chain_id, gas: 0, gas_price: 0 };
        fields.into_transaction(defaults).map_err(refuse)
    };
    answers.iter().enumerate().map(read).collect()
}

pub(super) fn check_root(
    number: u64,
    what: &'static str,
    expected: B256,
    found: B256,
) -> Result<(), NodeError> {
    if expected == found {
        return Ok(());
    }
    Err(NodeError::Root { number, what, expected, found })
}
