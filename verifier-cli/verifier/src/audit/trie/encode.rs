//! Nodes as RLP, and what stands for one in its parent.

use alloy_primitives::B256;

use super::{
    Value,
    node::{Kind, Node},
    path::compact,
};
use crate::hash::hash_written;

/// What stands for a node in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// Hash of a node that has 32 bytes and more.
    Hash(B256),
    /// The node's RLP, which is shorter than a hash.
    Inline(Vec<u8>),
}

impl Reference {
    /// The hash, or else the RLP.
    pub(super) fn hash(&self) -> Result<B256, &[u8]> {
        match self {
            Self::Hash(hash) => Ok(*hash),
            Self::Inline(rlp) => Err(rlp),
        }
    }

    fn append_to(&self, list: &mut Vec<u8>) {
        match self {
            Self::Hash(hash) => append(hash.as_slice(), list),
            Self::Inline(rlp) => list.extend_from_slice(rlp),
        }
    }
}

impl<V: Value> Node<V> {
    /// What stands for the node in its parent. Computes what is not known yet.
    pub(super) fn reference(&mut self) -> &Reference {
        let Self { kind, reference } = self;
        reference.get_or_insert_with(|| match kind {
            Kind::Unknown { hash, .. } => Reference::Hash(*hash),
            _ => {
                let rlp = encode(kind);
                if rlp.len() < B256::len_bytes() {
                    Reference::Inline(rlp)
                } else {
                    Reference::Hash(hash_written(&rlp))
                }
            }
        })
    }
}

/// RLP of a known node; of an unknown one, which has none, nothing.
pub(super) fn encode<V: Value>(kind: &mut Kind<V>) -> Vec<u8> {
    let mut items = Vec::with_capacity(LONGEST);
    match kind {
        Kind::Unknown { .. } => return items,
        Kind::Leaf { path, value } => {
            append(&compact(path, true), &mut items);
            append(&value.encode(), &mut items);
        }
        Kind::Extension { path, child } => {
            append(&compact(path, false), &mut items);
            child.reference().append_to(&mut items);
        }
        Kind::Branch { children } => {
            for child in children.iter_mut() {
                match child {
                    Some(child) => child.reference().append_to(&mut items),
                    None => append(&[], &mut items),
                }
            }
            append(&[], &mut items);
        }
    }
    list(&items)
}

/// A branch with sixteen hashes, in bytes: no node is longer, but for a leaf with a long value.
const LONGEST: usize = 16 * 33 + 1;

/// What the first byte of a string and of a list begin at.
const STRING: u8 = 0x80;
const LIST: u8 = 0xc0;

/// Appends a byte string to a list's items.
pub(in crate::audit) fn append(bytes: &[u8], items: &mut Vec<u8>) {
    // A byte below 0x80 is its own encoding.
    if !matches!(bytes, [0..STRING]) {
        prefix(STRING, bytes.len(), items);
    }
    items.extend_from_slice(bytes);
}

/// The list with these items.
pub(in crate::audit) fn list(items: &[u8]) -> Vec<u8> {
    let mut list = Vec::with_capacity(items.len() + 9);
    prefix(LIST, items.len(), &mut list);
    list.extend_from_slice(items);
    list
}

/// What stands before a string or list of this length.
fn prefix(kind: u8, length: usize, out: &mut Vec<u8>) {
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
                append(&bytes, &mut ours);
                assert_eq!(ours, rlp::encode(&bytes), "{length} bytes of {byte}");
                append(&[], &mut ours);
                let mut theirs = rlp::RlpStream::new_list(2);
                theirs.append(&bytes).append_empty_data();
                assert_eq!(list(&ours), theirs.out(), "{length} bytes of {byte}");
            }
        }
    }
}
