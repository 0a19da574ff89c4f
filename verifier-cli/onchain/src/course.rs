//! The course of a chain: which block is its newest, or final, and what contracts have told in which blocks. For
//! whoever follows a chain, and must see that it is reorganised.
//!
//! In the data's way this stands between the node and who watches the contracts.

use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, Log};
use alloy_provider::Provider;
use alloy_rpc_types_eth::Filter;
use iso_evm_rpc::RpcError;

use super::chain::Chain;

/// A block, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub hash: B256,
    /// The block's time, in seconds.
    pub timestamp: u64,
}

/// A log with the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedLog {
    /// The log.
    pub log: Log,
    /// Number of its block.
    pub number: u64,
    /// Hash of its block.
    pub hash: B256,
    /// Hash of its transaction.
    pub transaction: B256,
}

impl Chain {
    /// The block of a number or a name; none if the node knows none.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn head(&self, tag: BlockNumberOrTag) -> Result<Option<Head>, RpcError> {
        let asked = self.node.ask("eth_getBlockByNumber", |node| async move {
            node.get_block(BlockId::Number(tag)).await
        });
        let head = self.node.wait(asked)?.map(|block| {
            let (number, timestamp) = (block.header.number, block.header.timestamp);
            Head { number, hash: block.header.hash, timestamp }
        });
        Ok(head)
    }

    /// The newest block.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn newest(&self) -> Result<Head, RpcError> {
        let method = "eth_getBlockByNumber";
        self.head(BlockNumberOrTag::Latest)?.ok_or(RpcError::Nothing { method })
    }

    /// The newest block that is final; none where the node knows none.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn finalized(&self) -> Result<Option<Head>, RpcError> {
        match self.head(BlockNumberOrTag::Finalized) {
            Err(error) if !error.is_silence() => Ok(None),
            head => head,
        }
    }

    /// The logs of a contract's in the blocks from one to another, in order.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn logs_between(
        &self,
        at: Address,
        (from, to): (u64, u64),
    ) -> Result<Vec<PlacedLog>, RpcError> {
        let filter = Filter::new().address(at).from_block(from).to_block(to);
        let filter = &filter;
        let asked = self.node.ask("eth_getLogs", |node| async move { node.get_logs(filter).await });
        let found = self.node.wait(asked)?.into_iter().filter(|log| !log.removed);
        // What is of no block, or of one that was not asked for, nobody has asked for.
        let placed = found.filter_map(|log| {
            let (number, hash) = (log.block_number?, log.block_hash?);
            let transaction = log.transaction_hash?;
            let is_it = (from..=to).contains(&number) && log.inner.address == at;
            is_it.then_some(PlacedLog { log: log.inner, number, hash, transaction })
        });
        Ok(placed.collect())
    }

    /// The first block whose time is this one or later, of those up to a block.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn first_since(&self, time: u64, newest: Head) -> Result<u64, RpcError> {
        let (mut low, mut high) = (0, newest.number);
        while low < high {
            let middle = low.midpoint(high);
            let method = "eth_getBlockByNumber";
            let block = self.head(middle.into())?.ok_or(RpcError::Nothing { method })?;
            if block.timestamp < time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}
