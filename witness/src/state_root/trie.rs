//! A Merkle-Patricia trie in memory, from hashed key to value. Under [`StateTrie`](super::StateTrie)
//! there is one of accounts and one for each account's storage.

use std::sync::Arc;

use alloy_primitives::{B256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};

use super::{
    change::{Removal, Removing},
    later::{Later, Root},
    node::{Node, Nodes, UnknownNode},
    reference::Reference,
    value::Value,
};

/// A trie over 32-byte keys. Keys are paths as they stand: they are hashed already.
///
/// Changes cost the nodes on one path and write nothing; [`root`](Self::root) writes what changed
/// since the last one, to be hashed later. A change that returns an error has changed nothing. A clone costs nothing.
#[derive(Debug, Clone)]
pub(super) struct Trie<V> {
    pub(super) top: Option<Arc<Node<V>>>,
}

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Self { top: None }
    }
}

impl<V: Value> Trie<V> {
    /// A trie of which the root is all that is known.
    pub(super) fn from_root(root: B256) -> Self {
        Self { top: (root != EMPTY_ROOT_HASH).then(|| Arc::new(Node::unknown(root, false))) }
    }

    /// Whether there is nothing in it.
    pub(super) const fn is_empty(&self) -> bool {
        self.top.is_none()
    }

    /// The value at `key`.
    pub(super) fn get(&self, key: &B256, nodes: &Nodes) -> Result<Option<V>, UnknownNode> {
        let top = self.top.as_ref();
        top.map_or(Ok(None), |node| node.get(Nibbles::unpack_array(key), nodes))
    }

    /// Sets the value at `key`. `false`: it was that already.
    pub(super) fn insert(
        &mut self,
        key: &B256,
        value: V,
        nodes: &Nodes,
    ) -> Result<bool, UnknownNode> {
        let path = Nibbles::unpack_array(key);
        match &mut self.top {
            Some(node) => Arc::make_mut(node).insert(path, value, nodes),
            None => {
                self.top = Some(Arc::new(Node::leaf(path, value)));
                Ok(true)
            }
        }
    }

    /// Changes something in the value at `key` that is not in its RLP. `false`: there is none, or it
    /// is not known.
    pub(super) fn update(&mut self, key: &B256, change: impl FnOnce(&mut V)) -> bool {
        let value =
            self.top.as_mut().and_then(|top| Node::get_mut(top, Nibbles::unpack_array(key)));
        value.map(change).is_some()
    }

    /// Removes the value at `key`. `false`: there was none. Where a branch collapses, the place of
    /// the child that it collapses onto is added to `siblings`.
    pub(super) fn remove(
        &mut self,
        key: &B256,
        nodes: &Nodes,
        siblings: &mut Vec<Nibbles>,
    ) -> Result<bool, UnknownNode> {
        let Some(node) = &mut self.top else { return Ok(false) };
        let key = Nibbles::unpack_array(key);
        let removal = Arc::make_mut(node).remove(key, &mut Removing { key, nodes, siblings })?;
        if removal == Removal::TakeOut {
            self.top = None;
        }
        Ok(removal != Removal::Absent)
    }

    /// The root. Only nodes above a change since the last call are written.
    pub(super) fn root(&mut self, later: &mut Later) -> Root {
        let Some(node) = &mut self.top else { return Root::Known(EMPTY_ROOT_HASH) };
        let reference = match &node.reference {
            Some(reference) => reference,
            None => Arc::make_mut(node).reference(later),
        };
        match reference {
            Reference::Hash(root) => root.clone(),
            // A root is a hash even of a node so short that a parent would hold the node itself.
            Reference::Inline(rlp) => Root::Known(keccak256(rlp)),
        }
    }
}

#[cfg(test)]
impl<V: Value> Trie<V> {
    /// The root, hashed at once.
    pub(super) fn root_now(&mut self) -> B256 {
        let mut later = Later::default();
        let root = self.root(&mut later);
        later.run();
        root.get().expect("all is hashed")
    }

    /// Forgets all but the hash of the node `depth` branches down the key, if it has one.
    pub(super) fn forget(&mut self, key: &B256, depth: usize) -> bool {
        let path = Nibbles::unpack_array(key);
        self.top.as_mut().is_some_and(|node| Arc::make_mut(node).forget(path, depth))
    }
}
