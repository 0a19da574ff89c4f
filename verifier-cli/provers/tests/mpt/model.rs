//! Whole tries as alloy builds them: what the contract must come to.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::{HashBuilder, Nibbles, proof::ProofRetainer};

/// What a trie holds.
pub(crate) type Held = BTreeMap<B256, Vec<u8>>;

/// The trie's root.
pub(crate) fn root(held: &Held) -> B256 {
    built(held, HashBuilder::default()).root()
}

/// The trie's root, and the nodes that are known by their hashes: all of them.
pub(crate) fn whole(held: &Held) -> (B256, Vec<Bytes>) {
    towards(held, held.keys().copied().collect())
}

/// The trie's root, and the nodes that are known by their hashes on the way to keys.
pub(crate) fn towards(held: &Held, keys: Vec<B256>) -> (B256, Vec<Bytes>) {
    let keys = keys.iter().map(Nibbles::unpack).collect();
    let mut builder =
        built(held, HashBuilder::default().with_proof_retainer(ProofRetainer::new(keys)));
    let root = builder.root();
    let nodes = builder.take_proof_nodes().into_inner().into_values();
    // The empty trie's is no list, and what is short stands in its parent.
    let nodes = nodes.filter(|rlp| rlp.len() > 31 || (rlp.len() > 1 && keccak256(rlp) == root));
    (root, nodes.collect())
}

fn built(held: &Held, mut builder: HashBuilder) -> HashBuilder {
    for (key, value) in held {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    builder
}

/// The list of these items, which are anything.
pub(crate) fn list(items: &[u8]) -> Vec<u8> {
    let length = items.len();
    let head = match length {
        0..56 => vec![0xc0 + length as u8],
        56..256 => vec![0xf8, length as u8],
        _ => vec![0xf9, (length >> 8) as u8, length as u8],
    };
    [head, items.to_vec()].concat()
}
