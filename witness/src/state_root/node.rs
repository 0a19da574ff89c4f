//! One node of a trie with all that hangs below it, and the way down to a value. Below
//! [`Trie`](super::trie::Trie), which owns the topmost node.
//!
//! Keys have one length, so no key ends inside another and branches hold no values. Nodes are shared
//! between clones of a trie. [`change`](super::change) makes them other nodes, [`decode`](super::decode)
//! reads those that are known by their hash, [`reference`](super::reference) names them to their
//! parents.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::{B256, Bytes};
use alloy_trie::Nibbles;

use super::{later::Root, reference::Reference, value::Value};

/// RLP of nodes by hash: where nodes that are known by their hash are looked for.
pub(super) type Nodes = BTreeMap<B256, Bytes>;

/// The hash of a node that is needed and not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnknownNode(pub(super) B256);

/// A node and, unless something below it changed since, its reference.
#[derive(Debug, Clone)]
pub(super) struct Node<V> {
    pub(super) kind: Kind<V>,
    pub(super) reference: Option<Reference>,
}

pub(super) type Children<V> = [Option<Arc<Node<V>>>; 16];

#[derive(Debug, Clone)]
pub(super) enum Kind<V> {
    /// `path` is what remains of the key.
    Leaf { path: Nibbles, value: V },
    /// `path` is not empty.
    Extension { path: Nibbles, child: Arc<Node<V>> },
    /// Children by the key's next nibble.
    Branch { children: Children<V> },
    /// Known by its hash only; `is_branch`: it stands below an extension.
    Unknown { hash: B256, is_branch: bool },
}

impl<V: Value> Node<V> {
    /// A leaf with `path` left of its key.
    pub(super) const fn leaf(path: Nibbles, value: V) -> Self {
        Self::new(Kind::Leaf { path, value })
    }

    /// A node of which the hash is all that is known.
    pub(super) const fn unknown(hash: B256, is_branch: bool) -> Self {
        let reference = Some(Reference::Hash(Root::Known(hash)));
        Self { kind: Kind::Unknown { hash, is_branch }, reference }
    }

    pub(super) const fn new(kind: Kind<V>) -> Self {
        Self { kind, reference: None }
    }

    /// The value at `path`.
    pub(super) fn get(&self, path: Nibbles, nodes: &Nodes) -> Result<Option<V>, UnknownNode> {
        match &self.kind {
            Kind::Unknown { .. } => self.read(path.len(), nodes)?.get(path, nodes),
            Kind::Leaf { path: own, value } => Ok((path == *own).then(|| value.clone())),
            Kind::Extension { path: own, child } if path.starts_with(own) => {
                child.get(path.slice(own.len()..), nodes)
            }
            Kind::Extension { .. } => Ok(None),
            Kind::Branch { children } => {
                let (nibble, rest) = split(&path, 0);
                children[nibble].as_ref().map_or(Ok(None), |child| child.get(rest, nodes))
            }
        }
    }

    /// The value at `path`, to change what is not in its RLP.
    pub(super) fn get_mut(mut node: &mut Arc<Self>, mut path: Nibbles) -> Option<&mut V> {
        loop {
            node = match &mut Arc::make_mut(node).kind {
                Kind::Unknown { .. } => return None,
                Kind::Leaf { path: own, value } => return (path == *own).then_some(value),
                Kind::Extension { path: own, child } => {
                    if !path.starts_with(own) {
                        return None;
                    }
                    path = path.slice(own.len()..);
                    child
                }
                Kind::Branch { children } => {
                    let (nibble, rest) = split(&path, 0);
                    path = rest;
                    children[nibble].as_mut()?
                }
            };
        }
    }
}

/// The nibble of `path` at `index`, and what follows it.
#[inline]
pub(super) fn split(path: &Nibbles, index: usize) -> (usize, Nibbles) {
    (path.get_unchecked(index).into(), path.slice(index + 1..))
}

#[cfg(test)]
impl<V: Value> Node<V> {
    /// Forgets everything but the hash of the node that lies `depth` branches down the key.
    /// `false`: there is none, or it is too short to be named by its hash.
    pub(super) fn forget(&mut self, path: Nibbles, depth: usize) -> bool {
        if depth == 0 {
            let mut later = super::later::Later::default();
            let root = self.reference(&mut later).root().cloned();
            later.run();
            let hash = root.and_then(|root| root.get());
            return hash.map(|hash| *self = Self::unknown(hash, false)).is_some();
        }
        match &mut self.kind {
            Kind::Extension { path: own, child } if path.starts_with(own) => {
                Arc::make_mut(child).forget(path.slice(own.len()..), depth)
            }
            Kind::Branch { children } => {
                let (nibble, rest) = split(&path, 0);
                let child = children[nibble].as_mut();
                child.is_some_and(|child| Arc::make_mut(child).forget(rest, depth - 1))
            }
            _ => false,
        }
    }
}
