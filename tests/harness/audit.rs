//! Messages put before the emitted hypervisor.

use std::sync::LazyLock;

use iso_evm_hypervisor::{Audited, Engine, Verdict};
use iso_evm_witness::{
    Fork, MessageWitness,
    encoding::encode,
    execute::{Recorded, Recording},
};

static ENGINES: LazyLock<[Engine; 8]> = LazyLock::new(|| Fork::ALL.map(Engine::new));

/// The hypervisor of a fork.
pub(crate) fn engine(fork: Fork) -> &'static Engine {
    &ENGINES[usize::from(fork.number())]
}

/// Audits `witness` with the code that `message` ran.
pub(crate) fn audit_as(fork: Fork, witness: &MessageWitness, message: &Recorded) -> Audited {
    audit_bytes(fork, &encode(witness), message)
}

/// Audits calldata with the code that `message` ran.
pub(crate) fn audit_bytes(fork: Fork, calldata: &[u8], message: &Recorded) -> Audited {
    let is_create = message.witness.stateAccessList.first().is_some_and(|opening| {
        iso_evm_witness::records::Record::decode(opening).is_ok_and(|record| {
            matches!(record, iso_evm_witness::records::Record::Opening(opening)
                if opening.kind >= iso_evm_witness::records::FrameKind::Create as u8)
        })
    });
    let code = (!is_create).then_some(&message.code);
    engine(fork).audit(calldata, code, None)
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
