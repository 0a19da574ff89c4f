//! What committing asks of a witness, before anything is sent. `specs/14-chain.md`, section Commitment.
//!
//! Who commits to what is false is convicted: so all four audits are run here first.

use iso_evm_explain::{open, told};
use iso_evm_verifier::verify::{Audit, AuditVerdict, Report, Verdict};
use iso_evm_wire::Opened;

use crate::error::CommandError;

/// Checks that a witness, called so, may be committed to: all four audits say that it is valid. `unproved` has no need
/// of those that came to no verdict; what is false is false.
///
/// # Errors
///
/// If an audit found something false; unless `unproved`, if one came to no verdict.
pub(super) fn proved(
    name: &str,
    witness: &Opened<'_>,
    report: &Report,
    unproved: bool,
) -> Result<(), CommandError> {
    if let Some(first) = told(witness, report).first() {
        return Err(CommandError::False { file: name.to_owned(), said: first.sentence() });
    }
    let says = |audit| report.audits.of(audit);
    let all = Audit::ALL.into_iter().all(|audit| says(audit) == AuditVerdict::Valid);
    let holds = match report.verdict() {
        Verdict::Valid => all || unproved,
        Verdict::Inconclusive => unproved,
        Verdict::Invalid => false,
    };
    if holds {
        return Ok(());
    }
    Err(CommandError::Unproved { why: format!("{name}: {}", open(report).join("; ")) })
}
