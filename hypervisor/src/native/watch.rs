//! A run with somebody who watches: who is told what precompiles are called with, and when it is
//! enough. A message that calls a precompile has its hash only; whoever runs the message has the
//! bytes.

use alloy_primitives::{B256, Bytes, U256};
use iso_evm_witness::records::Outcome;
use revm::interpreter::{InterpreterAction, host::DummyHost, interpreter_types::LoopControl};

use super::{
    exit::End,
    frame::Frame,
    step::{Step, Stop},
};
use crate::{
    fields::outcome::{DATA_HASH, OUTCOME},
    verdict::{MismatchKind, Verdict},
};

/// Who is told the index of a record and the bytes that the precompile got.
pub(super) type Observer<'a> = &'a mut dyn FnMut(usize, &[u8]);

/// What the instructions note for a run that is watched.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Record and input of the precompile that was called last, until they are told.
    input: Option<(usize, Bytes)>,
    /// Gas that callees used, by their records.
    callees: u64,
}

impl Watch {
    /// A callee used this much gas.
    pub(super) fn used(&mut self, gas: u64) {
        self.callees = self.callees.saturating_add(gas);
    }
}

/// Notes what a call passes, if that is to a precompile and the record has its hash. The record's
/// fields from `outcome` on stand at `position`.
pub(super) fn note(
    step: &mut Step<'_>,
    position: usize,
    input: Bytes,
    hash: B256,
) -> Result<(), Stop> {
    let outcome = step.word(position + OUTCOME);
    if step.audit().watch.is_none() || outcome != U256::from(Outcome::Precompile as u8) {
        return Ok(());
    }
    step.expect(MismatchKind::DataHash, hash.into(), position + DATA_HASH)?;
    let audit = step.audit();
    if let Some(watch) = &mut audit.watch {
        watch.input = Some((audit.records.last(), input));
    }
    Ok(())
}

impl Frame {
    /// [`Self::run`], told to `observer` as it goes on. `None` once the guest's own opcodes have
    /// spent more than `gas`; what they spend is taken from it.
    pub(super) fn run_watched(
        &mut self,
        gas: &mut u64,
        observer: Observer<'_>,
    ) -> Option<Result<End, Verdict>> {
        self.interpreter.extend.watch = Some(Watch::default());
        let mut own = 0;
        let action = self.watched(*gas, &mut own, observer);
        *gas = gas.saturating_sub(own);
        action.map(|action| self.ended(action))
    }

    fn watched(
        &mut self,
        most: u64,
        own: &mut u64,
        observer: Observer<'_>,
    ) -> Option<InterpreterAction> {
        let rules = self.interpreter.extend.rules.clone();
        let table = rules.table_for(self.interpreter.gas.limit());
        let mut host = DummyHost::new(rules.spec);
        loop {
            let stepped = self.interpreter.step(table, &rules.static_gas, &mut host);
            let callees = match &mut self.interpreter.extend.watch {
                Some(watch) => {
                    if let Some((record, input)) = watch.input.take() {
                        observer(record, &input);
                    }
                    watch.callees
                }
                None => 0,
            };
            // An opcode that it could not pay leaves revm's counter anywhere.
            let gas = &self.interpreter.gas;
            let spent = gas.limit().saturating_sub(gas.remaining());
            *own = spent.saturating_sub(callees).max(*own);
            if *own > most {
                return None;
            }
            if let Err(result) = stepped {
                if self.interpreter.bytecode.action().is_none() {
                    self.interpreter.halt(result);
                }
                return Some(self.interpreter.take_next_action());
            }
        }
    }
}
