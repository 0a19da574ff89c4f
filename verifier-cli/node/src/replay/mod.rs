//! The [`Replay`] of a block: system calls, then transactions one after the other, each recorded or
//! only run, on the parent's state. `specs/15-node.md`.
//!
//! In the data's way this stands between the parent's state and the witness. Values are kept in a
//! database over it; the trie that the roots come from follows, change by change.

mod check;
mod rollup;
mod trie;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    rc::Rc,
};

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_wire::{Witness, transaction::Transaction};
use iso_evm_witness::{
    ExecuteError, Execution, Input, Recording,
    alone::record_alone,
    block_file::RecordedTransaction,
    env::block_env,
    execute::{RunError, Setting, run_error},
    prestate::Prestate,
    proof::StateProof,
    recorder::StorageCollisions,
    rollup::RunTransaction,
    state_root::StateTrie,
    system,
};
use revm::{
    Database, DatabaseCommit, SystemCallEvm,
    context::result::ExecutionResult,
    database::CacheDB,
    inspector::NoOpInspector,
    primitives::KECCAK_EMPTY,
    state::{Account, EvmState},
};

use super::{
    ChainBlock, Node, NodeError, NodeEvent,
    parent::{Parent, Wanted},
};

/// A block, as far as it has been replayed.
#[derive(Debug)]
pub struct Replay<'a> {
    parent: Rc<Parent<'a>>,
    setting: Setting,
    state: CacheDB<Rc<Parent<'a>>>,
    roots: Roots,
    /// Nodes of the parent's state that are in it.
    nodes: usize,
    /// Transactions that are done.
    done: usize,
}

/// Where the roots of a witness come from.
#[derive(Debug)]
enum Roots {
    /// The trie of the whole state, as far as it is known.
    Parent(Box<StateTrie>),
    /// The accounts that the transaction looks at. `proved`: the node has proved what they hold, in
    /// a trie that is not Ethereum's.
    Alone {
        /// Whether the node has proved what the accounts hold.
        proved: bool,
    },
}

impl Roots {
    /// Whether an account has storage, where the trie reaches it.
    fn has_storage(&self, account: Address) -> Option<bool> {
        match self {
            Self::Parent(trie) => trie.has_storage(account).ok(),
            Self::Alone { .. } => None,
        }
    }
}

impl<'a> Replay<'a> {
    /// Stands on the parent's state and makes the system calls that come before the transactions.
    ///
    /// # Errors
    ///
    /// If the node does not give the state that these need.
    pub fn begin(node: &'a Node, block: &'a ChainBlock) -> Result<Self, NodeError> {
        let parent = Rc::new(Parent::new(node, block)?);
        let proved = parent.known.borrow().proved;
        let roots = if proved {
            let nodes = BTreeMap::new();
            let proof = StateProof { root: block.parent.state_root, nodes };
            Roots::Parent(Box::new(StateTrie::from_proof(&proof)))
        } else {
            Roots::Alone { proved: false }
        };
        let setting = Setting {
            rules: block.rules,
            chain_id: block.chain_id,
            block: block_env(&block.block),
        };
        let state = CacheDB::new(parent.clone());
        let before = system::before(block.rules, &block.header);
        let after = system::after(block.rules);
        let mut wanted = accounts(before.iter().cloned().chain(after));
        wanted.extend(rollup::looked_at(block));
        parent.prove(&wanted)?;
        let mut replay = Self { parent, setting, state, roots, nodes: 0, done: 0 };
        let mut calls = Vec::new();
        for (contract, data) in before {
            let info = replay.state.basic(contract)?;
            let there = info.is_some_and(|info| info.code_hash != KECCAK_EMPTY);
            if there && replay.parent.makes_call_to(contract)? {
                calls.push((contract, data));
            }
        }
        replay.system_calls(calls)?;
        Ok(replay)
    }

    /// Asks, many questions at once, for all that these transactions look at
    /// (`debug_traceTransaction`, then `eth_getProof`). What it does not bring is read as it is
    /// asked for.
    ///
    /// # Errors
    ///
    /// [`NodeError`], if a proof is wrong or does not come.
    pub fn prefetch(&mut self, transactions: Range<usize>) -> Result<(), NodeError> {
        let hashes = self.parent.block.hashes.get(transactions).unwrap_or_default();
        self.parent.prefetch(hashes)
    }

