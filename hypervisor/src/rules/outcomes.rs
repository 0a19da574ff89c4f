//! What may become of a call or creation, and what each outcome implies, as both engines have it.
//! Normative text: `specs/03-records.md`, section Outcomes.

use iso_evm_wire::records::Outcome;

use crate::rules::{
    fields::outcome::{DATA_HASH, GAS, GAS_USED, OUTCOME, RETURNED_SIZE, STATE_ROOT, STATUS},
    verdict::MismatchKind,
};

/// Outcomes of a call, and the statuses that each may have.
pub(crate) const CALL_OUTCOMES: &[(Outcome, &[u8])] = &[
    (Outcome::Child, &[0, 1, 2]),
    (Outcome::Nocode, &[1]),
    (Outcome::Precompile, &[0, 1]),
    (Outcome::Depth, &[0]),
    (Outcome::Balance, &[0]),
];

/// Outcomes of a creation, and the statuses that each may have.
pub(crate) const CREATE_OUTCOMES: &[(Outcome, &[u8])] = &[
    (Outcome::Child, &[0, 1, 2]),
    (Outcome::Depth, &[0]),
    (Outcome::Balance, &[0]),
    (Outcome::Nonce, &[0]),
    (Outcome::Collision, &[0]),
];

/// What an outcome of *none* holds to zero, in this order.
pub(crate) const NONE_FIELDS: [(usize, MismatchKind); 7] = [
    (OUTCOME, MismatchKind::Outcome),
    (DATA_HASH, MismatchKind::DataHash),
    (GAS, MismatchKind::Gas),
    (GAS_USED, MismatchKind::CalleeGasUsed),
    (STATUS, MismatchKind::Outcome),
    (STATE_ROOT, MismatchKind::StateRoot),
    (RETURNED_SIZE, MismatchKind::Returndata),
];

/// Bit `4 * outcome + status` for each pair.
pub(crate) fn allowed(pairs: &[(Outcome, &[u8])]) -> u32 {
    let bit = |outcome: Outcome, status: u8| 1 << (4 * outcome as u8 + status);
    pairs.iter().flat_map(|(outcome, list)| list.iter().map(|s| bit(*outcome, *s))).sum()
}

/// Outcomes that burn what was given when their status is 0.
pub(crate) fn burning() -> u32 {
    [Outcome::Child, Outcome::Precompile, Outcome::Collision].map(|o| 1 << o as u8).iter().sum()
}

/// Outcomes of a creation whose initcode somebody needs: the child, or whoever looks for the account
/// that was there.
pub(crate) fn hashed() -> u32 {
    [Outcome::Child, Outcome::Collision].map(|o| 1 << o as u8).iter().sum()
}

/// Statuses under which gas used and returned data are facts that only have a bound.
pub(crate) fn free() -> u32 {
    allowed(&[(Outcome::Child, &[1, 2]), (Outcome::Precompile, &[1])])
}
