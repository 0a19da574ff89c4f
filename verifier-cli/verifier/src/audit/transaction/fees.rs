//! What a transaction of the OP Stack pays beside its gas. `specs/12-audits.md`, section Fees.
//!
//! In the data's way this stands with what gas costs: in front of the top message, where it is charged,
//! and behind it, where it is paid out. What a fee comes to is [`iso_evm_wire::optimism`]'s.

use alloy_primitives::{B256, U256};
use iso_evm_wire::{
    Witness,
    optimism::{
        Change, L1Block,
        predeploys::{BASE_FEE_VAULT, L1_BLOCK, L1_FEE_VAULT, OPERATOR_FEE_VAULT},
    },
};

use super::{Missing, end::add};
use crate::{
    audit::{state::State, watch::Watch},
    transaction_hash::encode,
};

/// The fees of a transaction but a deposit.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Fees {
    l1: L1Block,
    /// What its data costs, in wei.
    data: U256,
}

impl Fees {
    /// Reads what they follow from in the state before the transaction, past the EVM: nothing is warm
    /// for it. None on Ethereum, and none for a deposit.
    ///
    /// # Errors
    ///
    /// A trie node that the witness lacks.
    pub(super) fn read(witness: &Witness, state: &mut State) -> Result<Option<Self>, Missing> {
        let Some(upgrade) = witness.rules.upgrade() else { return Ok(None) };
        if witness.transaction.body().is_deposit() {
            return Ok(None);
        }
        let l1 = L1Block::read(upgrade, |slot| {
            state.storage(L1_BLOCK, B256::from(slot)).map(Into::into)
        })?;
        Ok(Some(Self { l1, data: l1.data_fee(&encode(&witness.transaction)) }))
    }

    /// What is charged before the transaction runs: for its data, and to the operator for all of its
    /// gas limit.
    pub(super) fn upfront(&self, gas_limit: u64) -> U256 {
        self.data.saturating_add(self.l1.operator_fee(gas_limit))
    }

    /// What the sender gets back of the operator's fee.
    pub(super) fn back(&self, gas_limit: u64, gas_used: u64) -> U256 {
        let [bought, due] = [gas_limit, gas_used].map(|gas| self.l1.operator_fee(gas));
        bought.saturating_sub(due)
    }

    /// Pays the vaults: no fee is burnt. A vault that gets nothing is touched all the same.
    ///
    /// # Errors
    ///
    /// A trie node that the witness lacks.
    pub(super) fn pay(
        &self,
        (state, watch): (&mut State, &mut dyn Watch),
        base_fee: u128,
        gas_used: u64,
    ) -> Result<(), Missing> {
        add(state, BASE_FEE_VAULT, U256::from(gas_used) * U256::from(base_fee))?;
        watch.stepped(state)?;
        add(state, L1_FEE_VAULT, self.data)?;
        watch.stepped(state)?;
        if self.l1.upgrade.has(Change::OperatorFee) {
            add(state, OPERATOR_FEE_VAULT, self.l1.operator_fee(gas_used))?;
            watch.stepped(state)?;
        }
        Ok(())
    }
}
