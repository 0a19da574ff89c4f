//! The state as the records change it: accounts and slots over tries of which a part is known, with
//! what a transaction keeps beside them, and undoing. `specs/12-audits.md`.
//!
//! In the data's way this stands on the [tries](super::trie), below the walk over the records and the
//! transaction's rules. Nothing here judges: it answers what holds at an instant, and does what it
//! is told. A change leaves the tries alone; they are written when a root is asked for.

mod accounts;
mod claims;
mod effects;
mod journal;
mod sets;
mod storage;
mod value;

#[cfg(test)]
mod tests;

use alloy_primitives::{
    Address, B256, Bytes, KECCAK256_EMPTY, U256,
    map::{AddressSet, HashMap, HashSet},
};
use iso_evm_wire::{Fork, claim::sets::log, protocol::Change};

use super::{
    Missing,
    trie::{Later, Nodes, Root},
};
use accounts::Accounts;
use journal::Undo;
use sets::Sets;

pub use claims::Shown;
pub use journal::{Checkpoint, STAYS_TOUCHED};
pub use sets::SetName;

/// An account at an instant. One that is absent has the default's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountState {
    /// The account's nonce.
    pub nonce: u64,
    /// Balance in wei.
    pub balance: U256,
    /// Hash of its code; of the empty string if it has none.
    pub code_hash: B256,
}

impl AccountState {
    /// Whether it is empty (EIP-161).
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for AccountState {
    fn default() -> Self {
        Self { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY }
    }
}

/// A log, as its record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Account that logged.
    pub address: Address,
    /// The topics of the log.
    pub topics: Vec<B256>,
    /// keccak256 of the data.
    pub data_hash: B256,
}

/// The state at an instant of a transaction.
///
/// Asking for an account or a slot does not warm it: the access is one thing, its effect another.
#[derive(Debug)]
pub struct State {
    fork: Fork,
    accounts: Accounts,
    transient: HashMap<(Address, B256), B256>,
    warm: AddressSet,
    warm_slots: HashSet<(Address, B256)>,
    logs: Vec<LogEntry>,
    refund: i64,
    journal: Vec<Undo>,
    /// What claims need beside; none where nobody makes any.
    sets: Option<Box<Sets>>,
}

impl State {
    /// The state with this root, as far as these nodes (their RLP) reach, at the start of a
    /// transaction: nothing is warm, touched, logged or refunded.
    pub fn new(fork: Fork, root: B256, nodes: impl IntoIterator<Item = Bytes>) -> Self {
        Self::over(fork, root, nodes.into_iter().collect())
    }

    /// [`State::new`] with nodes that are hashed already.
    pub fn over(fork: Fork, root: B256, nodes: Nodes) -> Self {
        Self {
            fork,
            accounts: Accounts::new(root, nodes),
            transient: HashMap::default(),
            warm: AddressSet::default(),
            warm_slots: HashSet::default(),
            logs: Vec::new(),
            refund: 0,
            journal: Vec::new(),
            sets: None,
        }
    }

    /// Has the keys of accounts and slots hashed together, of which any may be asked for.
    pub fn expect(&mut self, accounts: &[Address], slots: &[B256]) {
        self.accounts.expect(accounts, slots);
    }

    /// An account at this instant.
    ///
    /// # Errors
    ///
    /// [`Missing::AccountNode`] if the nodes do not reach it: so for all that takes an address.
    pub fn account(&mut self, address: Address) -> Result<AccountState, Missing> {
        Ok(self.accounts.load(address)?.account)
    }

    /// Whether there is such an account, empty or not, or has been in the transaction.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account).
    pub fn exists(&mut self, address: Address) -> Result<bool, Missing> {
        Ok(self.accounts.load(address)?.exists())
    }

