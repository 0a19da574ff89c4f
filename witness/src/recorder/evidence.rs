//! What the audits will need beside the messages: which accounts and slots a run touched, and the
//! code it looked at. `specs/09-container.md`.
//!
//! In the data's way this stands beside the records: they are made from what is noted here too, and
//! at the run's end it becomes the [`Proof`] of the recording.

use alloy_primitives::{
    Address, B256, Bytes, U256,
    map::{AddressMap, B256Map},
};
use revm::{
    context::{ContextTr, JournalEntry, JournalTr, Transaction},
    inspector::JournalExt,
    state::{AccountInfo, EvmState, TransactionId},
};

use crate::{
    proof::Proof,
    state_root::{MissingNode, StateTrie, Touched},
};
use iso_evm_wire::{Fork, protocol::Change};

/// What has been noted so far.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// The journal's number of this transaction, once it has begun.
    transaction: Option<TransactionId>,
    pub(super) touched: Touched,
    /// The account whose code nobody looks at before the first frame, though it is loaded.
    pub(super) passed_over: Option<Address>,
    codes: B256Map<Bytes>,
}

impl Evidence {
    /// The transaction begins: all that comes before its first frame has been done. From Prague,
    /// notes the code that its sender, its recipient and its authorities had before (EIP-7702); not
    /// that of a deposit's sender.
    pub(super) fn start<CTX>(&mut self, context: &CTX, fork: Fork)
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let journal = context.journal_ref();
        let sender = journal.evm_state().get(&context.tx().caller());
        self.transaction = sender.map(|sender| sender.transaction_id);
        if !fork.has(Change::Delegation) {
            return;
        }
        let mut before = AddressMap::default();
        for (address, account) in journal.evm_state() {
            let looked_at = self.passed_over != Some(*address);
            if Some(account.transaction_id) == self.transaction && looked_at {
                before.insert(*address, (account.info.code_hash, &account.info.code));
            }
        }
        // What an authorisation has replaced; the first one last.
        for entry in journal.journal().iter().rev() {
            if let JournalEntry::CodeChange { address, had_code_hash, had_code } = entry {
                before.insert(*address, (*had_code_hash, had_code));
            }
        }
        for (hash, code) in before.into_values() {
            if let Some(code) = code {
                self.code(hash, code.original_bytes());
            }
        }
    }

    /// An account that a record names, loaded or not.
    pub(super) fn account(&mut self, address: Address) {
        self.touched.accounts.insert(address);
    }

    /// A slot that a record names. Those of an account that this transaction has created are not in
    /// the state before it.
    pub(super) fn slot<J: JournalExt>(&mut self, journal: &J, address: Address, key: U256) {
        let account = journal.evm_state().get(&address);
        if !account.is_some_and(|account| account.is_created_locally()) {
            self.touched.slots.insert((address, key.into()));
        }
    }

    /// Code that runs, or that a record tells of.
    pub(super) fn code(&mut self, hash: B256, code: Bytes) {
        if !code.is_empty() {
            self.codes.entry(hash).or_insert(code);
        }
    }

    /// The code of an account that a record tells of.
    pub(super) fn code_of(&mut self, info: &AccountInfo) {
        if let Some(code) = &info.code {
            self.code(info.code_hash, code.original_bytes());
        }
    }

    /// The proof, out of the state `before` the transaction. `state` is what revm returned, `after`
    /// what became of the trie.
    pub(super) fn prove(
        mut self,
        state: &EvmState,
        before: &StateTrie,
        after: &mut StateTrie,
    ) -> Result<Proof, MissingNode> {
        // Where no frame was tried, nothing but this transaction has touched the state.
        let own = |id| self.transaction.is_none_or(|transaction| id == transaction);
        let loaded = state.iter().filter(|(_, account)| own(account.transaction_id));
        self.touched.accounts.extend(loaded.map(|(address, _)| *address));
        Ok(Proof {
            nodes: before.prove(&self.touched, after.hashes())?,
            codes: self.codes.into_iter().collect(),
        })
    }
}
