//! The hooks that revm calls: before and after each opcode, each call, each creation.
//! `specs/03-records.md`.
//!
//! In the data's way this stands right behind revm. An opcode is noted before it runs, its record is
//! made after: by then it has either succeeded, or a cost has stopped it.

use alloy_primitives::Address;
use revm::{
    Inspector,
    bytecode::opcode,
    context::{ContextTr, JournalTr},
    inspector::JournalExt,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, CreateScheme, InstructionResult,
        Interpreter, InterpreterAction, interpreter::EthInterpreter, interpreter_types::Jumps,
    },
};

use super::{
    Recorder, RecorderError, collision,
    frame::{Entering, Pending},
    opcodes::{self, Step},
    record::End,
};
use iso_evm_wire::records::{Create2Record, CreateRecord};

impl<CTX> Inspector<CTX, EthInterpreter> for Recorder
where
    CTX: ContextTr<Journal: JournalExt>,
{
    fn initialize_interp(&mut self, interp: &mut Interpreter<EthInterpreter>, context: &mut CTX) {
        if let Some(entering) = self.entering.take() {
            self.open(entering, interp, context);
        }
    }

    #[inline]
    fn step(&mut self, interp: &mut Interpreter<EthInterpreter>, context: &mut CTX) {
        let opcode = interp.bytecode.opcode();
        if opcodes::is_recorded(opcode) {
            self.note(opcode, interp, context);
        }
    }

    #[inline]
    fn step_end(&mut self, interp: &mut Interpreter<EthInterpreter>, context: &mut CTX) {
        if self.step.is_some()
            && let Some(step) = self.step.take()
        {
            self.record(&step, interp, context);
            self.room = Some(step);
        }
    }

    fn call(&mut self, context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.begin(context);
        let entering = Entering::call(context, inputs, self.fork);
        let pending = self.frames.last_mut().and_then(|frame| frame.pending.as_mut());
        if let Some(Pending::Call(_, record)) = pending {
            record.gas = inputs.gas_limit;
        }
        self.entering = Some(entering);
        None
    }

    fn call_end(&mut self, context: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.end_call(context, inputs, outcome);
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.begin(context);
        if let Some(frame) = self.frames.last_mut() {
            let (value, gas) = (inputs.value(), inputs.gas_limit());
            frame.pending = Some(match inputs.scheme() {
                CreateScheme::Create2 { salt } => Pending::Create2(Create2Record {
                    salt: salt.into(),
                    value,
                    gas,
                    ..Create2Record::default()
                }),
                _ => Pending::Create(CreateRecord {
                    nonce: nonce(context, inputs.caller()),
                    value,
                    gas,
                    ..CreateRecord::default()
                }),
            });
        }
        self.entering = Some(Entering::create(inputs));
        let new = collision::created(context, inputs)?;
        self.has_storage(new).then(|| collision::collide(context, inputs, new))
    }

    fn create_end(
        &mut self,
        context: &mut CTX,
        inputs: &CreateInputs,
        outcome: &mut CreateOutcome,
    ) {
        self.end_create(context, inputs, &outcome.result);
    }
}

impl Recorder {
    /// A call or creation begins; if no frame is open, so does the transaction.
    fn begin<CTX>(&mut self, context: &CTX)
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        if self.frames.is_empty() {
            if self.started {
                self.fail(RecorderError::SecondTransaction);
            }
            self.started = true;
            // Most transactions have one message.
            self.messages.reserve_exact(1);
            self.check_fork(context);
            let fork = self.fork;
            if let Some(evidence) = self.evidence() {
                evidence.start(context, fork);
            }
        }
    }

    /// Notes a recorded opcode before it runs. Not inlined, so that [`Inspector::step`] is: most
    /// opcodes go no further than that.
    #[inline(never)]
    fn note<CTX>(&mut self, opcode: u8, interp: &Interpreter<EthInterpreter>, context: &CTX)
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let journal = context.journal_ref();
        let mut step = self.room.take().unwrap_or_default();
        if !step.note(opcode, interp.stack.data()) {
            self.room = Some(step);
            return;
        }
        step.gas = interp.gas.remaining();
        step.memory = interp.memory.len();
        step.journal = journal.journal().len();
        if opcode == opcode::SELFDESTRUCT {
            let executing = journal.evm_state().get(&interp.input.target_address);
            step.balance = executing.map(|account| account.info.balance).unwrap_or_default();
        }
        self.step = Some(step);
    }

    /// Makes the record of an opcode that has run. Not inlined, as [`Self::note`].
    #[inline(never)]
    fn record<CTX>(
        &mut self,
        step: &Step,
        interp: &mut Interpreter<EthInterpreter>,
        context: &mut CTX,
    ) where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let end = match &interp.bytecode.action {
            None => End::Done,
            Some(InterpreterAction::NewFrame(_)) => End::Frame,
            Some(InterpreterAction::Return(result)) => match result.result {
                InstructionResult::SelfDestruct => End::Done,
                InstructionResult::OutOfGas if step.is_consumed_without_gas(self.fork) => {
                    End::OutOfGas
                }
                _ => return,
            },
        };
        if let Some(record) = self.record_of(step, end, interp, context) {
            self.push(&record, context);
        }
    }
}

/// Nonce of an account that is loaded.
fn nonce<CTX>(context: &CTX, address: Address) -> u64
where
    CTX: ContextTr<Journal: JournalExt>,
{
    let account = context.journal_ref().evm_state().get(&address);
    account.map(|account| account.info.nonce).unwrap_or_default()
}
