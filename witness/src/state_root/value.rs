//! What stands at the keys of a trie: slots in an account's, accounts in that of the state.

use std::ops::Deref;

use alloy_primitives::U256;
use alloy_rlp::Decodable;
use alloy_trie::TrieAccount;

use super::trie::Trie;

/// A value in a leaf.
pub(super) trait Value: Clone + PartialEq {
    /// Its RLP, as the leaf has it.
    fn rlp(&self) -> impl Deref<Target = [u8]>;

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

/// An account with its storage.
#[derive(Clone, Debug)]
pub(super) struct AccountLeaf {
    /// What its leaf says.
    pub(super) account: TrieAccount,
    /// The trie whose root is in it.
    pub(super) storage: Trie<U256>,
}

/// Two accounts with one storage root have the same storage.
impl PartialEq for AccountLeaf {
    fn eq(&self, other: &Self) -> bool {
        self.account == other.account
    }
}

impl Value for AccountLeaf {
    fn rlp(&self) -> impl Deref<Target = [u8]> {
        alloy_rlp::encode(self.account)
    }

    fn from_rlp(mut bytes: &[u8]) -> Option<Self> {
        let account = TrieAccount::decode(&mut bytes).ok()?;
        let storage = Trie::from_root(account.storage_root);
        bytes.is_empty().then_some(Self { account, storage })
    }
}
