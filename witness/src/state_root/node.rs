//! One node of a trie with all that hangs below it: insertion, removal, and the reference by which
//! its parent names it. Below [`Trie`](super::Trie), which owns the topmost node.
//!
//! Keys have one length, so no key ends inside another and branches hold no values. The shape is
//! canonical after every change: a branch has two children or more, below an extension stands a
//! branch. A change that fails has changed nothing.

use std::mem;

use alloy_primitives::B256;
use alloy_trie::{
    Nibbles, TrieMask,
    nodes::{BranchNodeRef, ExtensionNodeRef, LeafNodeRef, RlpNode},
};

use super::MissingNode;

/// A node and, unless something below it changed since, its reference.
#[derive(Debug, Clone)]
pub(super) struct Node {
    kind: Kind,
    reference: Option<RlpNode>,
}

type Children = [Option<Box<Node>>; 16];

#[derive(Debug, Clone)]
enum Kind {
    /// `path` is what remains of the key.
    Leaf { path: Nibbles, value: Vec<u8> },
    /// `path` is not empty.
    Extension { path: Nibbles, child: Box<Node> },
    /// Children by the key's next nibble.
    Branch { children: Box<Children> },
    /// Known by its hash only.
    Unknown { hash: B256 },
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

impl Node {
    /// A leaf with `path` left of its key.
    pub(super) const fn leaf(path: Nibbles, value: Vec<u8>) -> Self {
        Self::new(Kind::Leaf { path, value })
    }

    /// A node of which the hash is all that is known.
    pub(super) const fn unknown(hash: B256) -> Self {
        Self { kind: Kind::Unknown { hash }, reference: Some(RlpNode::word_rlp(&hash)) }
    }

    const fn new(kind: Kind) -> Self {
        Self { kind, reference: None }
    }

    /// Moves the node out. What stays in its place is replaced by the caller.
    const fn take(&mut self) -> Self {
        mem::replace(self, Self::unknown(B256::ZERO))
    }

