//! Words of the message, facts that are pushed as they are, and logs.

use alloy_primitives::U256;
use revm::{
    bytecode::opcode::LOG0,
    interpreter::{InstructionExecResult, InstructionResult},
};

use super::step::{Context, step};
use crate::rules::{
    fields::{fact, keyed, log},
    verdict::MismatchKind,
};

/// `ORIGIN`, `GASPRICE`: the word of the message at `POSITION`. Its gas is charged already.
pub(super) fn head<const POSITION: usize>(context: Context<'_>) -> InstructionExecResult {
    let interpreter = context.interpreter;
    let word = interpreter.extend.calldata.word(POSITION);
    if interpreter.stack.push(word) { Ok(()) } else { Err(InstructionResult::StackOverflow) }
}

/// Words of the block and of the running account.
pub(super) fn fact(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        let position = step.take(fact::LENGTH)?;
        step.push(step.word(position + fact::VALUE))
    })
}

/// `BLOCKHASH`, `BLOBHASH`, `TLOAD`.
pub(super) fn keyed_fact(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        let key = step.pop()?;
        let position = step.take(keyed::LENGTH)?;
        step.expect(MismatchKind::Key, key, position + keyed::KEY)?;
        step.push(step.word(position + keyed::VALUE))
    })
}

/// `LOG0` to `LOG4`: nothing is logged, the record says what would have been.
pub(super) fn log(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        step.refuse_static()?;
        let topics = usize::from(step.opcode - LOG0);
        let (offset, length) = (step.pop()?, step.pop()?);
        let range = step.touch(offset, length)?;
        step.charge(step.gas.log_cost(0, range.1 as u64))?;
        let position = step.take(log::TOPICS + 32 * topics)?;
        let hash = step.hash(range);
        step.expect(MismatchKind::DataHash, hash.into(), position + log::DATA_HASH)?;
        for index in 0..topics {
            let topic: U256 = step.pop()?;
            step.expect(MismatchKind::Topic, topic, position + log::TOPICS + 32 * index)?;
        }
        Ok(())
    })
}
