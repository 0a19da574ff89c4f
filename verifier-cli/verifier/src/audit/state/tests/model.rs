//! A state before a transaction, in full, and its root by alloy.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_trie::{
    TrieAccount,
    root::{state_root_unsorted, storage_root_unsorted},
};
use revm::{
    bytecode::Bytecode,
    database::{CacheDB, EmptyDB},
    state::{AccountInfo, EvmState},
};

use super::super::super::trie::testing::whole_trie;

/// An account, in full.
#[derive(Clone, Debug, Default)]
pub(super) struct Full {
    pub(super) info: AccountInfo,
    pub(super) storage: BTreeMap<B256, U256>,
}

impl Full {
    pub(super) fn new(nonce: u64, balance: u64, code: &[u8]) -> Self {
        let code = Bytecode::new_legacy(Bytes::copy_from_slice(code));
        let info = AccountInfo::new(U256::from(balance), nonce, code.hash_slow(), code);
        Self { info, storage: BTreeMap::new() }
    }

    pub(super) fn with(mut self, key: B256, value: U256) -> Self {
        self.storage.insert(key, value);
        self
    }

    fn leaf(&self) -> TrieAccount {
        let slots = self.storage.iter().filter(|(_, value)| !value.is_zero());
        let root = storage_root_unsorted(slots.map(|(key, value)| (keccak256(key), *value)));
        TrieAccount::new(self.info.nonce, self.info.balance, root, self.info.code_hash)
    }
}

/// A state, in full.
#[derive(Clone, Debug, Default)]
pub(super) struct Model(pub(super) BTreeMap<Address, Full>);

impl Model {
    pub(super) fn root(&self) -> B256 {
        state_root_unsorted(self.0.iter().map(|(address, full)| (keccak256(address), full.leaf())))
    }

    /// All nodes of all tries.
    pub(super) fn nodes(&self) -> Vec<Bytes> {
        let accounts = self.0.iter();
        let accounts = accounts.map(|(key, full)| (keccak256(key), alloy_rlp::encode(full.leaf())));
        let (root, mut nodes) = whole_trie(&accounts.collect());
        assert_eq!(root, self.root());
        for full in self.0.values() {
            let slots = full.storage.iter();
            let slots = slots.map(|(key, value)| (keccak256(key), alloy_rlp::encode(value)));
            nodes.extend(whole_trie(&slots.collect()).1);
        }
        nodes
    }

    pub(super) fn database(&self) -> CacheDB<EmptyDB> {
        let mut database = CacheDB::default();
        for (address, full) in &self.0 {
            database.insert_account_info(*address, full.info.clone());
            for (key, value) in &full.storage {
                database.insert_account_storage(*address, (*key).into(), *value).unwrap();
            }
        }
        database
    }

    /// This state with what a journal has made of it. `ended`: the transaction has, so that what
    /// was destroyed is gone.
    pub(super) fn after(&self, journal: &EvmState, ended: bool) -> Self {
        let mut after = self.clone();
        for (address, account) in journal.iter().filter(|(_, account)| account.is_touched()) {
            if account.is_empty() || (ended && account.is_selfdestructed()) {
                after.0.remove(address);
                continue;
            }
            let full = after.0.entry(*address).or_default();
            full.info = account.info.clone();
            if account.is_created() {
                full.storage.clear();
            }
            for (key, slot) in account.changed_storage_slots() {
                full.storage.insert((*key).into(), slot.present_value());
            }
        }
        after
    }
}
