//! A node's RLP, and the reference by which its parent names it. After the changes: nodes are written
//! when a root is asked for, from the changed ones up to the topmost, and hashed [later](super::later).

use std::sync::Arc;

use alloy_primitives::B256;
use alloy_rlp::{EMPTY_STRING_CODE, Encodable, Header};
use alloy_trie::nodes::{ExtensionNodeRef, LeafNodeRef, RlpNode};

use super::{
    later::{Later, Root},
    node::{Children, Kind, Node},
    value::Value,
};

/// What stands for a node in its parent.
#[derive(Clone, Debug)]
pub(super) enum Reference {
    /// Hash of a node that has 32 bytes and more.
    Hash(Root),
    /// The node's RLP, which is shorter than a hash.
    Inline(RlpNode),
}

/// Bytes of a hash as an item of a list.
const HASH: usize = 33;

/// Bytes of an account's RLP from its storage root on: that, and the hash of its code.
const FROM_ROOT: usize = 2 * HASH - 1;

impl Reference {
    /// The hash, if there is one.
    #[cfg(test)]
    pub(super) fn root(&self) -> Option<&Root> {
        match self {
            Self::Hash(root) => Some(root),
            Self::Inline(_) => None,
        }
    }

    /// Bytes that it takes in a list.
    fn length(&self) -> usize {
        match self {
            Self::Hash(_) => HASH,
            Self::Inline(rlp) => rlp.len(),
        }
    }

    fn encode(&self, later: &mut Later) {
        match self {
            Self::Hash(root) => later.item(root),
            Self::Inline(rlp) => later.bytes().extend_from_slice(rlp),
        }
    }
}

impl<V: Value> Node<V> {
    /// What stands for the node in its parent: its RLP if that is shorter than 32 bytes, else its hash. Writes
    /// what was not written yet.
    pub(super) fn reference(&mut self, later: &mut Later) -> &Reference {
        let Self { kind, reference } = self;
        reference.get_or_insert_with(|| {
            match kind {
                Kind::Branch { children } => {
                    for child in children.iter_mut().flatten() {
                        refer(child, later);
                    }
                }
                Kind::Extension { child, .. } => refer(child, later),
                Kind::Leaf { .. } | Kind::Unknown { .. } => {}
            }
            let start = later.bytes().len();
            kind.encode(later);
            later.end(start)
        })
    }
}

/// Has a child written, unless it was. One that was is shared with clones.
fn refer<V: Value>(child: &mut Arc<Node<V>>, later: &mut Later) {
    if child.reference.is_none() {
        Arc::make_mut(child).reference(later);
    }
}

/// Appends the RLP of a branch. Its children have their references.
fn encode_branch<V>(children: &Children<V>, later: &mut Later) {
    let references =
        children.each_ref().map(|child| child.as_ref().and_then(|child| child.reference.as_ref()));
    // A byte for each child that is not there, and for the value that never is.
    let lengths = references.iter().map(|reference| reference.map_or(1, Reference::length));
    let payload_length = lengths.sum::<usize>() + 1;
    Header { list: true, payload_length }.encode(later.bytes());
    for reference in references {
        match reference {
            Some(reference) => reference.encode(later),
            None => later.bytes().push(EMPTY_STRING_CODE),
        }
    }
    later.bytes().push(EMPTY_STRING_CODE);
}

impl<V: Value> Kind<V> {
    /// Appends the node's RLP. Its children have their references.
    pub(super) fn encode(&self, later: &mut Later) {
        match self {
            Self::Leaf { path, value } => {
                LeafNodeRef::new(path, &value.rlp()).encode(later.bytes());
                if let Some(root) = value.storage_root().filter(|root| root.get().is_none()) {
                    later.hole(root, FROM_ROOT);
                }
            }
            Self::Extension { path, child } => match &child.reference {
                Some(Reference::Inline(rlp)) => {
                    ExtensionNodeRef::new(path, rlp).encode(later.bytes());
                }
                Some(Reference::Hash(root)) => {
                    let hash = root.get().unwrap_or_default();
                    ExtensionNodeRef::new(path, &RlpNode::word_rlp(&hash)).encode(later.bytes());
                    if root.get().is_none() {
                        later.hole(root, B256::len_bytes());
                    }
                }
                None => {}
            },
            Self::Branch { children } => encode_branch(children, later),
            Self::Unknown { hash, .. } => later.item(&Root::Known(*hash)),
        }
    }
}

#[cfg(test)]
thread_local! {
    /// Nodes encoded on this thread.
    pub(super) static ENCODED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
