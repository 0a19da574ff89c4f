//! A Merkle-Patricia trie in memory, from hashed key to value. Under [`StateTrie`](super::StateTrie)
//! there is one of accounts and one for each account's storage.

use alloy_primitives::{B256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};

use super::{
    MissingNode,
    node::{Node, Removal},
};

/// A trie over 32-byte keys. Keys are paths as they stand: who wants a *secure* trie, and Ethereum
/// does, hashes them first.
///
/// Changes cost the nodes on one path and hash nothing; [`root`](Self::root) hashes what changed
/// since the last one. A change that returns an error has changed nothing.
#[derive(Debug, Clone, Default)]
pub struct Trie {
    top: Option<Node>,
}

impl Trie {
    /// An empty trie.
    pub const fn new() -> Self {
        Self { top: None }
    }

    /// A trie of which the root is all that is known.
    pub fn from_root(root: B256) -> Self {
        Self { top: (root != EMPTY_ROOT_HASH).then(|| Node::unknown(root)) }
    }

    /// Sets the value at `key`; it is not empty. `false`: it was that already.
    pub fn insert(&mut self, key: &B256, value: Vec<u8>) -> Result<bool, MissingNode> {
        let path = Nibbles::unpack_array(key);
        match &mut self.top {
            Some(node) => node.insert(path, value),
            None => {
                self.top = Some(Node::leaf(path, value));
                Ok(true)
            }
        }
    }

    /// Removes the value at `key`. `false`: there was none.
    pub fn remove(&mut self, key: &B256) -> Result<bool, MissingNode> {
        let Some(node) = &mut self.top else { return Ok(false) };
        let removal = node.remove(Nibbles::unpack_array(key))?;
        if removal == Removal::TakeOut {
            self.top = None;
        }
        Ok(removal != Removal::Absent)
    }

    /// The root. Only nodes above a change since the last call are hashed.
    pub fn root(&mut self) -> B256 {
        let Some(node) = &mut self.top else { return EMPTY_ROOT_HASH };
        let reference = node.reference(&mut Vec::new());
        // A root is a hash even of a node so short that a parent would hold the node itself.
        reference.as_hash().unwrap_or_else(|| keccak256(reference))
    }
}

#[cfg(test)]
impl Trie {
    /// Forgets all but the hash of the node `depth` branches down the key, if it has one.
    pub(super) fn forget(&mut self, key: &B256, depth: usize) -> bool {
        self.top.as_mut().is_some_and(|node| node.forget(Nibbles::unpack_array(key), depth))
    }
}
