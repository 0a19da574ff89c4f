//! What a segment is not given, and the instructions that look whether they need it. An instruction
//! is run first, without what is missing: only one that does not halt needed it, or one that looked
//! at memory before it found that the gas is short.

use std::collections::BTreeSet;

use alloy_primitives::U256;
use iso_evm_wire::segment::PAGE_SIZE;
use revm::{
    bytecode::opcode::*,
    context_interface::{Host, cfg::GasParams},
    interpreter::{
        Instruction, InstructionExecResult, InstructionResult, Interpreter, interpreter::num_words,
    },
};

use crate::{
    native::{
        large::{self, guarded},
        ranges::{Range, operand, ranges},
        step::{Context, Eth, Table},
    },
    rules::{
        gas::GAS_COPY,
        segment::{Missing, SegmentVerdict},
    },
};

/// What a segment is not given: nothing, for a whole message.
#[derive(Debug, Default)]
pub(in crate::native) struct Withheld {
    /// Size of the guest's calldata, if it is not given.
    pub(in crate::native) call_data: Option<U256>,
    /// Size of the return data, as long as it is that which is not given.
    pub(in crate::native) return_data: Option<u64>,
    /// Pages of memory that are not given.
    pub(in crate::native) pages: BTreeSet<u64>,
    /// The first page that there is room for: none before it is given.
    pub(in crate::native) from: u64,
}

impl Withheld {
    /// Whether memory there is given, `length` not being zero.
    ///
    /// # Errors
    ///
    /// What is said of the segment, if it is not.
    pub(in crate::native) fn memory(
        &self,
        offset: usize,
        length: usize,
    ) -> Result<(), SegmentVerdict> {
        let page = |byte: usize| (byte / PAGE_SIZE) as u64;
        let touched = page(offset)..=page(offset + length - 1);
        if *touched.start() < self.from || self.pages.range(touched).next().is_some() {
            return Err(SegmentVerdict::NotProven(Missing::Memory));
        }
        Ok(())
    }
}

/// Puts one that looks whether what it needs is given in place of each instruction of revm's that
/// needs something.
pub(in crate::native) fn guard(table: &mut Table) {
    table[usize::from(MLOAD)] = Instruction::new(partial::<MLOAD>);
    table[usize::from(MSTORE)] = Instruction::new(partial::<MSTORE>);
    table[usize::from(MSTORE8)] = Instruction::new(partial::<MSTORE8>);
    table[usize::from(KECCAK256)] = Instruction::new(partial::<KECCAK256>);
    table[usize::from(CODECOPY)] = Instruction::new(partial::<CODECOPY>);
    table[usize::from(MCOPY)] = Instruction::new(partial::<MCOPY>);
    table[usize::from(RETURN)] = Instruction::new(partial::<RETURN>);
    table[usize::from(REVERT)] = Instruction::new(partial::<REVERT>);
    table[usize::from(CALLDATASIZE)] = Instruction::new(call_data_size);
    table[usize::from(CALLDATALOAD)] = Instruction::new(partial::<CALLDATALOAD>);
    table[usize::from(CALLDATACOPY)] = Instruction::new(partial::<CALLDATACOPY>);
    table[usize::from(RETURNDATASIZE)] = Instruction::new(return_data_size);
    table[usize::from(RETURNDATACOPY)] = Instruction::new(return_data_copy);
}

/// Runs an opcode, and then says whether it needed what is not given.
fn partial<const OPCODE: u8>(context: Context<'_>) -> InstructionExecResult {
    use InstructionResult::{MemoryOOG, OutOfGas, Return, Revert};
    let needed = needed(context.interpreter, OPCODE);
    let Context { interpreter, host } = context;
    let looks = looks_first(interpreter, host.gas_params(), OPCODE);
    let result = guarded::<OPCODE>(Context { interpreter: &mut *interpreter, host });
    match (needed, result) {
        (Some(needed), Ok(()) | Err(Return | Revert)) => not_proven(interpreter, needed),
        (Some(needed), Err(OutOfGas | MemoryOOG)) if looks => not_proven(interpreter, needed),
        (_, result) => result,
    }
}

