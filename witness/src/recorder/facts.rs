//! Facts about accounts and slots, out of revm's journal, and out of the database for those that
//! revm did not load because gas had run out. `specs/03-records.md`, section Facts.
//!
//! In the data's way this stands between revm's journal and the records that the recorder fills.
//! Nothing here alters the run: no load, no warming, no journal entry.

use alloy_primitives::{
    Address, B256, U256,
    map::{AddressSet, HashSet},
};
use revm::{
    Database,
    context::{Block, ContextTr, JournalEntry, JournalTr, Transaction},
    context_interface::{context::ContextError, transaction::AccessListItemTr},
    inspector::JournalExt,
    primitives::KECCAK_EMPTY,
    state::{Account, AccountInfo, Bytecode, TransactionId},
};

use iso_evm_wire::{Fork, protocol::Change};

/// What is warm although the journal has not loaded it: EIP-2930's access list and, from Shanghai,
/// the coinbase (EIP-3651). Precompiles are asked of the journal.
#[derive(Clone, Debug, Default)]
pub(super) struct WarmList {
    /// The journal's number of this transaction.
    transaction: TransactionId,
    /// Whether the fork tells cold from warm at all.
    cold_access: bool,
    /// The coinbase, which is warm from Shanghai on.
    coinbase: Option<Address>,
    addresses: AddressSet,
    slots: HashSet<(Address, U256)>,
}

impl WarmList {
    /// Takes the list off the transaction that `context` runs. `executing` is an account that this
    /// transaction has loaded.
    pub(super) fn new<CTX>(context: &CTX, executing: Address, fork: Fork) -> Self
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let mut list = Self { cold_access: fork.has(Change::ColdAccess), ..Self::default() };
        if let Some(account) = context.journal_ref().evm_state().get(&executing) {
            list.transaction = account.transaction_id;
        }
        if fork.has(Change::WarmCoinbase) {
            list.coinbase = Some(context.block().beneficiary());
        }
        // revm, as the protocol, knows no access list in a legacy transaction.
        if context.tx().tx_type() != 0 {
            for item in context.tx().access_list().into_iter().flatten() {
                list.addresses.insert(*item.address());
                let slots = item.storage_slots().map(|key| (*item.address(), (*key).into()));
                list.slots.extend(slots);
            }
        }
        list
    }

    /// Whether the access to `address` that was made, or would have been made, since the journal
    /// had `since` entries was cold.
    pub(super) fn is_cold<J: JournalExt>(
        &self,
        journal: &J,
        since: usize,
        address: Address,
    ) -> bool {
        let listed = self.coinbase == Some(address) || self.addresses.contains(&address);
        if !self.cold_access || listed {
            return false;
        }
        let warmed = |entry: &JournalEntry| matches!(entry, JournalEntry::AccountWarmed { address: warmed } if *warmed == address);
        let known = journal.evm_state().get(&address);
        let is_cold = entries(journal, since).iter().any(warmed)
            || known.is_none_or(|account| account.is_cold_transaction_id(self.transaction));
        is_cold && !journal.precompile_addresses().contains(&address)
    }

    /// Whether a slot has become warm since the journal had `since` entries: its access was cold.
    pub(super) fn has_warmed<J: JournalExt>(
        &self,
        journal: &J,
        since: usize,
        address: Address,
        key: U256,
    ) -> bool {
        let warmed = |entry: &JournalEntry| matches!(entry, JournalEntry::StorageWarmed { address: account, key: slot } if *account == address && *slot == key);
        self.cold_access && entries(journal, since).iter().any(warmed)
    }

    /// A slot as it stands, with whether the access to it that was made, or would have been made, since
    /// the journal had `since` entries was cold. `None` as in [`account`].
    pub(super) fn slot<CTX>(
        &self,
        context: &mut CTX,
        since: usize,
        address: Address,
        key: U256,
    ) -> Option<SlotFacts>
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let journal = context.journal_ref();
        let account = journal.evm_state().get(&address);
        let slot = account.and_then(|account| account.storage.get(&key));
        let cold = self.has_warmed(journal, since, address, key)
            || self.cold_access
                && slot.is_none_or(|slot| slot.is_cold_transaction_id(self.transaction))
                && !self.slots.contains(&(address, key));
        let (original, present) = match slot {
            Some(slot) => (slot.original_value, slot.present_value),
            None if account.is_some_and(Account::is_created) => (U256::ZERO, U256::ZERO),
            None => {
                let read = context.db_mut().storage(address, key);
                let value = or_stop(context, read)?;
                (value, value)
            }
        };
        Some(SlotFacts { cold, original, present })
    }
}

/// A storage slot as an access finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct SlotFacts {
    pub(super) cold: bool,
    /// Value of the slot at the start of the transaction.
    pub(super) original: U256,
    /// Value of the slot at this instant.
    pub(super) present: U256,
}

/// The journal's entries from `since` on.
pub(super) fn entries<J: JournalExt>(journal: &J, since: usize) -> &[JournalEntry] {
    journal.journal().get(since..).unwrap_or_default()
}

/// An account as it stands, code included if `with_code`. `None` after a database error, which
/// then stops the run.
pub(super) fn account<CTX>(
    context: &mut CTX,
    address: Address,
    with_code: bool,
) -> Option<AccountInfo>
where
    CTX: ContextTr<Journal: JournalExt>,
{
    let loaded =
        context.journal_ref().evm_state().get(&address).map(|account| account.info.clone());
    let mut info = match loaded {
        Some(info) => info,
        None => {
            let read = context.db_mut().basic(address);
            or_stop(context, read)?.unwrap_or_default()
        }
    };
    if with_code && info.code.is_none() {
        info.code = Some(if info.is_code_hash_empty_or_zero() {
            Bytecode::default()
        } else {
            let read = context.db_mut().code_by_hash(info.code_hash);
            or_stop(context, read)?
        });
    }
    Some(info)
}

/// The code hash that EXTCODEHASH gives: zero for an empty account.
pub(super) fn code_hash(info: &AccountInfo) -> B256 {
    match info {
        info if info.is_empty() => B256::ZERO,
        info if info.code_hash.is_zero() => KECCAK_EMPTY,
        info => info.code_hash,
    }
}

/// Hands a database error to revm, which ends the run with it.
fn or_stop<CTX: ContextTr, T>(
    context: &mut CTX,
    read: Result<T, <CTX::Db as Database>::Error>,
) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            *context.error() = Err(ContextError::Db(error));
            None
        }
    }
}
