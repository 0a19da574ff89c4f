//! The walk over the records, in order, on the state: access and transaction audit.
//! `specs/12-audits.md`.

use iso_evm_witness::Witness;

use super::{AccessKind, Outcome, TransactionKind};

/// What the walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The access audit.
    pub access: Outcome<AccessKind>,
    /// The transaction audit.
    pub transaction: Outcome<TransactionKind>,
}

/// Walks a witness from its root at entry to its root at exit.
pub fn replay(witness: &Witness) -> Replayed {
    let _ = witness;
    unimplemented!()
}
