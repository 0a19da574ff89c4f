//! What a whole transaction did to the state, and nodes that become known later.
//!
//! In the data's way this stands beside the recorder, which follows a transaction step by step: of a
//! block's earlier transactions only what they leave counts.

use std::sync::Arc;

use alloy_primitives::{B256, Bytes};
use revm::{primitives::KECCAK_EMPTY, state::EvmState};

use super::{Account, StateTrie};

impl StateTrie {
    /// Adds nodes of the state's tries, by hash. What was not known without them is, from now on.
    pub fn add_nodes(&mut self, nodes: impl IntoIterator<Item = (B256, Bytes)>) {
        Arc::make_mut(&mut self.nodes).extend(nodes);
    }

    /// Sets what a transaction has left, as revm returns it: accounts that it touched, slots that
    /// have another value. Touched accounts that are empty, and destroyed ones, leave the state
    /// (EIP-161, EIP-6780).
    ///
    /// ```
    /// use alloy_primitives::{Address, U256};
    /// use iso_evm_witness::state_root::StateTrie;
    /// use revm::state::{Account, AccountInfo, EvmState};
    ///
    /// let info = AccountInfo { balance: U256::ONE, ..AccountInfo::default() };
    /// let mut account = Account::from(info);
    /// account.mark_touch();
    /// let mut trie = StateTrie::new();
    /// trie.apply(&EvmState::from_iter([(Address::ZERO, account)]));
    /// assert_eq!(trie.account(Address::ZERO)?.map(|account| account.balance), Some(U256::ONE));
    /// # Ok::<(), iso_evm_witness::state_root::MissingNode>(())
    /// ```
    pub fn apply(&mut self, state: &EvmState) {
        for (&address, account) in state.iter().filter(|(_, account)| account.is_touched()) {
            let info = &account.info;
            if account.is_selfdestructed() || info.is_empty() {
                self.set_account(address, None);
                self.clear_storage(address);
                continue;
            }
            if account.is_created() {
                self.clear_storage(address);
            }
            let code_hash = if info.code_hash.is_zero() { KECCAK_EMPTY } else { info.code_hash };
            let (nonce, balance) = (info.nonce, info.balance);
            self.set_account(address, Some(Account { nonce, balance, code_hash }));
            for (slot, value) in account.storage.iter().filter(|(_, value)| value.is_changed()) {
                self.set_storage(address, (*slot).into(), value.present_value);
            }
        }
    }
}
