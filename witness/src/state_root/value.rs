//! What stands at the keys of a trie: slots in an account's here, accounts in that of the state in
//! [`super::account`].

use std::ops::Deref;

use alloy_primitives::U256;
use alloy_rlp::Decodable;

use super::later::Root;

/// A value in a leaf.
pub(super) trait Value: Clone + PartialEq {
    /// The value's RLP, as the leaf has it; zeros where a hash is not known.
    fn rlp(&self) -> impl Deref<Target = [u8]>;

    /// The root of an account's storage, which may not be known.
    fn storage_root(&self) -> Option<&Root> {
        None
    }

    /// Reads it back. `None`: this is no value that a trie holds.
    fn from_rlp(bytes: &[u8]) -> Option<Self>;
}

/// A storage slot. Zero is never in a trie.
impl Value for U256 {
    fn rlp(&self) -> impl Deref<Target = [u8]> {
        alloy_rlp::encode_fixed_size(self)
    }

    fn from_rlp(mut bytes: &[u8]) -> Option<Self> {
        let value = Self::decode(&mut bytes).ok()?;
        (bytes.is_empty() && !value.is_zero()).then_some(value)
    }
}
