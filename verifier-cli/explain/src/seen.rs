//! [`Seen`]: a guest before an opcode, as much of it as is shown; and [`Wanted`]: which of a message's is.

use std::collections::BTreeMap;

use alloy_primitives::{Bytes, U256};
use iso_evm_hypervisor::{Code, GuestState, Halt, NativeEngine, Stepped};
use iso_evm_wire::records::shape_of;

use crate::words::Told;

/// Words of the stack that are kept, from the top.
const WORDS: usize = 16;
/// Bytes of memory that are kept, from the beginning: 32 rows.
const BYTES: usize = 32 * 32;

/// A guest before an opcode, and what the opcode cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Number of the step, from 0.
    pub(crate) number: u64,
    pub(crate) pc: usize,
    pub(crate) opcode: u8,
    /// Gas that is left.
    pub(crate) gas: u64,
    /// What the opcode costs, what it hands to a callee not counted.
    pub(crate) cost: u64,
    /// The stack from the top, as many words as are kept.
    pub(crate) stack: Vec<U256>,
    /// Number of words on the stack.
    pub(crate) height: usize,
    /// The beginning of memory.
    pub(crate) memory: Vec<u8>,
    /// Number of bytes of memory.
    pub(crate) memory_size: usize,
    /// Why the guest halted there, if it did.
    pub(crate) halt: Option<Halt>,
}

impl Seen {
    /// A guest before the step with this number.
    pub(crate) fn before(number: u64, state: GuestState<'_>) -> Self {
        let (stack, memory) = (state.stack(), state.memory());
        Self {
            number,
            pc: state.pc(),
            opcode: state.opcode(),
            gas: state.gas(),
            cost: 0,
            stack: stack.iter().rev().take(WORDS).copied().collect(),
            height: stack.len(),
            memory: memory[..memory.len().min(BYTES)].to_vec(),
            memory_size: state.memory_size(),
            halt: None,
        }
    }

    /// Notes what the opcode did.
    pub(crate) const fn did(&mut self, stepped: &Stepped) {
        self.cost = stepped.cost;
        self.halt = stepped.halt;
    }

    /// The guest before the step with this number of a message, which is run up to there.
    pub(crate) fn at(
        engine: &NativeEngine,
        (calldata, code): (&Bytes, Option<&Code>),
        gas_limit: Option<u64>,
        number: u64,
    ) -> Option<Self> {
        let mut run = engine.run(calldata, code, gas_limit);
        for _ in 0..number {
            run.step()?;
        }
        let mut seen = Self::before(number, run.state()?);
        seen.did(&run.step()?);
        Some(seen)
    }
}

/// What is shown of a message: what its first finding is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Index of the record.
    pub(crate) record: Option<usize>,
    /// Offset in the code.
    pub(crate) pc: Option<usize>,
}

impl Wanted {
    /// What is wanted of the message with this index.
    pub(crate) fn of(told: &[Told], index: usize) -> Self {
        let finding = told.iter().find(|told| told.message == Some(index));
        Self {
            record: finding.and_then(|told| told.record),
            pc: finding.and_then(|told| usize::try_from(told.pc?).ok()),
        }
    }

    /// Whether an opcode may take the record that is wanted, behind those that were taken. The opening record is
    /// taken before the first opcode.
    pub(crate) fn is_next(self, opcode: u8, taken: &BTreeMap<usize, usize>) -> bool {
        let next = || taken.last_key_value().map_or(1, |(last, _)| last + 1);
        self.record.is_some_and(|record| record == next()) && shape_of(opcode).is_some()
    }
}
