//! An account as the state's trie has it, with the trie of its storage.

use std::ops::Deref;

use alloy_primitives::U256;
use alloy_rlp::Decodable;
use alloy_trie::TrieAccount;

use super::{trie::Trie, value::Value};

/// An account with its storage.
#[derive(Clone, Debug)]
pub(super) struct AccountLeaf {
    /// What the account's leaf says.
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
