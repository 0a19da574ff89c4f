//! The replay held against the chain: each transaction's receipt, and the state root in the end.
//!
//! In the data's way this stands beside the replay.

use std::collections::BTreeMap;

use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Log, U256, map::U256Map};
use iso_evm_witness::receipt::Receipt;

use super::Replay;
use crate::node::{
    NodeError, ReplayError,
    parent::{MOST_SLOTS, is_zero_leaf, leads},
};

impl Replay<'_> {
    /// Compares a run with its receipt.
    pub(super) fn check(
        &self,
        success: bool,
        gas_used: u64,
        logs: &[Log],
    ) -> Result<(), NodeError> {
        let (index, number) = (self.done, self.parent.block.header.number);
        let Some(receipt) = self.parent.block.receipts.get(index) else { return Ok(()) };
        let Receipt { success: said, gas_used: expected, logs: told } = receipt;
        let error = if *said != success {
            ReplayError::Status { index, expected: *said, found: success }
        } else if *expected != gas_used {
            ReplayError::GasUsed { index, expected: *expected, found: gas_used }
        } else if told.as_ref().is_some_and(|told| told.logs != logs) {
            ReplayError::Logs { index }
        } else {
            return Ok(());
        };
        Err(NodeError::Replay { number, error })
    }

    /// Compares the state root with the header's.
    pub(super) fn check_root(&mut self) -> Result<(), NodeError> {
        let Header { number, state_root: expected, .. } = self.parent.block.header;
        let found = match self.state_root() {
            Some(found) if found != expected => found,
            _ => return Ok(()),
        };
        if let Some(account) = self.keeps_zeros()? {
            self.parent.node.notice(format!(
                "eth_getProof: the node keeps a zero in the storage of account {account}, which no \
                 trie of Ethereum does: the state root after the block is not compared"
            ));
            return Ok(());
        }
        Err(NodeError::Replay { number, error: ReplayError::StateRoot { expected, found } })
    }

    /// An account of which the state after the block has a slot that is zero and yet there. It is
    /// among those that the block has read.
    fn keeps_zeros(&self) -> Result<Option<Address>, NodeError> {
        let block = self.parent.block;
        let zeros = |storage: &U256Map<U256>| -> Vec<B256> {
            let zero = storage.iter().filter(|(_, value)| value.is_zero());
            let mut slots: Vec<B256> = zero.map(|(slot, _)| (*slot).into()).collect();
            slots.sort_unstable();
            slots
        };
        let accounts = self.state.cache.accounts.iter();
        let read: BTreeMap<Address, Vec<B256>> =
            accounts.map(|(address, account)| (*address, zeros(&account.storage))).collect();
        for (account, slots) in &read {
            for slots in slots.chunks(MOST_SLOTS) {
                let node = self.parent.node;
                let (chain, of) = (block.chain_id, block.hash);
                let check = |proof: &_| leads(&block.header, *account, proof);
                let proof = node.wait(node.proof((chain, of), of, *account, slots, check))?;
                let mut nodes = proof.storage_proof.iter().flat_map(|slot| &slot.proof);
                if nodes.any(is_zero_leaf) {
                    return Ok(Some(*account));
                }
            }
        }
        Ok(None)
    }
}
