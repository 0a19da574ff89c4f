//! Records about storage, lasting and transient, and what a write gives back. `specs/03-records.md`.

use alloy_primitives::{Address, B256};
use iso_evm_wire::{
    Fork,
    protocol::{GAS_STORAGE_SET, StateGas, storage_clear_refund},
    records::{SloadRecord, SstoreRecord, TransientRecord},
};

use super::AccessWalk;
use crate::audit::{AccessKind, Missing};

impl AccessWalk<'_> {
    /// An access to a slot: as cold as is said, and warm from now on (EIP-2929).
    fn slot_accessed(&mut self, context: Address, key: B256, cold: bool) {
        self.check(AccessKind::Cold, self.state.is_slot_cold(context, key), cold);
        self.state.warm_slot(context, key);
    }

    pub(super) fn sload(&mut self, context: Address, record: &SloadRecord) -> Result<(), Missing> {
        self.slot_accessed(context, record.key, record.cold);
        let value = self.state.storage(context, record.key)?;
        self.check(AccessKind::Value, value, record.value);
        Ok(())
    }

    /// Without a root it ran out of gas, and did nothing.
    pub(super) fn sstore(
        &mut self,
        context: Address,
        record: &SstoreRecord,
    ) -> Result<(), Missing> {
        let (key, value) = (record.key, record.value);
        self.slot_accessed(context, key, record.cold);
        let original = self.state.original(context, key)?;
        let current = self.state.storage(context, key)?;
        self.check(AccessKind::Original, original, record.original);
        self.check(AccessKind::Current, current, record.current);
        if record.stateRoot.is_zero() {
            return Ok(());
        }
        self.state.add_refund(refund(self.witness.rules.fork(), original, current, value));
        self.state.set_storage(context, key, value)?;
        self.root_is(record.stateRoot)
    }

    pub(super) fn tload(&mut self, context: Address, record: &TransientRecord) {
        let value = self.state.transient(context, record.key);
        self.check(AccessKind::Transient, value, record.value);
    }
}

/// What a write adds to the refund counter (EIP-2200; EIP-2929 and EIP-3529 change the amounts).
fn refund(fork: Fork, original: B256, current: B256, new: B256) -> i64 {
    let (gas, clears) = (StateGas::of(fork), storage_clear_refund(fork));
    let given_back = |paid: u64| (paid - gas.storage) as i64;
    let (set, reset) = (given_back(GAS_STORAGE_SET), given_back(gas.storage_update));
    if new == current {
        return 0;
    }
    if original == current {
        return if new.is_zero() { clears } else { 0 };
    }
    let mut refund = 0;
    if !original.is_zero() {
        if current.is_zero() {
            refund -= clears;
        } else if new.is_zero() {
            refund += clears;
        }
    }
    if new == original {
        refund += if original.is_zero() { set } else { reset };
    }
    refund
}

#[cfg(test)]
mod tests {
    use revm::context_interface::{cfg::GasParams, context::SStoreResult};

    use super::*;

    #[test]
    fn a_refund_of_sstore_is_the_one_that_revm_gives() {
        for fork in Fork::ALL {
            let params = GasParams::new_spec(fork.spec_id());
            for case in 0..27_u8 {
                let [original, current, new] =
                    [case / 9, case / 3 % 3, case % 3].map(B256::with_last_byte);
                let values = SStoreResult {
                    original_value: original.into(),
                    present_value: current.into(),
                    new_value: new.into(),
                };
                let expected = params.sstore_refund(true, &values);
                assert_eq!(refund(fork, original, current, new), expected, "{fork} {values:?}");
            }
        }
    }
}
