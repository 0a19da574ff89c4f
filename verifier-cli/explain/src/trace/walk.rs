//! [`Walk`]: the messages of a witness in the order in which they ran, a child's steps between its parent's, as a
//! client's trace of the transaction has them.
//!
//! Each message is run by itself, on its own records: a child opens where its parent's record says so, whatever it
//! does itself. Where a record ends a message's run, the trace of that message ends, and its parent goes on.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use iso_evm_hypervisor::{Code, Ended, Inconclusive, MessageVerdict, NativeEngine, Run};
use iso_evm_verifier::verify::{EngineKind, Options, guest_gas_limit, own_gas_limit};
use iso_evm_wire::{
    Opened, Witness,
    records::{Outcome, Record},
};

use super::step::{Refund, Step};

/// Which messages are walked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All that the transaction's top message leads to.
    #[default]
    Transaction,
    /// The message with this index alone: its own steps, of which a call is one.
    Message(usize),
}

/// How much gas the messages' own opcodes may spend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// In one message; `None` if nothing bounds it but its gas.
    pub each: Option<u64>,
    /// In all of them together.
    pub all: Option<u64>,
}

impl Bounds {
    /// What whoever verifies the witness lets its messages spend; `each` is what he lets one, if he says it.
    pub fn of(witness: &Witness, each: Option<u64>) -> Self {
        let engine = EngineKind::Native;
        let options = Options { guest_gas_limit: each, engine, ..Options::default() };
        Self { each: guest_gas_limit(witness, &options), all: own_gas_limit(witness, &options) }
    }
}

/// What a walk meets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'a> {
    /// An opcode that ran.
    Step(&'a Step),
    /// A message that is not true as far as its run tells, or whose run did not come to its end.
    Judged {
        /// Index of the message.
        message: usize,
        /// What is said of it.
        verdict: &'a MessageVerdict,
        /// Whether its guest did not come to its end: a record or a bound ended the run.
        is_cut: bool,
    },
}

/// A message that is open.
#[derive(Debug)]
struct Open {
    message: usize,
    depth: usize,
    run: Run,
    /// The message that the next record of outcome *child* opens.
    child: Option<usize>,
    /// What is to be refunded, for this frame and those below that succeeded.
    refund: i64,
    /// Accounts that were destroyed in these.
    destroyed: Vec<Address>,
    /// Gas that the message's own opcodes have spent.
    own: u64,
}

/// A walk through a witness's messages, step by step.
#[derive(Debug)]
pub struct Walk<'a> {
    opened: &'a Opened<'a>,
    engine: NativeEngine,
    codes: BTreeMap<B256, Code>,
    scope: Scope,
    memory: bool,
    bounds: Bounds,
    /// First child and next sibling of each message.
    kin: Vec<(Option<usize>, Option<usize>)>,
    /// Depth of the message that is walked from.
    depth: usize,
    open: Vec<Open>,
    /// What the frames below the innermost one have refunded.
    below: i64,
    spent: u64,
    step: Step,
    /// The message that the walk begins at, as long as it has not.
    first: Option<usize>,
    /// What is said of a message, and whether its run was cut off.
    judged: Option<(usize, MessageVerdict, bool)>,
    ended: Option<Ended>,
    complete: bool,
}

impl<'a> Walk<'a> {
    /// A walk that has not begun. `memory`: whether steps have it.
    pub fn new(opened: &'a Opened<'a>, scope: Scope, memory: bool, bounds: Bounds) -> Self {
        let tree = opened.tree();
        let mut kin = vec![(None, None); tree.len()];
        for (index, place) in tree.iter().enumerate().rev() {
            if let Some(parent) = place.parent {
                kin[index].1 = kin[parent].0.replace(index);
            }
        }
        let first = match scope {
            Scope::Transaction => 0,
            Scope::Message(message) => message,
        };
        Self {
            opened,
            engine: NativeEngine::new(opened.rules),
            codes: BTreeMap::new(),
            scope,
            memory,
            bounds,
            kin,
            depth: tree.get(first).and_then(|place| place.depth).unwrap_or(0) + 1,
            open: Vec::new(),
            below: 0,
            spent: 0,
            step: Step::default(),
            first: Some(first).filter(|first| *first < opened.messages.len()),
            judged: None,
            ended: None,
            complete: true,
        }
    }

    /// The witness that is walked through.
    pub const fn opened(&self) -> &'a Opened<'a> {
        self.opened
    }

    /// Which messages are walked through.
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Whether the steps that come have their memory.
    pub const fn keep_memory(&mut self, memory: bool) {
        self.memory = memory;
    }

    /// How the message ended that the walk began at; `None` before that, and if it came to no end.
    pub const fn ended(&self) -> Option<&Ended> {
        self.ended.as_ref()
    }

