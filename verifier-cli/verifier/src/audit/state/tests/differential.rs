//! One transaction's operations on the state and on revm's journal, side by side: what both say of
//! accounts, slots, warmth, logs and roots is compared.

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, Log, LogData, U256, keccak256};
use iso_evm_wire::Fork;
use revm::{
    bytecode::Bytecode,
    context::{
        JournalEntry, JournalInner,
        journaled_state::{JournalCheckpoint, account::JournaledAccountTr},
    },
    database::{CacheDB, EmptyDB},
};

use super::{
    super::{super::Missing, super::trie::Nodes, AccountState, Checkpoint, LogEntry, State},
    model::Model,
};

/// An open frame: what to go back to, on both sides.
pub(super) struct Frame {
    pub(super) address: Address,
    creates: bool,
    checkpoints: (JournalCheckpoint, Checkpoint),
    /// Refunds so far in the frame, as revm has them.
    refund: i64,
}

/// The two sides.
pub(super) struct Pair {
    pub(super) fork: Fork,
    before: Model,
    pub(super) journal: JournalInner<JournalEntry>,
    database: CacheDB<EmptyDB>,
    state: State,
    whole: Nodes,
    /// Nodes that the state has asked for.
    pub(super) asked: usize,
    pub(super) frames: Vec<Frame>,
    refund: i64,
    access_list: Vec<(Address, B256)>,
}

impl Pair {
    pub(super) fn new(fork: Fork, before: Model) -> Self {
        let mut journal = JournalInner::new();
        journal.set_spec_id(fork.spec_id());
        Self {
            fork,
            journal,
            database: before.database(),
            state: State::new(fork, before.root(), []),
            whole: before.nodes().into_iter().collect(),
            before,
            asked: 0,
            frames: Vec::new(),
            refund: 0,
            access_list: Vec::new(),
        }
    }

    /// Asks the state, and gives it the nodes that it lacks one by one. What it could not do, it
    /// has not begun: it is asked again.
    pub(super) fn ask<T>(&mut self, ask: impl Fn(&mut State) -> Result<T, Missing>) -> T {
        loop {
            let hash = match ask(&mut self.state) {
                Ok(answer) => return answer,
                Err(Missing::AccountNode { hash, .. } | Missing::SlotNode { hash, .. }) => hash,
                Err(other) => panic!("{other}"),
            };
            let rlp = self.whole.get(&hash).expect("a node of the state").to_vec();
            assert!(self.state.accounts.nodes.0.insert(hash, rlp.into()).is_none());
            self.asked += 1;
        }
    }

    /// The warm list, before the first message.
    pub(super) fn warm_list(&mut self, accounts: &[Address], slots: &[(Address, B256)]) {
        let mut list = revm::primitives::AddressMap::<
            revm::primitives::HashSet<revm::primitives::StorageKey>,
        >::default();
        for address in accounts {
            list.entry(*address).or_default();
            self.state.warm(*address);
        }
        for (address, key) in slots {
            list.entry(*address).or_default().insert((*key).into());
            self.state.warm(*address);
            self.state.warm_slot(*address, *key);
        }
        self.access_list = slots.to_vec();
        self.journal.warm_addresses.set_access_list(list);
    }

    /// An access to an account, as BALANCE makes it.
    pub(super) fn access(&mut self, address: Address) {
        let cold = self.journal.load_account(&mut self.database, address).unwrap().is_cold;
        if self.fork >= Fork::Berlin {
            assert_eq!(self.state.is_cold(address), cold, "{address} cold");
        }
        self.state.warm(address);
    }

    /// Gas bought, and the nonce grown.
    pub(super) fn buy_gas(&mut self, sender: Address, price: U256) {
        self.access(sender);
        let mut account = self.journal.load_account_mut(&mut self.database, sender).unwrap();
        let balance = account.balance().saturating_sub(price);
        let nonce = account.nonce() + 1;
        account.set_balance(balance);
        account.bump_nonce();
        self.ask(|state| state.set_balance(sender, balance));
        self.ask(|state| state.set_nonce(sender, nonce));
    }

    /// EIP-7702: an authorisation is applied.
    pub(super) fn delegate(&mut self, authority: Address, target: Address) {
        self.access(authority);
        let mut account = self.journal.load_account_mut(&mut self.database, authority).unwrap();
        account.delegate(target);
        let (nonce, hash) = (account.nonce(), *account.code_hash());
        self.ask(|state| state.set_code_hash(authority, hash));
        self.ask(|state| state.set_nonce(authority, nonce));
    }

