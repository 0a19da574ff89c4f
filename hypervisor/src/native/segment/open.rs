//! A segment as far as a message's run has come: where it started, and what it has needed since.

use alloy_primitives::{Bytes, U256};
use iso_evm_wire::{
    AccessWitness, MessageWitness,
    records::FrameKind,
    segment::{Bounds, Checkpoint, Head, Pages, Segment, layout, records},
};
use revm::{
    bytecode::opcode::{CALL, CALLCODE, CREATE, CREATE2, DELEGATECALL, RETURNDATACOPY, STATICCALL},
    interpreter::Interpreter,
};

use super::{Cutting, touched::Touched, withheld::reads_call_data};
use crate::native::{frame::Frame, ranges::operand, step::Eth};

/// A message that is cut.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) head: Head,
    /// Its records, the opening one among them.
    records: Vec<AccessWitness>,
    call_data: Bytes,
    creation: bool,
}

impl Message {
    /// A message; none if it has no head.
    pub(super) fn of(message: MessageWitness) -> Option<Self> {
        let head = Head::of(&message)?;
        let kind = u8::try_from(head.word(layout::KIND)).ok().and_then(FrameKind::from_number);
        let creation = kind.is_some_and(FrameKind::is_create);
        let MessageWitness { stateAccessList: records, callData: call_data, .. } = message;
        Some(Self { head, records, call_data, creation })
    }

    /// Index behind the last record that is there, of those up to `taken`.
    fn there(&self, taken: u64) -> usize {
        usize::try_from(taken).unwrap_or(usize::MAX).min(self.records.len())
    }
}

/// A segment that has started.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) start: Checkpoint,
    stack: Vec<U256>,
    return_data: Bytes,
    pub(super) memory: Touched,
    needs: Needs,
    /// Whether the return data is still that of the start.
    original: bool,
    /// What the guest's own opcodes had spent at the start.
    own: u64,
    /// Index behind the last record that was taken, and bytes of all since the start.
    records_end: usize,
    record_bytes: u64,
}

/// What an instruction needs beside memory and records.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needs {
    call_data: bool,
    return_data: bool,
}

impl Open {
    /// The segment that starts with the message.
    pub(super) fn initial(message: &Message) -> Self {
        let start = Checkpoint::initial(&message.head);
        Self::new(start, Vec::new(), Bytes::new(), Touched::default(), 0)
    }

    fn new(
        start: Checkpoint,
        stack: Vec<U256>,
        return_data: Bytes,
        memory: Touched,
        own: u64,
    ) -> Self {
        let records_end = start.record.0 as usize;
        let needs = Needs::default();
        Self {
            start,
            stack,
            return_data,
            memory,
            needs,
            original: true,
            own,
            records_end,
            record_bytes: 0,
        }
    }

    /// What the next instruction needs. The contract reads before it finds that the gas is short.
    pub(super) fn needs(
        &self,
        message: &Message,
        interpreter: &Interpreter<Eth>,
        opcode: u8,
    ) -> Needs {
        let words = interpreter.stack.data();
        let size = U256::from(message.call_data.len());
        let operand = |depth| operand(words, depth).unwrap_or_default();
        let return_data = opcode == RETURNDATACOPY && self.original && {
            let (from, length) = (operand(1), operand(2));
            let end = from.saturating_add(length);
            !length.is_zero() && end <= U256::from(self.return_data.len())
        };
        let call_data = !message.creation && reads_call_data(words, opcode, size);
        Needs { call_data, return_data }
    }

    /// Takes in an instruction that has run.
    pub(super) fn add(&mut self, needs: Needs, opcode: u8) {
        self.needs.call_data |= needs.call_data;
        self.needs.return_data |= needs.return_data;
        if matches!(opcode, CALL | CALLCODE | DELEGATECALL | STATICCALL | CREATE | CREATE2) {
            self.original = false;
        }
    }

    /// Counts the records up to the one with index `taken`, which is the next.
    pub(super) fn count_records(&mut self, message: &Message, taken: u64) {
        let there = message.there(taken);
        let new = message.records.get(self.records_end..there).unwrap_or_default();
        self.record_bytes += new.iter().map(|record| records::size(record) as u64).sum::<u64>();
        self.records_end = self.records_end.max(there);
    }

    /// Gas that its opcodes, which have spent `own`, may still spend within the bounds; none if it
    /// does not keep them.
    pub(super) fn left(&self, bounds: &Bounds, own: u64) -> Option<u64> {
        let records = (self.records_end as u64).saturating_sub(self.start.record.0);
        let keeps = records <= bounds.records
            && self.record_bytes <= bounds.record_bytes
            && self.memory.carried() <= bounds.pages
            && self.memory.span() <= bounds.span;
        bounds.own_gas.checked_sub(own.saturating_sub(self.own)).filter(|_| keeps)
    }

    /// Ends where `frame` stands, its opcodes having spent `own`, and starts the next there.
    pub(super) fn end(&mut self, message: &Message, frame: &Frame, own: u64) -> Cutting {
        let Interpreter { memory, stack, return_data, .. } = &frame.interpreter;
        let pages = self.memory.end(&memory.slice_range(0..memory.len()));
        let end = frame.checkpoint(self.memory.hashes());
        let memory = std::mem::take(&mut self.memory);
        let next = Self::new(end, stack.data().clone(), return_data.0.clone(), memory, own);
        self.count_records(message, end.record.0);
        std::mem::replace(self, next).close(message, pages, Some(end), own)
    }

    /// Ends as the message does.
    pub(super) fn last(self, message: &Message, own: u64) -> Cutting {
        let pages = self.memory.pages();
        self.close(message, pages, None, own)
    }

    fn close(self, message: &Message, pages: Pages, end: Option<Checkpoint>, own: u64) -> Cutting {
        let first = message.there(self.start.record.0);
        let behind = message.there(end.map_or(self.records_end as u64, |end| end.record.0));
        let call_data = message.creation || self.needs.call_data;
        let segment = Segment {
            head: message.head.clone(),
            start: self.start,
            end: end.map(|end| end.gas_used.0),
            records: message.records[first..behind.max(first)].to_vec(),
            stack: self.stack,
            pages,
            call_data: call_data.then(|| message.call_data.clone()),
            return_data: self.needs.return_data.then_some(self.return_data),
            code: None,
        };
        Cutting { segment, end, own_gas: own.saturating_sub(self.own) }
    }
}
