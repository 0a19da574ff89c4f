//! A message's run, opcode by opcode, for somebody who looks at each: what stands on the stack, in
//! memory, and how much gas is left. Normative text: `specs/16-native-engine.md`, section Traces.
//!
//! Whoever looks asks for the next opcode, and need not: a run can be left where it is while others
//! go on, so that a call's child runs between two opcodes of its parent.

use std::{ops::Deref, sync::Arc};

use alloy_primitives::{B256, Bytes, U256};
use revm::interpreter::{InstructionResult, host::DummyHost, interpreter_types::Jumps};

use super::{
    Code, NativeEngine,
    exit::End,
    frame::Frame,
    halt::{Halt, Suspect},
    rules::GuestRules,
    segment::of_whole,
    watch::{Noted, Watch},
};
use crate::rules::{segment::SegmentVerdict, verdict::MessageVerdict};

/// A run of one message, opcode by opcode. Made by [`NativeEngine::run`].
#[derive(Debug)]
pub struct Run {
    running: Option<Box<Running>>,
    ended: Option<Ended>,
    verdict: Option<MessageVerdict>,
}

/// The frame of a run that has begun.
#[derive(Debug)]
struct Running {
    frame: Frame,
    rules: Arc<GuestRules>,
    host: DummyHost,
}

/// A guest before an opcode.
#[derive(Clone, Copy, Debug)]
pub struct GuestState<'a> {
    frame: &'a Frame,
}

/// What an opcode did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// Gas that the opcode itself cost, what it handed to a callee not counted. Of an opcode that did not
    /// come to its end, what it had been charged by then.
    pub cost: u64,
    /// The call or creation that it made, if it did, be it of code, of none, or refused.
    pub callee: Option<Callee>,
    /// What it added to the refunds: `SSTORE` (EIP-2200, EIP-3529), and `SELFDESTRUCT` before London as
    /// if nothing had destroyed the account before.
    pub refund: i64,
    /// Index of the record that it took.
    pub record: Option<u64>,
    /// Why the guest halted at it, if it did.
    pub halt: Option<Halt>,
}

/// What a call or creation was given, and what came back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Callee {
    /// Gas that its caller handed over.
    pub given: u64,
    /// Gas that it had for nothing, beside that.
    pub stipend: u64,
    /// Gas that it used, by its record.
    pub used: u64,
}

/// How a guest ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// 0 exceptional halt, 1 success, 2 revert; of a creation, once its code is stored.
    pub status: u8,
    /// Gas that is left.
    pub gas_left: u64,
    /// Bytes that it returned.
    pub output: Bytes,
    /// Offset in the code at which the run ended, as a verdict has it.
    pub pc: u64,
}

impl NativeEngine {
    /// A run of one message that stands before its first opcode, if it comes so far. Once it is through,
    /// it says what [`Self::audit_within`] says.
    ///
    /// Time and memory are bounded as there.
    ///
    /// ```
    /// use alloy_primitives::{Bytes, U256, hex, keccak256};
    /// use iso_evm_hypervisor::{Code, MessageVerdict, NativeEngine};
    /// use iso_evm_wire::{Fork, MessageWitness, encoding::encode};
    /// use iso_evm_wire::records::{FrameKind, OpeningRecord, Record};
    ///
    /// // PUSH1 2, PUSH1 3, ADD, STOP: 9 gas.
    /// let code = Code::new(Bytes::from(hex!("600260030100")));
    /// let opening = OpeningRecord { kind: FrameKind::Call as u8, codeHash: code.hash() };
    /// let claim = MessageWitness {
    ///     gasAvailable: U256::from(100),
    ///     gasUsed: U256::from(9),
    ///     stateAccessList: vec![Record::Opening(opening).encode()],
    ///     status: U256::from(1),
    ///     returndataHash: keccak256([]),
    ///     ..MessageWitness::default()
    /// };
    /// let mut run = NativeEngine::new(Fork::Osaka).run(&encode(&claim).into(), Some(&code), None);
    /// let mut seen = Vec::new();
    /// while let Some(state) = run.state() {
    ///     let (pc, gas, height) = (state.pc(), state.gas(), state.stack().len());
    ///     let stepped = run.step().unwrap();
    ///     seen.push((pc, gas, height, stepped.cost));
    /// }
    /// assert_eq!(seen, [(0, 100, 0, 3), (2, 97, 1, 3), (4, 94, 2, 3), (5, 91, 1, 0)]);
    /// assert_eq!(run.verdict(), Some(&MessageVerdict::Valid));
    /// assert_eq!(run.ended().unwrap().gas_left, 91);
    /// ```
    pub fn run(&self, calldata: &Bytes, code: Option<&Code>, gas_limit: Option<u64>) -> Run {
        match self.set_up(calldata, code) {
            Ok(setup) => {
                let rules = self.rules.clone();
                let mut frame = Frame::new(rules.clone(), setup);
                let most = gas_limit.unwrap_or(u64::MAX);
                frame.interpreter.extend.watch = Some(Watch::new(most));
                let host = DummyHost::new(rules.spec);
                let running = Some(Box::new(Running { frame, rules, host }));
                Run { running, ended: None, verdict: None }
            }
            Err(verdict) => Run { running: None, ended: None, verdict: Some(of_whole(verdict)) },
        }
    }
}