    /// Opens a call's frame. `false`: the balance does not suffice, and none is open.
    pub(super) fn call(&mut self, from: Address, to: Address, value: U256) -> bool {
        self.access(to);
        let checkpoints = (self.journal.checkpoint(), self.state.checkpoint());
        let error = self.journal.transfer_loaded(from, to, value);
        let moved = self.ask(|state| state.transfer(from, to, value));
        assert_eq!(moved, error.is_none());
        if !moved {
            self.journal.checkpoint_revert(checkpoints.0);
            return false;
        }
        self.frames.push(Frame { address: to, creates: false, checkpoints, refund: 0 });
        true
    }

    /// Opens a creation's frame, as `make_create_frame` does. `false`: none is open.
    pub(super) fn create(&mut self, from: Address, address: Address, value: U256) -> bool {
        let mut creator = self.journal.load_account_mut(&mut self.database, from).unwrap();
        if *creator.balance() < value {
            return false;
        }
        creator.bump_nonce();
        let nonce = creator.nonce();
        self.ask(|state| state.set_nonce(from, nonce));
        self.access(address);
        let there = self.ask(|state| state.account(address));
        // revm's own: of storage it does not ask (EIP-7610).
        let collision = there.nonce != 0 || there.code_hash != KECCAK256_EMPTY;
        let spec = self.fork.spec_id();
        let created = self.journal.create_account_checkpoint(from, address, value, spec);
        assert_eq!(created.is_err(), collision);
        let Ok(checkpoint) = created else { return false };
        let checkpoints = (checkpoint, self.state.checkpoint());
        self.ask(|state| state.create(address));
        assert!(self.ask(|state| state.transfer(from, address, value)));
        self.frames.push(Frame { address, creates: true, checkpoints, refund: 0 });
        true
    }

    /// Ends the innermost frame.
    pub(super) fn end(&mut self, success: bool, code: &[u8]) {
        let Some(frame) = self.frames.pop() else { return };
        if !success {
            self.journal.checkpoint_revert(frame.checkpoints.0);
            self.state.revert(frame.checkpoints.1);
            return;
        }
        if frame.creates {
            let code = Bytecode::new_legacy(code.to_vec().into());
            let hash = code.hash_slow();
            self.journal.set_code(frame.address, code);
            self.ask(|state| state.set_code_hash(frame.address, hash));
        }
        self.journal.checkpoint_commit();
        match self.frames.last_mut() {
            Some(parent) => parent.refund += frame.refund,
            None => self.refund += frame.refund,
        }
    }

    /// SSTORE, or SLOAD if there is no value.
    pub(super) fn slot(&mut self, address: Address, key: B256, value: Option<U256>) {
        let original = self.ask_slot(address, key, State::original);
        let now = self.ask_slot(address, key, State::storage);
        let (database, index) = (&mut self.database, key.into());
        let cold = match value {
            None => {
                let load = self.journal.sload(database, address, index, false).unwrap();
                assert_eq!(now, load.data, "{address} {key}");
                load.is_cold
            }
            Some(value) => {
                let load = self.journal.sstore(database, address, index, value, false).unwrap();
                assert_eq!(now, load.data.present_value, "{address} {key}");
                assert_eq!(original, load.data.original_value, "{address} {key} original");
                load.is_cold
            }
        };
        if self.fork >= Fork::Berlin {
            assert_eq!(self.state.is_slot_cold(address, key), cold, "{address} {key} cold");
        }
        self.state.warm_slot(address, key);
        if let Some(value) = value {
            self.ask(|state| state.set_storage(address, key, value.into()));
        }
    }

    /// TSTORE and TLOAD.
    pub(super) fn transient(&mut self, address: Address, key: B256, value: U256) {
        let was = self.journal.tload(address, key.into());
        assert_eq!(self.state.transient(address, key), B256::from(was));
        self.journal.tstore(address, key.into(), value);
        self.state.set_transient(address, key, value.into());
    }

    pub(super) fn log(&mut self, address: Address, topics: Vec<B256>, data: Vec<u8>) {
        let data_hash = keccak256(&data);
        self.state.log(LogEntry { address, topics: topics.clone(), data_hash });
        self.journal.log(Log { address, data: LogData::new_unchecked(topics, data.into()) });
    }

    pub(super) fn add_refund(&mut self, gas: i64) {
        if let Some(frame) = self.frames.last_mut() {
            frame.refund += gas;
            self.state.add_refund(gas);
        }
    }

