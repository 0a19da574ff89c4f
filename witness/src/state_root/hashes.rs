//! Hashes of addresses and slots, which are the keys of the tries, each computed once.

use alloy_primitives::{
    Address, B256, keccak256,
    map::{AddressMap, HashMap},
};

/// Hashes computed so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hashes {
    addresses: AddressMap<B256>,
    slots: HashMap<B256, B256>,
}

impl Hashes {
    /// keccak256 of an address.
    pub(super) fn address(&mut self, address: Address) -> B256 {
        *self.addresses.entry(address).or_insert_with(|| keccak256(address))
    }

    /// keccak256 of a slot's number.
    pub(super) fn slot(&mut self, slot: B256) -> B256 {
        *self.slots.entry(slot).or_insert_with(|| keccak256(slot))
    }
}
