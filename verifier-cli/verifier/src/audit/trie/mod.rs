//! A Merkle-Patricia trie of which a part is known. `specs/12-audits.md`.
//!
//! In the data's way this stands between the container's nodes and the [`state`](super::state), which
//! has one trie of accounts and one for each account's storage. A node is looked up by its hash when
//! a key leads to it, and is read strictly: what is accepted is the one encoding of a canonical
//! node, so a known node encodes to the bytes that it was read from.
//!
//! Depth is bounded by a key's 64 nibbles, whatever the nodes say.

mod decode;
pub(in crate::audit) mod encode;
mod later;
mod node;
pub(in crate::audit) mod path;
mod prove;
mod store;

#[cfg(test)]
mod strict_tests;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;

pub use later::{Later, Root};
pub use store::Nodes;

use alloy_primitives::{B256, b256};

use encode::Reference;
use node::{Node, Removal};
use path::{NIBBLES, nibbles};

use crate::hash::keccak256;

/// Root of a trie that holds nothing: keccak256 of `0x80`.
pub const EMPTY_ROOT: B256 =
    b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");

/// What a leaf holds.
pub trait Value: Clone {
    /// How many bytes stand in the leaf.
    fn length(&self) -> usize;

    /// Whether that is one byte below 0x80, which RLP has as it is.
    fn is_itself(&self) -> bool;

    /// Appends the bytes in the leaf.
    fn append_to(&self, later: &mut Later);

    /// The value of which these are the bytes; `None` if there is none. Bytes that are not
    /// [canonical](Self::append_to) may be read: the trie compares.
    fn decode(bytes: &[u8]) -> Option<Self>;
}

/// A node that is not at hand, or is no canonical node for its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the trie node {0}")]
pub struct NodeNotHeld(pub B256);

/// A trie over keys that are hashed already. An operation that returns an error has changed nothing.
#[derive(Clone, Debug)]
pub struct Trie<V> {
    top: Option<Node<V>>,
}

impl<V: Value> Trie<V> {
    /// A trie that holds nothing.
    pub const fn empty() -> Self {
        Self { top: None }
    }

    /// The trie with this root.
    pub fn from_root(root: B256) -> Self {
        Self { top: (root != EMPTY_ROOT).then(|| Node::unknown(root, false)) }
    }

    /// Whether the trie holds nothing.
    pub const fn is_empty(&self) -> bool {
        self.top.is_none()
    }

    /// The value at a key.
    ///
    /// # Errors
    ///
    /// [`NodeNotHeld`] if a node on the key's path is not at hand.
    pub fn get(&mut self, nodes: &Nodes, key: &B256) -> Result<Option<V>, NodeNotHeld> {
        match &mut self.top {
            Some(top) => top.get(nodes, &nibbles(key)),
            None => Ok(None),
        }
    }

    /// Sets the value at a key.
    ///
    /// # Errors
    ///
    /// [`NodeNotHeld`] if a node on the key's path is not at hand.
    pub fn insert(&mut self, nodes: &Nodes, key: &B256, value: V) -> Result<(), NodeNotHeld> {
        let path = nibbles(key);
        match &mut self.top {
            Some(top) => top.insert(nodes, &path, value),
            None => {
                self.top = Some(Node::leaf(path.to_vec(), value));
                Ok(())
            }
        }
    }

    /// Removes the value at a key, if there is one.
    ///
    /// # Errors
    ///
    /// [`NodeNotHeld`] if a node on the key's path is not at hand, or the one beside it that takes
    /// the place of the branch above them.
    pub fn remove(&mut self, nodes: &Nodes, key: &B256) -> Result<(), NodeNotHeld> {
        if let Some(top) = &mut self.top
            && top.remove(nodes, &nibbles(key))? == Removal::Leaf
        {
            self.top = None;
        }
        Ok(())
    }

    /// Appends the nodes that show what stands at a key, as far as they are at hand, with the ones beside
    /// it that a removal takes: of it, or of it and other keys that are shown too.
    pub fn prove(
        &mut self,
        (nodes, later): (&Nodes, &mut Later),
        key: &B256,
        others: &[B256],
        into: &mut Vec<Vec<u8>>,
    ) {
        if let Some(top) = &mut self.top {
            let others: Vec<_> = others.iter().map(nibbles).collect();
            // Every node gets its name before one is shown.
            top.reference(later);
            later.run();
            top.prove((nodes, later), &nibbles(key), &others, into);
        }
    }

    /// The root. Only nodes above a change since the last call are written. All calls of a trie's are given
    /// the same [`Later`].
    pub fn root(&mut self, later: &mut Later) -> Root {
        match self.top.as_mut().map(|top| top.reference(later)) {
            Some(Reference::Hash(root)) => *root,
            // A root is a hash even of a node so short that a parent would hold the node itself.
            Some(Reference::Inline(rlp)) => Root::Known(keccak256(rlp)),
            None => Root::Known(EMPTY_ROOT),
        }
    }
}

/// Whether a node with this many nibbles of its keys left is the topmost.
const fn is_top(left: usize) -> bool {
    left == NIBBLES
}
