//! Whether all that stands under a hash stands under its own.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes};
use iso_evm_witness::Witness;

use super::{Hashed, VerifyError};
use crate::hash::keccak256;

/// Checks codes and trie nodes.
pub(super) fn check(witness: &Witness) -> Result<(), VerifyError> {
    check_all(Hashed::Code, &witness.codes)?;
    check_all(Hashed::Node, &witness.nodes)
}

fn check_all(item: Hashed, map: &BTreeMap<B256, Bytes>) -> Result<(), VerifyError> {
    for (found, bytes) in map {
        let expected = keccak256(bytes);
        if expected != *found {
            return Err(VerifyError::Hash { item, expected, found: *found });
        }
    }
    Ok(())
}
