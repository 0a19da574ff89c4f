//! Changes of the values below a node: insertion and removal. Between [`Trie`](super::trie::Trie),
//! which asks for them, and [`reference`](super::reference), which names the changed nodes anew.
//!
//! The shape is canonical after every change: a branch has two children or more, below an extension
//! stands a branch. A change that fails has changed nothing. A change copies the nodes on its way
//! that clones of the trie share.

use std::{mem, sync::Arc};

use alloy_primitives::B256;
use alloy_trie::Nibbles;

use super::{
    node::{Children, Kind, Node, Nodes, UnknownNode, split},
    value::Value,
};

/// What became of a node from which a key was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removal {
    /// The key was not there.
    Absent,
    /// The key is gone; the node stands, perhaps as one of another kind.
    Removed,
    /// The node is the key's leaf. It is unchanged: taking it out is for its owner.
    TakeOut,
}

/// A removal under way.
pub(super) struct Removing<'a> {
    /// The whole key.
    pub(super) key: Nibbles,
    /// Where unknown nodes are looked for.
    pub(super) nodes: &'a Nodes,
    /// Gets the places of the nodes beside the key that had to be looked at.
    pub(super) siblings: &'a mut Vec<Nibbles>,
}

impl<V: Value> Node<V> {
    /// Sets the value at `path`. `false`: it was that already, and every reference stays valid.
    pub(super) fn insert(
        &mut self,
        path: Nibbles,
        value: V,
        nodes: &Nodes,
    ) -> Result<bool, UnknownNode> {
        #[cfg(test)]
        WALKED.set(WALKED.get() + 1);
        self.resolve(path.len(), nodes)?;
        let changed = match &mut self.kind {
            Kind::Unknown { hash, .. } => return Err(UnknownNode(*hash)),
            Kind::Branch { children } => {
                let (nibble, rest) = split(&path, 0);
                match &mut children[nibble] {
                    Some(child) => Arc::make_mut(child).insert(rest, value, nodes)?,
                    vacant => {
                        *vacant = Some(Arc::new(Self::leaf(rest, value)));
                        true
                    }
                }
            }
            Kind::Extension { path: own, child } if path.starts_with(own) => {
                Arc::make_mut(child).insert(path.slice(own.len()..), value, nodes)?
            }
            Kind::Leaf { path: own, value: held } if path == *own => {
                let changed = *held != value;
                *held = value;
                changed
            }
            Kind::Extension { path: own, .. } | Kind::Leaf { path: own, .. } => {
                let own = *own;
                self.fork(own, path, value);
                return Ok(true);
            }
        };
        if changed {
            self.reference = None;
        }
        Ok(changed)
    }

    /// Puts a branch where this leaf or extension of path `own` and the key `path` part ways.
    fn fork(&mut self, own: Nibbles, path: Nibbles, value: V) {
        let shared = own.common_prefix_length(&path);
        let (own_nibble, _) = split(&own, shared);
        let (nibble, rest) = split(&path, shared);
        let mut children = Children::default();
        children[own_nibble] = Some(self.take().strip(shared + 1));
        children[nibble] = Some(Arc::new(Self::leaf(rest, value)));
        let branch = Self::new(Kind::Branch { children });
        *self = if shared == 0 {
            branch
        } else {
            Self::new(Kind::Extension { path: path.slice(..shared), child: Arc::new(branch) })
        };
    }

    /// Removes the value at `path`.
    pub(super) fn remove(
        &mut self,
        path: Nibbles,
        removing: &mut Removing<'_>,
    ) -> Result<Removal, UnknownNode> {
        #[cfg(test)]
        WALKED.set(WALKED.get() + 1);
        self.resolve(path.len(), removing.nodes)?;
        match &mut self.kind {
            Kind::Unknown { hash, .. } => Err(UnknownNode(*hash)),
            Kind::Leaf { path: own, .. } => {
                Ok(if path == *own { Removal::TakeOut } else { Removal::Absent })
            }
            Kind::Extension { path: own, .. } if !path.starts_with(own) => Ok(Removal::Absent),
            Kind::Extension { path: own, child } => {
                let rest = path.slice(own.len()..);
                let removal = Arc::make_mut(child).remove(rest, removing)?;
                if removal == Removal::Removed {
                    *self = Self::below(*own, child.clone());
                }
                Ok(removal)
            }
            Kind::Branch { children } => {
                let (nibble, rest) = split(&path, 0);
                let Some(child) = &mut children[nibble] else { return Ok(Removal::Absent) };
                match Arc::make_mut(child).remove(rest, removing)? {
                    Removal::Absent => return Ok(Removal::Absent),
                    Removal::Removed => self.reference = None,
                    Removal::TakeOut => self.take_out(nibble, path.len(), removing)?,
                }
                Ok(Removal::Removed)
            }
        }
    }

    /// Takes a branch's child out. If that leaves one other, the branch becomes it. `length` is
    /// that of the path which the branch ends or continues.
    fn take_out(
        &mut self,
        nibble: usize,
        length: usize,
        removing: &mut Removing<'_>,
    ) -> Result<(), UnknownNode> {
        let Kind::Branch { children } = &mut self.kind else { return Ok(()) };
        let mut others = (0..16).filter(|&other| other != nibble && children[other].is_some());
        if let (Some(last), None) = (others.next(), others.next())
            && let Some(sibling) = &mut children[last]
        {
            let nibble = Nibbles::from_nibbles([last as u8]);
            let above = removing.key.slice(..removing.key.len() - length);
            removing.siblings.push(above.join(&nibble));
            // Whether the two become one leaf, one extension, or an extension above a branch,
            // depends on what the sibling is.
            if matches!(sibling.kind, Kind::Unknown { .. }) {
                Arc::make_mut(sibling).resolve(length - 1, removing.nodes)?;
            }
            *self = Self::below(nibble, sibling.clone());
        } else {
            children[nibble] = None;
            self.reference = None;
        }
        Ok(())
    }

    /// Moves the node out. What stays in its place is replaced by the caller.
    const fn take(&mut self) -> Self {
        mem::replace(self, Self::unknown(B256::ZERO, false))
    }

    /// What stands where `prefix`, which is not empty, leads to `node`.
    fn below(prefix: Nibbles, node: Arc<Self>) -> Self {
        Self::new(match &node.kind {
            Kind::Leaf { path, value } => {
                Kind::Leaf { path: prefix.join(path), value: value.clone() }
            }
            Kind::Extension { path, child } => {
                Kind::Extension { path: prefix.join(path), child: child.clone() }
            }
            Kind::Branch { .. } | Kind::Unknown { .. } => {
                Kind::Extension { path: prefix, child: node }
            }
        })
    }

    /// The node without the first `count` nibbles of its path.
    fn strip(self, count: usize) -> Arc<Self> {
        match self.kind {
            Kind::Leaf { path, value } => Arc::new(Self::leaf(path.slice(count..), value)),
            Kind::Extension { path, child } if path.len() == count => child,
            Kind::Extension { path, child } => {
                Arc::new(Self::new(Kind::Extension { path: path.slice(count..), child }))
            }
            Kind::Branch { .. } | Kind::Unknown { .. } => Arc::new(self),
        }
    }
}

#[cfg(test)]
thread_local! {
    /// Nodes that changes came to on this thread.
    pub(super) static WALKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
