//! State roots at an instant: follows revm's journal and keeps a [`StateTrie`] at the state that
//! the journal stands for. `specs/02-message-witness.md`, section Roots at an instant.
//!
//! In the data's way this stands between revm's journal and the roots in every record. Only what
//! the journal says has changed is written to the trie; what a revert has undone is read again.

use alloy_primitives::{
    Address, B256, U256,
    map::{AddressSet, HashSet},
};
use revm::{
    context::JournalEntry,
    inspector::JournalExt,
    primitives::{KECCAK_EMPTY, PRECOMPILE3},
    state::{Account, EvmState},
};

use crate::state_root::{self, MissingNode, Root, StateTrie, Storage, Touched};

/// A thing in the state that a journal entry has changed.
#[derive(Clone, Copy, Debug)]
enum RootChange {
    /// Nonce, balance, code hash or existence of an account.
    Account(Address),
    /// A storage slot.
    Slot(Address, U256),
    /// The account was created: it starts with empty storage.
    Created(Address),
}

/// The state before a transaction and after it, with their roots.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) before: StateTrie,
    pub(super) enter: B256,
    pub(super) after: StateTrie,
    pub(super) leave: B256,
}

/// The trie of the state, as of the last look at the journal.
#[derive(Debug)]
pub(super) struct RunningRoots {
    /// The state before the transaction, and its root.
    before: StateTrie,
    enter: Result<B256, MissingNode>,
    trie: StateTrie,
    /// Journal entries that the trie contains.
    seen: usize,
    /// What those entries have changed, by entry: to be read again when the entry is undone.
    changes: Vec<(usize, RootChange)>,
    /// Storage that accounts had before they were created, the latest creation last.
    aside: Vec<Storage>,
    /// Whether the trie knows of the one touch that outlasts its undoing, that of the account `0x03`.
    outlasted: bool,
    accounts: AddressSet,
    slots: HashSet<(Address, U256)>,
}

impl RunningRoots {
    /// Starts from the state before the transaction.
    pub(super) fn new(mut before: StateTrie) -> Self {
        let enter = before.root();
        Self {
            trie: before.clone(),
            before,
            enter,
            seen: 0,
            changes: Vec::new(),
            aside: Vec::new(),
            outlasted: false,
            accounts: AddressSet::default(),
            slots: HashSet::default(),
        }
    }

    /// First look at the journal, when the top message starts: takes everything that is loaded, for
    /// earlier transactions may have left changes without entries.
    pub(super) fn start<J: JournalExt>(&mut self, journal: &J) {
        for (address, account) in journal.evm_state() {
            if account.is_selfdestructed_locally() {
                self.remove(*address);
                continue;
            }
            self.accounts.insert(*address);
            let changed = account.storage.iter().filter(|(_, slot)| slot.is_changed());
            self.slots.extend(changed.map(|(key, _)| (*address, *key)));
        }
        self.follow(journal);
    }

    /// Brings the trie to where the journal is. To be called at least once after every revert
    /// before the journal grows again: entries are told from undone ones by their number alone.
    pub(super) fn follow<J: JournalExt>(&mut self, journal: &J) {
        let entries = journal.journal();
        while let Some((entry, change)) = self.changes.last().copied()
            && entry >= entries.len()
        {
            self.changes.pop();
            match change {
                RootChange::Account(address) => {
                    self.accounts.insert(address);
                }
                RootChange::Slot(address, key) => {
                    self.slots.insert((address, key));
                }
                RootChange::Created(address) => {
                    let storage = self.aside.pop().expect("one is put aside for each creation");
                    self.trie.put_storage(address, storage);
                }
            }
        }
        self.seen = self.seen.min(entries.len());
        for (entry, recorded) in entries.iter().enumerate().skip(self.seen) {
            for change in changes_of(recorded).into_iter().flatten() {
                self.changes.push((entry, change));
                match change {
                    RootChange::Account(address) => {
                        self.accounts.insert(address);
                    }
                    RootChange::Slot(address, key) => {
                        self.slots.insert((address, key));
                    }
                    RootChange::Created(address) => {
                        self.aside.push(self.trie.take_storage(address));
                    }
                }
            }
        }
        self.seen = entries.len();
        self.follow_outlasting(journal.evm_state());
        self.write(journal.evm_state());
    }

