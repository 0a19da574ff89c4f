//! Nodes as RLP, and what stands for one in its parent.

use alloy_primitives::B256;

use super::{
    Value,
    later::{Later, Root},
    node::{Child, Kind, Node},
    path::{Compact, compact},
};

/// What stands for a node in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// Hash of a node that has 32 bytes and more.
    Hash(Root),
    /// The node's RLP, which is shorter than a hash.
    Inline(Vec<u8>),
}

/// Bytes of a hash as an item of a list.
const HASH_ITEM: usize = 1 + B256::len_bytes();

impl Reference {
    /// Bytes that it takes in a list.
    fn length(&self) -> usize {
        match self {
            Self::Hash(_) => HASH_ITEM,
            Self::Inline(rlp) => rlp.len(),
        }
    }

    fn append_to(&self, later: &mut Later) {
        match self {
            Self::Hash(root) => append_root(*root, later),
            Self::Inline(rlp) => later.raw(rlp),
        }
    }
}

fn append_root(root: Root, later: &mut Later) {
    later.string(B256::len_bytes());
    later.root(root);
}

impl<V: Value> Node<V> {
    /// What stands for the node in its parent. Writes what was not written yet.
    pub(super) fn reference(&mut self, later: &mut Later) -> &Reference {
        let Self { kind, reference } = self;
        reference.get_or_insert_with(|| match kind {
            Kind::Unknown { hash, .. } => Reference::Hash(Root::Known(*hash)),
            _ => {
                kind.refer_to_children(later);
                let start = later.begin();
                kind.append_to(later);
                later.end(start)
            }
        })
    }
}

impl<V: Value> Child<V> {
    /// Bytes that stand for it in its parent, which knows what stands for it.
    fn length(&self) -> usize {
        match self {
            Self::Unknown(_) => HASH_ITEM,
            Self::None => 1,
            Self::Node(node) => node.reference.as_ref().map_or(1, Reference::length),
        }
    }

    fn append_to(&self, later: &mut Later) {
        match self {
            Self::Unknown(hash) => append_root(Root::Known(*hash), later),
            Self::None => later.raw(&NOTHING),
            Self::Node(node) => match &node.reference {
                Some(reference) => reference.append_to(later),
                None => later.raw(&NOTHING),
            },
        }
    }
}

/// RLP of the empty string: no child, and no value.
const NOTHING: [u8; 1] = [STRING];

impl<V: Value> Kind<V> {
    /// Has the nodes right below written, which is what [`append_to`](Self::append_to) needs.
    pub(super) fn refer_to_children(&mut self, later: &mut Later) {
        match self {
            Self::Unknown { .. } | Self::Leaf { .. } => {}
            Self::Extension { child, .. } => _ = child.reference(later),
            Self::Branch { children } => {
                for child in children.iter_mut() {
                    if let Child::Node(node) = child {
                        node.reference(later);
                    }
                }
            }
        }
    }

    /// Appends the RLP of a known node; of an unknown one, which has none, nothing.
    pub(super) fn append_to(&self, later: &mut Later) {
        match self {
            Self::Unknown { .. } => {}
            Self::Leaf { path, value } => {
                let path = compact(path, true);
                let length = value.length();
                let item = if value.is_itself() { 1 } else { item_length(length) };
                later.list(path.item_length() + item);
                path.append_to(later);
                if !value.is_itself() {
                    later.string(length);
                }
                value.append_to(later);
            }
            Self::Extension { path, child } => {
                let path = compact(path, false);
                let Some(child) = &child.reference else { return };
                later.list(path.item_length() + child.length());
                path.append_to(later);
                child.append_to(later);
            }
            Self::Branch { children } => {
                later.list(children.iter().map(Child::length).sum::<usize>() + NOTHING.len());
                children.iter().for_each(|child| child.append_to(later));
                later.raw(&NOTHING);
            }
        }
    }
}

impl Compact {
    /// Bytes that it takes in a list.
    fn item_length(&self) -> usize {
        let bytes = self.bytes();
        if is_itself(bytes) { 1 } else { item_length(bytes.len()) }
    }

    fn append_to(&self, later: &mut Later) {
        let bytes = self.bytes();
        if !is_itself(bytes) {
            later.string(bytes.len());
        }
        later.raw(bytes);
    }
}

/// What the first byte of a string and of a list begin at.
pub(super) const STRING: u8 = 0x80;
pub(super) const LIST: u8 = 0xc0;

/// Whether bytes are their own encoding: one below 0x80 is.
fn is_itself(bytes: &[u8]) -> bool {
    matches!(bytes, [0..STRING])
}

/// Bytes that a string of so many takes in a list, if it is not its own encoding.
pub(in crate::audit) const fn item_length(length: usize) -> usize {
    let digits = match length {
        0..=55 => 0,
        _ => size_of::<usize>() - length.leading_zeros() as usize / 8,
    };
    1 + digits + length
}

/// What stands before a string or list of this length.
pub(in crate::audit) fn prefix(kind: u8, length: usize, out: &mut Vec<u8>) {
    match length {
        // At most 0xf7.
        0..=55 => out.push(kind + length as u8),
        _ => {
            let bytes = length.to_be_bytes();
            let skipped = length.leading_zeros() as usize / 8;
            // At most 0xff.
            out.push(kind + 55 + (bytes.len() - skipped) as u8);
            out.extend_from_slice(&bytes[skipped..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_lists_are_those_of_rlp() {
        for length in [0, 1, 2, 31, 32, 33, 54, 55, 56, 57, 255, 256, 1_000, 65_535, 65_536] {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let bytes = vec![byte; length];
                let mut ours = Vec::new();
                if !is_itself(&bytes) {
                    prefix(STRING, length, &mut ours);
                    assert_eq!(ours.len() + length, item_length(length));
                }
                ours.extend(&bytes);
                assert_eq!(ours, rlp::encode(&bytes), "{length} bytes of {byte}");
                prefix(STRING, 0, &mut ours);
                let mut theirs = rlp::RlpStream::new_list(2);
                theirs.append(&bytes).append_empty_data();
                let mut list = Vec::new();
                prefix(LIST, ours.len(), &mut list);
                list.extend(&ours);
                assert_eq!(list, theirs.out(), "{length} bytes of {byte}");
            }
        }
    }
}
