//! A block's receipts as a node gives them, held against the root in the header.
//!
//! In the data's way this stands beside the block.

use alloy_consensus::{
    Header, Receipt as Consensus, ReceiptEnvelope, ReceiptWithBloom, TxType,
    proofs::calculate_receipt_root,
};
use alloy_eips::eip2718::Typed2718;
use alloy_primitives::B256;
use iso_evm_rpc::RpcError;
use iso_evm_wire::{
    receipt::{Receipt, ReceiptFields, ReceiptLogs},
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
    for (index, (answer, transaction)) in answers.iter().zip(hashes).enumerate() {
        let subject: Subject = reread(METHOD, answer)?;
        if subject.block_hash.is_some_and(|found| found != hash) {
            return Err(NodeError::Reorganised(hash));
        }
        if subject.transaction_hash.is_some_and(|found| found != *transaction) {
            let error = format!("receipt {index} is of another transaction");
            return Err(RpcError::Answer { method: METHOD, error }.into());
        }
        let fields: ReceiptFields = reread(METHOD, answer)?;
        let receipt = fields.into_receipt();
        receipts.push(receipt.map_err(|error| NodeError::Receipt { number, index, error })?);
    }
    let envelopes = envelopes(&receipts, transactions);
    check_root(number, "receipts", header.receipts_root, calculate_receipt_root(&envelopes))?;
    Ok(receipts)
}

/// Receipts as the header's root has them.
pub(super) fn envelopes(
    receipts: &[Receipt],
    transactions: &[Transaction],
) -> Vec<ReceiptEnvelope> {
    let mut cumulative = 0_u64;
    let both = receipts.iter().zip(transactions);
    both.map(|(receipt, transaction)| {
        cumulative = cumulative.saturating_add(receipt.gas_used);
        envelope(receipt, transaction, cumulative)
    })
    .collect()
}

/// A receipt as the header's root has it (EIP-658, EIP-2718).
fn envelope(
    receipt: &Receipt,
    transaction: &Transaction,
    cumulative_gas_used: u64,
) -> ReceiptEnvelope {
    let (bloom, logs) = match &receipt.logs {
        Some(ReceiptLogs { bloom, logs }) => (*bloom, logs.clone()),
        None => Default::default(),
    };
    let status = receipt.success.into();
    let receipt = Consensus { status, cumulative_gas_used, logs };
    let receipt = ReceiptWithBloom { receipt, logs_bloom: bloom };
    match TxType::try_from(transaction.body().ty()) {
        Ok(TxType::Eip2930) => ReceiptEnvelope::Eip2930(receipt),
        Ok(TxType::Eip1559) => ReceiptEnvelope::Eip1559(receipt),
        Ok(TxType::Eip4844) => ReceiptEnvelope::Eip4844(receipt),
        Ok(TxType::Eip7702) => ReceiptEnvelope::Eip7702(receipt),
        _ => ReceiptEnvelope::Legacy(receipt),
    }
}
