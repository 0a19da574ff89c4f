//! Undoing: what changed since an instant, and how it was before.

use alloy_primitives::{Address, B256, address};

use super::{AccountState, SetName, State, storage::Storage};

/// The precompile that stays touched when what touched it is undone: a fault of two clients that
/// became a rule (yellow paper, K.1; EIP-161's discussion). revm calls it `PRECOMPILE3`.
pub const STAYS_TOUCHED: Address = address!("0000000000000000000000000000000000000003");

/// An instant to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint(usize);

/// One change, with what was there before.
#[derive(Debug)]
pub(super) enum Undo {
    Account { address: Address, was: AccountState },
    Touched(Address),
    Created { address: Address, was_created: bool, storage: Box<Storage> },
    Destroyed(Address),
    Slot { address: Address, key: B256, was: B256 },
    Transient { address: Address, key: B256, was: B256 },
    Warmed(Address),
    SlotWarmed(Address, B256),
    Logged,
    Refund { was: i64 },
}

impl State {
    /// This instant, to go back to.
    pub const fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.journal.len())
    }

    /// Undoes all since then: accounts, slots, transient slots, warmth, touches, creations,
    /// destructions, logs and refund. Only the precompile at `0x03` stays touched, if it was.
    pub fn revert(&mut self, to: Checkpoint) {
        while self.journal.len() > to.0
            && let Some(change) = self.journal.pop()
        {
            self.undo(change);
        }
    }

    fn undo(&mut self, change: Undo) {
        match change {
            Undo::Account { address, was } => {
                if let Some(entry) = self.accounts.loaded(address) {
                    entry.account = was;
                }
            }
            Undo::Touched(STAYS_TOUCHED) => {}
            Undo::Touched(address) => {
                if let Some(entry) = self.accounts.loaded(address) {
                    entry.touched = false;
                }
            }
            Undo::Created { address, was_created, storage } => {
                if let Some(entry) = self.accounts.loaded(address) {
                    entry.created = was_created;
                    entry.storage = *storage;
                }
                if let Some(sets) = &mut self.sets {
                    sets.set(SetName::Created, address, was_created);
                }
            }
            Undo::Destroyed(address) => {
                if let Some(entry) = self.accounts.loaded(address) {
                    entry.destroyed = false;
                }
                if let Some(sets) = &mut self.sets {
                    sets.set(SetName::Destroyed, address, false);
                }
            }
            Undo::Slot { address, key, was } => {
                if let Some(entry) = self.accounts.loaded(address) {
                    entry.storage.set(key, was);
                }
            }
            Undo::Transient { address, key, was } => {
                self.transient.insert((address, key), was);
                if let Some(sets) = &mut self.sets {
                    sets.set_transient(address, key, was);
                }
            }
            Undo::Warmed(address) => {
                self.warm.remove(&address);
                if let Some(sets) = &mut self.sets {
                    sets.warm(address, false);
                }
            }
            Undo::SlotWarmed(address, key) => {
                self.warm_slots.remove(&(address, key));
                if let Some(sets) = &mut self.sets {
                    sets.warm_slot(address, key, false);
                }
            }
            Undo::Logged => {
                self.logs.pop();
                if let Some(sets) = &mut self.sets {
                    sets.unlog();
                }
            }
            Undo::Refund { was } => self.refund = was,
        }
    }
}