impl Run {
    /// The guest before its next opcode; `None` once there is a verdict.
    pub fn state(&self) -> Option<GuestState<'_>> {
        let running = self.running.as_ref().filter(|_| self.verdict.is_none())?;
        Some(GuestState { frame: &running.frame })
    }

    /// What is said of the message; `None` as long as there is an opcode to come.
    pub fn verdict(&self) -> Option<&MessageVerdict> {
        self.verdict.as_ref()
    }

    /// How the guest ended; `None` before that, and where a record or a limit ended the run.
    pub fn ended(&self) -> Option<&Ended> {
        self.ended.as_ref()
    }

    /// Gas that the guest's own opcodes have spent, and what hashing the input of children costs: what a
    /// limit counts.
    pub fn own_gas(&self) -> u64 {
        let watch = self.running.as_ref().and_then(|it| it.frame.interpreter.extend.watch.as_ref());
        watch.map_or(0, Watch::own)
    }

    /// Runs the next opcode; `None` if there is none.
    pub fn step(&mut self) -> Option<Stepped> {
        let running = self.running.as_mut().filter(|_| self.verdict.is_none())?;
        let (stepped, ended) = running.step();
        if let Some(ended) = ended {
            let judged = ended.and_then(|end| {
                let (shown, _) = running.frame.deposit(end.clone());
                self.ended = Some(shown.into());
                Ok(running.frame.exit(end)?)
            });
            self.verdict = Some(judged.unwrap_or_else(of_whole));
        }
        Some(stepped)
    }
}

impl Running {
    /// Runs an opcode; how the run ended, if it did.
    fn step(&mut self) -> (Stepped, Option<Result<End, SegmentVerdict>>) {
        let Self { frame, rules, host } = self;
        let before = frame.interpreter.gas.remaining();
        let taken = frame.interpreter.extend.records.taken();
        let opcode = frame.interpreter.bytecode.opcode();
        let suspect = Suspect::of(frame, opcode);
        let result = frame.interpreter.step(rules.guarded_table(), &rules.static_gas, host);
        let noted = noted(frame);
        let halt = result.err().and_then(|result| suspect.halt(frame, result));
        let after = frame.interpreter.gas.remaining();
        let now = frame.interpreter.extend.records.taken();
        let stepped = Stepped {
            cost: cost(before, after, noted.callee).unwrap_or_else(|| rules.cost(opcode)),
            callee: noted.callee,
            refund: noted.refund,
            record: (now > taken).then_some(taken),
            halt,
        };
        (stepped, self.end_of(result))
    }

    fn end_of(
        &mut self,
        result: Result<(), InstructionResult>,
    ) -> Option<Result<End, SegmentVerdict>> {
        if let Err(enough) = self.frame.count() {
            return Some(Err(enough.into()));
        }
        let action = self.frame.action(result.err()?);
        Some(self.frame.ended(action))
    }
}

/// What the last instruction noted.
fn noted(frame: &mut Frame) -> Noted {
    let watch = frame.interpreter.extend.watch.as_mut();
    watch.map(Watch::take_noted).unwrap_or_default()
}

/// What an opcode cost by itself, by the gas before and after it; none if it could not pay, which leaves
/// revm's counter anywhere.
fn cost(before: u64, after: u64, callee: Option<Callee>) -> Option<u64> {
    let Callee { stipend, used, .. } = callee.unwrap_or_default();
    before.saturating_add(stipend).checked_sub(after)?.checked_sub(used)
}

impl Stepped {
    /// Gas that the opcode cost, with what it handed to its callee.
    pub fn cost_with_callee(&self) -> u64 {
        self.cost.saturating_add(self.callee.map_or(0, |callee| callee.given))
    }
}

impl<'a> GuestState<'a> {
    /// Offset of the opcode in the code.
    pub fn pc(&self) -> usize {
        self.frame.interpreter.bytecode.pc()
    }

    /// The opcode; `STOP` behind the end of the code.
    pub fn opcode(&self) -> u8 {
        self.frame.interpreter.bytecode.opcode()
    }

    /// Gas that is left.
    pub fn gas(&self) -> u64 {
        self.frame.interpreter.gas.remaining()
    }

    /// The stack, its top last.
    pub fn stack(&self) -> &'a [U256] {
        self.frame.interpreter.stack.data()
    }

    /// Number of bytes that memory has.
    pub fn memory_size(&self) -> usize {
        self.frame.interpreter.memory.len()
    }

    /// The memory.
    pub fn memory(&self) -> impl Deref<Target = [u8]> + use<'a> {
        self.frame.interpreter.memory.slice_range(0..self.memory_size())
    }

    /// What the last callee returned.
    pub fn return_data(&self) -> &'a Bytes {
        &self.frame.interpreter.return_data.0
    }

    /// Index of the record that is taken next.
    pub fn next_record(&self) -> u64 {
        self.frame.interpreter.extend.records.taken()
    }

    /// The state root that the records before have led to.
    pub fn state_root(&self) -> B256 {
        self.frame.interpreter.extend.state_root.into()
    }
}

impl From<End> for Ended {
    fn from(End { status, gas_left, output, pc }: End) -> Self {
        Self { status, gas_left, output, pc }
    }
}

#[cfg(test)]
mod tests;
