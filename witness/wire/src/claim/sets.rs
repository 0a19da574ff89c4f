//! Where the tries of an [`Instant`](super::Instant) have what, and how its logs are chained. Normative
//! text: `specs/20-claims.md`, section Sets.
//!
//! Each is a trie as an account's storage is: under a hash stands the RLP of a word, and a word of zero
//! does not stand there. A set has the word 1 for each of its members.

use alloy_primitives::{Address, B256, Keccak256, keccak256};

/// The word of a member of a set.
pub const MEMBER: B256 = B256::with_last_byte(1);

/// Where the trie of accessed, created or destroyed accounts has an account.
pub fn account(account: Address) -> B256 {
    keccak256(account)
}

/// Where the trie of what was accessed, or of transient storage, has a slot.
pub fn slot(account: Address, key: B256) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update(account);
    hasher.update(key);
    hasher.finalize()
}

/// The hash of a log: of its address as a word, the hash of its data, its topics.
pub fn log(address: Address, data_hash: B256, topics: &[B256]) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update(address.into_word());
    hasher.update(data_hash);
    for topic in topics {
        hasher.update(topic);
    }
    hasher.finalize()
}

/// The chain of logs with another log behind it.
pub fn chained(logs: B256, log: B256) -> B256 {
    keccak256([logs, log].concat())
}
