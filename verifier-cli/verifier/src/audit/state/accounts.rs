//! The accounts that have been asked for, over the trie of all.

use std::collections::BTreeSet;

use alloy_primitives::{
    Address, B256,
    map::{self, AddressMap, AddressSet, B256Map, B256Set},
};

use super::{
    super::{
        Missing,
        trie::{EMPTY_ROOT, Later, NodeNotHeld, Nodes, Root, Trie},
    },
    AccountState,
    storage::{Slot, Storage},
    value::AccountLeaf,
};
use crate::hash::{keccak256, keccak256_each};

/// An account that has been asked for.
#[derive(Debug)]
pub(super) struct Entry {
    hash: B256,
    /// Fields of the account at this instant.
    pub(super) account: AccountState,
    pub(super) storage: Storage,
    /// Leaf of the account in the trie.
    held: Option<AccountLeaf>,
    /// Whether the account was in the state when the transaction started.
    existed: bool,
    /// Whether the account was touched (EIP-161).
    pub(super) touched: bool,
    /// Whether this transaction created the account.
    pub(super) created: bool,
    /// Whether the account goes when the transaction ends.
    pub(super) destroyed: bool,
}

impl Entry {
    fn new(hash: B256, leaf: Option<AccountLeaf>, later: &mut Later) -> Self {
        // One that was read is known.
        let root = leaf.map_or(EMPTY_ROOT, |leaf| later.hash(leaf.storage_root));
        Self {
            hash,
            account: leaf.map(|leaf| leaf.account).unwrap_or_default(),
            storage: Storage::from_root(root),
            held: leaf,
            existed: leaf.is_some(),
            touched: false,
            created: false,
            destroyed: false,
        }
    }

    /// Whether there is such an account, empty or not, or has been in the transaction.
    pub(super) fn exists(&self) -> bool {
        self.existed || self.touched || !self.account.is_empty()
    }

    /// Whether it is not in the state at this instant. One that was empty before the transaction
    /// and was not touched is there.
    pub(super) fn is_absent(&self) -> bool {
        if self.touched { self.account.is_empty() } else { !self.existed }
    }
}

/// All accounts that the walk has met.
#[derive(Debug)]
pub(super) struct Accounts {
    pub(super) nodes: Nodes,
    trie: Trie<AccountLeaf>,
    /// What was written of all tries and has no hash yet.
    pub(super) later: Later,
    entries: AddressMap<Entry>,
    /// Accounts that the trie may hold otherwise. In order, so that of several missing nodes the
    /// same is named each time.
    changed: BTreeSet<Address>,
    /// Hashes of the slots' keys, of which many accounts have the same.
    keys: B256Map<B256>,
    /// Hashes of addresses that were [expected](Self::expect).
    addresses: AddressMap<B256>,
}

impl Accounts {
    pub(super) fn new(root: B256, nodes: Nodes) -> Self {
        Self {
            nodes,
            trie: Trie::from_root(root),
            later: Later::default(),
            entries: AddressMap::default(),
            changed: BTreeSet::new(),
            keys: B256Map::default(),
            addresses: AddressMap::default(),
        }
    }

    /// Hashes addresses and slots' keys together, each once.
    pub(super) fn expect(&mut self, accounts: &[Address], slots: &[B256]) {
        let Self { addresses, keys, .. } = self;
        let new = accounts.iter().filter(|one| !addresses.contains_key(*one));
        let accounts = Vec::from_iter(new.copied().collect::<AddressSet>());
        let new = slots.iter().filter(|slot| !keys.contains_key(*slot));
        let slots = Vec::from_iter(new.copied().collect::<B256Set>());
        let all = accounts
            .iter()
            .map(|one| one.as_slice())
            .chain(slots.iter().map(|slot| slot.as_slice()));
        let hashes = keccak256_each(&all.collect::<Vec<_>>());
        let (of_accounts, of_slots) = hashes.split_at(accounts.len());
        addresses.extend(accounts.into_iter().zip(of_accounts.iter().copied()));
        keys.extend(slots.into_iter().zip(of_slots.iter().copied()));
    }

    /// An account. Looks it up in the trie if it has not been asked for.
    pub(super) fn load(&mut self, address: Address) -> Result<&Entry, Missing> {
        self.load_with_nodes(address).map(|(entry, ..)| &*entry)
    }

