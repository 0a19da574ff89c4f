//! The nodes at hand, by hash.

use std::collections::HashMap;

use alloy_primitives::{B256, Bytes};

use crate::hash::keccak256;

/// RLP of trie nodes under their keccak256, which is computed here. It may be anything: a node is
/// read when a path leads to it.
#[derive(Clone, Debug, Default)]
pub struct Nodes(pub(in crate::audit) HashMap<B256, Bytes>);

impl Nodes {
    /// The bytes with this hash.
    pub(in crate::audit) fn get(&self, hash: &B256) -> Option<&[u8]> {
        self.0.get(hash).map(AsRef::as_ref)
    }
}

/// Nodes by hashes that are computed already.
impl FromIterator<(B256, Bytes)> for Nodes {
    fn from_iter<T: IntoIterator<Item = (B256, Bytes)>>(nodes: T) -> Self {
        Self(nodes.into_iter().collect())
    }
}

impl FromIterator<Bytes> for Nodes {
    fn from_iter<T: IntoIterator<Item = Bytes>>(nodes: T) -> Self {
        Self(nodes.into_iter().map(|rlp| (keccak256(&rlp), rlp)).collect())
    }
}
