//! A run step by step, for somebody who watches: who is told what precompiles are called with, and
//! who says when it is enough. A message that calls a precompile has its hash only; whoever runs the
//! message has the bytes.

use alloy_primitives::{Bytes, U256};
use revm::{
    context_interface::cfg::GasParams,
    interpreter::{
        Gas, InstructionResult, Interpreter, InterpreterAction, host::DummyHost,
        interpreter::num_words, interpreter_types::LoopControl,
    },
};

use super::{
    exit::End,
    frame::Frame,
    run::Callee,
    step::{Eth, Step, Stop},
};
use crate::rules::{
    fields::outcome::DATA_HASH,
    gas::GAS_KECCAK256_WORD,
    segment::SegmentVerdict,
    verdict::{Inconclusive, MessageVerdict, MismatchKind},
};

/// The guest's own opcodes would spend more than they may.
pub(super) const ENOUGH: MessageVerdict =
    MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit };

/// Who is told the index of a record and the bytes that the precompile got.
pub(super) type Observer<'a> = &'a mut dyn FnMut(u64, &[u8]);

/// What the instructions note for a run that is watched.
#[derive(Debug)]
pub(super) struct Watch {
    /// Record and input of the precompile that was called last, until they are told.
    input: Option<(u64, Bytes)>,
    /// Gas that callees used, by their records.
    callees: u64,
    /// Gas that callees got for nothing.
    stipends: u64,
    /// What hashing the input of children costs, which the guest does not pay.
    passed: u64,
    /// Gas that the guest's own opcodes have spent, and what has been passed.
    own: u64,
    /// Gas that they may spend.
    most: u64,
    /// What the last instruction did, until it is told.
    noted: Noted,
}

/// What an instruction did that its gas alone does not tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Noted {
    /// The call or creation that it made.
    pub(super) callee: Option<Callee>,
    /// What it added to the refunds.
    pub(super) refund: i64,
    /// Gas that its callee gets for nothing.
    stipend: u64,
}

impl Watch {
    /// Notes for a run whose own opcodes may spend this much gas.
    pub(super) fn new(most: u64) -> Self {
        Self {
            input: None,
            callees: 0,
            stipends: 0,
            passed: 0,
            own: 0,
            most,
            noted: Noted::default(),
        }
    }

    /// The same where the frame has used gas before.
    pub(super) fn resumed(most: u64, used: u64) -> Self {
        Self { callees: used, ..Self::new(most) }
    }

    /// Gas that the guest's own opcodes have spent, and what has been passed.
    pub(super) fn own(&self) -> u64 {
        self.own
    }

    /// A callee had this much gas, and used so much of it.
    pub(super) fn settled(&mut self, gas: u64, used: u64) {
        self.callees = self.callees.saturating_add(used);
        let stipend = self.noted.stipend;
        self.noted.callee = Some(Callee { given: gas.saturating_sub(stipend), stipend, used });
    }

    /// A callee gets this much gas that the guest does not pay.
    pub(super) fn gave(&mut self, gas: u64) {
        self.stipends = self.stipends.saturating_add(gas);
        self.noted.stipend = gas;
    }

    /// What the last instruction did: told once.
    pub(super) fn take_noted(&mut self) -> Noted {
        std::mem::take(&mut self.noted)
    }

    /// What the guest's own opcodes have spent, where its gas is this.
    pub(super) fn own_at(&mut self, gas: &Gas) -> u64 {
        self.count(gas, 0);
        self.own
    }

    /// Counts what the guest's own opcodes have spent, and are about to; whether they may.
    fn count(&mut self, gas: &Gas, coming: u64) -> bool {
        // An opcode that it could not pay leaves revm's counter anywhere.
        let spent = gas.limit().saturating_sub(gas.remaining()).saturating_add(self.stipends);
        let own = spent.saturating_sub(self.callees).saturating_add(coming);
        let own = own.saturating_add(self.passed);
        // Stipends that come back are spent again: a message is not charged for more than it has.
        self.own = own.min(gas.limit()).max(self.own);
        self.own <= self.most
    }
}

/// Counts the hashing of what a child is passed before it is done, if somebody watches: as `KECCAK256`
/// costs, a word at a time.
///
/// # Errors
///
/// If that is more than the guest's own opcodes may spend.
pub(super) fn count_passed(step: &mut Step<'_>, length: usize) -> Result<(), MessageVerdict> {
    let cost = (num_words(length) as u64).saturating_mul(GAS_KECCAK256_WORD);
    let Interpreter { gas, extend, .. } = &mut *step.interpreter;
    let Some(watch) = &mut extend.watch else { return Ok(()) };
    watch.passed = watch.passed.saturating_add(cost);
    // What the call has set aside for its callee is not spent yet.
    watch.own = watch.own.saturating_add(cost).min(gas.limit());
    if watch.own <= watch.most { Ok(()) } else { Err(ENOUGH) }
}

