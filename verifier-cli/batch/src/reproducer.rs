//! The witness on which the two engines differ, saved for a second look.
//! `specs/16-native-engine.md`.

use std::path::Path;

use alloy_primitives::hex;
use iso_evm_verifier::{hash::keccak256, verify::VerifyError};
use iso_evm_wire::Witness;

use crate::{ItemError, files};

/// What becomes of an error of [`verify`](iso_evm_verifier::verify()): if it is that the engines differ, the
/// witness is saved in `folder`, under a name that follows from its hash. `file` is where it is from.
pub fn unverified(folder: &Path, file: String, witness: &Witness, error: VerifyError) -> ItemError {
    if !matches!(error, VerifyError::EnginesDiffer { .. }) {
        return ItemError::Verify { file, error: Box::new(error) };
    }
    let bytes = witness.encode();
    let hash = hex::encode(&keccak256(&bytes)[..8]);
    let path = folder.join(format!("engines-differ-{hash}.witness.bin"));
    // What cannot be saved is told with the error: that they differ is not to be lost.
    let reproducer = match files::write(&path, &bytes) {
        Ok(()) => files::name(&path),
        Err(unsaved) => format!("nothing: {unsaved}"),
    };
    ItemError::EnginesDiffer { file, error: Box::new(error), reproducer }
}
