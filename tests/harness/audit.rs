//! Messages put before the emitted hypervisor.

use std::sync::LazyLock;

use iso_evm_hypervisor::{Audited, Engine, Verdict};
use iso_evm_witness::{Fork, MessageWitness, Recorded, Recording, encoding::encode};

static ENGINES: LazyLock<[Engine; 8]> = LazyLock::new(|| Fork::ALL.map(Engine::new));

/// The hypervisor of a fork.
pub(crate) fn engine(fork: Fork) -> &'static Engine {
    &ENGINES[usize::from(fork.number())]
}

/// Audits `witness` with the code that `message` ran.
pub(crate) fn audit_as(fork: Fork, witness: &MessageWitness, message: &Recorded) -> Audited {
    engine(fork).audit(&encode(witness).into(), &message.code, None)
}

/// Audits every message of a recording; an error names the first that is not valid.
pub(crate) fn all_valid(name: &str, fork: Fork, recording: &Recording) -> Result<(), String> {
    for (index, message) in recording.messages.iter().enumerate() {
        let verdict = audit_as(fork, &message.witness, message).verdict;
        if verdict != Verdict::Valid {
            let records = message.witness.stateAccessList.len();
            let status = message.witness.status;
            return Err(format!(
                "{name}: {fork} message {index} of {}, status {status}, {records} records: \
                 {verdict:x?}",
                recording.messages.len()
            ));
        }
    }
    Ok(())
}
