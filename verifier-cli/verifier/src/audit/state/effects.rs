//! What changes accounts and their storage.
//!
//! All of it touches the account that changes (EIP-161), and is undone by
//! [`revert`](State::revert).

use std::mem;

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use iso_evm_wire::protocol::Change;

use super::{
    super::Missing,
    super::trie::EMPTY_ROOT,
    AccountState, SetName, State,
    journal::{STAYS_TOUCHED, Undo},
    storage::Storage,
};

/// Refund of a contract's first SELFDESTRUCT, until EIP-3529 (London) ended it.
const REFUND_SELF_DESTRUCT: i64 = 24_000;

impl State {
    /// EIP-161's touch: if the account is empty, it is not in the state from now on.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account), as for all effects on an account.
    pub fn touch(&mut self, address: Address) -> Result<(), Missing> {
        let entry = self.accounts.edit(address)?;
        if !entry.touched {
            // What is empty and there goes now, and if it stays touched, for good.
            let goes = !entry.is_absent() && entry.account.is_empty();
            entry.touched = true;
            self.journal.push(Undo::Touched(address));
            if let Some(sets) = &mut self.sets {
                sets.ripemd_touched |= goes && address == STAYS_TOUCHED;
            }
        }
        Ok(())
    }

    /// Moves value. To oneself, that touches nobody; if it is zero, only who gets it is touched.
    ///
    /// `false`: the balance does not suffice, or the other would exceed a word, which no chain's
    /// supply allows. Then nothing happened.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account).
    pub fn transfer(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Missing> {
        let (payer, payee) = (self.account(from)?.balance, self.account(to)?.balance);
        let Some(left) = payer.checked_sub(value) else { return Ok(false) };
        if from == to {
            return Ok(true);
        }
        if value.is_zero() {
            self.touch(to)?;
            return Ok(true);
        }
        let Some(sum) = payee.checked_add(value) else { return Ok(false) };
        self.set_balance(from, left)?;
        self.set_balance(to, sum)?;
        Ok(true)
    }

    /// Sets a balance.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account).
    pub fn set_balance(&mut self, address: Address, balance: U256) -> Result<(), Missing> {
        self.change(address, |account| account.balance = balance)
    }

    /// Sets a nonce.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account).
    pub fn set_nonce(&mut self, address: Address, nonce: u64) -> Result<(), Missing> {
        self.change(address, |account| account.nonce = nonce)
    }

    /// Sets the code by its hash; that of the empty string takes it away.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account).
    pub fn set_code_hash(&mut self, address: Address, hash: B256) -> Result<(), Missing> {
        self.change(address, |account| account.code_hash = hash)
    }

    /// A new account: at nonce 1, without code, and its storage is empty from here on, whatever it
    /// was. Its balance stays. Whether there may be one is for the caller to ask before, and so is
    /// its access, which outlasts the creation's undoing.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account).
    pub fn create(&mut self, address: Address) -> Result<(), Missing> {
        self.touch(address)?;
        let entry = self.accounts.edit(address)?;
        let storage = mem::replace(&mut entry.storage, Storage::from_root(EMPTY_ROOT));
        let was_created = mem::replace(&mut entry.created, true);
        self.journal.push(Undo::Created { address, was_created, storage: Box::new(storage) });
        if let Some(sets) = &mut self.sets {
            sets.set(SetName::Created, address, true);
        }
        self.change(address, |account| {
            account.nonce = 1;
            account.code_hash = KECCAK256_EMPTY;
        })
    }

    /// Sets a slot.
    ///
    /// # Errors
    ///
    /// As [`storage`](Self::storage).
    pub fn set_storage(&mut self, address: Address, key: B256, value: B256) -> Result<(), Missing> {
        let was = self.storage(address, key)?;
        self.touch(address)?;
        if was != value {
            self.accounts.edit(address)?.storage.set(key, value);
            self.journal.push(Undo::Slot { address, key, was });
        }
        Ok(())
    }

    /// SELFDESTRUCT: the balance moves, and the account goes at the end of the transaction. From
    /// Cancun it goes only if it was created in this transaction, and otherwise one that is its own
    /// beneficiary keeps its balance (EIP-6780). Before London the first one of an account refunds.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account).
    pub fn self_destruct(&mut self, address: Address, beneficiary: Address) -> Result<(), Missing> {
        let heir = self.account(beneficiary)?;
        let entry = self.accounts.edit(address)?;
        let goes = !self.fork.has(Change::KeptAccounts) || entry.created;
        let first = !entry.destroyed;
        let balance = entry.account.balance;
        if goes && first {
            entry.destroyed = true;
            self.journal.push(Undo::Destroyed(address));
            if let Some(sets) = &mut self.sets {
                sets.set(SetName::Destroyed, address, true);
            }
        }
        if beneficiary != address {
            self.set_balance(beneficiary, heir.balance.wrapping_add(balance))?;
        }
        if goes || beneficiary != address {
            self.set_balance(address, U256::ZERO)?;
        }
        if first && !self.fork.has(Change::SmallerRefunds) {
            self.add_refund(REFUND_SELF_DESTRUCT);
        }
        Ok(())
    }

    /// The transaction's end: accounts that were destroyed go, one after the other, and `gone` is told behind
    /// each. Touched ones that are empty are not in the state any more. There is no going back behind this.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account), but none for accounts that were asked for, as destroyed ones were; and
    /// those of `gone`.
    pub fn finish(
        &mut self,
        mut gone: impl FnMut(&mut Self) -> Result<(), Missing>,
    ) -> Result<(), Missing> {
        self.journal.clear();
        for address in self.destroyed() {
            let entry = self.accounts.edit(address)?;
            entry.touched = true;
            entry.destroyed = false;
            entry.account = AccountState::default();
            entry.storage = Storage::from_root(EMPTY_ROOT);
            if let Some(sets) = &mut self.sets {
                sets.set(SetName::Destroyed, address, false);
            }
            gone(self)?;
        }
        Ok(())
    }

    /// Changes an account's fields.
    fn change(
        &mut self,
        address: Address,
        change: impl FnOnce(&mut AccountState),
    ) -> Result<(), Missing> {
        self.touch(address)?;
        let account = &mut self.accounts.edit(address)?.account;
        let was = *account;
        change(account);
        if *account != was {
            self.journal.push(Undo::Account { address, was });
        }
        Ok(())
    }
}
