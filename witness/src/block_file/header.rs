//! What a replay gave, as a header has it.
//!
//! In the data's way this stands at the end of the replay: the header is compared, or made.

use alloy_consensus::Header;
use alloy_primitives::{B256, Bloom};

use super::{BlockFileError, Head, RootField};

/// What a run gives of a block's header. What is `None` is not known, or no field of the block's.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) state_root: B256,
    pub(super) transactions_root: B256,
    pub(super) receipts_root: B256,
    pub(super) logs_bloom: Bloom,
    pub(super) gas_used: u64,
    pub(super) blob_gas_used: Option<u64>,
    pub(super) requests_hash: Option<B256>,
    /// Storage root of the OP Stack's message passer, where that is in the header.
    pub(super) message_passer: Option<B256>,
}

impl Outcome {
    /// The whole header.
    ///
    /// # Errors
    ///
    /// If what the head says of the run is not what the run gave.
    pub(super) fn header(&self, head: &Head) -> Result<Header, BlockFileError> {
        let header = self.complete(head.header().clone());
        match head {
            Head::Whole(given) => compare(given, &header)?,
            Head::Draft { hash: None, .. } => {}
            Head::Draft { hash: Some(expected), .. } => {
                let (expected, found) = (*expected, header.hash_slow());
                if expected != found {
                    let header = Box::new(header);
                    return Err(BlockFileError::Hash { expected, found, header });
                }
            }
        }
        Ok(header)
    }

    fn complete(&self, given: Header) -> Header {
        Header {
            state_root: self.state_root,
            transactions_root: self.transactions_root,
            receipts_root: self.receipts_root,
            logs_bloom: self.logs_bloom,
            gas_used: self.gas_used,
            blob_gas_used: self.blob_gas_used.or(given.blob_gas_used),
            requests_hash: self.requests_hash.or(given.requests_hash),
            withdrawals_root: self.message_passer.or(given.withdrawals_root),
            ..given
        }
    }
}

/// Names the first difference, that which tells most first.
fn compare(expected: &Header, found: &Header) -> Result<(), BlockFileError> {
    if expected.gas_used != found.gas_used {
        let (expected, found) = (expected.gas_used, found.gas_used);
        return Err(BlockFileError::GasUsed { expected, found });
    }
    if expected.blob_gas_used != found.blob_gas_used {
        let [expected, found] = [expected, found].map(|header| header.blob_gas_used);
        let (expected, found) = (expected.unwrap_or_default(), found.unwrap_or_default());
        return Err(BlockFileError::BlobGasUsed { expected, found });
    }
    if expected.logs_bloom != found.logs_bloom {
        return Err(BlockFileError::LogsBloom);
    }
    let roots = |header: &Header| {
        [
            (RootField::Transactions, Some(header.transactions_root)),
            (RootField::Receipts, Some(header.receipts_root)),
            (RootField::Requests, header.requests_hash),
            (RootField::State, Some(header.state_root)),
            (RootField::MessagePasser, header.withdrawals_root),
        ]
    };
    for ((field, expected), (_, found)) in roots(expected).into_iter().zip(roots(found)) {
        if expected != found {
            let (expected, found) = (expected.unwrap_or_default(), found.unwrap_or_default());
            return Err(BlockFileError::Root { field, expected, found });
        }
    }
    Ok(())
}
