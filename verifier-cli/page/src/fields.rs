//! A witness as fields that a visitor can change, and back. What follows from a change follows: of
//! the rest a lie is told by what the visitor wrote.

use iso_evm_verifier::hash::CRYPTO;
use iso_evm_wire::{Opened, Witness};

use crate::PageError;

/// The JSON form of a `witness.bin`.
pub(crate) fn fields(bytes: &[u8]) -> Result<String, PageError> {
    Ok(Opened::decode(&bytes.to_vec().into(), CRYPTO)?.to_json())
}

/// The `witness.bin` of a JSON form in which something was changed, if a reader takes it.
pub(crate) fn assemble(json: &[u8]) -> Result<Vec<u8>, PageError> {
    let bytes = Witness::from_draft(json)?.encode();
    Opened::decode(&bytes.clone().into(), CRYPTO).map_err(PageError::Unreadable)?;
    Ok(bytes)
}