    /// Sets the value at `path`. `false`: it was that already, and every reference stays valid.
    pub(super) fn insert(&mut self, path: Nibbles, value: Vec<u8>) -> Result<bool, MissingNode> {
        #[cfg(test)]
        WALKED.set(WALKED.get() + 1);
        let changed = match &mut self.kind {
            Kind::Unknown { hash } => return Err(MissingNode { hash: *hash }),
            Kind::Branch { children } => {
                let (nibble, rest) = split(&path, 0);
                match &mut children[nibble] {
                    Some(child) => child.insert(rest, value)?,
                    vacant => {
                        *vacant = Some(Box::new(Self::leaf(rest, value)));
                        true
                    }
                }
            }
            Kind::Extension { path: own, child } if path.starts_with(own) => {
                child.insert(path.slice(own.len()..), value)?
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
    fn fork(&mut self, own: Nibbles, path: Nibbles, value: Vec<u8>) {
        let shared = own.common_prefix_length(&path);
        let (own_nibble, _) = split(&own, shared);
        let (nibble, rest) = split(&path, shared);
        let mut children = Box::<Children>::default();
        children[own_nibble] = Some(Box::new(self.take().strip(shared + 1)));
        children[nibble] = Some(Box::new(Self::leaf(rest, value)));
        let branch = Self::new(Kind::Branch { children });
        *self = if shared == 0 { branch } else { branch.prepend(path.slice(..shared)) };
    }

    /// Removes the value at `path`.
    pub(super) fn remove(&mut self, path: Nibbles) -> Result<Removal, MissingNode> {
        #[cfg(test)]
        WALKED.set(WALKED.get() + 1);
        match &mut self.kind {
            Kind::Unknown { hash } => Err(MissingNode { hash: *hash }),
            Kind::Leaf { path: own, .. } => {
                Ok(if path == *own { Removal::TakeOut } else { Removal::Absent })
            }
            Kind::Extension { path: own, .. } if !path.starts_with(own) => Ok(Removal::Absent),
            Kind::Extension { path: own, child } => {
                let removal = child.remove(path.slice(own.len()..))?;
                if removal == Removal::Removed {
                    *self = child.take().prepend(*own);
                }
                Ok(removal)
            }
            Kind::Branch { children } => {
                let (nibble, rest) = split(&path, 0);
                let Some(child) = &mut children[nibble] else { return Ok(Removal::Absent) };
                match child.remove(rest)? {
                    Removal::Absent => return Ok(Removal::Absent),
                    Removal::Removed => self.reference = None,
                    Removal::TakeOut => self.take_out(nibble)?,
                }
                Ok(Removal::Removed)
            }
        }
    }

    /// Takes a branch's child out. If that leaves one other, the branch becomes it.
    fn take_out(&mut self, nibble: usize) -> Result<(), MissingNode> {
        let Kind::Branch { children } = &mut self.kind else { return Ok(()) };
        let mut others = (0..16).filter(|&other| other != nibble && children[other].is_some());
        if let (Some(last), None) = (others.next(), others.next())
            && let Some(sibling) = &mut children[last]
        {
            // Whether the two become one leaf, one extension, or an extension above a branch,
            // depends on what the sibling is.
            if let Kind::Unknown { hash } = sibling.kind {
                return Err(MissingNode { hash });
            }
            let path = Nibbles::from_nibbles([last as u8]);
            *self = sibling.take().prepend(path);
        } else {
            children[nibble] = None;
            self.reference = None;
        }
        Ok(())
    }

    /// The node with `prefix`, which is not empty, put before its path.
    fn prepend(self, prefix: Nibbles) -> Self {
        Self::new(match self.kind {
            Kind::Leaf { path, value } => Kind::Leaf { path: prefix.join(&path), value },
            Kind::Extension { path, child } => Kind::Extension { path: prefix.join(&path), child },
            Kind::Branch { .. } | Kind::Unknown { .. } => {
                Kind::Extension { path: prefix, child: Box::new(self) }
            }
        })
    }

    /// The node without the first `count` nibbles of its path.
    fn strip(self, count: usize) -> Self {
        match self.kind {
            Kind::Leaf { path, value } => Self::leaf(path.slice(count..), value),
            Kind::Extension { path, child } if path.len() == count => *child,
            Kind::Extension { path, child } => {
                Self::new(Kind::Extension { path: path.slice(count..), child })
            }
            Kind::Branch { .. } | Kind::Unknown { .. } => self,
        }
    }

    /// What stands for the node in its parent: its RLP if that is shorter than 32 bytes, else the
    /// RLP of its hash. Computes what has none yet; `buffer` is scratch.
    pub(super) fn reference(&mut self, buffer: &mut Vec<u8>) -> &RlpNode {
        let Self { kind, reference } = self;
        reference.get_or_insert_with(|| kind.encode(buffer))
    }
}

impl Kind {
    fn encode(&mut self, buffer: &mut Vec<u8>) -> RlpNode {
        #[cfg(test)]
        ENCODED.set(ENCODED.get() + 1);
        match self {
            Self::Leaf { path, value } => {
                buffer.clear();
                LeafNodeRef::new(path, value).rlp(buffer)
            }
            Self::Extension { path, child } => {
                let child = child.reference(buffer).clone();
                buffer.clear();
                ExtensionNodeRef::new(path, &child).rlp(buffer)
            }
            Self::Branch { children } => {
                let mut stack = Vec::with_capacity(16);
                let mut mask = TrieMask::default();
                for (nibble, child) in (0..).zip(children.iter_mut()) {
                    if let Some(child) = child {
                        stack.push(child.reference(buffer).clone());
                        mask.set_bit(nibble);
                    }
                }
                buffer.clear();
                BranchNodeRef::new(&stack, mask).rlp(buffer)
            }
            Self::Unknown { hash } => RlpNode::word_rlp(hash),
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
impl Node {
    /// Forgets everything but the hash of the node that lies `depth` branches down the key.
    /// `false`: there is none, or it is too short to be named by its hash.
    pub(super) fn forget(&mut self, path: Nibbles, depth: usize) -> bool {
        if depth == 0 {
            let hash = self.reference(&mut Vec::new()).as_hash();
            return hash.map(|hash| *self = Self::unknown(hash)).is_some();
        }
        match &mut self.kind {
            Kind::Extension { path: own, child } if path.starts_with(own) => {
                child.forget(path.slice(own.len()..), depth)
            }
            Kind::Branch { children } => {
                let (nibble, rest) = split(&path, 0);
                children[nibble].as_mut().is_some_and(|child| child.forget(rest, depth - 1))
            }
            _ => false,
        }
    }
}
