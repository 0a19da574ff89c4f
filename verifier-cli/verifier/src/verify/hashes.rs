//! Whether all that stands under a hash stands under its own.

use super::{Hashed, VerifyError};
use crate::audit::hashes::{Hashes, Held};

/// Checks codes and trie nodes.
pub(super) fn check(hashes: &Hashes<'_>) -> Result<(), VerifyError> {
    check_all(Hashed::Code, hashes.codes())?;
    check_all(Hashed::Node, hashes.nodes())
}

fn check_all<'a>(
    item: Hashed,
    mut held: impl Iterator<Item = Held<'a>>,
) -> Result<(), VerifyError> {
    match held.find(|held| held.key != held.hash) {
        Some(Held { key, hash, .. }) => Err(VerifyError::Hash { item, expected: hash, found: key }),
        None => Ok(()),
    }
}
