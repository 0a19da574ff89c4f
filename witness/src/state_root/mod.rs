//! State roots, kept incrementally: the recorder tells a [`StateTrie`] what changed and asks for the
//! root after every state-changing record. One changed slot costs the nodes on two paths, that of
//! the slot and that of its account, whatever the size of the state.
//!
//! Between the recorder, which knows the values at an instant, and the message, whose roots these
//! are. Normative text: `specs/02-message-witness.md`, "Roots at an instant".
//!
//! [`Trie`] is the Merkle-Patricia trie below it, over keys that are hashed already. Parts of it may
//! be known by their hash only; a change that would need more of them is a [`MissingNode`].

mod node;
mod state;
mod trie;

#[cfg(test)]
mod tests;

pub use state::{Account, StateTrie, Storage};
pub use trie::Trie;

use alloy_primitives::B256;

/// A node that is known by its hash only stands where its content is needed. No root is right
/// without it, so there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("missing trie node {hash}")]
pub struct MissingNode {
    /// The node's hash.
    pub hash: B256,
}
