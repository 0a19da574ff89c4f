//! The state as the records change it: accounts and slots over tries of which a part is known, with
//! what a transaction keeps beside them, and undoing. `specs/12-audits.md`.

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_witness::Fork;

use super::Missing;

/// An account at an instant. One that is absent has the default's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Nonce.
    pub nonce: u64,
    /// Balance in wei.
    pub balance: U256,
    /// Hash of its code; of the empty string if it has none.
    pub code_hash: B256,
}

/// A log, as its record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Who logged.
    pub address: Address,
    /// The topics.
    pub topics: Vec<B256>,
    /// keccak256 of the data.
    pub data_hash: B256,
}

/// The state at an instant of a transaction.
#[derive(Debug)]
pub struct State {}

/// An instant to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint(usize);

#[expect(
    clippy::unused_self,
    clippy::unimplemented,
    unused_variables,
    missing_docs,
    reason = "stub"
)]
impl State {
    /// The state with this root, as far as these nodes (their RLP) reach.
    pub fn new(fork: Fork, root: B256, nodes: impl IntoIterator<Item = Bytes>) -> Self {
        unimplemented!()
    }
    /// An account at this instant.
    pub fn account(&mut self, address: Address) -> Result<Account, Missing> {
        unimplemented!()
    }
    /// Whether there is such an account, empty or not.
    pub fn exists(&mut self, address: Address) -> Result<bool, Missing> {
        unimplemented!()
    }
    /// Whether it is absent or empty (EIP-161).
    pub fn is_empty(&mut self, address: Address) -> Result<bool, Missing> {
        unimplemented!()
    }
    pub fn storage(&mut self, address: Address, key: B256) -> Result<B256, Missing> {
        unimplemented!()
    }
    /// The slot's value when the transaction started; zero for an account created in it.
    pub fn original(&mut self, address: Address, key: B256) -> Result<B256, Missing> {
        unimplemented!()
    }
    pub fn transient(&self, address: Address, key: B256) -> B256 {
        unimplemented!()
    }
    /// EIP-2929; false before Berlin.
    pub fn is_cold(&self, address: Address) -> bool {
        unimplemented!()
    }
    pub fn is_slot_cold(&self, address: Address, key: B256) -> bool {
        unimplemented!()
    }
    pub fn warm(&mut self, address: Address) {
        unimplemented!()
    }
    pub fn warm_slot(&mut self, address: Address, key: B256) {
        unimplemented!()
    }
    /// EIP-161's touch.
    pub fn touch(&mut self, address: Address) -> Result<(), Missing> {
        unimplemented!()
    }
    /// Moves value and touches, as revm's journal does. `false`: the balance does not suffice, and nothing happened.
    pub fn transfer(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Missing> {
        unimplemented!()
    }
    pub fn set_balance(&mut self, address: Address, balance: U256) -> Result<(), Missing> {
        unimplemented!()
    }
    pub fn set_nonce(&mut self, address: Address, nonce: u64) -> Result<(), Missing> {
        unimplemented!()
    }
    pub fn set_code_hash(&mut self, address: Address, hash: B256) -> Result<(), Missing> {
        unimplemented!()
    }
    /// A new account at nonce 1: its storage is empty from here on. Its balance stays.
    pub fn create(&mut self, address: Address) -> Result<(), Missing> {
        unimplemented!()
    }
    pub fn set_storage(&mut self, address: Address, key: B256, value: B256) -> Result<(), Missing> {
        unimplemented!()
    }
    pub fn set_transient(&mut self, address: Address, key: B256, value: B256) {
        unimplemented!()
    }
    /// SELFDESTRUCT by the fork's rules (EIP-6780), its refund (before London) included.
    pub fn self_destruct(&mut self, address: Address, beneficiary: Address) -> Result<(), Missing> {
        unimplemented!()
    }
    pub fn log(&mut self, log: LogEntry) {
        unimplemented!()
    }
    pub fn logs(&self) -> &[LogEntry] {
        unimplemented!()
    }
    /// Adds to the refund counter, or takes from it.
    pub fn add_refund(&mut self, gas: i64) {
        unimplemented!()
    }
    pub fn refund(&self) -> i64 {
        unimplemented!()
    }
    pub fn checkpoint(&self) -> Checkpoint {
        unimplemented!()
    }
    /// Undoes all since then. (What a precompile touched: see revm's `PRECOMPILE3`.)
    pub fn revert(&mut self, to: Checkpoint) {
        unimplemented!()
    }
    /// Root of the state at this instant.
    pub fn root(&mut self) -> Result<B256, Missing> {
        unimplemented!()
    }
    /// The transaction's end: accounts that were destroyed, and touched ones that are empty, go.
    pub fn finish(&mut self) -> Result<(), Missing> {
        unimplemented!()
    }
}
