//! Where the pc stands after an exceptional halt. The contract does an opcode's harmless work
//! first and then finds that stack or gas was too short: so it is mostly behind the opcode.
//! Normative text: `specs/07-verdicts.md`.

use alloy_primitives::U256;
use revm::{
    bytecode::opcode::JUMPDEST,
    interpreter::{InstructionResult, Interpreter, interpreter_types::Jumps},
};

use super::step::Eth;
use crate::rules::opcodes::Handler;

/// The pc after revm's own instruction at `pc` halted with `result`.
pub(super) fn pc(
    interpreter: &mut Interpreter<Eth>,
    pc: usize,
    result: InstructionResult,
) -> usize {
    let opcode = interpreter.bytecode.bytes_ref()[pc];
    let Some(row) = interpreter.extend.rules.row(opcode) else { return pc };
    match row.handler {
        Handler::Invalid => pc,
        Handler::Push(bytes) => pc + 1 + bytes,
        // Both check their operands first; they have no static gas.
        Handler::Return | Handler::Revert if result == InstructionResult::StackUnderflow => pc,
        Handler::Jump | Handler::Jumpi if result == InstructionResult::InvalidJump => pc,
        Handler::Jump => {
            let destination = operand(interpreter, 0);
            jumped(interpreter, destination).unwrap_or(pc)
        }
        Handler::Jumpi if !operand(interpreter, 1).is_zero() => {
            let destination = operand(interpreter, 0);
            jumped(interpreter, destination).unwrap_or(pc)
        }
        _ => pc + 1,
    }
}

/// An operand; zero where the stack has none.
fn operand(interpreter: &Interpreter<Eth>, depth: usize) -> U256 {
    let words = interpreter.stack.data();
    words.len().checked_sub(depth + 1).map_or(U256::ZERO, |index| words[index])
}

/// A jump goes on behind the `JUMPDEST` that it leads to.
fn jumped(interpreter: &mut Interpreter<Eth>, destination: U256) -> Option<usize> {
    let destination = usize::try_from(destination).ok()?;
    (interpreter.bytecode.is_valid_legacy_jump(destination)
        && interpreter.bytecode.bytes_ref().get(destination) == Some(&JUMPDEST))
    .then_some(destination + 1)
}
