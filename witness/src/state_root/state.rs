//! The state as a trie of accounts over tries of their storage. The recorder sets values here, at
//! the instant the journal has them; roots go into records and messages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_trie::TrieAccount;

use super::{MissingNode, Trie};

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
///
/// state.set_account(Address::ZERO, None);
/// assert_eq!(state.root()?, empty);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct StateTrie {
    accounts: Trie,
    entries: HashMap<Address, Entry>,
    /// Addresses whose leaf may differ from their entry. In order, so that of several missing
    /// nodes the same is named each time.
    changed: BTreeSet<Address>,
    slot_hashes: HashMap<B256, B256>,
}

/// All slots of an account, taken out of a [`StateTrie`].
#[derive(Debug, Clone)]
pub struct Storage {
    trie: Trie,
    changed: BTreeMap<B256, U256>,
}

/// What was set for one address.
#[derive(Debug, Clone)]
struct Entry {
    hash: B256,
    account: Option<Account>,
    storage: Trie,
    /// Slots that were set since `storage` was last brought up to date.
    changed: BTreeMap<B256, U256>,
}

impl StateTrie {
    /// The empty state.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets an account, or takes it out of the state. Its storage stays as it is.
    pub fn set_account(&mut self, address: Address, account: Option<Account>) {
        let entry = self.entry(address);
        if entry.account != account {
            entry.account = account;
            self.changed.insert(address);
        }
    }

    /// Sets a storage slot; zero takes it out.
    pub fn set_storage(&mut self, address: Address, slot: B256, value: U256) {
        self.entry(address).changed.insert(slot, value);
        self.changed.insert(address);
    }

    /// Takes all of an account's slots out.
    pub fn clear_storage(&mut self, address: Address) {
        let entry = self.entry(address);
        entry.storage = Trie::new();
        entry.changed.clear();
        self.changed.insert(address);
    }

    /// Takes all of an account's slots out, to be put back by [`StateTrie::put_storage`]: what a
    /// creation does to them, and what its undoing does.
    pub fn take_storage(&mut self, address: Address) -> Storage {
        let entry = self.entry(address);
        let storage = Storage {
            trie: std::mem::take(&mut entry.storage),
            changed: std::mem::take(&mut entry.changed),
        };
        self.changed.insert(address);
        storage
    }

    /// Puts slots back, in place of all that the account has.
    pub fn put_storage(&mut self, address: Address, storage: Storage) {
        let entry = self.entry(address);
        entry.storage = storage.trie;
        entry.changed = storage.changed;
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
        let mut absent = Vec::new();
        for address in &self.changed {
            let Some(entry) = self.entries.get_mut(address) else { continue };
            match entry.account {
                Some(account) => {
                    let storage_root = entry.storage_root(&mut self.slot_hashes)?;
                    let Account { nonce, balance, code_hash } = account;
                    let leaf = TrieAccount::new(nonce, balance, storage_root, code_hash);
                    self.accounts.insert(&entry.hash, alloy_rlp::encode(leaf))?;
                }
                None => absent.push(entry.hash),
            }
        }
        // Last, so that no branch collapses that is there in the end.
        for hash in absent {
            self.accounts.remove(&hash)?;
        }
        self.changed.clear();
        Ok(self.accounts.root())
    }

    fn entry(&mut self, address: Address) -> &mut Entry {
        self.entries.entry(address).or_insert_with(|| Entry {
            hash: keccak256(address),
            account: None,
            storage: Trie::new(),
            changed: BTreeMap::new(),
        })
    }
}

impl Entry {
    /// Brings the storage trie up to date; its root.
    fn storage_root(&mut self, slot_hashes: &mut HashMap<B256, B256>) -> Result<B256, MissingNode> {
        let mut absent = Vec::new();
        for (slot, value) in &self.changed {
            let hash = *slot_hashes.entry(*slot).or_insert_with(|| keccak256(slot));
            if value.is_zero() {
                absent.push(hash);
            } else {
                self.storage.insert(&hash, alloy_rlp::encode(value))?;
            }
        }
        for hash in absent {
            self.storage.remove(&hash)?;
        }
        self.changed.clear();
        Ok(self.storage.root())
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
        self.entry(address).storage.forget(&keccak256(slot), depth)
    }
}