    /// Whether it is absent or empty (EIP-161).
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account).
    pub fn is_empty(&mut self, address: Address) -> Result<bool, Missing> {
        Ok(self.account(address)?.is_empty())
    }

    /// Whether no account can be created there: the one that is has a nonce, code (EIP-684) or storage
    /// (EIP-7610).
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account).
    pub fn is_taken(&mut self, address: Address) -> Result<bool, Missing> {
        let entry = self.accounts.load(address)?;
        let AccountState { nonce, code_hash, .. } = entry.account;
        Ok(nonce != 0 || code_hash != KECCAK256_EMPTY || entry.storage.is_set())
    }

    /// A slot's value at this instant.
    ///
    /// # Errors
    ///
    /// [`Missing::SlotNode`] if the nodes do not reach it: so for all that takes a slot.
    pub fn storage(&mut self, address: Address, key: B256) -> Result<B256, Missing> {
        Ok(self.accounts.slot(address, key)?.now)
    }

    /// The slot's value when the transaction started; zero for an account created in it.
    ///
    /// # Errors
    ///
    /// As [`storage`](Self::storage).
    pub fn original(&mut self, address: Address, key: B256) -> Result<B256, Missing> {
        Ok(self.accounts.slot(address, key)?.original)
    }

    /// A transient slot's value at this instant (EIP-1153).
    pub fn transient(&self, address: Address, key: B256) -> B256 {
        self.transient.get(&(address, key)).copied().unwrap_or_default()
    }

    /// Whether an account has not been accessed in the transaction (EIP-2929); false before Berlin.
    pub fn is_cold(&self, address: Address) -> bool {
        self.fork.has(Change::ColdAccess) && !self.warm.contains(&address)
    }

    /// Whether a slot has not been accessed in the transaction (EIP-2929); false before Berlin.
    pub fn is_slot_cold(&self, address: Address, key: B256) -> bool {
        self.fork.has(Change::ColdAccess) && !self.warm_slots.contains(&(address, key))
    }

    /// An account is accessed.
    pub fn warm(&mut self, address: Address) {
        if self.warm.insert(address) {
            self.journal.push(Undo::Warmed(address));
            if let Some(sets) = &mut self.sets {
                sets.warm(address, true);
            }
        }
    }

    /// A slot is accessed.
    pub fn warm_slot(&mut self, address: Address, key: B256) {
        if self.warm_slots.insert((address, key)) {
            self.journal.push(Undo::SlotWarmed(address, key));
            if let Some(sets) = &mut self.sets {
                sets.warm_slot(address, key, true);
            }
        }
    }

    /// Sets a transient slot.
    pub fn set_transient(&mut self, address: Address, key: B256, value: B256) {
        let was = self.transient.insert((address, key), value).unwrap_or_default();
        self.journal.push(Undo::Transient { address, key, was });
        if let Some(sets) = &mut self.sets {
            sets.set_transient(address, key, value);
        }
    }

    /// Appends a log.
    pub fn log(&mut self, entry: LogEntry) {
        if let Some(sets) = &mut self.sets {
            sets.log(log(entry.address, entry.data_hash, &entry.topics));
        }
        self.logs.push(entry);
        self.journal.push(Undo::Logged);
    }

    /// The logs that have not been undone, in order.
    pub fn logs(&self) -> &[LogEntry] {
        &self.logs
    }

    /// Adds to the refund counter, or takes from it.
    pub fn add_refund(&mut self, gas: i64) {
        self.journal.push(Undo::Refund { was: self.refund });
        self.refund = self.refund.saturating_add(gas);
    }

    /// The refund counter, before any cap. It can be below zero within the frame of a call.
    pub const fn refund(&self) -> i64 {
        self.refund
    }

    /// Root of the state at this instant (`specs/02-message-witness.md`, Roots at an instant).
    ///
    /// What changed since the last root is written now: what is there in the end first, what is not
    /// there last, and only where the tries hold something else. So a branch collapses only if it
    /// has one child in the end, and the node beside is not asked for without need.
    ///
    /// # Errors
    ///
    /// [`Missing::AccountNode`] or [`Missing::SlotNode`] if the one that is removed leaves a branch
    /// with one child, and that is not at hand.
    pub fn root(&mut self) -> Result<B256, Missing> {
        let root = self.root_later()?;
        Ok(self.later().hash(root))
    }

    /// [`root`](Self::root), written and not yet hashed: [`later`](Self::later) has it, when somebody wants it.
    ///
    /// # Errors
    ///
    /// As [`root`](Self::root).
    pub fn root_later(&mut self) -> Result<Root, Missing> {
        self.accounts.root()
    }

    /// The roots that were asked for and not yet hashed.
    pub fn later(&mut self) -> &mut Later {
        &mut self.accounts.later
    }
}
