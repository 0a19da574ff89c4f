//! The walk of the access audit: every record of every message, in order of execution.
//! `specs/12-audits.md`.
//!
//! In the data's way this stands between [`super::transaction`], which brings the state to the top
//! message and takes it on from there, and the findings. A record's facts are compared with the state
//! before it; then the state goes on by the effect that the record tells; then the record's root is
//! compared with the state's. Who runs as whom is worked out from the records above and from the
//! state: the messages' own fields are not asked.

mod accounts;
mod block;
mod calls;
mod creations;
mod storage;

use std::mem;

use alloy_primitives::{Address, B256, U256};
use iso_evm_wire::{Opened, OpenedMessage, records::Record};

use super::{
    AccessKind, Finding, Missing, TransactionKind,
    codes::Codes,
    state::{Checkpoint, LogEntry, State},
    transaction::{Findings, TopEnd, TopMessage},
    trie::Root,
    watch::Watch,
    word::AsWord,
};

/// What the walk goes on.
#[derive(Debug)]
pub(super) struct AccessWalk<'a> {
    pub(super) witness: &'a Opened<'a>,
    pub(super) codes: &'a Codes<'a>,
    pub(super) state: &'a mut State,
    pub(super) access: &'a mut Findings<AccessKind>,
    pub(super) transaction: &'a mut Findings<TransactionKind>,
    watch: &'a mut dyn Watch,
    /// Messages that have been opened.
    opened: usize,
    /// The message, and the record in it, that are looked at.
    at: (usize, Option<usize>),
}

/// A message that is being walked.
#[derive(Debug)]
struct Frame<'a> {
    /// Index of its message.
    index: usize,
    message: &'a OpenedMessage,
    /// The next record.
    next: usize,
    /// The instant before its value moved.
    checkpoint: Checkpoint,
    /// The account that it runs as.
    context: Address,
    /// Whether it creates this account.
    creates: bool,
    /// Root of the state as it started.
    root: Root,
    /// What the record of the call or creation that it is in gives as the root after it.
    pending: B256,
}

/// What a call or creation does to the state before its code runs.
#[derive(Debug)]
struct Entering {
    /// The account that the code runs as.
    context: Address,
    /// Whether this account is created.
    creates: bool,
    /// Value that moves: from whom, how much. It moves to `context`. Zero touches.
    transfer: Option<(Address, U256)>,
    /// Hash of the code that runs; for a creation, the tree audit knows it.
    code_hash: Option<B256>,
}

impl<'a> AccessWalk<'a> {
    /// A walk on the state of the instant before the top message's value moves.
    pub(super) const fn new(
        witness: &'a Opened<'a>,
        codes: &'a Codes<'a>,
        state: &'a mut State,
        access: &'a mut Findings<AccessKind>,
        transaction: &'a mut Findings<TransactionKind>,
        watch: &'a mut dyn Watch,
    ) -> Self {
        Self { witness, codes, state, access, transaction, watch, opened: 0, at: (0, None) }
    }

    /// Walks all messages. Returns how the top one ended, its effect made or undone.
    pub(super) fn run(mut self, top: &TopMessage) -> Result<TopEnd, Missing> {
        let creates = top.kind.is_create();
        let entering = Entering {
            context: top.target,
            creates,
            transfer: Some((top.caller, top.value)),
            code_hash: (!creates).then_some(top.code_hash),
        };
        let mut frame = self.open(&entering, 0)?;
        let mut callers: Vec<Frame<'a>> = Vec::new();
        loop {
            if let Some(record) = self.next(&mut frame)? {
                let at = (frame.index, frame.next - 1);
                self.watch.before(at, record, frame.context, self.state)?;
                if let Some(entering) = self.record(&mut frame, record)? {
                    let child = self.open(&entering, callers.len() as u64 + 1)?;
                    callers.push(mem::replace(&mut frame, child));
                } else {
                    self.watch.behind(at, self.state)?;
                }
                continue;
            }
            self.watch.leaving(frame.index, self.state)?;
            let end = self.close(&frame)?;
            let Some(caller) = callers.pop() else { return self.ended(end) };
            frame = caller;
            let record = frame.next.saturating_sub(1);
            self.at = (frame.index, Some(record));
            self.state.at_depth(callers.len() as u64);
            self.root_is(frame.pending)?;
            self.watch.behind((frame.index, record), self.state)?;
        }
    }

    /// The top message's end, if no message is left over.
    fn ended(&self, end: TopEnd) -> Result<TopEnd, Missing> {
        if self.opened < self.witness.messages.len() {
            return Err(Missing::Parent { message: self.opened });
        }
        Ok(end)
    }