    /// How many transactions are done: the place of the next.
    pub const fn done(&self) -> usize {
        self.done
    }

    /// The state root here; none if the node does not prove what it would take.
    pub fn state_root(&mut self) -> Option<B256> {
        match &mut self.roots {
            Roots::Parent(trie) => trie.root().ok(),
            Roots::Alone { .. } => None,
        }
    }

    /// Runs the next transaction without recording it.
    ///
    /// # Errors
    ///
    /// If there is none, if it does not run, or if it does something else than its receipt says.
    pub fn advance(&mut self) -> Result<(), NodeError> {
        let (state, result) = self.run()?;
        let success = result.is_success();
        let gas_used = result.tx_gas_used();
        self.check_deposit()?;
        self.check(success, gas_used, &result.into_logs())?;
        self.commit(state)?;
        self.count();
        Ok(())
    }

    /// Records the next transaction. If that fails, it is still the next.
    ///
    /// # Errors
    ///
    /// As [`Replay::advance`].
    pub fn record(&mut self) -> Result<RecordedTransaction, NodeError> {
        let index = self.done;
        self.check_deposit()?;
        let witness = match self.record_on_trie()? {
            Some((recording, state, after)) => {
                self.check(recording.success, recording.gas_used, &recording.logs)?;
                let witness = self.witness(&recording, true)?;
                self.roots = Roots::Parent(Box::new(after));
                self.state.commit(trie::left(state));
                witness
            }
            None => {
                let (recording, state) = self.record_alone()?;
                self.check(recording.success, recording.gas_used, &recording.logs)?;
                let witness = self.witness(&recording, false)?;
                self.commit(state)?;
                witness
            }
        };
        self.count();
        let transaction = self.parent.block.hashes.get(index).copied().unwrap_or_default();
        Ok(RecordedTransaction { index, transaction, witness })
    }

    /// Runs the transactions that are left, does what comes after the last, and compares the state
    /// root with the header's, and the message passer's where the header has that. Where there is no
    /// trie, there is nothing to compare.
    ///
    /// # Errors
    ///
    /// [`StateRoot`](super::ReplayError::StateRoot) or, on the OP Stack,
    /// [`MessagePasser`](super::ReplayError::MessagePasser) if it is another one.
    pub fn finish(mut self) -> Result<(), NodeError> {
        let block = self.parent.block;
        while self.done < block.transactions.len() {
            self.advance()?;
        }
        let ChainBlock { rules, chain_id, header, withdrawals, .. } = block;
        let Some(payments) = system::payments(*rules, *chain_id, header, withdrawals) else {
            self.parent.node.notice(
                "the state root after the block is not compared: what its miner gets is not known"
                    .to_owned(),
            );
            return Ok(());
        };
        self.parent.prove(&accounts(payments.iter().copied()))?;
        self.system_calls(system::after(*rules))?;
        for (address, amount) in payments {
            self.pay(address, amount)?;
        }
        self.check_root()?;
        self.check_message_passer()
    }