    /// SELFDESTRUCT in the innermost frame.
    pub(super) fn self_destruct(&mut self, beneficiary: Address) {
        let Some(frame) = self.frames.last_mut() else { return };
        let address = frame.address;
        let result = self.journal.selfdestruct(&mut self.database, address, beneficiary, false);
        let result = result.unwrap();
        if !result.data.previously_destroyed && self.fork < Fork::London {
            frame.refund += 24_000;
        }
        if self.fork >= Fork::Berlin {
            assert_eq!(self.state.is_cold(beneficiary), result.is_cold);
        }
        self.state.warm(beneficiary);
        let empty = self.ask(|state| state.is_empty(beneficiary));
        let balance = self.ask(|state| state.account(address)).balance;
        assert_eq!((!empty, !balance.is_zero()), (result.target_exists, result.had_value));
        self.ask(|state| state.self_destruct(address, beneficiary));
    }

    /// The fees' payment, with no frame open.
    pub(super) fn pay(&mut self, address: Address, fee: U256) {
        self.journal.balance_incr(&mut self.database, address, fee).unwrap();
        let balance = self.ask(|state| state.account(address)).balance;
        self.ask(|state| state.set_balance(address, balance + fee));
    }

    /// The roots at this instant.
    pub(super) fn compare_roots(&mut self) {
        let expected = self.before.after(&self.journal.state, false).root();
        assert_eq!(self.ask(State::root), expected);
    }

    /// All that can be seen of these accounts and slots, of logs and refund.
    pub(super) fn compare(&mut self, accounts: &[Address], keys: &[B256]) {
        for address in accounts {
            let loaded = self.journal.state.get(address).cloned();
            let info = loaded.as_ref().map(|account| account.info.clone());
            let info = info.or_else(|| self.before.0.get(address).map(|full| full.info.clone()));
            let info = info.unwrap_or_default();
            let AccountState { nonce, balance, code_hash } =
                self.ask(|state| state.account(*address));
            assert_eq!((nonce, balance, code_hash), (info.nonce, info.balance, info.code_hash));
            assert_eq!(self.ask(|state| state.is_empty(*address)), info.is_empty());
            let id = self.journal.transaction_id;
            let warm = self.journal.warm_addresses.is_warm(address);
            let cold = loaded.as_ref().is_none_or(|account| account.is_cold_transaction_id(id));
            let cold = cold && !warm && self.fork >= Fork::Berlin;
            assert_eq!(self.state.is_cold(*address), cold, "{address} cold");
            for key in keys {
                let slot = loaded.as_ref().and_then(|account| account.storage.get(&(*key).into()));
                let listed = self.access_list.contains(&(*address, *key));
                let cold = slot.is_none_or(|slot| slot.is_cold_transaction_id(id));
                let cold = cold && !listed && self.fork >= Fork::Berlin;
                assert_eq!(self.state.is_slot_cold(*address, *key), cold, "{address} {key} cold");
                let transient = self.journal.tload(*address, (*key).into());
                assert_eq!(self.state.transient(*address, *key), B256::from(transient));
                let before = self.before.0.get(address).and_then(|full| full.storage.get(key));
                let created = loaded.as_ref().is_some_and(|account| account.is_created());
                let before = before.copied().filter(|_| !created).unwrap_or_default();
                // What revm has loaded in a creation that was undone is not what was there before.
                let slot = slot.filter(|slot| slot.original_value() == before);
                let now = slot.map_or(before, |slot| slot.present_value());
                assert_eq!(self.ask_slot(*address, *key, State::storage), now);
                assert_eq!(self.ask_slot(*address, *key, State::original), before);
            }
        }
        let logs = self.journal.logs.iter().map(|log| LogEntry {
            address: log.address,
            topics: log.topics().to_vec(),
            data_hash: keccak256(&log.data.data),
        });
        assert!(logs.eq(self.state.logs().iter().cloned()));
        let refund = self.refund + self.frames.iter().map(|frame| frame.refund).sum::<i64>();
        assert_eq!(self.state.refund(), refund);
    }

    /// The end: deletions, and the last root.
    pub(super) fn finish(mut self) -> usize {
        self.ask(|state| state.finish(|_| Ok(())));
        let state = self.journal.finalize();
        assert_eq!(self.ask(State::root), self.before.after(&state, true).root());
        self.asked
    }

    fn ask_slot(
        &mut self,
        address: Address,
        key: B256,
        ask: impl Fn(&mut State, Address, B256) -> Result<B256, Missing>,
    ) -> U256 {
        self.ask(|state| ask(state, address, key)).into()
    }
}