/// Notes what an instruction adds to the refunds, if somebody watches.
pub(super) fn note_refund(step: &mut Step<'_>, refund: impl FnOnce(&GasParams) -> i64) {
    let gas = step.gas;
    if let Some(watch) = &mut step.audit().watch {
        watch.noted.refund = refund(gas);
    }
}

/// Notes what a precompile is passed, the part in memory that decides, if the record has its hash. The
/// record's fields from `outcome` on stand at `position`.
pub(super) fn note(
    step: &mut Step<'_>,
    position: usize,
    (offset, length): (usize, usize),
    hash: U256,
) -> Result<(), Stop> {
    if step.audit().watch.is_none() {
        return Ok(());
    }
    step.expect(MismatchKind::DataHash, hash, position + DATA_HASH)?;
    let input = match length {
        0 => Bytes::new(),
        _ => Bytes::copy_from_slice(&step.interpreter.memory.slice_len(offset, length)),
    };
    let audit = step.audit();
    if let Some(watch) = &mut audit.watch {
        watch.input = Some((audit.records.last(), input));
    }
    Ok(())
}

/// Counts what memory up to `end` costs before there is any, if somebody watches. An opcode that
/// cannot pay it fails by itself.
///
/// # Errors
///
/// If it is more than the guest's own opcodes may spend.
pub(super) fn count_memory(
    interpreter: &mut Interpreter<Eth>,
    params: &GasParams,
    end: usize,
) -> Result<(), MessageVerdict> {
    let Interpreter { gas, extend, .. } = interpreter;
    let Some(watch) = &mut extend.watch else { return Ok(()) };
    let paid = gas.memory().expansion_cost;
    let cost = params.memory_cost(num_words(end)).saturating_sub(paid);
    if cost > gas.remaining() || watch.count(gas, cost) { Ok(()) } else { Err(ENOUGH) }
}

impl Frame {
    /// [`Self::run`], told to `observer` as it goes on. The guest's own opcodes may spend `gas`; what
    /// they spend is taken from it.
    ///
    /// # Errors
    ///
    /// As [`Self::run`]; inconclusive once they would spend more.
    pub(super) fn run_watched(
        &mut self,
        gas: &mut u64,
        observer: Observer<'_>,
    ) -> Result<End, SegmentVerdict> {
        self.interpreter.extend.watch = Some(Watch::new(*gas));
        let action = self.watched(observer);
        let own = self.interpreter.extend.watch.as_ref().map_or(0, Watch::own);
        *gas = gas.saturating_sub(own);
        self.ended(action?)
    }

    fn watched(&mut self, observer: Observer<'_>) -> Result<InterpreterAction, MessageVerdict> {
        let rules = self.interpreter.extend.rules.clone();
        let table = rules.guarded_table();
        let mut host = DummyHost::new(rules.spec);
        loop {
            let stepped = self.interpreter.step(table, &rules.static_gas, &mut host);
            if let Some(watch) = &mut self.interpreter.extend.watch
                && let Some((record, input)) = watch.input.take()
            {
                observer(record, &input);
            }
            self.count()?;
            if let Err(result) = stepped {
                return Ok(self.action(result));
            }
        }
    }

    /// Counts what the last instruction has spent, if somebody watches.
    ///
    /// # Errors
    ///
    /// If it is more than the guest's own opcodes may spend.
    pub(super) fn count(&mut self) -> Result<(), MessageVerdict> {
        let audit = &mut self.interpreter.extend;
        // A call that is judged may have set gas aside for its callee.
        if matches!(audit.stop, Some(Stop::Judged(_))) {
            return Ok(());
        }
        let watch = audit.watch.as_mut();
        let within = watch.is_none_or(|watch| watch.count(&self.interpreter.gas, 0));
        if within { Ok(()) } else { Err(ENOUGH) }
    }

    /// What an instruction ended the run with.
    pub(super) fn action(&mut self, result: InstructionResult) -> InterpreterAction {
        if self.interpreter.bytecode.action().is_none() {
            self.interpreter.halt(result);
        }
        self.interpreter.take_next_action()
    }
}
