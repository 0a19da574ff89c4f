//! keccak256 of what a run passes about: calldata, what is returned, the data of logs.
//!
//! In the data's way this stands between revm's bytes and the hashes in records and messages. Two
//! hashes are a large part of recording a small message, and many are of the same two strings.

use alloy_primitives::{B256, b256, keccak256};
use revm::primitives::KECCAK_EMPTY;

/// The word 1: what a function returns that returns `true`.
const TRUE: B256 = B256::with_last_byte(1);

/// keccak256 of [`TRUE`].
const KECCAK_TRUE: B256 =
    b256!("0xb10e2d527612073b26eecdfd717e6a320cf44b4afac2b0732d9fcbe2b7fa0cf6");

/// keccak256, known beforehand of nothing and of [`TRUE`].
pub(super) fn hash(bytes: &[u8]) -> B256 {
    match bytes {
        [] => KECCAK_EMPTY,
        word if word == TRUE => KECCAK_TRUE,
        bytes => keccak256(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hashes_are_keccaks() {
        for bytes in [&[][..], &TRUE[..], &[0; 32], &[1], &TRUE[..31]] {
            assert_eq!(hash(bytes), keccak256(bytes), "{bytes:?}");
        }
    }
}
