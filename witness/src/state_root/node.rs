//! One node of a trie with all that hangs below it: insertion, removal, and the reference by which
//! its parent names it. Below [`Trie`](super::trie::Trie), which owns the topmost node.
//!
//! Keys have one length, so no key ends inside another and branches hold no values. The shape is
//! canonical after every change: a branch has two children or more, below an extension stands a
//! branch. A change that fails has changed nothing. Nodes are shared between clones of a trie; a
//! change copies those on its way.

use std::{collections::BTreeMap, mem, sync::Arc};

use alloy_primitives::{B256, Bytes};
use alloy_rlp::{EMPTY_STRING_CODE, Encodable, Header};
use alloy_trie::{
    Nibbles,
    nodes::{ExtensionNodeRef, LeafNodeRef, RlpNode},
};

use super::value::Value;

/// RLP of nodes by hash: where nodes that are known by their hash are looked for.
pub(super) type Nodes = BTreeMap<B256, Bytes>;

/// The hash of a node that is needed and not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnknownNode(pub(super) B256);

/// A node and, unless something below it changed since, its reference.
#[derive(Debug, Clone)]
pub(super) struct Node<V> {
    pub(super) kind: Kind<V>,
    pub(super) reference: Option<RlpNode>,
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
    /// A leaf with `path` left of its key.
    pub(super) const fn leaf(path: Nibbles, value: V) -> Self {
        Self::new(Kind::Leaf { path, value })
    }

    /// A node of which the hash is all that is known.
    pub(super) const fn unknown(hash: B256, is_branch: bool) -> Self {
        let reference = Some(RlpNode::word_rlp(&hash));
        Self { kind: Kind::Unknown { hash, is_branch }, reference }
    }

    pub(super) const fn new(kind: Kind<V>) -> Self {
        Self { kind, reference: None }
    }

    /// Moves the node out. What stays in its place is replaced by the caller.
    const fn take(&mut self) -> Self {
        mem::replace(self, Self::unknown(B256::ZERO, false))
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

    /// What stands for the node in its parent: its RLP if that is shorter than 32 bytes, else the
    /// RLP of its hash. Computes what has none yet; `buffer` is scratch.
    pub(super) fn reference(&mut self, buffer: &mut Vec<u8>) -> &RlpNode {
        let Self { kind, reference } = self;
        reference.get_or_insert_with(|| {
            #[cfg(test)]
            ENCODED.set(ENCODED.get() + 1);
            match kind {
                Kind::Extension { child, .. } => referred(child, buffer),
                Kind::Branch { children } => {
                    children.iter_mut().flatten().for_each(|child| referred(child, buffer));
                }
                Kind::Leaf { .. } | Kind::Unknown { .. } => {}
            }
            buffer.clear();
            kind.encode(buffer);
            RlpNode::from_rlp(buffer)
        })
    }
}

/// Makes sure that a child has its reference.
fn referred<V: Value>(child: &mut Arc<Node<V>>, buffer: &mut Vec<u8>) {
    if child.reference.is_none() {
        Arc::make_mut(child).reference(buffer);
    }
}

impl<V: Value> Kind<V> {
    /// Appends the node's RLP. Its children have their references.
    pub(super) fn encode(&self, buffer: &mut Vec<u8>) {
        match self {
            Self::Leaf { path, value } => LeafNodeRef::new(path, &value.rlp()).encode(buffer),
            Self::Extension { path, child } => {
                if let Some(child) = &child.reference {
                    ExtensionNodeRef::new(path, child).encode(buffer);
                }
            }
            Self::Branch { children } => {
                let children = || children.iter().map(|child| child.as_ref()?.reference.as_ref());
                // A byte for each child that is not there, and for the value that never is.
                let length = |child: Option<&RlpNode>| child.map_or(1, |child| child.len());
                let payload_length = 1 + children().map(length).sum::<usize>();
                Header { list: true, payload_length }.encode(buffer);
                for child in children() {
                    buffer.extend_from_slice(
                        child.map_or(&[EMPTY_STRING_CODE], |child| child.as_slice()),
                    );
                }
                buffer.push(EMPTY_STRING_CODE);
            }
            Self::Unknown { hash, .. } => hash.encode(buffer),
        }
    }
}

/// The nibble of `path` at `index`, and what follows it.
fn split(path: &Nibbles, index: usize) -> (usize, Nibbles) {
    (path.get_unchecked(index).into(), path.slice(index + 1..))
}

#[cfg(test)]
thread_local! {
    /// Nodes that changes came to on this thread.
    pub(super) static WALKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    /// Nodes encoded on this thread.
    pub(super) static ENCODED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
impl<V: Value> Node<V> {
    /// Forgets everything but the hash of the node that lies `depth` branches down the key.
    /// `false`: there is none, or it is too short to be named by its hash.
    pub(super) fn forget(&mut self, path: Nibbles, depth: usize) -> bool {
        if depth == 0 {
            let hash = self.reference(&mut Vec::new()).as_hash();
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