    /// The next transaction.
    fn transaction(&self) -> Result<&'a Transaction, NodeError> {
        let (block, index) = (self.parent.block, self.done);
        let number = block.header.number;
        block.transactions.get(index).ok_or(NodeError::Ended { number, index })
    }

    fn count(&mut self) {
        self.done += 1;
        let of = self.parent.block.transactions.len();
        self.parent.node.tell(NodeEvent::Transaction { done: self.done, of });
    }

    /// Runs the next transaction; the state stays as it is.
    fn run(&mut self) -> Result<(EvmState, ExecutionResult), NodeError> {
        let transaction = self.transaction()?;
        let tx = RunTransaction::of(self.setting.rules, transaction);
        let is_given = transaction.sender_is_given();
        let (roots, parent) = (&self.roots, &self.parent);
        let mut failed = None;
        // What has changed since the parent is in the trie.
        let collisions = StorageCollisions(|account: Address| {
            let known = roots.has_storage(account).map_or_else(|| parent.has_storage(account), Ok);
            known.unwrap_or_else(|error| {
                failed = Some(error);
                false
            })
        });
        let mut evm = self.setting.evm(&mut self.state, collisions);
        // Who sends in another's name can be a contract's: EIP-3607 is for those who sign.
        evm.ctx.cfg.disable_eip3607 = is_given;
        let run = self.setting.inspect(&mut evm, tx);
        drop(evm);
        match (run, failed) {
            (_, Some(error)) | (Err(RunError::Database(error)), None) => Err(error),
            (Ok(outcome), None) => Ok((outcome.state, outcome.result)),
            (Err(RunError::Execute(error)), None) => Err(self.failed(*error)),
        }
    }

    fn failed(&self, error: ExecuteError) -> NodeError {
        let (number, index) = (self.parent.block.header.number, self.done);
        NodeError::Execute { number, index, error: Box::new(error) }
    }

    /// Records the next transaction on the accounts alone that it looks at.
    fn record_alone(&mut self) -> Result<(Recording, EvmState), NodeError> {
        let tx = RunTransaction::of(self.setting.rules, self.transaction()?);
        let (mut recording, state) = match record_alone(&self.setting, &mut self.state, tx) {
            Ok(run) => run,
            Err(RunError::Database(error)) => return Err(error),
            Err(RunError::Execute(error)) => return Err(self.failed(*error)),
        };
        if matches!(self.roots, Roots::Alone { proved: false }) {
            // Nodes made of values that are taken on trust prove nothing.
            recording.proof.nodes.clear();
        }
        Ok((recording, state))
    }

    /// What decides the next transaction. `proved`: roots are those of the whole state.
    fn execution(&self, proved: bool) -> Result<Execution, NodeError> {
        let Setting { rules, chain_id, block } = self.setting.clone();
        let hashes = self.state.cache.block_hashes.iter();
        let block_hashes = hashes.map(|(number, hash)| (number.saturating_to(), *hash)).collect();
        let RunTransaction { env: tx, rollup } = RunTransaction::of(rules, self.transaction()?);
        let (prestate, proofs) = (Prestate::new(), proved.then(StateProof::default));
        Ok(Execution { rules, chain_id, block, tx, rollup, prestate, block_hashes, proofs })
    }

    /// The witness of the next transaction.
    fn witness(&self, recording: &Recording, proved: bool) -> Result<Witness, NodeError> {
        let block = self.parent.block;
        let mut ancestors = Vec::new();
        // They hang on the block's own header.
        if block.block.header.is_some() {
            ancestors.push(block.parent.clone());
            ancestors.extend(self.parent.known.borrow().ancestors.iter().cloned());
        }
        let input = Input {
            execution: self.execution(proved)?,
            transaction: self.transaction()?.clone(),
            block: block.block.clone(),
            ancestors,
            receipt: block.receipts.get(self.done).cloned(),
            inclusion: block.inclusion(self.done),
        };
        Ok(recording.witness(&input))
    }

    /// Makes system calls. A contract that is not there is not called.
    fn system_calls(&mut self, calls: Vec<(Address, Bytes)>) -> Result<(), NodeError> {
        for (contract, data) in calls {
            let there = self.state.basic(contract)?;
            if there.is_none_or(|info| info.code_hash == KECCAK_EMPTY) {
                continue;
            }
            let mut evm = self.setting.evm(&mut self.state, NoOpInspector);
            let state = match evm.system_call(contract, data).map_err(run_error) {
                Ok(outcome) => outcome.state,
                Err(RunError::Database(error)) => return Err(error),
                Err(RunError::Execute(error)) => {
                    let (number, error) = (self.parent.block.header.number, error.to_string());
                    return Err(NodeError::System { number, contract, error });
                }
            };
            self.commit(state)?;
        }
        Ok(())
    }

    fn pay(&mut self, address: Address, amount: U256) -> Result<(), NodeError> {
        let mut info = self.state.basic(address)?.unwrap_or_default();
        info.balance = info.balance.saturating_add(amount);
        let mut account = Account::from(info);
        account.mark_touch();
        self.commit(EvmState::from_iter([(address, account)]))
    }
}

/// Accounts that something is to be done to, so that they are asked for at once.
fn accounts<T>(things: impl IntoIterator<Item = (Address, T)>) -> Wanted {
    things.into_iter().map(|(address, _)| (address, BTreeSet::new())).collect()
}
