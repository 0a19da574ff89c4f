//! What a transaction keeps beside the state, as tries: what was accessed, transient storage, what was
//! created and destroyed. `specs/20-claims.md`, section Sets.
//!
//! In the data's way this stands beside the state's own maps, which the audits ask. It is kept where
//! somebody claims the [`Instant`] behind each record, or proves something about one.

use alloy_primitives::{Address, B256};
use iso_evm_wire::{
    Rules,
    claim::{Instant, sets},
    protocol::Change,
};

use super::{
    super::trie::{Later, Nodes, Trie},
    value::SlotValue,
};

/// A set or a map: under a hash stands a word that is not zero.
type Words = Trie<SlotValue>;

/// A set or a map of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetName {
    /// Accounts and slots that were accessed.
    Accessed,
    /// Transient storage.
    Transient,
    /// Accounts that the transaction created.
    Created,
    /// Accounts that go when it ends.
    Destroyed,
}

/// What an instant has beside the state's root.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    rules: Rules,
    beneficiary: Address,
    entry_root: B256,
    tries: [Words; 4],
    /// The chain of logs behind each log.
    chain: Vec<B256>,
    pub(super) messages: u64,
    pub(super) depth: u64,
    pub(super) ripemd_touched: bool,
    /// All nodes of these tries are at hand.
    none: Nodes,
    /// What was written of them and has no hash yet.
    later: Later,
}

impl Sets {
    pub(super) fn new(rules: Rules, beneficiary: Address, entry_root: B256) -> Self {
        Self {
            rules,
            beneficiary,
            entry_root,
            tries: [const { Words::empty() }; 4],
            chain: Vec::new(),
            messages: 0,
            depth: 0,
            ripemd_touched: false,
            none: Nodes::default(),
            later: Later::default(),
        }
    }

    /// Whether an account is warm and stands in no set.
    fn is_warm_by_itself(&self, account: Address) -> bool {
        self.rules.is_precompile(account)
            || self.rules.has(Change::WarmCoinbase) && account == self.beneficiary
    }

    pub(super) fn warm(&mut self, account: Address, is_warm: bool) {
        if self.rules.has(Change::ColdAccess) && !self.is_warm_by_itself(account) {
            self.put(SetName::Accessed, sets::account(account), member(is_warm));
        }
    }

    pub(super) fn warm_slot(&mut self, account: Address, key: B256, is_warm: bool) {
        if self.rules.has(Change::ColdAccess) {
            self.put(SetName::Accessed, sets::slot(account, key), member(is_warm));
        }
    }

    pub(super) fn set_transient(&mut self, account: Address, key: B256, value: B256) {
        self.put(SetName::Transient, sets::slot(account, key), value);
    }

    /// Puts an account into a set, or takes it out.
    pub(super) fn set(&mut self, name: SetName, account: Address, is_in: bool) {
        self.put(name, sets::account(account), member(is_in));
    }

    pub(super) fn log(&mut self, log: B256) {
        self.chain.push(sets::chained(self.logs(), log));
    }

    pub(super) fn unlog(&mut self) {
        self.chain.pop();
    }

    fn logs(&self) -> B256 {
        self.chain.last().copied().unwrap_or_default()
    }

    fn put(&mut self, name: SetName, path: B256, word: B256) {
        let (trie, nodes) = (&mut self.tries[name as usize], &self.none);
        // Every node of it was made here: none is missing.
        let _ = if word.is_zero() {
            trie.remove(nodes, &path)
        } else {
            trie.insert(nodes, &path, SlotValue(word))
        };
    }

    /// The nodes that show what stands at a place, with those beside it that a removal takes.
    pub(super) fn prove(&mut self, name: SetName, path: &B256, into: &mut Vec<Vec<u8>>) {
        self.tries[name as usize].prove((&self.none, &mut self.later), path, &[], into);
    }

    /// The instant, in a state with this root.
    pub(super) fn instant(&mut self, state_root: B256, refund: i64) -> Instant {
        let Self { tries, later, .. } = self;
        let roots = tries.each_mut().map(|trie| trie.root(later));
        let [accessed, transient, created, destroyed] = roots.map(|root| later.hash(root));
        Instant {
            state_root,
            entry_root: self.entry_root,
            accessed,
            transient,
            created,
            destroyed,
            refund,
            logs: self.logs(),
            messages: self.messages,
            depth: self.depth,
            ripemd_touched: self.ripemd_touched,
        }
    }
}

fn member(is_in: bool) -> B256 {
    if is_in { sets::MEMBER } else { B256::ZERO }
}
