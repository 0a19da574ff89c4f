//! A message's run, cut into segments as it goes on. Whether an instruction still belongs to a
//! segment shows only behind it: so a second run follows the first, and where that has gone too far,
//! it stands at the boundary before. No memory is copied but pages that are touched.

use std::sync::Arc;

use iso_evm_wire::segment::Cut;
use revm::interpreter::{host::DummyHost, interpreter_types::Jumps};

use super::{
    Cutting,
    open::{Message, Needs, Open},
};
use crate::{
    native::{
        exit::End,
        frame::Frame,
        large,
        rules::GuestRules,
        setup::Setup,
        watch::{ENOUGH, Watch},
    },
    rules::{segment::SegmentVerdict, verdict::MessageVerdict},
};

/// Who is given the segments.
pub(super) type Each<'a> = &'a mut dyn FnMut(Cutting);

/// Where a message is cut.
#[derive(Clone, Copy, Debug)]
pub(super) enum Places<'a> {
    /// By what the message does.
    By(Cut),
    /// At these amounts of gas, ascending.
    At(&'a [u64]),
}

impl Places<'_> {
    /// The gas at which a segment ends that starts at this gas, where that is known beforehand.
    fn end(self, start: u64) -> Option<u64> {
        match self {
            Self::By(Cut::Within(_)) => None,
            Self::By(Cut::Stride(gas)) => Some(start.saturating_add(gas)),
            Self::At(gas) => gas.get(gas.partition_point(|gas| *gas <= start)).copied(),
        }
    }
}

/// A message's run, cut as it goes on.
#[derive(Debug)]
struct Cutter<'a> {
    message: &'a Message,
    /// The run.
    leader: Frame,
    /// The same run, which goes no further than to where it is cut.
    follower: Frame,
    /// The segment that has started last.
    open: Open,
}

/// What is known of an instruction before it runs.
#[derive(Clone, Copy, Debug)]
struct Before {
    opcode: u8,
    needs: Needs,
    /// Gas that the frame has used.
    gas: u64,
    /// Gas that the guest's own opcodes have spent.
    own: u64,
    /// How many pages have been touched.
    mark: usize,
}

/// Runs a message, the guest's own opcodes spending `most` gas at most, and gives its segments.
///
/// # Errors
///
/// The verdict, if it is not that the claim is true.
pub(super) fn cut(
    message: &Message,
    setup: Setup,
    rules: Arc<GuestRules>,
    cut: Places<'_>,
    most: u64,
    each: Each<'_>,
) -> Result<MessageVerdict, SegmentVerdict> {
    let mut leader = Frame::new(rules.clone(), setup.clone());
    leader.interpreter.extend.watch = Some(Watch::new(most));
    let follower = Frame::new(rules, setup);
    Cutter { message, leader, follower, open: Open::initial(message) }.run(cut, each)
}

impl Cutter<'_> {
    fn run(mut self, cut: Places<'_>, each: Each<'_>) -> Result<MessageVerdict, SegmentVerdict> {
        let rules = self.leader.interpreter.extend.rules.clone();
        let mut host = DummyHost::new(rules.spec);
        let mut end = cut.end(0);
        loop {
            let before = self.before();
            let interpreter = &self.leader.interpreter;
            self.open.memory.note(interpreter, &rules.gas, before.opcode);
            let action = self.leader.advance(rules.guarded_table(), &rules, &mut host)?;
            let ended = action.map(|action| self.leader.ended(action));
            if matches!(&ended, Some(Err(SegmentVerdict::Message(ENOUGH)))) {
                return Err(ENOUGH.into());
            }
            let own = match &ended {
                // An opcode that it could not pay has spent nothing.
                Some(Ok(End { status: 0, .. })) => before.own,
                _ => self.own(),
            };
            let taken = self.leader.interpreter.extend.records.taken();
            self.open.count_records(self.message, taken);
            if let Places::By(Cut::Within(bounds)) = cut
                && before.gas > self.open.start.gas_used.0
                && !self.open.keeps(&bounds, own)
            {
                self.open.memory.forget(before.mark);
                self.follow(before.gas)?;
                each(self.open.end(self.message, &self.follower, before.own));
                self.open.memory.note(&self.follower.interpreter, &rules.gas, before.opcode);
                self.open.count_records(self.message, taken);
            }
            self.open.add(before.needs, before.opcode);
            if let Some(ended) = ended {
                each(self.open.last(self.message, own));
                return Ok(self.leader.exit(ended?)?);
            }
            if end.is_some_and(|end| self.leader.gas_used() >= end) {
                each(self.open.end(self.message, &self.leader, own));
                end = cut.end(self.open.start.gas_used.0);
            }
        }
    }

    fn before(&self) -> Before {
        let interpreter = &self.leader.interpreter;
        let opcode = interpreter.bytecode.opcode();
        Before {
            opcode,
            needs: self.open.needs(self.message, interpreter, opcode),
            gas: self.leader.gas_used(),
            own: self.own(),
            mark: self.open.memory.mark(),
        }
    }

    /// What the guest's own opcodes have spent.
    fn own(&self) -> u64 {
        self.leader.interpreter.extend.watch.as_ref().map_or(0, Watch::own)
    }

    /// Brings the follower to the boundary at which this much gas is used.
    fn follow(&mut self, gas: u64) -> Result<(), SegmentVerdict> {
        let rules = self.follower.interpreter.extend.rules.clone();
        let table = rules.table_for(large::is_large(self.follower.interpreter.gas.limit()));
        let mut host = DummyHost::new(rules.spec);
        while self.follower.gas_used() < gas {
            if let Some(action) = self.follower.advance(table, &rules, &mut host)? {
                self.follower.ended(action)?;
                break;
            }
        }
        Ok(())
    }
}
