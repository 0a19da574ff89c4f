//! The access, tree and transaction audits on what the recorder writes: true witnesses, and lies.

mod access;
mod hostile;

use iso_evm_wire::Witness;
use iso_evm_witness::record;

use crate::{
    harness::{parallel, proved},
    replay as inputs,
};

/// The witness of an input in `fixtures/`.
pub(crate) fn witness(name: &str) -> Witness {
    let input = inputs::input(name);
    let recording = record(&input.execution).unwrap_or_else(|error| panic!("{name}: {error}"));
    recording.witness(&input)
}

#[test]
fn every_input_is_valid() {
    parallel::check_all(&inputs::NAMES, |name| proved::valid(name, &witness(name)));
}