    /// A touch of the account `0x03` stays when it is undone, so it can have been made and undone
    /// since the last look, with no entry left: by a call of the precompile that failed.
    fn follow_outlasting(&mut self, state: &EvmState) {
        if !self.outlasted && state.get(&PRECOMPILE3).is_some_and(Account::is_touched) {
            self.outlasted = true;
            self.accounts.insert(PRECOMPILE3);
        }
    }

    /// Whether an account had storage before the transaction.
    pub(super) fn had_storage(&self, address: Address) -> Result<bool, MissingNode> {
        self.before.has_storage(address)
    }

    /// Root of the state, as of the last look. Notes what beside the changes had to be looked at. It is known
    /// once all that waits [was hashed](Self::hash).
    pub(super) fn root(&mut self, touched: &mut Touched) -> Result<Root, MissingNode> {
        self.trie.root_later(&mut touched.siblings)
    }

    /// Whether so much waits that it is time to hash it.
    pub(super) fn is_full(&self) -> bool {
        self.trie.is_full()
    }

    /// Hashes all that waits.
    pub(super) fn hash(&mut self) {
        self.trie.run();
    }

    /// The state after the transaction, out of what revm returns at its end: refund, fees and
    /// deletions come after the last look.
    pub(super) fn finish(
        mut self,
        state: &EvmState,
        touched: &mut Touched,
    ) -> Result<Ended, MissingNode> {
        for (address, account) in state.iter().filter(|(_, account)| account.is_touched()) {
            if account.is_selfdestructed_locally() || account.is_empty() {
                self.remove(*address);
                continue;
            }
            self.accounts.insert(*address);
            let changed = account.storage.iter().filter(|(_, slot)| slot.is_changed());
            self.slots.extend(changed.map(|(key, _)| (*address, *key)));
        }
        self.write(state);
        let leave = self.trie.root_noting(&mut touched.siblings)?;
        Ok(Ended { before: self.before, enter: self.enter?, after: self.trie, leave })
    }

    /// Writes the accounts and slots that are due.
    fn write(&mut self, state: &EvmState) {
        for address in self.accounts.drain() {
            if let Some(account) = state.get(&address) {
                self.trie.set_account(address, leaf(account));
            }
        }
        for (address, key) in self.slots.drain() {
            if let Some(slot) = state.get(&address).and_then(|account| account.storage.get(&key)) {
                self.trie.set_storage(address, key.into(), slot.present_value);
            }
        }
    }

    fn remove(&mut self, address: Address) {
        self.trie.set_account(address, None);
        self.trie.clear_storage(address);
    }
}

/// The account as the trie holds it; `None` if it is absent at this instant.
fn leaf(account: &Account) -> Option<state_root::Account> {
    let info = &account.info;
    let absent =
        if account.is_touched() { info.is_empty() } else { account.is_loaded_as_not_existing() };
    let code_hash = if info.code_hash.is_zero() { KECCAK_EMPTY } else { info.code_hash };
    (!absent).then_some(state_root::Account { nonce: info.nonce, balance: info.balance, code_hash })
}

/// What an entry has changed in the state.
fn changes_of(entry: &JournalEntry) -> [Option<RootChange>; 2] {
    match entry {
        JournalEntry::AccountTouched { address }
        | JournalEntry::BalanceChange { address, .. }
        | JournalEntry::NonceChange { address, .. }
        | JournalEntry::NonceBump { address }
        | JournalEntry::CodeChange { address, .. } => [Some(RootChange::Account(*address)), None],
        JournalEntry::AccountDestroyed { address, target: other, .. }
        | JournalEntry::BalanceTransfer { from: address, to: other, .. } => {
            [Some(RootChange::Account(*address)), Some(RootChange::Account(*other))]
        }
        JournalEntry::AccountCreated { address, .. } => {
            [Some(RootChange::Created(*address)), Some(RootChange::Account(*address))]
        }
        JournalEntry::StorageChanged { address, key, .. } => {
            [Some(RootChange::Slot(*address, *key)), None]
        }
        // Warmth and transient storage are no part of the state.
        _ => [None, None],
    }
}
