//! A node's RLP, and the reference by which its parent names it. After the changes: references are
//! computed when a root is asked for, from the changed nodes up to the topmost.

use std::sync::Arc;

use alloy_rlp::{EMPTY_STRING_CODE, Encodable, Header};
use alloy_trie::nodes::{ExtensionNodeRef, LeafNodeRef, RlpNode};

use super::{
    absorbed::{Absorbed, BLOCK},
    node::{Children, Kind, Node},
    value::Value,
};

/// Bytes of a reference that is a hash; no reference has more.
const HASH: usize = 33;

/// Most bytes in a branch's RLP after its header.
const MOST_IN_BRANCH: usize = 16 * HASH + 1;

/// Most bytes in the RLP of a branch, which has a header of three.
pub(super) const MOST_RLP: usize = MOST_IN_BRANCH + 3;

impl<V: Value> Node<V> {
    /// What stands for the node in its parent: its RLP if that is shorter than 32 bytes, else the
    /// RLP of its hash. Computes what has none yet; `buffer` is scratch.
    pub(super) fn reference(&mut self, buffer: &mut Vec<u8>) -> &RlpNode {
        let Self { kind, reference } = self;
        reference.get_or_insert_with(|| {
            #[cfg(test)]
            ENCODED.set(ENCODED.get() + 1);
            match kind {
                Kind::Branch { children, absorbed } => {
                    return branch_reference(children, absorbed, buffer);
                }
                Kind::Extension { child, .. } if child.reference.is_none() => {
                    Arc::make_mut(child).reference(buffer);
                }
                _ => {}
            }
            buffer.clear();
            kind.encode(buffer);
            RlpNode::from_rlp(buffer)
        })
    }
}

/// The reference to a branch, once all its children have theirs. A child that has one already is
/// what it was when the branch was hashed last: a change takes it from all nodes on its way.
fn branch_reference<V: Value>(
    children: &mut Children<V>,
    absorbed: &mut Absorbed,
    buffer: &mut Vec<u8>,
) -> RlpNode {
    let (mut there, mut changed) = (0, 0_u16);
    for (nibble, child) in children.iter_mut().enumerate() {
        let Some(child) = child else { continue };
        there |= 1 << nibble;
        if child.reference.is_none() {
            Arc::make_mut(child).reference(buffer);
            changed |= 1 << nibble;
        }
    }
    let hash = |nibble: usize| children[nibble].as_ref()?.reference.as_ref()?.as_hash();
    let changed = || (0..16).filter(|nibble| changed >> nibble & 1 == 1);
    let patched = if changed().all(|nibble| hash(nibble).is_some()) {
        absorbed.patched(there, changed().filter_map(|nibble| Some((nibble, hash(nibble)?))))
    } else {
        None
    };
    let rlp = patched.unwrap_or_else(|| {
        buffer.clear();
        encode_branch(children, buffer);
        buffer.clone()
    });
    if rlp.len() < BLOCK {
        // What was hashed before is not what was hashed last.
        *absorbed = Absorbed::default();
        return RlpNode::from_rlp(&rlp);
    }
    RlpNode::word_rlp(&absorbed.hash(there, rlp))
}

/// Appends the RLP of a branch. Its children have their references.
fn encode_branch<V>(children: &Children<V>, buffer: &mut Vec<u8>) {
    // A byte for each child that is not there, and for the value that never is.
    let mut payload = [EMPTY_STRING_CODE; MOST_IN_BRANCH];
    let mut end = 0;
    for child in children {
        let child = child.as_ref().and_then(|child| child.reference.as_ref());
        let child = child.map_or(&[EMPTY_STRING_CODE][..], |child| child.as_slice());
        let place = &mut payload[end..end + child.len()];
        // Most are hashes: a copy of known length is no call.
        match (<&mut [u8; HASH]>::try_from(&mut *place), child.try_into()) {
            (Ok(place), Ok(child)) => *place = child,
            _ => place.copy_from_slice(child),
        }
        end += child.len();
    }
    let payload = &payload[..end + 1];
    Header { list: true, payload_length: payload.len() }.encode(buffer);
    buffer.extend_from_slice(payload);
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
            Self::Branch { children, .. } => encode_branch(children, buffer),
            Self::Unknown { hash, .. } => hash.encode(buffer),
        }
    }
}

#[cfg(test)]
thread_local! {
    /// Nodes encoded on this thread.
    pub(super) static ENCODED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