    /// Whether nothing has been left out so far for want of gas.
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Goes on to the next event; `None` at the end.
    #[expect(clippy::should_implement_trait, reason = "an event borrows from the walk")]
    pub fn next(&mut self) -> Option<Event<'_>> {
        if let Some(first) = self.first.take() {
            self.enter(first, self.depth);
        }
        loop {
            if let Some(open) = self.open.last_mut()
                && let Some(verdict) = open.run.verdict()
            {
                let (message, verdict) = (open.message, verdict.clone());
                let is_cut = open.run.ended().is_none();
                self.leave();
                if verdict != MessageVerdict::Valid && self.shows(message) {
                    self.judged = Some((message, verdict, is_cut));
                    return self.judged();
                }
                continue;
            }
            let open = self.open.last_mut()?;
            let message = open.message;
            self.step.message = message;
            self.step.depth = open.depth;
            self.step.refund =
                Refund { all: self.below + open.refund, frame: open.refund, added: 0 };
            let memory = self.memory && (self.scope == Scope::Transaction || self.open.len() == 1);
            if !self.advance(memory) {
                continue;
            }
            if self.bounds.all.is_some_and(|all| self.spent > all) {
                self.open.clear();
                self.complete = false;
                let reason = Inconclusive::GuestGasLimit;
                self.judged = Some((message, MessageVerdict::Inconclusive { reason }, true));
                return self.judged();
            }
            if self.shows(message) {
                return Some(Event::Step(&self.step));
            }
        }
    }

    fn judged(&self) -> Option<Event<'_>> {
        let (message, verdict, is_cut) = self.judged.as_ref()?;
        Some(Event::Judged { message: *message, verdict, is_cut: *is_cut })
    }

    /// Whether somebody wants to see what this message does.
    fn shows(&self, message: usize) -> bool {
        match self.scope {
            Scope::Transaction => true,
            Scope::Message(only) => only == message,
        }
    }

    /// Runs the next opcode of the innermost message, and opens its child.
    fn advance(&mut self, memory: bool) -> bool {
        let Some(open) = self.open.last_mut() else { return false };
        if !self.step.take(&mut open.run, memory) {
            return false;
        }
        let own = open.run.own_gas();
        self.spent = self.spent.saturating_add(own - open.own);
        open.own = own;
        let record = self.step.record.and_then(|index| record(self.opened, open.message, index));
        if let Some(Record::Selfdestruct(_)) = record
            && let Some(message) = self.opened.message(open.message)
        {
            let account = message.fields().context;
            if self.open.iter().any(|open| open.destroyed.contains(&account)) {
                self.step.refund.added = 0;
            }
            if let Some(open) = self.open.last_mut() {
                open.destroyed.push(account);
            }
        }
        let Some(open) = self.open.last_mut() else { return false };
        open.refund = open.refund.saturating_add(self.step.refund.added);
        if record.is_some_and(opens_child)
            && let Some(child) = open.child
        {
            open.child = self.kin[child].1;
            let depth = open.depth + 1;
            self.below = self.below.saturating_add(open.refund);
            self.enter(child, depth);
        }
        true
    }

    /// Opens a message.
    fn enter(&mut self, message: usize, depth: usize) {
        let code = self.opened.code(message).map(|bytes| {
            let hash = self.opened.message(message).and_then(|message| message.code_hash());
            let ready = self.codes.entry(hash.unwrap_or_default());
            ready.or_insert_with(|| Code::new(bytes.clone())).clone()
        });
        let calldata = self.opened.messages[message].bytes();
        let run = self.engine.run(&calldata, code.as_ref(), self.bounds.each);
        let child = self.kin[message].0;
        let destroyed = Vec::new();
        self.open.push(Open { message, depth, run, child, refund: 0, destroyed, own: 0 });
    }

    /// Closes the innermost message: what it refunds is its parent's, if it succeeded.
    fn leave(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let unfinished = MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit };
        self.complete &= open.run.verdict() != Some(&unfinished);
        let succeeded = open.run.ended().is_some_and(|end| end.status == 1);
        match self.open.last_mut() {
            Some(parent) => {
                self.below = self.below.saturating_sub(parent.refund);
                if succeeded {
                    parent.refund = parent.refund.saturating_add(open.refund);
                    parent.destroyed.extend(open.destroyed);
                }
            }
            None => self.ended = open.run.ended().cloned(),
        }
    }
}

/// A record of a message, if it is one.
fn record<'a>(opened: &'a Opened<'_>, message: usize, index: u64) -> Option<&'a Record> {
    let records = opened.message(message)?.records();
    records.get(usize::try_from(index).ok()?)?.as_ref().ok()
}

/// Whether a record opens a message.
fn opens_child(record: &Record) -> bool {
    let outcome = match record {
        Record::Call(_, record) => record.outcome,
        Record::Create(record) => record.outcome,
        Record::Create2(record) => record.outcome,
        _ => return false,
    };
    outcome == Outcome::Child as u8
}
