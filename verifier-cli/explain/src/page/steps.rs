//! [`Steps`]: some steps of one message, small enough to send many. What an opcode does to the stack is known from
//! the opcode for all that push a constant, copy or swap; only other results are written down, and of memory only
//! what changes. `js/machine.js` reads it back.

use alloy_primitives::{Bytes, U256};
use iso_evm_hypervisor::{Code, NativeEngine, opcodes::opcode};
use serde::{Serialize, Serializer};

use super::words::Words;

/// Bytes of memory up to which it is kept.
const MEMORY: usize = 32 << 10;
/// Bytes of a row of memory.
const ROW: usize = 32;

/// A row of memory by its number, and the number of its word.
type Row = (usize, usize);

/// How much of steps may be kept still.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// Steps.
    pub(super) steps: u64,
    /// Rows of memory that change.
    pub(super) rows: usize,
    /// Words, of all messages together.
    pub(super) words: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 10_000, rows: 40_000, words: 20_000 }
    }
}

/// Some steps of a message that follow one another: the guest before each.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Steps {
    /// Number of the first, from 0.
    pub(super) first: u64,
    /// How many steps the message has.
    pub(super) total: u64,
    /// Gas before the first, in decimal.
    gas: String,
    /// How much less gas there is behind each, with what a callee used.
    pub(super) cost: Vec<Gas>,
    /// Where instructions follow one another: offset of the first, and how many.
    runs: Vec<(usize, usize)>,
    /// Numbers of the words that opcodes put on the stack that neither push a constant nor copy a word of it.
    pushed: Vec<usize>,
    /// The whole stack before a step, where the opcode before does not tell it: before the first, at least.
    stacks: Vec<(usize, Vec<usize>)>,
    /// What memory is other than before: before which step, how many bytes it has now, rows and their words.
    memory: Vec<(usize, usize, Vec<Row>)>,
    /// The step from which on memory is not kept.
    no_memory_from: Option<usize>,
    /// Which step takes which record.
    records: Vec<(usize, u64)>,
    /// Why the guest halted at the last, if it did.
    halt: Option<String>,
}

/// Gas that may be more than a number of JavaScript holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gas(i128);

impl Serialize for Gas {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i32::try_from(self.0) {
            Ok(small) => serializer.serialize_i32(small),
            Err(_) => serializer.collect_str(&self.0),
        }
    }
}

/// A message that can be run.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) engine: &'a NativeEngine,
    pub(super) calldata: Bytes,
    pub(super) code: Option<Bytes>,
    pub(super) gas_limit: Option<u64>,
}

/// Which steps of a message are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// Number of the first, from 0.
    pub(super) first: u64,
    /// How many at most.
    pub(super) most: u64,
    /// How many the message has.
    pub(super) total: u64,
}

impl Steps {
    /// The steps that are to be kept, as many of them as the budget has.
    pub(super) fn of(
        subject: &Subject<'_>,
        Kept { first, most, total }: Kept,
        budget: &mut Budget,
        words: &mut Words,
    ) -> Self {
        let code = subject.code.clone().map(Code::new);
        let mut run = subject.engine.run(&subject.calldata, code.as_ref(), subject.gas_limit);
        for _ in 0..first {
            if run.step().is_none() {
                return Self::default();
            }
        }
        let bytes: &[u8] = subject.code.as_ref().map_or(&[], |code| code);
        let mut steps = Self { first, total, ..Self::default() };
        let (mut stack, mut expected) = (None, None);
        let mut memory = Vec::new();
        while let Some(state) = run.state() {
            let at = steps.cost.len();
            if at as u64 == most || budget.steps == 0 || words.count() >= budget.words {
                break;
            }
            budget.steps -= 1;
            if at == 0 {
                steps.gas = state.gas().to_string();
            }
            let (pc, opcode, gas) = (state.pc(), state.opcode(), state.gas());
            steps.go(pc, expected);
            expected = Some(next(bytes, pc));
            if stack.as_deref() != Some(state.stack()) {
                let numbers = state.stack().iter().map(|word| words.number(*word));
                steps.stacks.push((at, numbers.collect()));
            }
            if steps.no_memory_from.is_none() {
                let now = state.memory();
                if !steps.remember(at, &mut memory, &now, budget, words) {
                    steps.no_memory_from = Some(at);
                }
            }
            let mut follows = state.stack().to_vec();
            let Some(stepped) = run.step() else { break };
            let behind = run.state();
            let after = behind.map_or(0, |state| i128::from(state.gas()));
            let cost = match behind {
                Some(_) => i128::from(gas) - after,
                None => stepped.cost.into(),
            };
            steps.cost.push(Gas(cost));
            if let Some(record) = stepped.record {
                steps.records.push((at, record));
            }
            steps.halt = stepped.halt.map(|halt| halt.to_string());
            let result = behind.and_then(|state| state.stack().last().copied());
            if follow(&mut follows, opcode, bytes, pc, result) {
                steps.pushed.push(words.number(result.unwrap_or_default()));
            }
            stack = Some(follows);
        }
        steps
    }

