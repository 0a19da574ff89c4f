//! Hashes of addresses and slots, which are the keys of the tries, each computed once.

use std::sync::Arc;

use alloy_primitives::{
    Address, B256, keccak256,
    map::{AddressMap, B256Map},
};

/// Hashes computed so far. A clone shares those that were [settled](Hashes::settle).
#[derive(Debug, Default)]
pub(crate) struct Hashes {
    settled: Arc<Known>,
    own: Known,
}

#[derive(Debug, Default)]
struct Known {
    addresses: AddressMap<B256>,
    slots: B256Map<B256>,
}

impl Hashes {
    /// keccak256 of an address.
    pub(super) fn address(&mut self, address: Address) -> B256 {
        match self.settled.addresses.get(&address) {
            Some(hash) => *hash,
            None => *self.own.addresses.entry(address).or_insert_with(|| keccak256(address)),
        }
    }

    /// keccak256 of a slot's number.
    pub(super) fn slot(&mut self, slot: B256) -> B256 {
        match self.settled.slots.get(&slot) {
            Some(hash) => *hash,
            None => *self.own.slots.entry(slot).or_insert_with(|| keccak256(slot)),
        }
    }

    /// Puts what was computed here to what clones share, unless some do already.
    pub(super) fn settle(&mut self) {
        if let Some(settled) = Arc::get_mut(&mut self.settled) {
            settled.addresses.extend(self.own.addresses.drain());
            settled.slots.extend(self.own.slots.drain());
        }
    }
}

impl Clone for Hashes {
    fn clone(&self) -> Self {
        Self { settled: self.settled.clone(), own: Known::default() }
    }
}
