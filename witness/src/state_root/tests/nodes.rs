//! Nodes read from their RLP: what a trie can hold, and nothing else.

use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_trie::{
    Nibbles, TrieMask,
    nodes::{BranchNode, ExtensionNode, LeafNode, RlpNode},
};

use super::{Random, key, trie_of};
use crate::state_root::{
    later::Later,
    node::{Nodes, UnknownNode},
    trie::Trie,
};

fn leaf(length: usize, value: &[u8]) -> Bytes {
    alloy_rlp::encode(LeafNode::new(Nibbles::unpack([0; 32]).slice(..length), value.to_vec()))
        .into()
}

fn branch(children: &[(u8, Bytes)]) -> Bytes {
    let stack = children.iter().map(|(_, child)| RlpNode::from_rlp(child)).collect();
    let mask = children.iter().fold(0, |mask, (nibble, _)| mask | 1 << nibble);
    alloy_rlp::encode(BranchNode::new(stack, TrieMask::new(mask))).into()
}

fn extension(length: usize, child: &Bytes) -> Bytes {
    let path = Nibbles::unpack([0; 32]).slice(..length);
    alloy_rlp::encode(ExtensionNode::new(path, RlpNode::from_rlp(child))).into()
}

/// What is read at key zero of a trie whose top is the first of these nodes.
fn read(nodes: &[&Bytes]) -> Result<Option<U256>, UnknownNode> {
    let nodes: Nodes = nodes.iter().map(|node| (keccak256(node), Bytes::clone(node))).collect();
    let top = |node: &Bytes| keccak256(node);
    let first = nodes.values().find(|node| !nodes.values().any(|other| refers(other, node)));
    Trie::from_root(top(first.expect("a top"))).get(&B256::ZERO, &nodes)
}

fn refers(above: &Bytes, below: &Bytes) -> bool {
    above != below && above.windows(32).any(|window| window == keccak256(below).as_slice())
}

#[test]
fn canonical_nodes_are_read() {
    let long = alloy_rlp::encode(U256::MAX);
    let missing = |node: &Bytes| Err(UnknownNode(keccak256(node)));
    let whole = leaf(64, &long);
    assert_eq!(read(&[&whole]), Ok(Some(U256::MAX)));
    let below = leaf(63, &long);
    let two = branch(&[(0, below.clone()), (1, below.clone())]);
    assert_eq!(read(&[&two, &below]), Ok(Some(U256::MAX)));
    assert_eq!(read(&[&two]), missing(&below));
    let short = leaf(0, &[7]);
    let inside = branch(&[(0, short.clone()), (9, short)]);
    let above = extension(63, &inside);
    assert_eq!(read(&[&above]), Ok(Some(U256::from(7))));
}

#[test]
fn anything_else_is_missing() {
    let long = alloy_rlp::encode(U256::MAX);
    let refused = |node: Bytes, below: &[&Bytes]| {
        let nodes: Vec<&Bytes> = [&node].into_iter().chain(below.iter().copied()).collect();
        let found = read(&nodes);
        let hashes: Vec<_> = nodes.iter().map(|node| Err(UnknownNode(keccak256(node)))).collect();
        assert!(hashes.contains(&found), "{node}: {found:?}");
    };
    // Paths that are too long or too short, at the top and below.
    refused(leaf(63, &long), &[]);
    refused(leaf(62, &long), &[]);
    let below = leaf(64, &long);
    refused(branch(&[(0, below.clone()), (1, below.clone())]), &[&below]);
    let deep = branch(&[(0, leaf(0, &[1])), (1, leaf(0, &[1]))]);
    refused(extension(62, &deep), &[]);
    refused(extension(64, &deep), &[]);
    // A branch of one child; an extension above a leaf, or above an extension.
    let below = leaf(63, &long);
    refused(branch(&[(0, below.clone())]), &[&below]);
    refused(extension(1, &below), &[&below]);
    let extended = extension(61, &deep);
    refused(extension(2, &extended), &[&extended]);
    // Values that no slot has: zero, leading zeros, two words.
    for value in [&[0x80][..], &[0x00], &[0x82, 0, 1], &[0x01, 0x01], &[]] {
        refused(leaf(64, value), &[]);
    }
    // Bytes that are no node, one too many, another encoding.
    let whole = leaf(64, &long);
    refused(Bytes::from_static(&[0xc0]), &[]);
    refused([&whole[..], &[0]].concat().into(), &[]);
    refused(whole.slice(..whole.len() - 1), &[]);
    let mut path = whole.to_vec();
    assert_eq!(path[3], 0x20);
    path[3] = 0x21;
    refused(path.into(), &[]);
}

#[test]
fn nodes_of_another_hash_are_missing() {
    let whole = leaf(64, &alloy_rlp::encode(U256::MAX));
    let nodes = Nodes::from([(B256::repeat_byte(1), whole)]);
    let trie: Trie<U256> = Trie::from_root(B256::repeat_byte(1));
    assert_eq!(trie.get(&B256::ZERO, &nodes), Err(UnknownNode(B256::repeat_byte(1))));
}

/// Bytes that were changed at random, with the hash made to fit, are another node or none.
#[test]
fn changed_bytes_never_panic() {
    let mut random = Random(7);
    let model = (0..40).map(|_| (random.key(), random.value())).collect();
    let (mut trie, mut read, mut refused) = (trie_of(&model), 0, 0);
    trie.root_now();
    let top = trie.top.as_ref().expect("not empty");
    let mut later = Later::default();
    top.kind.encode(&mut later);
    let rlp = later.bytes().clone();
    for _ in 0..20_000 {
        let mut changed = rlp.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(changed.len() as u64) as usize;
            changed[at] = random.next() as u8;
        }
        let hash = keccak256(&changed);
        let nodes = Nodes::from([(hash, Bytes::from(changed))]);
        let trie: Trie<U256> = Trie::from_root(hash);
        match trie.get(&key(&[1]), &nodes) {
            Err(UnknownNode(missing)) if missing == hash => refused += 1,
            _ => read += 1,
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}
