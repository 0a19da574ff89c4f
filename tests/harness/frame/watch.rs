//! A native run, watched for what the live machine cannot do alike. Beside the run: its rule decides
//! whether there is anything to compare.

use alloy_primitives::U256;
use revm::{
    Inspector,
    bytecode::opcode,
    context_interface::cfg::gas,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, InstructionResult, Interpreter,
        interpreter::EthInterpreter,
        interpreter_types::{Jumps, LegacyBytecode},
    },
};

use super::World;

/// Why a frame cannot be the same under delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// `GAS` ran in the frame, or below it where gas was not a fixed amount, other than as the operand
    /// of a call that follows at once: the live machine's own gas shows in it.
    ReadsGas,
    /// Gas ran out, in the frame, or below it where gas was not a fixed amount. The sentry of 2300
    /// is such an end.
    OutOfGas,
}

/// Watches a native run for what makes it incomparable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    reads_gas: bool,
    out_of_gas: bool,
    pub(crate) steps: u64,
    /// Frames under way: whether a frame's gas depends on what there is left. One that is given a
    /// fixed amount has it under both, and all below it too.
    depends: Vec<bool>,
    /// Gas operand of the call under way.
    asked: U256,
}

const CALLS: [u8; 4] = [opcode::CALL, opcode::CALLCODE, opcode::DELEGATECALL, opcode::STATICCALL];

fn ran_out(result: InstructionResult) -> bool {
    // An operand that no gas pays for runs out under both.
    matches!(
        result,
        InstructionResult::OutOfGas
            | InstructionResult::MemoryOOG
            | InstructionResult::MemoryLimitOOG
            | InstructionResult::PrecompileOOG
            | InstructionResult::ReentrancySentryOOG
    )
}

impl Inspector<World, EthInterpreter> for Watch {
    fn step(&mut self, interp: &mut Interpreter<EthInterpreter>, _: &mut World) {
        self.steps += 1;
        match interp.bytecode.opcode() {
            opcode::GAS => {
                // As a call's operand it is just all that there is left.
                let next = interp.bytecode.bytecode_slice().get(interp.bytecode.pc() + 1);
                let operand = next.is_some_and(|next| CALLS.contains(next));
                self.reads_gas |= self.depends.last() == Some(&true) && !operand;
            }
            byte if CALLS.contains(&byte) => {
                self.asked = interp.stack.peek(0).unwrap_or_default();
            }
            _ => {}
        }
    }

    fn call(&mut self, _: &mut World, inputs: &mut CallInputs) -> Option<CallOutcome> {
        let stipend = if inputs.transfers_value() { gas::CALL_STIPEND } else { 0 };
        let fixed = self.asked == U256::from(inputs.gas_limit.saturating_sub(stipend));
        self.depends.push(self.depends.last().is_none_or(|depends| *depends && !fixed));
        None
    }

    fn create(&mut self, _: &mut World, _: &mut CreateInputs) -> Option<CreateOutcome> {
        self.depends.push(self.depends.last().is_none_or(|depends| *depends));
        None
    }

    fn call_end(&mut self, _: &mut World, _: &CallInputs, outcome: &mut CallOutcome) {
        self.end(outcome.result.result);
    }

    fn create_end(&mut self, _: &mut World, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.end(outcome.result.result);
    }
}

impl Watch {
    /// A frame has ended.
    fn end(&mut self, result: InstructionResult) {
        self.out_of_gas |= self.depends.pop() == Some(true) && ran_out(result);
    }

    /// The run has ended.
    pub(super) fn run_end(&mut self, result: InstructionResult) {
        self.out_of_gas |= ran_out(result);
    }

    /// What makes the run incomparable, if anything does.
    pub(super) fn rule(&self) -> Option<Rule> {
        if self.reads_gas {
            Some(Rule::ReadsGas)
        } else {
            self.out_of_gas.then_some(Rule::OutOfGas)
        }
    }
}
