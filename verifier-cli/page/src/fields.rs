//! A witness as fields that a visitor can change, and back: what `inspect` and `assemble` are on the
//! command line, exact inverses.

use iso_evm_verifier::hash::keccak256;
use iso_evm_wire::{Opened, Witness};

use crate::PageError;

/// The JSON form of a `witness.bin`.
pub(crate) fn fields(bytes: &[u8]) -> Result<String, PageError> {
    Ok(Opened::decode(&bytes.to_vec().into(), keccak256)?.to_json())
}

/// The `witness.bin` of a JSON form, if a reader takes it.
pub(crate) fn assemble(json: &[u8]) -> Result<Vec<u8>, PageError> {
    let bytes = Witness::from_json(json)?.only_needed().encode();
    Opened::decode(&bytes.clone().into(), keccak256).map_err(PageError::Unreadable)?;
    Ok(bytes)
}
