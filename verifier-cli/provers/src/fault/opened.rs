//! Items of a claim as contracts read them, with the paths that show where they stand.

use alloy_primitives::{Bytes, U256};
use iso_evm_verifier::claim::{ClaimedMessage, ClaimedTransaction};

use super::Accused;
use crate::proof::{InBlock, InMessage, InTransaction, Opened, Place};

impl Accused<'_, '_> {
    /// The transaction of the claim.
    pub(super) fn told(&self) -> Option<&ClaimedTransaction> {
        self.claimed.transaction(self.transaction)
    }

    /// A message of the claim.
    pub(super) fn message(&self, message: usize) -> Option<&ClaimedMessage> {
        self.told()?.messages.get(message)
    }

    /// The transaction, opened.
    pub(super) fn in_block(&self) -> Option<InBlock> {
        let place = self.transaction as u64;
        Some(InBlock {
            block_: (&self.claimed.claim).into(),
            transaction: (&self.told()?.claim).into(),
            index: U256::from(place),
            path: self.claimed.tree.prove(place..place + 1),
        })
    }

    /// A message, opened.
    pub(super) fn in_transaction(&self, message: usize) -> Option<InTransaction> {
        let (told, place) = (self.message(message)?, message as u64);
        Some(InTransaction {
            message: (&told.claim).into(),
            index: U256::from(place),
            path: self.told()?.tree.prove(place..place + 1),
            head: told.head.to_bytes().into(),
        })
    }

    /// A record, opened; not the opening one.
    pub(super) fn in_message(&self, message: usize, record: usize) -> Option<InMessage> {
        let (told, index) = (self.message(message)?, record as u64);
        Some(InMessage {
            index: U256::from(index),
            bytes_: told.records.get(record.checked_sub(1)?)?.clone(),
            path: told.record_tree.prove(index..index + 1),
        })
    }

    /// The instant behind a record, opened.
    pub(super) fn behind(&self, message: usize, record: usize) -> Option<Opened> {
        let instant = self.message(message)?.behind(record)?;
        Some(Opened {
            instant: instant.into(),
            index: U256::from(record),
            path: self.behind_path(message, record)?,
        })
    }

    /// The path of the instant behind a record.
    pub(super) fn behind_path(
        &self,
        message: usize,
        record: usize,
    ) -> Option<Vec<alloy_primitives::B256>> {
        let Some(place) = record.checked_sub(1) else { return Some(Vec::new()) };
        let place = place as u64;
        Some(self.message(message)?.instants.tree.prove(place..place + 1))
    }

    /// A record with the instant before it.
    pub(super) fn place(&self, message: usize, record: usize) -> Option<Place> {
        Some(Place {
            transaction: self.in_block()?,
            message: self.in_transaction(message)?,
            record: self.in_message(message, record)?,
            before: self.behind(message, record.checked_sub(1)?)?,
            environment: (&self.claimed.environment).into(),
        })
    }
}

/// Nodes as a prover reads them: one behind the other.
pub(super) fn packed(nodes: &[Vec<u8>]) -> Bytes {
    nodes.concat().into()
}
