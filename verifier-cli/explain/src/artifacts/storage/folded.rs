//! Places of constant keys. The compiler computes where `found[State.Paid]` is, so no execution hashes the key:
//! the code has the hash in it, and only trying tells of what.

use std::collections::BTreeSet;

use alloy_primitives::{B256, U256, keccak256};

use super::layout::{Layout, SLOT};
use crate::artifacts::Preimages;

/// Hashes that are computed at most.
const TRIES: usize = 1 << 16;

/// Numbers that are tried as keys whether or not they are in the code, as members of enums are.
const NUMBERS: u64 = 256;

impl Layout {
    /// What constants of a code are the hashes of: a key, itself a constant of the code or a small number, and the
    /// slot of a mapping.
    pub(in crate::artifacts) fn folded(&self, constants: &BTreeSet<U256>) -> Preimages {
        // What is shorter is no hash.
        let is_hash = |number: &U256| number.bit_len() > 8 * (SLOT - 4);
        let mut folded = Preimages::new();
        if !constants.iter().any(is_hash) {
            return folded;
        }
        let small = (0..NUMBERS).map(U256::from);
        let keys = small.chain(constants.iter().copied().filter(|key| *key >= U256::from(NUMBERS)));
        let pairs = keys.flat_map(|key| self.fixed.mappings.iter().map(move |slot| (key, *slot)));
        for (key, slot) in pairs.take(TRIES) {
            let bytes = [key.to_be_bytes::<SLOT>(), slot.to_be_bytes::<SLOT>()].concat();
            let hash = keccak256(&bytes);
            if constants.contains(&U256::from_be_bytes(hash.0)) {
                folded.insert(B256::from(hash), bytes.into());
            }
        }
        folded
    }
}
