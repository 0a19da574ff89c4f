//! A message's run, cut into segments as it goes on. Whether an instruction still belongs to a
//! segment shows only behind it: so a second run follows the first, and where that has gone too far,
//! it stands at the boundary before. No memory is copied but pages that are touched.

use std::sync::Arc;

use iso_evm_wire::segment::Cut;
use revm::{
    bytecode::opcode::*,
    interpreter::{InstructionResult, Interpreter, host::DummyHost, interpreter_types::Jumps},
};

use super::{
    Cutting,
    open::{Message, Needs, Open},
};
use crate::{
    native::{
        exit::End,
        frame::Frame,
        large,
        ranges::operand,
        rules::GuestRules,
        setup::Setup,
        watch::{ENOUGH, Watch},
    },
    rules::{gas::GAS_JUMPDEST, segment::SegmentVerdict, verdict::MessageVerdict},
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
    /// What the guest's own opcodes may spend.
    most: u64,
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
    Cutter { message, leader, follower, open: Open::initial(message), most }.run(cut, each)
}

impl Cutter<'_> {
    fn run(mut self, cut: Places<'_>, each: Each<'_>) -> Result<MessageVerdict, SegmentVerdict> {
        let rules = self.leader.interpreter.extend.rules.clone();
        let mut host = DummyHost::new(rules.spec);
        let mut end = cut.end(0);
        loop {
            let (before, stepped) = match self.run_plain(cut, end, &rules, &mut host) {
                Some((before, result)) => (before, Err(result)),
                None => {
                    let before = self.before();
                    let interpreter = &self.leader.interpreter;
                    self.open.memory.note(interpreter, &rules, before.opcode);
                    (before, self.leader.advance(rules.guarded_table(), &rules, &mut host)?)
                }
            };
            let ended = stepped.err().map(|result| {
                let action = self.leader.action(result);
                self.leader.ended(action)
            });
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
                && self.open.left(&bounds, own).is_none()
            {
                self.open.memory.forget(before.mark);
                self.follow(before.gas)?;
                each(self.open.end(self.message, &self.follower, before.own));
                self.open.memory.note(&self.follower.interpreter, &rules, before.opcode);
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

    /// How much gas can be spent before there is anything to look at.
    fn slack(&self, cut: Places<'_>, end: Option<u64>) -> u64 {
        let own = self.own();
        let until_cut = match (cut, end) {
            (Places::By(Cut::Within(bounds)), _) => self.open.left(&bounds, own).unwrap_or(0),
            (_, Some(end)) => end.saturating_sub(self.leader.gas_used()).saturating_sub(1),
            (_, None) => u64::MAX,
        };
        until_cut.min(self.most.saturating_sub(own))
    }

    /// Runs as long as nothing happens but that static gas is spent, and none of it matters. The
    /// instruction that halts, and how, if one does.
    fn run_plain(
        &mut self,
        cut: Places<'_>,
        end: Option<u64>,
        rules: &GuestRules,
        host: &mut DummyHost,
    ) -> Option<(Before, InstructionResult)> {
        let (table, mut slack) = (rules.table_for(false), self.slack(cut, end));
        loop {
            let interpreter = &self.leader.interpreter;
            let opcode = interpreter.bytecode.opcode();
            let plain = match PLAIN[usize::from(opcode)] {
                Plain::Always => true,
                Plain::Memory(length) => operand(interpreter.stack.data(), 0)
                    .is_some_and(|offset| self.open.memory.knows(interpreter, offset, length)),
                Plain::Never => false,
            };
            // A jump pays for the JUMPDEST too.
            let cost = u64::from(rules.static_gas[usize::from(opcode)]) + GAS_JUMPDEST;
            if !plain || cost > slack {
                break;
            }
            slack -= cost;
            let (jumps, remaining) = (self.leader.jumps(opcode), interpreter.gas.remaining());
            let interpreter = &mut self.leader.interpreter;
            let mut stepped = interpreter.step(table, &rules.static_gas, host);
            if jumps && stepped.is_ok() {
                stepped = interpreter.step(table, &rules.static_gas, host);
            }
            if let Err(result) = stepped {
                let mut gas = interpreter.gas;
                gas.set_remaining(remaining);
                let watch = interpreter.extend.watch.as_mut();
                let own = watch.map_or(0, |watch| watch.own_at(&gas));
                let (gas, mark) = (gas.limit() - remaining, self.open.memory.mark());
                return Some((Before { opcode, needs: Needs::default(), gas, own, mark }, result));
            }
        }
        let Interpreter { gas, extend, .. } = &mut self.leader.interpreter;
        if let Some(watch) = &mut extend.watch {
            watch.own_at(gas);
        }
        None
    }

    /// Brings the follower to the boundary at which this much gas is used: every instruction uses
    /// some, so that only one has.
    fn follow(&mut self, gas: u64) -> Result<(), SegmentVerdict> {
        let rules = self.follower.interpreter.extend.rules.clone();
        let table = rules.table_for(large::is_large(self.follower.interpreter.gas.limit()));
        let mut host = DummyHost::new(rules.spec);
        while self.follower.gas_used() < gas {
            let interpreter = &mut self.follower.interpreter;
            if let Err(result) = interpreter.step(table, &rules.static_gas, &mut host) {
                let action = self.follower.action(result);
                self.follower.ended(action)?;
                break;
            }
        }
        Ok(())
    }
}

/// When an opcode does nothing but spend its static gas, where neither memory nor records nor the
/// end of the run are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plain {
    Always,
    /// If the guest has so much memory there, and it has been touched before.
    Memory(usize),
    Never,
}

/// What does more than that is not plain, nor is an opcode that there is not.
static PLAIN: [Plain; 256] = {
    let mut plain = [Plain::Never; 256];
    let mut opcode = 0;
    while opcode < plain.len() {
        plain[opcode] = match opcode as u8 {
            MLOAD | MSTORE => Plain::Memory(32),
            MSTORE8 => Plain::Memory(1),
            ADD..=SIGNEXTEND if opcode as u8 != EXP => Plain::Always,
            LT..=CLZ | POP | JUMP | JUMPI | PC..=JUMPDEST => Plain::Always,
            PUSH0..=SWAP16 => Plain::Always,
            _ => Plain::Never,
        };
        opcode += 1;
    }
    plain
};
