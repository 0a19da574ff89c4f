//! Nodes as RLP, and what stands for one in its parent.

use alloy_primitives::B256;
use rlp::RlpStream;

use super::{
    Value,
    node::{Kind, Node},
    path::compact,
};
use crate::hash::keccak256;

/// What stands for a node in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// Hash of a node that has 32 bytes and more.
    Hash(B256),
    /// Its RLP, which is shorter than a hash.
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

    fn append_to(&self, list: &mut RlpStream) {
        match self {
            Self::Hash(hash) => list.append(&hash.as_slice()),
            Self::Inline(rlp) => list.append_raw(rlp, 1),
        };
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
                    Reference::Hash(keccak256(&rlp))
                }
            }
        })
    }
}

/// RLP of a known node; of an unknown one, which has none, nothing.
pub(super) fn encode<V: Value>(kind: &mut Kind<V>) -> Vec<u8> {
    let mut list = RlpStream::new();
    match kind {
        Kind::Unknown { .. } => {}
        Kind::Leaf { path, value } => {
            list.begin_list(2).append(&compact(path, true)).append(&value.encode());
        }
        Kind::Extension { path, child } => {
            list.begin_list(2).append(&compact(path, false));
            child.reference().append_to(&mut list);
        }
        Kind::Branch { children } => {
            list.begin_list(17);
            for child in children.iter_mut() {
                match child {
                    Some(child) => child.reference().append_to(&mut list),
                    None => {
                        list.append_empty_data();
                    }
                }
            }
            list.append_empty_data();
        }
    }
    list.out().to_vec()
}
