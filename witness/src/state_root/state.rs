//! The state as a trie of accounts over tries of their storage. The recorder sets values here, at
//! the instant the journal has them; roots go into records and messages.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy_primitives::{Address, B256, U256, keccak256, map::AddressMap};
use alloy_trie::EMPTY_ROOT_HASH;

use super::{
    MissingNode,
    account::{AccountLeaf, LeafFields},
    hashes::Hashes,
    later::{Later, Root},
    node::{Nodes, UnknownNode},
    prove::TriePlace,
    trie::Trie,
};
use crate::proof::StateProof;

/// An account as the state has it, but for its storage root, which the trie derives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Balance in wei.
    pub balance: U256,
    /// Hash of its code; of the empty string if it has none.
    pub code_hash: B256,
}

/// The state trie: set what changed, ask for the root.
///
/// Whether an account is in the state and what its storage holds are two things. Storage can be set
/// before the account is, and it outlasts an account that is absent for an instant (empty, touched,
/// and funded again later): without an account it has no part in the root.
///
/// A clone shares what the original held at its last root, so it costs what was set since then, not
/// what the state holds.
///
/// ```
/// use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
/// use iso_evm_witness::state_root::{Account, StateTrie};
///
/// # fn main() -> Result<(), iso_evm_witness::state_root::MissingNode> {
/// let mut state = StateTrie::new();
/// let empty = state.root()?;
/// let account = Account { nonce: 1, balance: U256::from(7), code_hash: KECCAK256_EMPTY };
/// state.set_account(Address::ZERO, Some(account));
/// state.set_storage(Address::ZERO, B256::ZERO, U256::ONE);
/// assert_ne!(state.root()?, empty);
/// assert_eq!(state.clone().storage(Address::ZERO, B256::ZERO)?, U256::ONE);
///
/// state.set_account(Address::ZERO, None);
/// assert_eq!(state.root()?, empty);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct StateTrie {
    /// Where nodes that are known by their hash are looked for.
    pub(super) nodes: Arc<Nodes>,
    pub(super) accounts: Trie<AccountLeaf>,
    /// Accounts that something was set of.
    entries: AddressMap<Entry>,
    /// Addresses whose leaf may differ from their entry. In order, so that of several missing
    /// nodes the same is named each time.
    changed: BTreeSet<Address>,
    /// Absent accounts that have storage: no leaf holds it.
    outlasting: BTreeSet<Address>,
    hashes: Hashes,
    /// Nodes that were written and not yet hashed. There are none but while [`root_later`](Self::root_later)
    /// is asked; then nobody clones the state.
    later: Later,
}

/// All slots of an account, taken out of a [`StateTrie`].
#[derive(Debug, Clone, Default)]
pub struct Storage {
    trie: Trie<U256>,
    /// Slots that were set since `trie` was last brought up to date.
    changed: BTreeMap<B256, U256>,
    /// Whether the storage began as an empty one, with nothing in it of the state that this one was
    /// cloned from.
    fresh: bool,
}

/// What was set for one address.
#[derive(Debug, Clone, Default)]
struct Entry {
    account: Option<Account>,
    storage: Storage,
    /// What the trie of accounts holds.
    leaf: Option<LeafFields>,
    /// The node that is missing, if the account is not known.
    missing: Option<MissingNode>,
}

impl Clone for StateTrie {
    fn clone(&self) -> Self {
        let kept = self.changed.union(&self.outlasting);
        let entry = |address: &Address| Some((*address, self.entries.get(address)?.clone()));
        Self {
            nodes: self.nodes.clone(),
            accounts: self.accounts.clone(),
            // What the trie has up to date is read from it again.
            entries: kept.filter_map(entry).collect(),
            changed: self.changed.clone(),
            outlasting: self.outlasting.clone(),
            hashes: self.hashes.clone(),
            later: Later::default(),
        }
    }
}

impl StateTrie {
    /// The empty state.
    pub fn new() -> Self {
        Self::default()
    }

    /// The state with a proof's root, as far as the proof's nodes reach.
    pub fn from_proof(proof: &StateProof) -> Self {
        Self {
            nodes: Arc::new(proof.nodes.clone()),
            accounts: Trie::from_root(proof.root),
            ..Self::default()
        }
    }

    /// An account, as it was last set; `None` if it is absent.
    ///
    /// # Errors
    ///
    /// [`MissingNode`] if a node on the way is known by its hash only.
    pub fn account(&self, address: Address) -> Result<Option<Account>, MissingNode> {
        match self.entries.get(&address) {
            Some(Entry { missing: Some(missing), .. }) => Err(*missing),
            Some(entry) => Ok(entry.account),
            None => Ok(self.leaf(address, keccak256(address))?.map(|leaf| leaf.fields.account)),
        }
    }

