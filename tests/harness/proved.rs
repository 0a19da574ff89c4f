//! Executions put before the access, tree and transaction audits.

use iso_evm_testing::witness;
use iso_evm_verifier::audit::{AuditOutcome, replay::replay, tree::tree};
use iso_evm_wire::Witness;
use iso_evm_witness::{Execution, Recording};

/// What of a recording is not valid under the three audits, if anything.
pub(crate) fn all_proved(
    name: &str,
    execution: &Execution,
    recording: &Recording,
) -> Result<(), String> {
    valid(name, &witness(execution, recording))
}

/// What of a witness is not valid under the three audits, if anything.
pub(crate) fn valid(name: &str, witness: &Witness) -> Result<(), String> {
    let (replayed, tree) = (replay(witness), tree(witness));
    let valid = (&AuditOutcome::Valid, &AuditOutcome::Valid, &AuditOutcome::Valid);
    if (&replayed.access, &tree, &replayed.transaction) == valid {
        return Ok(());
    }
    Err(format!("{name}: {}: {replayed:?}, tree {tree:?}", witness.rules))
}
