//! Memory at offsets of 2^32 and more: out of gas by itself in the contract, whose gas terms must
//! stay below 2^64 ([`crate::emit::state_word`]). revm charges for it, and no frame with less than
//! [`LARGE`] gas can pay; only for one that might, its instructions are guarded. So they are where a
//! run is watched: memory that it may not spend the gas for is not taken.

use alloy_primitives::U256;
use revm::{
    bytecode::opcode::*,
    context_interface::Host,
    interpreter::{
        Instruction, InstructionExecResult, InstructionResult, host::DummyHost, instruction_table,
    },
};

use super::{
    ranges::ranges,
    step::{Context, Eth, Table},
    watch,
};

/// Gas that memory of 2^32 bytes costs, without its linear term.
const LARGE: u64 = 1 << 45;

/// Whether a frame with this much gas might pay for it.
pub(super) fn is_large(gas: u64) -> bool {
    gas >= LARGE
}

/// A range of memory that can be had at all.
pub(super) fn range(offset: U256, length: U256) -> Option<(usize, usize)> {
    let small = |word| usize::try_from(u32::try_from(word).ok()?).ok();
    Some((small(offset)?, small(length)?))
}

/// Puts a guard before each instruction of revm's that touches memory.
pub(super) fn guard(table: &mut Table) {
    table[usize::from(MLOAD)] = Instruction::new(guarded::<MLOAD>);
    table[usize::from(MSTORE)] = Instruction::new(guarded::<MSTORE>);
    table[usize::from(MSTORE8)] = Instruction::new(guarded::<MSTORE8>);
    table[usize::from(KECCAK256)] = Instruction::new(guarded::<KECCAK256>);
    table[usize::from(CALLDATACOPY)] = Instruction::new(guarded::<CALLDATACOPY>);
    table[usize::from(CODECOPY)] = Instruction::new(guarded::<CODECOPY>);
    table[usize::from(RETURNDATACOPY)] = Instruction::new(guarded::<RETURNDATACOPY>);
    table[usize::from(MCOPY)] = Instruction::new(guarded::<MCOPY>);
    table[usize::from(RETURN)] = Instruction::new(guarded::<RETURN>);
    table[usize::from(REVERT)] = Instruction::new(guarded::<REVERT>);
}

/// revm's instruction for an opcode, behind a guard if it touches memory.
pub(super) fn guarded<const OPCODE: u8>(context: Context<'_>) -> InstructionExecResult {
    let words = context.interpreter.stack.data();
    let mut end = 0;
    for range in ranges(OPCODE) {
        // Too few operands: the instruction says so.
        let Some((offset, length)) = range.operands(words) else { continue };
        if !length.is_zero() {
            let (offset, length) =
                self::range(offset, length).ok_or(InstructionResult::MemoryOOG)?;
            end = end.max(offset + length);
        }
    }
    if end > 0 {
        let params = context.host.gas_params();
        if let Err(verdict) = watch::count_memory(context.interpreter, params, end) {
            context.interpreter.extend.stop = Some(verdict.into());
            return Err(InstructionResult::FatalExternalError);
        }
    }
    let plain: Table = const { instruction_table::<Eth, DummyHost>() };
    plain[usize::from(OPCODE)].execute(context)
}
