//! The replay held against the chain: each transaction's receipt, and the state root in the end.
//!
//! In the data's way this stands beside the replay.

use std::collections::BTreeMap;

use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Log, U256, map::U256Map};
use iso_evm_wire::receipt::Receipt;

use super::Replay;
use crate::{
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
        let Receipt { success: said, gas_used: expected, logs: told, .. } = receipt;
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
        let not_compared = |why: String| {
            let notice = format!("{why}: the state root after the block is not compared");
            self.parent.node.notice(notice);
            Ok(())
        };
        if expected.is_zero() {
            return not_compared(format!(
                "the header of block {number} has no state root, but zero"
            ));
        }
        match self.keeps_zeros() {
            Ok(Some(account)) => {
                return not_compared(format!(
                    "eth_getProof: the node keeps a zero in the storage of account {account}, which \
                     no trie of Ethereum does"
                ));
            }
            Ok(None) => {}
            // It may be such a node, and does not show it.
            Err(error) if error.is_lack() => return not_compared(error.to_string()),
            Err(error) => return Err(error),
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
                let (parent, node) = (&self.parent, self.parent.node);
                let check = |proof: &_| leads(&block.header, *account, proof);
                let asked = node.proof(parent.place(), parent.block_at(), *account, slots, check);
                if node.wait(asked)?.slot_nodes().any(is_zero_leaf) {
                    return Ok(Some(*account));
                }
            }
        }
        Ok(None)
    }
}
