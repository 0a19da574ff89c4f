//! An account as the state's trie has it, with the trie of its storage.

use std::ops::Deref;

use alloy_primitives::U256;
use alloy_rlp::Decodable;
use alloy_trie::TrieAccount;

use super::{Account, later::Root, trie::Trie, value::Value};

/// What the leaf of an account says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LeafFields {
    pub(super) account: Account,
    pub(super) storage_root: Root,
}

/// An account with its storage.
#[derive(Clone, Debug)]
pub(super) struct AccountLeaf {
    /// What the account's leaf says.
    pub(super) fields: LeafFields,
    /// The trie whose root is in it.
    pub(super) storage: Trie<U256>,
}

/// Two accounts with one storage root have the same storage.
impl PartialEq for AccountLeaf {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl Value for AccountLeaf {
    fn rlp(&self) -> impl Deref<Target = [u8]> {
        let LeafFields { account: Account { nonce, balance, code_hash }, storage_root } =
            &self.fields;
        let root = storage_root.get().unwrap_or_default();
        alloy_rlp::encode(TrieAccount::new(*nonce, *balance, root, *code_hash))
    }

    fn storage_root(&self) -> Option<&Root> {
        Some(&self.fields.storage_root)
    }

    fn from_rlp(mut bytes: &[u8]) -> Option<Self> {
        let account = TrieAccount::decode(&mut bytes).ok()?;
        let TrieAccount { nonce, balance, code_hash, storage_root, .. } = account;
        let storage = Trie::from_root(storage_root);
        let account = Account { nonce, balance, code_hash };
        let fields = LeafFields { account, storage_root: Root::Known(storage_root) };
        bytes.is_empty().then_some(Self { fields, storage })
    }
}
