//! The execution audit: every message before the engine that was asked for, on all cores.

use alloy_primitives::{Address, Bytes};
use iso_evm_hypervisor::{Audited, Engine, Inconclusive, Verdict};
use iso_evm_witness::{MessageWitness, Witness};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::{EngineKind, Options, VerifyError};

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
    let audit = |(index, message): (usize, &Option<MessageWitness>)| {
        let bytes = &witness.messages[index];
        // Code that the witness does not hold is not archived, and the engines say so.
        let code = message.as_ref().and_then(|message| witness.code(message));
        let hypervisor = || {
            let archives: Vec<(Address, Bytes)> =
                code.map_or_else(Vec::new, |code| engine.archives(bytes, code));
            engine.run(bytes, &archives, options.host_gas_limit)
        };
        let native = || engine.native().audit(bytes, code);
        let audited = match options.engine {
            EngineKind::Hypervisor => hypervisor(),
            EngineKind::Native => Audited { verdict: native(), host_gas: 0 },
            EngineKind::Both => agreed(index, hypervisor(), native)?,
        };
        tracing::debug!(index, host_gas = audited.host_gas, verdict = ?audited.verdict);
        Ok(audited)
    };
    messages.par_iter().enumerate().map(audit).collect()
}

/// What both engines say of a message. A host that ran out of gas says nothing to compare with.
fn agreed(
    message: usize,
    hypervisor: Audited,
    native: impl FnOnce() -> Verdict,
) -> Result<Audited, VerifyError> {
    if let Verdict::Inconclusive { reason: Inconclusive::HostOutOfGas } = hypervisor.verdict {
        return Ok(hypervisor);
    }
    let native = native();
    if native == hypervisor.verdict {
        return Ok(hypervisor);
    }
    let verdicts = Box::new([hypervisor.verdict, native]);
    Err(VerifyError::EnginesDiffer { message, verdicts })
}
