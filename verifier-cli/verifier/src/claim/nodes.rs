//! The nodes that a proof about one moment takes: the walk is stopped there, and shows them.

use std::collections::HashSet;

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_wire::records::Record;

use super::needs::Needs;
use crate::{
    audit::{
        Missing, Subject,
        codes::Codes,
        replay::replay_watched,
        state::{Shown, State},
        watch::Watch,
    },
    hash::keccak256,
};

/// A moment of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before a record of a message.
    Before {
        /// Index of the message.
        message: usize,
        /// Index of the record in it.
        record: usize,
    },
    /// Behind the last record of a message.
    Leaving {
        /// Index of the message.
        message: usize,
    },
    /// Behind a step of the transaction's own.
    Step {
        /// Index of the step.
        step: usize,
    },
}

/// The nodes, each once, that show what is asked at a moment: what the record before which it is needs, and
/// `more`. Empty where the walk does not come there.
pub fn nodes_at(
    subject: &Subject<'_>,
    gas_limit: u64,
    moment: Moment,
    more: &[Shown],
) -> Vec<Vec<u8>> {
    let mut asked = Asked { moment, more, steps: 0, nodes: Vec::new(), entry: Vec::new() };
    replay_watched(subject, gas_limit, &mut asked);
    let Asked { mut nodes, entry, .. } = asked;
    if !entry.is_empty() {
        nodes.extend(at_entry(subject, &entry));
        let mut seen = HashSet::new();
        nodes.retain(|node: &Vec<u8>| seen.insert(keccak256(node)));
    }
    nodes
}

/// What the state showed when the transaction started.
fn at_entry(subject: &Subject<'_>, shown: &[Shown]) -> Vec<Vec<u8>> {
    let witness = subject.hashes().witness();
    let nodes = subject.hashes().nodes_by_hash();
    let mut state = State::over(witness.rules.fork(), witness.roots.enter, nodes);
    load(&mut state, shown);
    state.prove(shown)
}

/// Looks up what is to be shown, as far as it is known.
fn load(state: &mut State, shown: &[Shown]) {
    for shown in shown {
        match *shown {
            Shown::Account(account) => drop(state.account(account)),
            Shown::Slot(account, key) => drop(state.storage(account, key)),
            Shown::In(..) => {}
        }
    }
}

#[derive(Debug)]
struct Asked<'a> {
    moment: Moment,
    more: &'a [Shown],
    steps: usize,
    nodes: Vec<Vec<u8>>,
    entry: Vec<Shown>,
}

impl Asked<'_> {
    fn take(&mut self, state: &mut State, needs: Needs) -> Result<(), Missing> {
        let shown = [needs.now.as_slice(), self.more].concat();
        load(state, &shown);
        state.root()?;
        self.nodes = state.prove(&shown);
        self.entry = needs.entry;
        Ok(())
    }
}

impl Watch for Asked<'_> {
    fn stepped(&mut self, state: &mut State) -> Result<(), Missing> {
        if self.moment == (Moment::Step { step: self.steps }) {
            self.take(state, Needs::default())?;
        }
        self.steps += 1;
        Ok(())
    }

    fn before(
        &mut self,
        (message, record): (usize, usize),
        told: &Record,
        context: Address,
        state: &mut State,
    ) -> Result<(), Missing> {
        if self.moment == (Moment::Before { message, record }) {
            self.take(state, Needs::of(told, context))?;
        }
        Ok(())
    }

    fn leaving(&mut self, message: usize, state: &mut State) -> Result<(), Missing> {
        if self.moment == (Moment::Leaving { message }) {
            self.take(state, Needs::default())?;
        }
        Ok(())
    }
}

/// The code of an account at a moment; none if it is not known, or the walk does not come there.
pub fn code_at(
    subject: &Subject<'_>,
    gas_limit: u64,
    moment: Moment,
    account: Address,
) -> Option<Bytes> {
    let mut asked = CodeOf { moment, account, steps: 0, hash: None };
    replay_watched(subject, gas_limit, &mut asked);
    Codes::new(subject.hashes()).get(asked.hash?, account).ok().cloned()
}

#[derive(Debug)]
struct CodeOf {
    moment: Moment,
    account: Address,
    steps: usize,
    hash: Option<B256>,
}

impl Watch for CodeOf {
    fn stepped(&mut self, state: &mut State) -> Result<(), Missing> {
        if self.moment == (Moment::Step { step: self.steps }) {
            self.hash = Some(state.account(self.account)?.code_hash);
        }
        self.steps += 1;
        Ok(())
    }

    fn before(
        &mut self,
        (message, record): (usize, usize),
        _: &Record,
        _: Address,
        state: &mut State,
    ) -> Result<(), Missing> {
        if self.moment == (Moment::Before { message, record }) {
            self.hash = Some(state.account(self.account)?.code_hash);
        }
        Ok(())
    }
}

/// The account that goes next of those that were destroyed, behind a step; none if the walk does not come
/// there, or if none is left.
pub fn next_to_go(subject: &Subject<'_>, gas_limit: u64, step: usize) -> Option<Address> {
    let mut asked = NextToGo { step, steps: 0, account: None };
    replay_watched(subject, gas_limit, &mut asked);
    asked.account
}

#[derive(Debug)]
struct NextToGo {
    step: usize,
    steps: usize,
    account: Option<Address>,
}

impl Watch for NextToGo {
    fn stepped(&mut self, state: &mut State) -> Result<(), Missing> {
        if self.step == self.steps {
            self.account = state.destroyed().first().copied();
        }
        self.steps += 1;
        Ok(())
    }
}
