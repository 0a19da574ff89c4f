//! [`Runs`]: every message of a witness run once, for what its records do not tell: at which pc each was
//! taken, what the message returned, what it hashed, and the instant that its finding is about.

use std::collections::BTreeMap;

use alloy_primitives::{Bytes, U256, keccak256};
use iso_evm_hypervisor::{Code, Halt, NativeEngine};
use iso_evm_wire::Opened;

use crate::{
    artifacts::Preimages,
    seen::{Seen, Wanted},
    sources::code,
    trace::Bounds,
    words::Told,
};

/// The opcode of `KECCAK256`.
const KECCAK256: u8 = 0x20;
/// The most bytes of a hashed string that are kept: keys of mappings, as they are, are two words and, where
/// the key is a string, what that has.
const PREIMAGE: usize = 256;
/// The most preimages that are kept.
const PREIMAGES: usize = 1 << 16;

/// What running the messages of a witness tells.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    messages: Vec<Option<MessageRun>>,
    /// What was hashed, by its hash.
    pub(crate) preimages: Preimages,
}

/// What a run of one message tells.
#[derive(Debug, Default)]
pub(crate) struct MessageRun {
    /// Where the code stood as it took each record, by the record's index.
    pub(crate) places: BTreeMap<usize, usize>,
    /// Data of the logs, by their records' indices.
    pub(crate) logs: BTreeMap<usize, Bytes>,
    /// How many opcodes ran.
    pub(crate) steps: u64,
    /// What the message returned; none if the run did not come to its end.
    pub(crate) output: Option<Bytes>,
    /// Why the guest halted, if it did.
    pub(crate) halt: Option<Halt>,
    /// Where the code stood last.
    pub(crate) pc: usize,
    /// Number of the step that took the record which is wanted.
    pub(crate) record: Option<u64>,
    /// Number of the step at which the code came last to the pc that is wanted.
    pub(crate) last_at_pc: Option<u64>,
    /// Guests that were met on the way and may be asked for.
    seen: Vec<Seen>,
}

impl MessageRun {
    /// The guest before the step with this number, if it was kept.
    pub(crate) fn seen(&self, number: u64) -> Option<&Seen> {
        self.seen.iter().find(|seen| seen.number == number)
    }
}

impl Runs {
    /// Runs the messages, each and all within what bounds say. Of each is kept what its first finding is about.
    pub(crate) fn of(
        witness: &Opened<'_>,
        engine: &NativeEngine,
        bounds: Bounds,
        told: &[Told],
    ) -> Self {
        let mut runs = Self::default();
        let mut left = bounds.all.unwrap_or(u64::MAX);
        for index in 0..witness.messages.len() {
            let most = bounds.each.map_or(left, |each| each.min(left));
            let run = runs.run(witness, engine, index, most, Wanted::of(told, index));
            left = left.saturating_sub(run.as_ref().map_or(0, |(_, own)| *own));
            runs.messages.push(run.map(|(run, _)| run));
        }
        runs
    }

    /// What the run of a message tells.
    pub(crate) fn of_message(&self, index: usize) -> Option<&MessageRun> {
        self.messages.get(index)?.as_ref()
    }

    fn run(
        &mut self,
        witness: &Opened<'_>,
        engine: &NativeEngine,
        index: usize,
        most: u64,
        wanted: Wanted,
    ) -> Option<(MessageRun, u64)> {
        witness.message(index)?;
        let code = code(witness, index).map(Code::new);
        let bytes = witness.messages[index].bytes();
        let mut run = engine.run(&bytes, code.as_ref(), Some(most));
        let mut told = MessageRun::default();
        while let Some(state) = run.state() {
            let (pc, opcode) = (state.pc(), state.opcode());
            told.pc = pc;
            if wanted.pc == Some(pc) {
                told.last_at_pc = Some(told.steps);
            }
            // At most one such opcode ends a run, and at most a few take the record.
            let kept = (ends(opcode) || wanted.is_next(opcode, &told.places))
                .then(|| Seen::before(told.steps, state));
            // What is hashed, and what is logged, stands in memory before the opcode.
            let bytes = match opcode {
                KECCAK256 | 0xa0..=0xa4 => operand(state.stack(), &state.memory()),
                _ => None,
            };
            let Some(stepped) = run.step() else { break };
            if let Some(mut seen) = kept {
                seen.did(&stepped);
                // Another that might have taken the record did not.
                let taken = told.record;
                told.seen.retain(|other| Some(other.number) == taken);
                told.seen.push(seen);
            }
            told.steps += 1;
            if wanted.record.is_some_and(|wanted| stepped.record == Some(wanted as u64)) {
                told.record = Some(told.steps - 1);
            }
            if let Some(record) = stepped.record.and_then(|record| usize::try_from(record).ok()) {
                told.places.insert(record, pc);
                if let Some(bytes) = &bytes {
                    told.logs.insert(record, bytes.clone());
                }
            }
            told.halt = stepped.halt;
            if opcode == KECCAK256
                && let Some(bytes) = bytes.filter(|bytes| bytes.len() <= PREIMAGE)
                && self.preimages.len() < PREIMAGES
            {
                self.preimages.insert(keccak256(&bytes), bytes);
            }
        }
        told.output = run.ended().map(|ended| ended.output.clone());
        Some((told, run.own_gas()))
    }
}

/// Whether a run ends at such an opcode.
const fn ends(opcode: u8) -> bool {
    // STOP, RETURN, REVERT, INVALID, SELFDESTRUCT.
    matches!(opcode, 0x00 | 0xf3 | 0xfd..=0xff)
}

/// The bytes of memory that the two words on top of the stack name; none that memory does not have yet.
fn operand(stack: &[U256], memory: &[u8]) -> Option<Bytes> {
    let [.., size, offset] = stack else { return None };
    let (offset, size) = (usize::try_from(*offset).ok()?, usize::try_from(*size).ok()?);
    // What memory grows by is zeros.
    const MOST: usize = 1 << 16;
    if size > MOST {
        return None;
    }
    let mut bytes = vec![0; size];
    let there = memory.get(offset..).unwrap_or_default();
    let length = there.len().min(size);
    bytes[..length].copy_from_slice(&there[..length]);
    Some(bytes.into())
}
