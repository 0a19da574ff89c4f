//! The witness on which the two engines differ, saved for a second look.
//! `specs/16-native-engine.md`.

use std::path::Path;

use alloy_primitives::hex;
use iso_evm_witness::Witness;

use crate::{error::CommandError, files, hash::keccak256, verify::VerifyError};

/// What becomes of an error of [`verify`](crate::verify()): if it is that the engines differ, the
/// witness is saved in `folder`, under a name that follows from its hash. `file` is where it is from.
pub fn command_error(
    folder: &Path,
    file: String,
    witness: &Witness,
    error: VerifyError,
) -> CommandError {
    if !matches!(error, VerifyError::EnginesDiffer { .. }) {
        return CommandError::Verify { file, error };
    }
    let bytes = witness.encode();
    let hash = hex::encode(&keccak256(&bytes)[..8]);
    let path = folder.join(format!("engines-differ-{hash}.witness.bin"));
    // What cannot be saved is told with the error: that they differ is not to be lost.
    let reproducer = match files::write(&path, &bytes) {
        Ok(()) => files::name(&path),
        Err(unsaved) => format!("nothing: {unsaved}"),
    };
    CommandError::EnginesDiffer { file, error: Box::new(error), reproducer }
}
