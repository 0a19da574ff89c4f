//! Receipts as the root in a header has them.
//!
//! In the data's way this stands beside the block: whoever has all its receipts can say their root, and
//! prove that one of them is under it.

use alloy_consensus::{Receipt as Consensus, RlpEncodableReceipt};
use alloy_eips::eip2718::Typed2718;

use super::{Receipt, ReceiptLogs};
use crate::transaction::{Transaction, TransactionBody};

/// The receipts of a block's transactions, as the root in its header has them. What is not there of the
/// logs is encoded as none.
pub fn encoded(receipts: &[Receipt], transactions: &[Transaction]) -> Vec<Vec<u8>> {
    let mut cumulative = 0_u64;
    let both = receipts.iter().zip(transactions);
    both.map(|(receipt, transaction)| {
        cumulative = cumulative.saturating_add(receipt.gas_used);
        receipt.encode_2718(transaction.body(), cumulative)
    })
    .collect()
}

impl Receipt {
    /// The receipt of a transaction as the root in its block's header has it (EIP-658, EIP-2718),
    /// where `cumulative_gas_used` is the gas of all transactions of the block up to this one.
    pub fn encode_2718(&self, body: &TransactionBody, cumulative_gas_used: u64) -> Vec<u8> {
        let (bloom, logs) = match &self.logs {
            Some(ReceiptLogs { bloom, logs }) => (*bloom, logs.clone()),
            None => Default::default(),
        };
        let inner = Consensus { status: self.success.into(), cumulative_gas_used, logs };
        let mut out = Vec::new();
        out.extend((!body.is_legacy()).then(|| body.ty()));
        inner.rlp_encode_with_bloom(&bloom, &mut out);
        out
    }
}