    /// A slot, as it was last set. That of an absent account may hold something too.
    ///
    /// # Errors
    ///
    /// [`MissingNode`] if a node on the way is known by its hash only.
    pub fn storage(&self, address: Address, slot: B256) -> Result<U256, MissingNode> {
        let read = |trie: &Trie<U256>| {
            let value = trie.get(&keccak256(slot), &self.nodes);
            value.map(Option::unwrap_or_default).map_err(|node| node.of(address, Some(slot)))
        };
        match self.entries.get(&address) {
            Some(Entry { missing: Some(missing), .. }) => Err(*missing),
            Some(Entry { storage, .. }) => match storage.changed.get(&slot) {
                Some(value) => Ok(*value),
                None => read(&storage.trie),
            },
            None => match self.leaf(address, keccak256(address))? {
                Some(leaf) => read(&leaf.storage),
                None => Ok(U256::ZERO),
            },
        }
    }

    /// Whether an account has a slot that is not zero. An absent account may have one too.
    ///
    /// # Errors
    ///
    /// [`MissingNode`] if a node on the way to the account is known by its hash only, or one that a
    /// slot needs which was set to zero.
    pub fn has_storage(&self, address: Address) -> Result<bool, MissingNode> {
        match self.entries.get(&address) {
            Some(Entry { missing: Some(missing), .. }) => Err(*missing),
            Some(Entry { storage, .. }) => storage.is_set(address, &self.nodes),
            None if self.accounts.is_empty() => Ok(false),
            None => {
                let leaf = self.leaf(address, keccak256(address))?;
                // The root of nothing is always known.
                let is_empty = |root: Root| root.get() == Some(EMPTY_ROOT_HASH);
                Ok(leaf.is_some_and(|leaf| !is_empty(leaf.fields.storage_root)))
            }
        }
    }

    /// The root of an account's storage, as of the last state root; that of nothing if the account is
    /// absent.
    ///
    /// # Errors
    ///
    /// [`MissingNode`] if a node on the way to the account is known by its hash only.
    pub fn storage_root(&self, address: Address) -> Result<B256, MissingNode> {
        let leaf = self.leaf(address, keccak256(address))?;
        let root = leaf.and_then(|leaf| leaf.fields.storage_root.get());
        Ok(root.unwrap_or(EMPTY_ROOT_HASH))
    }

    /// Sets an account, or takes it out of the state. Its storage stays as it is.
    pub fn set_account(&mut self, address: Address, account: Option<Account>) {
        let entry = self.entry(address);
        if entry.account != account || entry.missing.is_some() {
            entry.account = account;
            self.changed.insert(address);
        }
    }

    /// Sets a storage slot; zero takes it out.
    pub fn set_storage(&mut self, address: Address, slot: B256, value: U256) {
        self.entry(address).storage.changed.insert(slot, value);
        self.changed.insert(address);
    }

    /// Takes all of an account's slots out.
    pub fn clear_storage(&mut self, address: Address) {
        self.take_storage(address);
    }

    /// Takes all of an account's slots out, to be put back by [`StateTrie::put_storage`]: what a
    /// creation does to them, and what its undoing does.
    pub fn take_storage(&mut self, address: Address) -> Storage {
        let storage = &mut self.entry(address).storage;
        let taken = std::mem::replace(storage, Storage { fresh: true, ..Storage::default() });
        self.changed.insert(address);
        taken
    }

    /// Puts slots back, in place of all that the account has.
    pub fn put_storage(&mut self, address: Address, storage: Storage) {
        self.entry(address).storage = storage;
        self.changed.insert(address);
    }

    /// The state root. What was set since the last call goes into the tries now, and only the nodes
    /// above it are hashed; what was set and set back costs no hash.
    ///
    /// # Errors
    ///
    /// [`MissingNode`] if what was set needs a node of which the hash alone is known. Nothing that
    /// was set is lost by it. A state that began as [`StateTrie::new`] has no such nodes.
    pub fn root(&mut self) -> Result<B256, MissingNode> {
        self.root_noting(&mut Vec::new())
    }

    /// The state root; adds to `siblings` the places of the nodes beside those of removed accounts
    /// and slots that had to be looked at.
    pub(crate) fn root_noting(
        &mut self,
        siblings: &mut Vec<TriePlace>,
    ) -> Result<B256, MissingNode> {
        let root = self.root_later(siblings);
        self.run();
        // It was computed with all the rest.
        root.map(|root| root.get().unwrap_or_default())
    }

    /// Hashes all that waits: the roots that were asked for are known from here on.
    pub(crate) fn run(&mut self) {
        self.later.run();
    }

    /// Whether so much waits that it is time to hash it.
    pub(crate) fn is_full(&self) -> bool {
        self.later.is_full()
    }

