//! The access, tree and transaction audits on what the recorder writes: true witnesses, and lies.

mod access;

use iso_evm_verifier::audit::{
    Outcome,
    replay::{Replayed, replay},
    tree::tree,
};
use iso_evm_witness::{Witness, record};

use crate::{harness::parallel, replay as inputs};

/// The witness of an input in `fixtures/`.
pub(crate) fn witness(name: &str) -> Witness {
    let input = inputs::input(name);
    let recording = record(&input.execution).unwrap_or_else(|error| panic!("{name}: {error}"));
    Witness::new(&input, &recording)
}

/// Whether the three audits find a witness valid.
pub(crate) fn valid(name: &str, witness: &Witness) -> Result<(), String> {
    let Replayed { access, transaction } = replay(witness);
    let tree = tree(witness);
    if (&access, &tree, &transaction) == (&Outcome::Valid, &Outcome::Valid, &Outcome::Valid) {
        return Ok(());
    }
    Err(format!("{name}: access {access:?}, tree {tree:?}, transaction {transaction:?}"))
}

#[test]
fn every_input_is_valid() {
    parallel::check_all(&inputs::NAMES, |name| valid(name, &witness(name)));
}
