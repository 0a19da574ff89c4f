//! State roots, kept incrementally: the recorder tells a [`StateTrie`] what changed and asks for the
//! root after every state-changing record. One changed slot costs the nodes on two paths, that of
//! the slot and that of its account, whatever the size of the state. A clone shares all nodes with
//! what it was cloned from, so that the state before a transaction stays at hand: at the end the
//! nodes that prove its accesses are taken out of it.
//!
//! Nearly all of the time goes to keccak. So each key is hashed once for a state and all its clones,
//! and the nodes of many roots are hashed together, several at a time: a root is asked for after every
//! record, and computed [later](later::Later).
//!
//! These modules stand between the recorder, which knows the values at an instant, and the message, whose
//! roots these are. Normative text: `specs/02-message-witness.md`, section Roots at an instant.
//!
//! Below the [`StateTrie`] are Merkle-Patricia tries over keys that are hashed already. Parts of a trie may
//! be known by their hash only; a change that needs a node which is not known is a [`MissingNode`].

mod account;
mod apply;
mod change;
mod decode;
mod hashes;
mod later;
mod node;
mod prove;
mod reference;
mod state;
mod trie;
mod value;

#[cfg(test)]
mod tests;

pub(crate) use later::Root;
pub(crate) use prove::Touched;
pub use state::{Account, StateTrie, Storage};

use alloy_primitives::{Address, B256};

/// A node that is known by its hash only stands where its content is needed. No root is right
/// without it, so there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("missing trie node {hash} of {}account {account}", of_slot(.slot))]
pub struct MissingNode {
    /// The node's hash.
    pub hash: B256,
    /// The account that needs it.
    pub account: Address,
    /// The account's slot that needs it; `None` if it is a node above the account itself.
    pub slot: Option<B256>,
}

fn of_slot(slot: &Option<B256>) -> String {
    slot.map(|slot| format!("slot {slot} of ")).unwrap_or_default()
}