    /// The offsets of the instructions that ran.
    pub(super) fn offsets(&self, code: &[u8]) -> impl Iterator<Item = usize> {
        self.runs.iter().flat_map(move |(start, count)| {
            std::iter::successors(Some(*start), move |pc| Some(next(code, *pc))).take(*count)
        })
    }

    /// Comes to an instruction, be it the one behind the last or not.
    fn go(&mut self, pc: usize, expected: Option<usize>) {
        match self.runs.last_mut() {
            Some((_, count)) if expected == Some(pc) => *count += 1,
            _ => self.runs.push((pc, 1)),
        }
    }

    /// Keeps what of memory is other than before; whether it could.
    fn remember(
        &mut self,
        at: usize,
        before: &mut Vec<u8>,
        now: &[u8],
        budget: &mut Budget,
        words: &mut Words,
    ) -> bool {
        if *before == now {
            return true;
        }
        if now.len() > MEMORY {
            return false;
        }
        let mut rows = Vec::new();
        for (row, bytes) in now.chunks(ROW).enumerate() {
            let from = row * ROW;
            let old = before.get(from..from + bytes.len());
            // New rows are zeros, if nothing else is said of them.
            let zeros = [0; ROW];
            if old.unwrap_or(&zeros[..bytes.len()]) != bytes {
                let mut word = [0; ROW];
                word[..bytes.len()].copy_from_slice(bytes);
                rows.push((row, words.number(U256::from_be_bytes(word))));
            }
        }
        if rows.len() > budget.rows || words.count() > budget.words {
            return false;
        }
        budget.rows -= rows.len();
        self.memory.push((at, now.len(), rows));
        now.clone_into(before);
        true
    }
}

/// The offset of the instruction behind another.
fn next(code: &[u8], pc: usize) -> usize {
    pc + 1 + code.get(pc).map_or(0, |opcode| operand_size(*opcode))
}

/// How many bytes behind an opcode are its own.
const fn operand_size(opcode: u8) -> usize {
    match opcode {
        0x60..=0x7f => (opcode - 0x5f) as usize,
        _ => 0,
    }
}

/// Makes of a stack what it is behind an opcode; whether the result had to be told.
fn follow(stack: &mut Vec<U256>, byte: u8, code: &[u8], pc: usize, result: Option<U256>) -> bool {
    match byte {
        0x5f..=0x7f => {
            let size = usize::from(byte - 0x5f);
            let mut word = [0; 32];
            // What the code lacks of an operand is zeros.
            for (place, byte) in word[32 - size..].iter_mut().zip(code.iter().skip(pc + 1)) {
                *place = *byte;
            }
            stack.push(U256::from_be_bytes(word));
            false
        }
        0x80..=0x8f => {
            let copied = stack.len().checked_sub(usize::from(byte - 0x7f));
            if let Some(word) = copied.and_then(|place| stack.get(place)).copied() {
                stack.push(word);
            }
            false
        }
        0x90..=0x9f => {
            let top = stack.len().wrapping_sub(1);
            if let Some(other) = stack.len().checked_sub(usize::from(byte - 0x8f) + 1) {
                stack.swap(top, other);
            }
            false
        }
        _ => {
            let Some(row) = opcode(byte) else { return false };
            stack.truncate(stack.len().saturating_sub(row.inputs));
            if row.outputs == 0 {
                return false;
            }
            stack.push(result.unwrap_or_default());
            true
        }
    }
}
