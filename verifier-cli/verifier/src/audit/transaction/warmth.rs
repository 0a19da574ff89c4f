//! What is warm when the top message starts (EIP-2929, EIP-2930, EIP-3651).
//! `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this comes after gas was bought and before the top message. Authorities become
//! warm as they are recovered, a delegation's target and a new account as the top is resolved.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, U256};
use iso_evm_wire::{Witness, protocol::Change};

use super::Missing;
use crate::audit::{state::State, watch::Watch};

/// Warms sender, `to`, precompiles, coinbase (from Shanghai) and access list.
///
/// # Errors
///
/// What the one who watches lacks.
pub(super) fn warm(
    witness: &Witness,
    state: &mut State,
    watch: &mut dyn Watch,
) -> Result<(), Missing> {
    let transaction = &witness.transaction;
    state.warm(transaction.from());
    if let Some(to) = transaction.body().to() {
        state.warm(to);
    }
    for number in witness.rules.precompiles() {
        state.warm(Address::from_word(U256::from(number).into()));
    }
    if witness.rules.has(Change::WarmCoinbase) {
        state.warm(witness.block.beneficiary);
    }
    watch.stepped(state)?;
    let access_list = transaction.body().access_list();
    for entry in access_list.into_iter().flat_map(|list| list.iter()) {
        state.warm(entry.address);
        watch.stepped(state)?;
        for key in &entry.storage_keys {
            state.warm_slot(entry.address, *key);
            watch.stepped(state)?;
        }
    }
    Ok(())
}
