//! Why a guest halted exceptionally, for a person. A verdict does not say: to it all halts are one.
//! Normative text: `specs/16-native-engine.md`, section Traces.

use std::fmt;

use alloy_primitives::U256;
use iso_evm_wire::protocol::Change;
use revm::{
    bytecode::opcode::{CALL, CREATE, CREATE2, LOG0, LOG4, SELFDESTRUCT, SSTORE, TSTORE},
    interpreter::InstructionResult,
};

use super::{frame::Frame, ranges::operand, step::Stop};
use crate::rules::{gas::MAX_INIT_CODE_SIZE, message::STACK_LIMIT};

/// Why a guest halted exceptionally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Halt {
    /// The opcode costs more than the gas that is left.
    OutOfGas,
    /// The stack has fewer words than the opcode takes.
    StackUnderflow,
    /// The stack has no room for what the opcode puts on it.
    StackOverflow,
    /// The jump leads to no `JUMPDEST`.
    InvalidJump,
    /// The fork has no such opcode.
    UndefinedOpcode,
    /// `INVALID` (0xfe).
    Invalid,
    /// A static context changes no state (EIP-214).
    StaticContext,
    /// `RETURNDATACOPY` reads behind the end of the returned data (EIP-211).
    ReturnDataOutOfBounds,
    /// The initcode is longer than it may be (EIP-3860).
    InitcodeTooLong,
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfGas => "out of gas",
            Self::StackUnderflow => "stack underflow",
            Self::StackOverflow => "stack overflow",
            Self::InvalidJump => "invalid jump destination",
            Self::UndefinedOpcode => "undefined opcode",
            Self::Invalid => "designated invalid opcode",
            Self::StaticContext => "state change in a static context",
            Self::ReturnDataOutOfBounds => "copy from behind the end of the returned data",
            Self::InitcodeTooLong => "initcode longer than the limit",
        })
    }
}

/// What is known of an opcode before it runs that tells, once it has halted, why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspect {
    opcode: u8,
    height: usize,
    gas: u64,
    /// Whether the context is static, and the opcode changes state.
    forbidden: bool,
    /// Length of the initcode that it creates with.
    initcode: Option<U256>,
}

impl Suspect {
    /// The next opcode of a frame.
    pub(super) fn of(frame: &Frame, opcode: u8) -> Self {
        let stack = frame.interpreter.stack.data();
        let changes = match opcode {
            SSTORE | TSTORE | LOG0..=LOG4 | CREATE | CREATE2 | SELFDESTRUCT => true,
            CALL => operand(stack, 2).is_some_and(|value| !value.is_zero()),
            _ => false,
        };
        Self {
            opcode,
            height: stack.len(),
            gas: frame.interpreter.gas.remaining(),
            forbidden: changes && frame.interpreter.runtime_flag.is_static,
            initcode: matches!(opcode, CREATE | CREATE2).then(|| operand(stack, 2)).flatten(),
        }
    }

    /// Why it halted, if it did: `result` is what the instruction ended with, `frame` the frame as it
    /// is then.
    pub(super) fn halt(self, frame: &Frame, result: InstructionResult) -> Option<Halt> {
        match &frame.interpreter.extend.stop {
            Some(Stop::Refused | Stop::Failed) => Some(self.of_record(frame)),
            Some(Stop::Ended | Stop::Judged(_)) => None,
            None => result.is_halt().then(|| of_revm(result)),
        }
    }

    /// Of an opcode that takes a record: in the order in which its instruction looks.
    fn of_record(self, frame: &Frame) -> Halt {
        let rules = &frame.interpreter.extend.rules;
        let Some(row) = rules.row(self.opcode) else { return Halt::UndefinedOpcode };
        let limited = rules.fork.has(Change::InitcodeLimit);
        let too_long = |length| length > U256::from(MAX_INIT_CODE_SIZE);
        if self.height < row.inputs {
            Halt::StackUnderflow
        } else if self.height - row.inputs + row.outputs > STACK_LIMIT {
            Halt::StackOverflow
        } else if self.gas < row.base {
            Halt::OutOfGas
        } else if self.forbidden {
            Halt::StaticContext
        } else if limited && self.initcode.is_some_and(too_long) {
            Halt::InitcodeTooLong
        } else {
            Halt::OutOfGas
        }
    }
}

/// Of an opcode that revm's own instruction ran.
fn of_revm(result: InstructionResult) -> Halt {
    match result {
        InstructionResult::StackUnderflow => Halt::StackUnderflow,
        InstructionResult::StackOverflow => Halt::StackOverflow,
        InstructionResult::InvalidJump => Halt::InvalidJump,
        InstructionResult::OpcodeNotFound | InstructionResult::NotActivated => {
            Halt::UndefinedOpcode
        }
        InstructionResult::InvalidFEOpcode => Halt::Invalid,
        InstructionResult::OutOfOffset => Halt::ReturnDataOutOfBounds,
        // All others that its instructions end with are of gas.
        _ => Halt::OutOfGas,
    }
}
