//! The execution audit: every message before the emitted hypervisor, on all cores.

use alloy_primitives::{Address, Bytes};
use iso_evm_hypervisor::{Audited, Engine};
use iso_evm_witness::{MessageWitness, Witness};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

/// Audits each message; `messages` are those of the witness, decoded where they can be.
pub(super) fn execution(
    engine: &Engine,
    witness: &Witness,
    messages: &[Option<MessageWitness>],
    host_gas_limit: Option<u64>,
) -> Vec<Audited> {
    let audit = |(index, message): (usize, &Option<MessageWitness>)| {
        let bytes = &witness.messages[index];
        // Code that the witness does not hold is not archived, and the hypervisor says so.
        let archives: Vec<(Address, Bytes)> = (message.as_ref())
            .and_then(|message| witness.code(message))
            .map_or_else(Vec::new, |code| engine.archives(bytes, code));
        let audited = engine.run(bytes, &archives, host_gas_limit);
        tracing::debug!(index, host_gas = audited.host_gas, verdict = ?audited.verdict);
        audited
    };
    messages.par_iter().enumerate().map(audit).collect()
}
