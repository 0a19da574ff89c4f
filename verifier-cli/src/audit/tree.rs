//! The tree audit: parent and child, pair by pair. `specs/12-audits.md`.

use iso_evm_witness::Witness;

use super::{Outcome, TreeKind};

/// Compares every call's and creation's record with the message that it opens.
pub fn tree(witness: &Witness) -> Outcome<TreeKind> {
    let _ = witness;
    unimplemented!()
}