    /// [`root_noting`](Self::root_noting), which need not be known yet: it is when all that waits
    /// [was hashed](Self::run).
    pub(crate) fn root_later(
        &mut self,
        siblings: &mut Vec<TriePlace>,
    ) -> Result<Root, MissingNode> {
        let mut absent = Vec::new();
        for address in &self.changed {
            let Some(entry) = self.entries.get_mut(address) else { continue };
            if let Some(missing) = entry.missing {
                return Err(missing);
            }
            let Some(account) = entry.account else {
                absent.push(*address);
                continue;
            };
            let (storage, key) = (&mut entry.storage, self.hashes.address(*address));
            // Nodes that the leaf shares would be copied where they change.
            let detached = !storage.changed.is_empty()
                && self.accounts.update(&key, |leaf| leaf.storage = Trie::default());
            storage.write(*address, &self.nodes, &mut self.hashes, siblings)?;
            let storage_root = storage.trie.root(&mut self.later);
            let fields = LeafFields { account, storage_root };
            if detached || entry.leaf.as_ref() != Some(&fields) {
                let leaf = AccountLeaf { fields: fields.clone(), storage: storage.trie.clone() };
                let inserted = self.accounts.insert(&key, leaf, &self.nodes);
                inserted.map_err(|node| node.of(*address, None))?;
                entry.leaf = Some(fields);
            }
            self.outlasting.remove(address);
        }
        // Last, so that no branch collapses that is there in the end.
        for address in absent {
            let Some(entry) = self.entries.get_mut(&address) else { continue };
            if entry.leaf.is_some() {
                let (key, mut paths) = (self.hashes.address(address), Vec::new());
                let removed = self.accounts.remove(&key, &self.nodes, &mut paths);
                removed.map_err(|node| node.of(address, None))?;
                let place = |path| TriePlace { account: address, slot: None, path };
                siblings.extend(paths.into_iter().map(place));
                entry.leaf = None;
            }
            if entry.storage.is_empty() {
                self.outlasting.remove(&address);
            } else {
                self.outlasting.insert(address);
            }
        }
        self.changed.clear();
        self.hashes.settle();
        Ok(self.accounts.root(&mut self.later))
    }

    /// Hashes computed so far.
    pub(crate) const fn hashes(&mut self) -> &mut Hashes {
        &mut self.hashes
    }

    /// An account with its storage, as the trie holds it at this key.
    pub(super) fn leaf(
        &self,
        address: Address,
        key: B256,
    ) -> Result<Option<AccountLeaf>, MissingNode> {
        self.accounts.get(&key, &self.nodes).map_err(|node| node.of(address, None))
    }

    /// What was set for an address; at first what the trie holds.
    fn entry(&mut self, address: Address) -> &mut Entry {
        let Self { nodes, accounts, entries, hashes, .. } = self;
        entries.entry(address).or_insert_with(|| {
            match accounts.get(&hashes.address(address), nodes) {
                Ok(leaf) => Entry::of(leaf),
                Err(node) => Entry { missing: Some(node.of(address, None)), ..Entry::default() },
            }
        })
    }
}

impl Entry {
    fn of(leaf: Option<AccountLeaf>) -> Self {
        let Some(AccountLeaf { fields, storage }) = leaf else { return Self::default() };
        Self {
            account: Some(fields.account),
            storage: Storage { trie: storage, ..Storage::default() },
            leaf: Some(fields),
            missing: None,
        }
    }
}

impl Storage {
    /// Brings the trie up to date.
    fn write(
        &mut self,
        account: Address,
        nodes: &Nodes,
        hashes: &mut Hashes,
        siblings: &mut Vec<TriePlace>,
    ) -> Result<(), MissingNode> {
        let mut absent = Vec::new();
        for (&slot, &value) in &self.changed {
            if value.is_zero() {
                absent.push(slot);
            } else {
                let inserted = self.trie.insert(&hashes.slot(slot), value, nodes);
                inserted.map_err(|node| node.of(account, Some(slot)))?;
            }
        }
        // Last, so that no branch collapses that is there in the end.
        for slot in absent {
            let mut paths = Vec::new();
            let removed = self.trie.remove(&hashes.slot(slot), nodes, &mut paths);
            removed.map_err(|node| node.of(account, Some(slot)))?;
            if !self.fresh {
                let place = |path| TriePlace { account, slot: Some(slot), path };
                siblings.extend(paths.into_iter().map(place));
            }
        }
        self.changed.clear();
        Ok(())
    }

    /// Whether a slot is not zero.
    fn is_set(&self, account: Address, nodes: &Nodes) -> Result<bool, MissingNode> {
        if self.changed.is_empty() {
            return Ok(!self.trie.is_empty());
        }
        if self.changed.values().any(|value| !value.is_zero()) {
            return Ok(true);
        }
        let mut written = self.clone();
        written.write(account, nodes, &mut Hashes::default(), &mut Vec::new())?;
        Ok(!written.trie.is_empty())
    }

    fn is_empty(&self) -> bool {
        self.trie.is_empty() && self.changed.is_empty()
    }
}

impl UnknownNode {
    /// The node as one that an account, or a slot of it, needs.
    pub(super) const fn of(self, account: Address, slot: Option<B256>) -> MissingNode {
        MissingNode { hash: self.0, account, slot }
    }
}

#[cfg(test)]
impl StateTrie {
    /// Forgets all but the hash of the node `depth` branches down to an account.
    pub(super) fn forget_account(&mut self, address: Address, depth: usize) -> bool {
        self.accounts.forget(&keccak256(address), depth)
    }

    /// Forgets all but the hash of the node `depth` branches down to a slot.
    pub(super) fn forget_slot(&mut self, address: Address, slot: B256, depth: usize) -> bool {
        self.entry(address).storage.trie.forget(&keccak256(slot), depth)
    }
}