/// Whether the contract looks at memory that is not given before it finds that the gas is short:
/// once its first range is paid, but not the words to hash, nor memory that is copied from.
fn looks_first(interpreter: &Interpreter<Eth>, gas: &GasParams, opcode: u8) -> bool {
    if !matches!(opcode, KECCAK256 | MCOPY) {
        return false;
    }
    let Some((offset, length)) = withheld_range(interpreter, &ranges(opcode)[..1]) else {
        return false;
    };
    let paid = interpreter.gas.memory().expansion_cost;
    let memory = gas.memory_cost(num_words(offset + length)).saturating_sub(paid);
    let copied = if opcode == MCOPY { GAS_COPY * num_words(length) as u64 } else { 0 };
    memory + copied <= interpreter.gas.remaining()
}

fn not_proven(interpreter: &mut Interpreter<Eth>, missing: Missing) -> InstructionExecResult {
    interpreter.extend.stop = Some(SegmentVerdict::NotProven(missing).into());
    Err(InstructionResult::FatalExternalError)
}

/// The first of these ranges of memory that is not given.
fn withheld_range(interpreter: &Interpreter<Eth>, ranges: &[Range]) -> Option<(usize, usize)> {
    let words = interpreter.stack.data();
    let ranges = ranges.iter().filter_map(|range| range.operands(words));
    ranges.filter_map(|(offset, length)| large::range(offset, length)).find(|(offset, length)| {
        *length > 0 && interpreter.extend.withheld.memory(*offset, *length).is_err()
    })
}

/// What an opcode would need that is not given, if it does not halt.
fn needed(interpreter: &Interpreter<Eth>, opcode: u8) -> Option<Missing> {
    if withheld_range(interpreter, ranges(opcode)).is_some() {
        return Some(Missing::Memory);
    }
    let size = interpreter.extend.withheld.call_data?;
    reads_call_data(interpreter.stack.data(), opcode, size).then_some(Missing::CallData)
}

/// Whether an opcode reads a byte of calldata of this size. Operands that are missing count as zero.
pub(super) fn reads_call_data(stack: &[U256], opcode: u8, size: U256) -> bool {
    let operand = |depth| operand(stack, depth).unwrap_or_default();
    match opcode {
        CALLDATALOAD => operand(0) < size,
        CALLDATACOPY => operand(1) < size && !operand(2).is_zero(),
        _ => false,
    }
}

/// `CALLDATASIZE`.
fn call_data_size(context: Context<'_>) -> InstructionExecResult {
    match context.interpreter.extend.withheld.call_data {
        Some(size) => push(context, size),
        None => guarded::<CALLDATASIZE>(context),
    }
}

/// `RETURNDATASIZE`.
fn return_data_size(context: Context<'_>) -> InstructionExecResult {
    match context.interpreter.extend.withheld.return_data {
        Some(size) => push(context, U256::from(size)),
        None => guarded::<RETURNDATASIZE>(context),
    }
}

fn push(context: Context<'_>, word: U256) -> InstructionExecResult {
    match context.interpreter.stack.push(word) {
        true => Ok(()),
        false => Err(InstructionResult::StackOverflow),
    }
}

/// `RETURNDATACOPY`.
fn return_data_copy(context: Context<'_>) -> InstructionExecResult {
    let Context { interpreter, host } = context;
    let (size, words) = (interpreter.extend.withheld.return_data, interpreter.stack.data());
    let (Some(size), Some(from), Some(length)) = (size, operand(words, 1), operand(words, 2))
    else {
        return partial::<RETURNDATACOPY>(Context { interpreter, host });
    };
    if from.saturating_add(length) > U256::from(size) {
        return Err(InstructionResult::OutOfOffset);
    }
    let missing = needed(interpreter, RETURNDATACOPY).unwrap_or(Missing::ReturnData);
    // It costs what CODECOPY does.
    guarded::<CODECOPY>(Context { interpreter: &mut *interpreter, host })?;
    if length.is_zero() { Ok(()) } else { not_proven(interpreter, missing) }
}
