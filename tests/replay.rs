//! The inputs in `fixtures/`.

use iso_evm_witness::{Fork, Recording};

/// The recording of an input.
pub(crate) fn recorded(_name: &str) -> (Fork, Recording) {
    todo!()
}
