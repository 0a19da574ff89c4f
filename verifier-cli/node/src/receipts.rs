//! A block's receipts as a node gives them, held against the root in the header.
//!
//! In the data's way this stands beside the block.

use alloy_consensus::Header;
use alloy_primitives::B256;
use alloy_trie::root::ordered_trie_root_encoded;
use iso_evm_rpc::RpcError;
use iso_evm_wire::{
    receipt::{self, Receipt, ReceiptFields},
    transaction::Transaction,
};

use serde_json::Value;

use super::{
    Node, NodeError,
    answers::Subject,
    parts::{check_root, reread},
};

/// The method that answers are blamed on.
const METHOD: &str = "eth_getBlockReceipts";

impl Node {
    /// The receipts of a block; none where the node has none.
    pub(super) fn block_receipts(
        &self,
        chain_id: u64,
        hash: B256,
        header: &Header,
        transactions: &[Transaction],
        hashes: &[B256],
    ) -> Result<Vec<Receipt>, NodeError> {
        let read = |answers: &Vec<Value>| read(answers, hash, header, transactions, hashes);
        match self.receipts(chain_id, hash, hashes, |answers| read(answers).map(|_| ())) {
            Ok(answers) => read(&answers),
            Err(error) if error.is_refusal() => {
                self.notice(format!(
                    "{error}: the replay is not compared with the chain, and the witness has no \
                     logs of the chain's"
                ));
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }
}

/// The receipts of an answer: one for each transaction, with the root in the header. What they say of
/// their type and of the gas used before them is not looked at: before Berlin some nodes say none.
fn read(
    answers: &[Value],
    hash: B256,
    header: &Header,
    transactions: &[Transaction],
    hashes: &[B256],
) -> Result<Vec<Receipt>, NodeError> {
    let number = header.number;
    if answers.len() != transactions.len() {
        let error = format!("{} receipts of {} transactions", answers.len(), transactions.len());
        return Err(RpcError::Answer { method: METHOD, error }.into());
    }
    let mut receipts = Vec::with_capacity(answers.len());
    let of = transactions.iter().zip(hashes);
    for (index, (answer, (transaction, expected))) in answers.iter().zip(of).enumerate() {
        let subject: Subject = reread(METHOD, answer)?;
        if subject.block_hash.is_some_and(|found| found != hash) {
            return Err(NodeError::Reorganised(hash));
        }
        if subject.transaction_hash.is_some_and(|found| found != *expected) {
            let error = format!("receipt {index} is of another transaction");
            return Err(RpcError::Answer { method: METHOD, error }.into());
        }
        let fields: ReceiptFields = reread(METHOD, answer)?;
        let receipt = fields.into_receipt();
        let receipt = receipt.map_err(|error| NodeError::Receipt { number, index, error })?;
        receipts.push(receipt.of(transaction.body()));
    }
    let root = ordered_trie_root_encoded(&receipt::encoded(&receipts, transactions));
    check_root(number, "receipts", header.receipts_root, root)?;
    Ok(receipts)
}
