//! Receipts as the root in a header has them.
//!
//! In the data's way this stands beside the block: whoever has all its receipts can say their root, and
//! prove that one of them is under it.

use super::Receipt;
use crate::transaction::Transaction;

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