    /// An account that is about to change.
    pub(super) fn edit(&mut self, address: Address) -> Result<&mut Entry, Missing> {
        self.changed.insert(address);
        self.load_with_nodes(address).map(|(entry, ..)| entry)
    }

    /// An account that has been asked for and is about to change.
    pub(super) fn loaded(&mut self, address: Address) -> Option<&mut Entry> {
        self.changed.insert(address);
        self.entries.get_mut(&address)
    }

    /// Those that go when the transaction ends, ascending by their hashes.
    pub(super) fn destroyed(&self) -> Vec<Address> {
        let destroyed = self.entries.iter().filter(|(_, entry)| entry.destroyed);
        let mut destroyed: Vec<_> = destroyed.map(|(who, entry)| (entry.hash, *who)).collect();
        destroyed.sort_unstable();
        destroyed.into_iter().map(|(_, who)| who).collect()
    }

    /// A slot. Looks it up in the trie if it has not been asked for.
    pub(super) fn slot(&mut self, address: Address, key: B256) -> Result<&Slot, Missing> {
        let hash = *self.keys.entry(key).or_insert_with(|| keccak256(key.as_slice()));
        let (entry, nodes, _) = self.load_with_nodes(address)?;
        let slot = entry.storage.load(nodes, key, hash);
        slot.map(|slot| &*slot).map_err(|NodeNotHeld(hash)| Missing::SlotNode {
            hash,
            account: address,
            slot: key,
        })
    }

    /// Appends the nodes that show an account, among others by their paths.
    pub(super) fn prove(&mut self, account: Address, others: &[B256], into: &mut Vec<Vec<u8>>) {
        let nodes = (&self.nodes, &mut self.later);
        self.trie.prove(nodes, &keccak256(account.as_slice()), others, into);
    }

    /// Appends the nodes that show a slot in an account's storage, which was asked for.
    pub(super) fn prove_slot(&mut self, account: Address, path: &B256, into: &mut Vec<Vec<u8>>) {
        if let Ok((entry, nodes, later)) = self.load_with_nodes(account) {
            entry.storage.prove((nodes, later), path, into);
        }
    }

    /// Writes what changed; the root.
    pub(super) fn root(&mut self) -> Result<Root, Missing> {
        let Self { nodes, trie, later, entries, changed, .. } = self;
        let missing = |account, NodeNotHeld(hash)| Missing::AccountNode { hash, account };
        for removing in [false, true] {
            for address in &*changed {
                let Some(entry) = entries.get_mut(address) else { continue };
                if entry.is_absent() != removing {
                    continue;
                }
                let leaf = if removing { None } else { Some(entry.leaf(nodes, later, *address)?) };
                if leaf == entry.held {
                    continue;
                }
                match leaf {
                    Some(leaf) => trie.insert(nodes, &entry.hash, leaf),
                    None => trie.remove(nodes, &entry.hash),
                }
                .map_err(|node| missing(*address, node))?;
                entry.held = leaf;
            }
        }
        changed.clear();
        Ok(trie.root(later))
    }

    fn load_with_nodes(
        &mut self,
        address: Address,
    ) -> Result<(&mut Entry, &Nodes, &mut Later), Missing> {
        let entry = match self.entries.entry(address) {
            map::Entry::Occupied(known) => known.into_mut(),
            map::Entry::Vacant(vacant) => {
                let known = self.addresses.get(&address).copied();
                let hash = known.unwrap_or_else(|| keccak256(address.as_slice()));
                let leaf = self
                    .trie
                    .get(&self.nodes, &hash)
                    .map_err(|NodeNotHeld(hash)| Missing::AccountNode { hash, account: address })?;
                vacant.insert(Entry::new(hash, leaf, &mut self.later))
            }
        };
        Ok((entry, &self.nodes, &mut self.later))
    }
}

impl Entry {
    /// The account as its leaf has it, its storage written.
    fn leaf(
        &mut self,
        nodes: &Nodes,
        later: &mut Later,
        address: Address,
    ) -> Result<AccountLeaf, Missing> {
        let root = self.storage.root(nodes, later);
        let storage_root = root.map_err(|(slot, NodeNotHeld(hash))| Missing::SlotNode {
            hash,
            account: address,
            slot,
        })?;
        Ok(AccountLeaf { account: self.account, storage_root })
    }
}