    /// The frame's next record; none at its end.
    fn next(&mut self, frame: &mut Frame<'a>) -> Result<Option<&'a Record>, Missing> {
        let (message, record) = (frame.index, frame.next);
        let Some(next) = frame.message.records().get(record) else { return Ok(None) };
        self.at = (message, Some(record));
        frame.next += 1;
        next.as_ref().map(Some).map_err(|_| Missing::Record { message, record })
    }

    /// Starts the next message, below `depth` others.
    fn open(&mut self, entering: &Entering, depth: u64) -> Result<Frame<'a>, Missing> {
        let index = self.opened;
        let opened = self.witness.opened().get(index).ok_or(match self.at {
            (message, Some(record)) => Missing::Child { message, record },
            (message, None) => Missing::Message { message },
        })?;
        let message = opened.as_ref().map_err(|_| Missing::Message { message: index })?;
        let opening = message.opening().ok_or(Missing::Record { message: index, record: 0 })?;
        let fields = message.fields();
        self.opened += 1;
        self.state.opened(depth);
        let checkpoint = self.enter(entering)?;
        let root = self.state.root_later()?;
        self.watch.entered(index, self.state)?;
        self.at = (index, None);
        if index > 0 {
            self.check_root(AccessKind::StateRootEnter, root, fields.stateRootEnter);
        } else {
            let finding = Finding {
                kind: TransactionKind::StateRootEnter,
                message: Some(index),
                record: None,
                expected: B256::ZERO,
                found: fields.stateRootEnter,
            };
            self.transaction.claim(root, finding);
        }
        self.at = (index, Some(0));
        if let Some(code_hash) = entering.code_hash {
            self.check(AccessKind::CodeHash, code_hash, opening.codeHash);
        }
        let (context, creates) = (entering.context, entering.creates);
        let pending = B256::ZERO;
        Ok(Frame { index, message, next: 1, checkpoint, context, creates, root, pending })
    }

    /// Does what comes before a callee's code. Returns the instant before it.
    fn enter(&mut self, entering: &Entering) -> Result<Checkpoint, Missing> {
        let checkpoint = self.state.checkpoint();
        if entering.creates {
            self.state.create(entering.context)?;
        }
        if let Some((from, value)) = entering.transfer {
            self.state.transfer(from, entering.context, value)?;
        }
        Ok(checkpoint)
    }

    /// Ends a message: its effect stays or is undone.
    fn close(&mut self, frame: &Frame<'a>) -> Result<TopEnd, Missing> {
        let message = frame.message.fields();
        self.at = (frame.index, None);
        let status = u8::try_from(message.status).unwrap_or_default();
        if status == 1 {
            if frame.creates {
                self.state.set_code_hash(frame.context, message.returndataHash)?;
            }
            let root = self.state.root_later()?;
            self.check_root(AccessKind::StateRootLeave, root, message.stateRootLeave);
        } else {
            self.state.revert(frame.checkpoint);
            // An instant too: what is written to the tries by when decides which nodes it takes.
            self.state.root_later()?;
            self.check_root(AccessKind::StateRootLeave, frame.root, message.stateRootLeave);
        }
        Ok(TopEnd { status, gas_used: message.gasUsed.saturating_to() })
    }

    /// Compares a record's facts and makes its effect. A callee's code still has to run.
    fn record(
        &mut self,
        frame: &mut Frame<'a>,
        record: &Record,
    ) -> Result<Option<Entering>, Missing> {
        let context = frame.context;
        match record {
            Record::Opening(_) => {
                let message = frame.index;
                return Err(Missing::Record { message, record: frame.next.saturating_sub(1) });
            }
            Record::Balance(record) => self.balance(record)?,
            Record::Extcodesize(record) => self.extcodesize(record)?,
            Record::Extcodehash(record) => self.extcodehash(record)?,
            Record::Extcodecopy(record) => self.extcodecopy(record)?,
            Record::Blockhash(record) => self.blockhash(record)?,
            Record::Value(opcode, record) => self.value(context, *opcode, record)?,
            Record::Blobhash(record) => self.blobhash(record),
            Record::Sload(record) => self.sload(context, record)?,
            Record::Sstore(record) => self.sstore(context, record)?,
            Record::Tload(record) => self.tload(context, record),
            Record::Tstore(record) => self.state.set_transient(context, record.key, record.value),
            Record::Log(record) => self.state.log(LogEntry {
                address: context,
                topics: record.topics.clone(),
                data_hash: record.data_hash,
            }),
            Record::Call(opcode, record) => return self.call(frame, *opcode, record),
            Record::Create(record) => return self.create(frame, &record.into()),
            Record::Create2(record) => return self.create(frame, &record.into()),
            Record::Selfdestruct(record) => self.selfdestruct(context, record)?,
        }
        Ok(None)
    }

    /// Compares what was computed with what the witness says.
    fn check<W: AsWord>(&mut self, kind: AccessKind, expected: W, found: W) {
        let (expected, found) = (expected.word(), found.word());
        if expected != found {
            let (message, record) = (Some(self.at.0), self.at.1);
            self.access.add(Finding { kind, message, record, expected, found });
        }
    }

    /// Compares a record's root with the state's, if it has one.
    fn root_is(&mut self, found: B256) -> Result<(), Missing> {
        if !found.is_zero() {
            let expected = self.state.root_later()?;
            self.check_root(AccessKind::StateRoot, expected, found);
        }
        Ok(())
    }

    /// Has a root compared with what the witness says: not yet, since many are hashed faster together.
    fn check_root(&mut self, kind: AccessKind, expected: Root, found: B256) {
        let (message, record) = (Some(self.at.0), self.at.1);
        let unknown = B256::ZERO;
        self.access.claim(expected, Finding { kind, message, record, expected: unknown, found });
        if self.state.later().is_full() {
            self.state.later().run();
            self.access.settle(self.state.later());
            self.transaction.settle(self.state.later());
        }
    }
}
