//! What an operator claims of a block, down to a single record, as trees by position under one hash.
//! Normative text: `specs/20-claims.md`.
//!
//! In the data's way this stands on [`segment`](crate::segment), whose trees, message heads and
//! checkpoints it hangs in: a [`BlockClaim`] holds transactions, a [`TransactionClaim`] its steps and
//! messages, a [`MessageClaim`] its records, an [`Instant`] behind each record, and its checkpoints.
//!
//! `instant` is all that a transaction keeps between two records, `environment` what the block gives
//! to those who ask, `items` the levels of the tree, `sets` where in its tries an instant has what.

pub mod environment;
pub mod instant;
pub mod items;
pub mod json;
pub mod sets;
#[cfg(test)]
mod tests;

pub use environment::Environment;
pub use instant::{Instant, ToldInstant};
pub use items::{BlockClaim, MessageClaim, TransactionClaim};

use alloy_primitives::{B256, Keccak256, U256};

/// The hash of a list of words that begins with its tag.
fn hash(tag: B256, words: &[B256]) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update(tag);
    for word in words {
        hasher.update(word);
    }
    hasher.finalize()
}

/// A number as a word.
fn number(number: u64) -> B256 {
    U256::from(number).into()
}

/// The number that a word is; none if it is beyond 64 bits.
fn number_of(word: B256) -> Option<u64> {
    u64::try_from(U256::from_be_bytes(word.0)).ok()
}
