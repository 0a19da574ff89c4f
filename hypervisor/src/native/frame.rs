//! The guest's frame: made of the message, run by revm's interpreter to its end.

use std::sync::Arc;

use alloy_primitives::Address;
use iso_evm_wire::layout as wire;
use revm::interpreter::{
    CallInput, Gas, InputsImpl, Interpreter, InterpreterAction, SharedMemory, Stack,
    host::DummyHost,
    interpreter::{ExtBytecode, RuntimeFlags},
    interpreter_types::Jumps,
};

use super::{
    exit::End,
    fault, large,
    rules::GuestRules,
    segment::withheld::Withheld,
    setup::Setup,
    step::{Audit, Eth, Stop},
};
use crate::rules::segment::SegmentVerdict;

/// The frame of the message under audit.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) interpreter: Interpreter<Eth>,
}

impl Frame {
    pub(super) fn new(rules: Arc<GuestRules>, setup: Setup) -> Self {
        let Setup { calldata, records, code, input, creation } = setup;
        let address = |position| Address::from_word(calldata.word(position).into());
        let input = InputsImpl {
            target_address: address(wire::CONTEXT),
            bytecode_address: None,
            caller_address: address(wire::CALLER),
            input: CallInput::Bytes(input),
            call_value: calldata.word(wire::CALLVALUE),
            depth: 0,
        };
        let runtime_flag = RuntimeFlags {
            is_static: !calldata.word(wire::IS_STATIC).is_zero(),
            spec_id: rules.spec,
        };
        let gas = Gas::new(calldata.small(wire::GAS_AVAILABLE));
        let state_root = calldata.word(wire::STATE_ROOT_ENTER);
        let interpreter = Interpreter {
            bytecode: ExtBytecode::new(code),
            gas,
            stack: Stack::new(),
            return_data: Default::default(),
            memory: SharedMemory::new(),
            input,
            runtime_flag,
            extend: Audit {
                rules,
                calldata,
                records,
                state_root,
                creation,
                withheld: Withheld::default(),
                watch: None,
                stop: None,
            },
        };
        Self { interpreter }
    }

    /// What the message says that it has.
    pub(super) fn gas_available(&self) -> u64 {
        self.interpreter.gas.limit()
    }

    /// Runs the guest to its end.
    ///
    /// # Errors
    ///
    /// The verdict, if a record gives one.
    pub(super) fn run(&mut self) -> Result<End, SegmentVerdict> {
        let rules = self.interpreter.extend.rules.clone();
        let table = rules.table_for(large::is_large(self.interpreter.gas.limit()));
        let mut host = DummyHost::new(rules.spec);
        let action = self.interpreter.run_plain(table, &rules.static_gas, &mut host);
        self.ended(action)
    }

    /// What the interpreter's last action, which ended the run, means for the guest.
    ///
    /// # Errors
    ///
    /// As [`Self::run`].
    pub(super) fn ended(&mut self, action: InterpreterAction) -> Result<End, SegmentVerdict> {
        let pc = self.interpreter.bytecode.pc() - 1;
        match self.interpreter.extend.stop.take() {
            Some(Stop::Judged(verdict)) => return Err(verdict),
            Some(Stop::Refused) => return Ok(End::fault(pc)),
            Some(Stop::Failed) => return Ok(End::fault(pc + 1)),
            Some(Stop::Ended) | None => {}
        }
        // No instruction of the tables opens a frame.
        let InterpreterAction::Return(result) = action else { return Ok(End::fault(pc)) };
        Ok(match result.result {
            halt if halt.is_halt() => End::fault(fault::pc(&mut self.interpreter, pc, halt)),
            how => End {
                status: if how.is_revert() { 2 } else { 1 },
                gas_left: result.gas.remaining(),
                output: result.output,
                pc: pc as u64,
            },
        })
    }
}
