//! A transaction recorded on the accounts alone that it looks at: where the node does not prove what
//! roots of the whole state would take.
//!
//! In the data's way this stands where the trie stands otherwise.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_witness::{
    Recording,
    execute::{RunError, record_on},
    prestate::{Prestate, PrestateAccount},
    record,
    rollup::RunTransaction,
    state_root::StateTrie,
};
use revm::{
    Database,
    primitives::KECCAK_EMPTY,
    state::{AccountInfo, Bytecode, EvmState},
};

use super::{Replay, Roots};
use crate::NodeError;

impl Replay<'_> {
    /// Records the next transaction on the accounts alone that it looks at.
    pub(super) fn record_alone(&mut self) -> Result<(Recording, EvmState), NodeError> {
        let tx = RunTransaction::of(self.setting.rules, self.transaction()?);
        // Once to see what it looks at, and what its records name.
        let mut seen = Seen { state: &mut self.state, looked: BTreeMap::new() };
        let run = record_on(&self.setting, &mut seen, StateTrie::new(), tx);
        let looked = seen.looked;
        let state = match run {
            Ok(run) => run.state,
            Err(RunError::Database(error)) => return Err(error),
            Err(RunError::Execute(error)) => return Err(self.failed(*error)),
        };
        let mut prestate = Prestate::new();
        for (address, slots) in looked {
            let Some(info) = self.state.basic(address)? else { continue };
            let code = if info.code_hash == KECCAK_EMPTY {
                Bytes::new()
            } else {
                self.state.code_by_hash(info.code_hash)?.original_bytes()
            };
            let mut storage = BTreeMap::new();
            for key in slots {
                let value = self.state.storage(address, key)?;
                storage.insert(B256::from(key), B256::from(value));
            }
            let (nonce, balance) = (info.nonce, info.balance);
            prestate.insert(address, PrestateAccount { nonce, balance, code, storage });
        }
        let execution = self.execution(prestate, false)?;
        let mut recording = record(&execution).map_err(|error| self.failed(error))?;
        if matches!(self.roots, Roots::Alone { proved: false }) {
            // Nodes made of values that are taken on trust prove nothing.
            recording.proof.nodes.clear();
        }
        Ok((recording, state))
    }
}

/// A database that notes what is read of it.
struct Seen<D> {
    state: D,
    looked: BTreeMap<Address, BTreeSet<U256>>,
}

impl<D: Database> Database for Seen<D> {
    type Error = D::Error;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, D::Error> {
        self.looked.entry(address).or_default();
        self.state.basic(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, D::Error> {
        self.state.code_by_hash(code_hash)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, D::Error> {
        self.looked.entry(address).or_default().insert(key);
        self.state.storage(address, key)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, D::Error> {
        self.state.block_hash(number)
    }
}
