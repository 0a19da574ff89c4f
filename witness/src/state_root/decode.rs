//! Nodes that are known by their hash, read from their RLP. Below [`node`](super::node) and
//! [`change`](super::change), which ask for them where their content is needed.
//!
//! Only what a trie of 32-byte keys can hold is read; what is anything else, or has another hash, is
//! as good as missing.

use std::sync::Arc;

use alloy_primitives::keccak256;
use alloy_rlp::Decodable;
use alloy_trie::nodes::{RlpNode, TrieNode};

use super::{
    later::Later,
    node::{Children, Kind, Node, Nodes, UnknownNode},
    reference::Reference,
    value::Value,
};

impl<V: Value> Node<V> {
    /// Puts the node itself in the place of one that is known by its hash. `length` is what is left
    /// of the key here.
    pub(super) fn resolve(&mut self, length: usize, nodes: &Nodes) -> Result<(), UnknownNode> {
        if matches!(self.kind, Kind::Unknown { .. }) {
            self.kind = self.read(length, nodes)?.kind;
        }
        Ok(())
    }

    /// The node behind the hash.
    pub(super) fn read(&self, length: usize, nodes: &Nodes) -> Result<Self, UnknownNode> {
        let Kind::Unknown { hash, is_branch } = self.kind else { return Ok(self.clone()) };
        let rlp = nodes.get(&hash).filter(|rlp| keccak256(rlp) == hash);
        let node = rlp.and_then(|rlp| Self::decode(rlp, length, is_branch));
        node.ok_or(UnknownNode(hash)).map(|node| Self { reference: self.reference.clone(), ..node })
    }

    /// Reads a node where `length` nibbles of the key are left.
    fn decode(rlp: &[u8], length: usize, is_branch: bool) -> Option<Self> {
        let mut rest = rlp;
        let kind = match TrieNode::decode(&mut rest).ok()? {
            TrieNode::Branch(branch) if length > 0 && branch.state_mask.count_ones() > 1 => {
                let mut children = Children::default();
                for (nibble, child) in branch.as_ref().children() {
                    if let Some(child) = child {
                        let child = Self::of_reference(child, length - 1, false)?;
                        children[usize::from(nibble)] = Some(Arc::new(child));
                    }
                }
                Kind::Branch { children }
            }
            TrieNode::Extension(extension) if !is_branch => {
                let path = extension.key;
                let length = length.checked_sub(path.len()).filter(|_| !path.is_empty())?;
                let child = Self::of_reference(&extension.child, length, true)?;
                Kind::Extension { path, child: Arc::new(child) }
            }
            TrieNode::Leaf(leaf) if !is_branch && leaf.key.len() == length => {
                Kind::Leaf { path: leaf.key, value: V::from_rlp(&leaf.value)? }
            }
            _ => return None,
        };
        // There is one encoding of each node.
        let mut canonical = Later::default();
        kind.encode(&mut canonical);
        (rest.is_empty() && canonical.bytes() == rlp).then_some(Self::new(kind))
    }

    /// The child that a node's RLP refers to.
    fn of_reference(reference: &RlpNode, length: usize, is_branch: bool) -> Option<Self> {
        match reference.as_hash() {
            Some(hash) => Some(Self::unknown(hash, is_branch)),
            None => {
                let node = Self::decode(reference, length, is_branch)?;
                Some(Self { reference: Some(Reference::Inline(reference.clone())), ..node })
            }
        }
    }
}
