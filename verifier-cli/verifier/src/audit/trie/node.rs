//! One node with what hangs below it: reading, insertion and removal along a key.
//!
//! All keys have 64 nibbles, so none ends inside another and branches hold no values. The shape stays
//! canonical: a branch has two children or more, an extension has a path and below it a branch.

use std::mem;

use alloy_primitives::B256;

use super::{NodeNotHeld, Nodes, Root, Value, decode::decode, encode::Reference, is_top};

/// A node and, unless something below it changed since, what stands for it in its parent.
#[derive(Clone, Debug)]
pub(super) struct Node<V> {
    pub(super) kind: Kind<V>,
    pub(super) reference: Option<Reference>,
}

/// Children by the key's next nibble.
pub(super) type Children<V> = [Child<V>; 16];

/// What a branch has at a nibble.
#[derive(Clone, Debug, Default)]
pub(super) enum Child<V> {
    /// Nothing.
    #[default]
    None,
    /// A node of which the hash is all that is known: most children of most branches, which nothing leads to.
    Unknown(B256),
    /// A node.
    Node(Box<Node<V>>),
}

impl<V> Child<V> {
    /// The node, known or not; `None` if there is none.
    pub(super) fn node(&mut self) -> Option<&mut Node<V>> {
        if let Self::Unknown(hash) = *self {
            *self = Self::Node(Box::new(Node::unknown(hash, false)));
        }
        match self {
            Self::Node(node) => Some(node),
            Self::None | Self::Unknown(_) => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Kind<V> {
    /// Known by its hash only. `branch`: its parent is an extension, so it must be a branch.
    Unknown { hash: B256, branch: bool },
    /// `path` is what remains of the key.
    Leaf { path: Vec<u8>, value: V },
    /// `path` is not empty.
    Extension { path: Vec<u8>, child: Box<Node<V>> },
    /// Two children or more.
    Branch { children: Box<Children<V>> },
}

/// What became of a node from which a key was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    /// The key was not there.
    Absent,
    /// The key is gone.
    Removed,
    /// The node is the key's leaf. It is unchanged: its owner takes it out.
    Leaf,
}

impl<V> Node<V> {
    /// A node that has no reference yet.
    pub(super) const fn new(kind: Kind<V>) -> Self {
        Self { kind, reference: None }
    }

    /// A node of which the hash is all that is known.
    pub(super) const fn unknown(hash: B256, branch: bool) -> Self {
        Self {
            kind: Kind::Unknown { hash, branch },
            reference: Some(Reference::Hash(Root::Known(hash))),
        }
    }

    /// A leaf with `path` left of its key.
    pub(super) const fn leaf(path: Vec<u8>, value: V) -> Self {
        Self::new(Kind::Leaf { path, value })
    }

    /// Moves the node out. What stays is replaced by the caller.
    const fn take(&mut self) -> Self {
        mem::replace(self, Self::unknown(B256::ZERO, false))
    }

    /// The node with nibbles put before its path.
    fn prefixed(self, prefix: &[u8]) -> Self {
        Self::new(match self.kind {
            Kind::Leaf { path, value } => Kind::Leaf { path: [prefix, &path].concat(), value },
            Kind::Extension { path, child } => {
                Kind::Extension { path: [prefix, &path].concat(), child }
            }
            Kind::Branch { .. } | Kind::Unknown { .. } => {
                Kind::Extension { path: prefix.to_vec(), child: Box::new(self) }
            }
        })
    }

    /// The node without the first nibbles of its path.
    fn stripped(self, count: usize) -> Self {
        match self.kind {
            Kind::Leaf { path, value } => Self::leaf(path[count..].to_vec(), value),
            Kind::Extension { path, child } if path.len() == count => *child,
            Kind::Extension { path, child } => {
                Self::new(Kind::Extension { path: path[count..].to_vec(), child })
            }
            Kind::Branch { .. } | Kind::Unknown { .. } => self,
        }
    }
}

impl<V: Value> Node<V> {
    /// Looks the node up if only its hash is known. `left` is how many nibbles of its keys are not
    /// above it.
    pub(super) fn resolve(
        &mut self,
        nodes: &Nodes,
        left: usize,
    ) -> Result<&mut Kind<V>, NodeNotHeld> {
        if let Kind::Unknown { hash, branch } = self.kind {
            self.kind = nodes
                .get(&hash)
                // A shorter one stands in its parent.
                .filter(|rlp| rlp.len() >= B256::len_bytes() || is_top(left))
                .and_then(|rlp| decode(rlp, left))
                .filter(|kind| !branch || matches!(kind, Kind::Branch { .. }))
                .ok_or(NodeNotHeld(hash))?;
        }
        Ok(&mut self.kind)
    }

    /// The value at `path`.
    pub(super) fn get(&mut self, nodes: &Nodes, path: &[u8]) -> Result<Option<V>, NodeNotHeld> {
        let (mut node, mut path) = (self, path);
        loop {
            match node.resolve(nodes, path.len())? {
                Kind::Leaf { path: own, value } if own == path => return Ok(Some(value.clone())),
                Kind::Extension { path: own, child } if path.starts_with(own) => {
                    (node, path) = (child, &path[own.len()..]);
                }
                Kind::Branch { children } => {
                    let (nibble, rest) = step(path);
                    let Some(child) = children[nibble].node() else { return Ok(None) };
                    (node, path) = (child, rest);
                }
                _ => return Ok(None),
            }
        }
    }

    /// Sets the value at `path`.
    pub(super) fn insert(
        &mut self,
        nodes: &Nodes,
        path: &[u8],
        value: V,
    ) -> Result<(), NodeNotHeld> {
        let (mut node, mut path) = (self, path);
        loop {
            node.resolve(nodes, path.len())?;
            // If a node further down is missing, this is computed again, to the same.
            node.reference = None;
            if node.parts_from(path) {
                *node = node.take().forked(path, value);
                return Ok(());
            }
            match &mut node.kind {
                Kind::Unknown { hash, .. } => return Err(NodeNotHeld(*hash)),
                Kind::Leaf { value: held, .. } => {
                    *held = value;
                    return Ok(());
                }
                Kind::Extension { path: own, child } => {
                    (node, path) = (child, &path[own.len()..]);
                }
                Kind::Branch { children } => {
                    let (nibble, rest) = step(path);
                    let child = &mut children[nibble];
                    if matches!(child, Child::None) {
                        *child = Child::Node(Box::new(Self::leaf(rest.to_vec(), value)));
                        return Ok(());
                    }
                    // There is one.
                    let Some(child) = child.node() else { return Ok(()) };
                    (node, path) = (child, rest);
                }
            }
        }
    }

    /// Whether this is a leaf or an extension that does not lie on the key `path`.
    fn parts_from(&self, path: &[u8]) -> bool {
        match &self.kind {
            Kind::Leaf { path: own, .. } | Kind::Extension { path: own, .. } => {
                !path.starts_with(own)
            }
            Kind::Branch { .. } | Kind::Unknown { .. } => false,
        }
    }

    /// This leaf or extension below a new branch, where the key `path` parts from its own.
    fn forked(self, path: &[u8], value: V) -> Self {
        let own: &[u8] = match &self.kind {
            Kind::Leaf { path, .. } | Kind::Extension { path, .. } => path,
            Kind::Branch { .. } | Kind::Unknown { .. } => &[],
        };
        let shared = own.iter().zip(path).take_while(|(own, other)| own == other).count();
        let (own_nibble, _) = step(&own[shared..]);
        let (nibble, rest) = step(&path[shared..]);
        let mut children = Box::<Children<V>>::default();
        children[own_nibble] = Child::Node(Box::new(self.stripped(shared + 1)));
        children[nibble] = Child::Node(Box::new(Self::leaf(rest.to_vec(), value)));
        let branch = Self::new(Kind::Branch { children });
        if shared == 0 { branch } else { branch.prefixed(&path[..shared]) }
    }

    /// Removes the value at `path`.
    pub(super) fn remove(&mut self, nodes: &Nodes, path: &[u8]) -> Result<Removal, NodeNotHeld> {
        let removal = match self.resolve(nodes, path.len())? {
            Kind::Leaf { path: own, .. } if own == path => Removal::Leaf,
            Kind::Extension { path: own, child } if path.starts_with(own) => {
                let removal = child.remove(nodes, &path[own.len()..])?;
                if removal == Removal::Removed {
                    // The branch below may have become a leaf or an extension.
                    *self = child.take().prefixed(own);
                }
                removal
            }
            Kind::Branch { children } => {
                let (nibble, rest) = step(path);
                let removal = match children[nibble].node() {
                    Some(child) => child.remove(nodes, rest)?,
                    None => Removal::Absent,
                };
                match removal {
                    Removal::Absent => {}
                    Removal::Removed => self.reference = None,
                    Removal::Leaf => self.take_out(nodes, nibble, rest.len())?,
                }
                if removal == Removal::Leaf { Removal::Removed } else { removal }
            }
            _ => Removal::Absent,
        };
        Ok(removal)
    }

    /// Takes a branch's child out. If that leaves one other, it takes the branch's place.
    fn take_out(&mut self, nodes: &Nodes, nibble: usize, left: usize) -> Result<(), NodeNotHeld> {
        let Kind::Branch { children } = &mut self.kind else { return Ok(()) };
        let is_there = |other: &usize| !matches!(children[*other], Child::None);
        let mut others = (0..16).filter(|other| *other != nibble).filter(is_there);
        if let (Some(other), None) = (others.next(), others.next())
            && let Some(sibling) = children[other].node()
        {
            // What the two become depends on what the sibling is.
            sibling.resolve(nodes, left)?;
            *self = sibling.take().prefixed(&[other as u8]);
        } else {
            children[nibble] = Child::None;
            self.reference = None;
        }
        Ok(())
    }
}

/// The next nibble, and what follows it. A branch stands above a nibble or more.
fn step(path: &[u8]) -> (usize, &[u8]) {
    path.split_first().map_or((0, path), |(nibble, rest)| (usize::from(*nibble), rest))
}
