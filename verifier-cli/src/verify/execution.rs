//! The execution audit: every message before the engine that was asked for, on all cores.

use alloy_primitives::{Address, Bytes};
use iso_evm_hypervisor::{Audited, Engine, Inconclusive, Verdict};
use iso_evm_witness::{MessageWitness, Witness};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::{EngineKind, Options, VerifyError};
use crate::codes::Codes;

/// Audits each message; `messages` are those of the witness, decoded where they can be.
///
/// # Errors
///
/// If both engines were asked for, and differ.
pub(super) fn execution(
    engine: &Engine,
    witness: &Witness,
    messages: &[Option<MessageWitness>],
    options: &Options,
) -> Result<Vec<Audited>, VerifyError> {
    let codes = Codes::new(witness);
    let audit = |(index, message): (usize, &Option<MessageWitness>)| {
        let bytes = &witness.messages[index];
        // Code that the witness does not hold is not archived, and the engines say so.
        let hypervisor = || {
            let code = message.as_ref().and_then(|message| witness.code(message));
            let archives: Vec<(Address, Bytes)> =
                code.map_or_else(Vec::new, |code| engine.archives(bytes, code));
            engine.run(bytes, &archives, options.host_gas_limit)
        };
        let limit = options.guest_gas_limit;
        let native = || {
            let code = message.as_ref().and_then(|message| codes.of(message));
            engine.native().audit_within(bytes, code, limit)
        };
        let audited = match options.engine {
            EngineKind::Hypervisor => hypervisor(),
            EngineKind::Native => Audited { verdict: native(), host_gas: 0 },
            EngineKind::Both => agreed(index, hypervisor, native, limit.is_some())?,
        };
        tracing::debug!(index, host_gas = audited.host_gas, verdict = ?audited.verdict);
        Ok(audited)
    };
    messages.par_iter().enumerate().map(audit).collect()
}

/// What both engines say of a message. One that came to its limit says nothing to compare with, and
/// the other one is not asked; so the one that has a limit goes first.
fn agreed(
    message: usize,
    hypervisor: impl FnOnce() -> Audited,
    native: impl Fn() -> Verdict,
    native_first: bool,
) -> Result<Audited, VerifyError> {
    let first = native_first.then(&native);
    if let Some(verdict @ Verdict::Inconclusive { reason: Inconclusive::GuestGasLimit }) = first {
        return Ok(Audited { verdict, host_gas: 0 });
    }
    let hypervisor = hypervisor();
    if let Verdict::Inconclusive { reason: Inconclusive::HostOutOfGas } = hypervisor.verdict {
        return Ok(hypervisor);
    }
    let native = first.unwrap_or_else(native);
    if native == hypervisor.verdict {
        return Ok(hypervisor);
    }
    let verdicts = Box::new([hypervisor.verdict, native]);
    Err(VerifyError::EnginesDiffer { message, verdicts })
}
