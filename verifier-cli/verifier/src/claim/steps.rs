//! Which steps a transaction has by its bytes and rules alone. Behind them follows one for each account that
//! goes. Normative text: `specs/20-claims.md`, section The transaction's own steps.

use alloy_consensus::Transaction as _;
use iso_evm_wire::{Rules, optimism::Change, transaction::TransactionBody};

/// Entry, charge, top: the steps of a deposit that is invalid. Others have more.
pub(super) const OF_INVALID: usize = 3;

/// Where the steps of a transaction are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepPlaces {
    /// Place of the top call or creation.
    pub top: usize,
    /// How many steps there are before the first account goes.
    pub before_removals: usize,
}

impl StepPlaces {
    /// Those of a transaction of which so many steps are claimed: a deposit shows by it whether it runs.
    pub fn of(body: &TransactionBody, rules: Rules, claimed: usize) -> Self {
        let list = body.access_list().into_iter().flat_map(|list| list.iter());
        let items: usize = list.map(|item| 1 + item.storage_keys.len()).sum();
        let top = if body.is_deposit() && claimed == OF_INVALID {
            OF_INVALID - 1
        } else {
            3 + items + body.authorization_list().unwrap_or_default().len()
        };
        let paid = match rules.upgrade() {
            _ if body.is_deposit() => 0,
            None => 2,
            Some(upgrade) if upgrade.has(Change::OperatorFee) => 5,
            Some(_) => 4,
        };
        Self { top, before_removals: top + 1 + paid }
    }

    /// Those of a transaction whose bytes nobody knows, of which so many steps are claimed: behind these.
    pub(super) const fn unknown(claimed: usize) -> Self {
        Self { top: claimed, before_removals: claimed }
    }
}
