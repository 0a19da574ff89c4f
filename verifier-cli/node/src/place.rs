//! Places in the cache: by chain id and block hash what is checked against that hash, by node what it
//! says and does not prove. `specs/15-node.md`, section Cache.
//!
//! In the data's way this stands beside the questions.

use std::path::{Path, PathBuf};

use alloy_primitives::{B256, Bytes};

/// The chain of a node, by the hash of its URL, which may hold a key.
pub(super) fn node(url: B256) -> PathBuf {
    Path::new("nodes").join(url.to_string()).join("chain")
}

/// What a node says of a chain and does not prove: no other node's answers stand there.
pub(super) fn said(url: B256, chain: u64) -> PathBuf {
    Path::new("nodes").join(url.to_string()).join(chain.to_string())
}

/// The block that a transaction is in.
pub(super) fn transaction(url: B256, chain: u64, hash: B256) -> PathBuf {
    said(url, chain).join("transactions").join(hash.to_string())
}

/// The hash of a number's block.
pub(super) fn number(url: B256, chain: u64, number: u64) -> PathBuf {
    said(url, chain).join("numbers").join(number.to_string())
}

/// All that concerns a block and is checked against its hash, whoever says it.
pub(super) fn block(chain: u64, hash: B256) -> PathBuf {
    Path::new(&chain.to_string()).join(hash.to_string())
}

/// A block before one, by its number.
pub(super) fn ancestor(chain: u64, of: B256, number: u64) -> PathBuf {
    block(chain, of).join(format!("ancestor-{number}"))
}

/// The hash of a question that is too long for a name.
pub(super) fn question(parts: &[&[u8]]) -> B256 {
    alloy_primitives::keccak256(Bytes::from(parts.concat()))
}
