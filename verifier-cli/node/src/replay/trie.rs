//! The trie of a replay: transactions are recorded on it, and it follows what each has left.
//!
//! In the data's way this stands between the parent's nodes and the roots in a witness. What a root
//! lacks is asked for, and the transaction is recorded again; if it is not to be had, there is no
//! trie from there on.

use iso_evm_witness::{
    ExecuteError, RecorderError, Recording,
    execute::{RunError, record_on},
    rollup::RunTransaction,
    state_root::{MissingNode, StateTrie},
};
use revm::{DatabaseCommit, state::EvmState};

use super::{Replay, Roots};
use crate::NodeError;

impl Replay<'_> {
    /// Records the next transaction on the trie; `None` if there is none, or not enough of one.
    pub(super) fn record_on_trie(
        &mut self,
    ) -> Result<Option<(Recording, EvmState, StateTrie)>, NodeError> {
        let tx = RunTransaction::of(self.setting.rules, self.transaction()?);
        let mut asked = Vec::new();
        loop {
            self.learn();
            let Roots::Parent(trie) = &self.roots else { return Ok(None) };
            let trie = StateTrie::clone(trie);
            match record_on(&self.setting, &mut self.state, trie, tx.clone()) {
                // It may have come upon something that is not proved: `learn` sees it.
                _ if !self.parent.known.borrow().proved => {}
                Ok(run) => return Ok(Some((run.recording, run.state, run.after))),
                Err(RunError::Database(error)) => return Err(error),
                Err(RunError::Execute(error)) => match *error {
                    ExecuteError::Recorder(RecorderError::MissingNode(missing)) => {
                        self.look_for(missing, &mut asked)?;
                    }
                    error => return Err(self.failed(error)),
                },
            }
        }
    }

    /// Looks for a node that a root lacks. If it is not to be had, there is no trie from here on.
    fn look_for(
        &mut self,
        missing: MissingNode,
        asked: &mut Vec<MissingNode>,
    ) -> Result<(), NodeError> {
        let parent = self.parent.clone();
        if !parent.known.borrow().nodes_since(self.nodes).is_empty() {
            // What the run itself has asked for may be all that was lacking.
            return Ok(());
        }
        if parent.known.borrow().is_zero(missing.hash) {
            parent.node.notice(format!(
                "eth_getProof: the node keeps a zero in the storage of account {}, which no trie of \
                 Ethereum does: roots are those of the accounts alone from transaction {} on",
                missing.account, self.done
            ));
            self.roots = Roots::Alone { proved: true };
            return Ok(());
        }
        // First what was not asked for, then what stands beside it.
        let times = asked.iter().filter(|other| **other == missing).count();
        asked.push(missing);
        if times > 1 || !parent.find(missing)? {
            parent.node.notice(format!(
                "eth_getProof: {missing} is not to be had: the access and transaction audits will \
                 not run from transaction {} on",
                self.done
            ));
            self.roots = Roots::Alone { proved: false };
        }
        Ok(())
    }

    /// Gives the trie the nodes that came since the last time. If state is taken on trust now, there
    /// is no trie.
    fn learn(&mut self) {
        if !self.parent.known.borrow().proved {
            self.roots = Roots::Alone { proved: false };
        }
        let Roots::Parent(trie) = &mut self.roots else { return };
        let known = self.parent.known.borrow();
        let new = known.nodes_since(self.nodes);
        if !new.is_empty() {
            self.nodes += new.len();
            trie.add_nodes(new.iter().cloned());
        }
    }

    /// Puts what a run has left into the trie and the database.
    pub(super) fn commit(&mut self, state: EvmState) -> Result<(), NodeError> {
        let mut asked = Vec::new();
        loop {
            self.learn();
            let Roots::Parent(trie) = &self.roots else { break };
            let mut after = trie.clone();
            after.apply(&state);
            match after.root() {
                Ok(_) => {
                    self.roots = Roots::Parent(after);
                    break;
                }
                Err(missing) => self.look_for(missing, &mut asked)?,
            }
        }
        self.state.commit(left(state));
        Ok(())
    }
}

/// What a run has left, as the database wants it: touched accounts that are empty are gone
/// (EIP-161), which it does not see by itself.
pub(super) fn left(mut state: EvmState) -> EvmState {
    for account in state.values_mut().filter(|account| account.is_touched() && account.is_empty()) {
        account.mark_selfdestruct();
    }
    state
}
