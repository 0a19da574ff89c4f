//! What a frame has done, read from its result and from the journal after it: what comparisons
//! compare.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, Log, U256};
use revm::{handler::FrameResult, interpreter::InstructionResult};

use super::World;

/// How a frame ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Stop,
    Return(Bytes),
    SelfDestruct,
    Revert(Bytes),
    /// All gas is gone.
    Halt,
}

/// What differs from the state before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    nonce: u64,
    balance: U256,
    code_hash: B256,
    storage: BTreeMap<U256, U256>,
    status: (bool, bool, bool),
}

/// What a frame has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) end: End,
    pub(crate) logs: Vec<Log>,
    pub(crate) changes: BTreeMap<Address, Change>,
    pub(crate) transient: BTreeMap<(Address, U256), U256>,
}

/// What the frame cost.
#[derive(Clone, Debug)]
pub(crate) struct Cost {
    pub(crate) result: InstructionResult,
    pub(crate) gas_used: u64,
}

/// What the frame that ended in `result` has done to its world, and what it took.
pub(super) fn read(world: &World, result: &FrameResult) -> (Done, Cost) {
    let FrameResult::Call(outcome) = result else { panic!("a call's result is a call's") };
    let output = outcome.result.output.clone();
    let gas = outcome.result.gas;
    let end = match outcome.result.result {
        InstructionResult::Stop => End::Stop,
        InstructionResult::Return => End::Return(output),
        InstructionResult::SelfDestruct => End::SelfDestruct,
        InstructionResult::Revert => End::Revert(output),
        error => {
            assert!(error.is_halt(), "{error:?}");
            End::Halt
        }
    };
    let journal = &world.journaled_state.inner;
    let mut changes = BTreeMap::new();
    for (address, account) in &journal.state {
        let slots = account.storage.iter().filter(|(_, slot)| slot.is_changed());
        let storage: BTreeMap<_, _> =
            slots.map(|(key, slot)| (*key, slot.present_value())).collect();
        let status = (account.is_touched(), account.is_selfdestructed(), account.is_created());
        if status.0 || status.1 || status.2 || !storage.is_empty() {
            let info = &account.info;
            let (nonce, balance, code_hash) = (info.nonce, info.balance, info.code_hash);
            changes.insert(*address, Change { nonce, balance, code_hash, storage, status });
        }
    }
    let transient = journal
        .transient_storage
        .iter()
        .flat_map(|(address, slots)| slots.iter().map(|(key, value)| ((*address, *key), *value)))
        .filter(|(_, value)| !value.is_zero())
        .collect();
    let done = Done { end, logs: journal.logs.clone(), changes, transient };
    (done, Cost { result: outcome.result.result, gas_used: gas.limit() - gas.remaining() })
}

impl Done {
    /// Forgets what rules before Cancun do otherwise with an account that destroys itself.
    pub(crate) fn forget_changes(&mut self) {
        self.changes.clear();
    }
}
