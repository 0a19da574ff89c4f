//! Which trie nodes a root leads to: the walk that says whether a container's nodes are needed.
//!
//! In the data's way this stands inside the container. It looks at no more of a node than where it
//! leads; what a node says is the audits' matter. One that cannot be read leads nowhere.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY};
use alloy_rlp::Header;

/// What a root leads to.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// Hashes of nodes that are there.
    pub(super) nodes: BTreeSet<B256>,
    /// Hashes of the code of accounts, where they have any.
    pub(super) codes: BTreeSet<B256>,
}

/// What a trie's leaves hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Accounts,
    Slots,
}

/// Walks from a root as far as the nodes go. Each node is looked at twice at most: as one of
/// accounts and as one of slots.
pub(super) fn reach(root: B256, nodes: &BTreeMap<B256, Bytes>) -> Reached {
    let mut walk = Walk { open: vec![(root, Level::Accounts)], ..Walk::default() };
    while let Some((hash, level)) = walk.open.pop() {
        if let Some(node) = nodes.get(&hash)
            && walk.seen.insert((hash, level))
        {
            walk.reached.nodes.insert(hash);
            walk.node(node, level);
        }
    }
    walk.reached
}

#[derive(Debug, Default)]
struct Walk {
    open: Vec<(B256, Level)>,
    seen: BTreeSet<(B256, Level)>,
    reached: Reached,
}

impl Walk {
    /// Opens what a node leads to, the nodes inside it included.
    fn node(&mut self, node: &[u8], level: Level) {
        let mut inside = vec![node];
        while let Some(node) = inside.pop() {
            let Some(items) = items(node) else { continue };
            let children = match items.as_slice() {
                [path, value] if is_leaf(path) => {
                    if level == Level::Accounts {
                        self.account(value);
                    }
                    continue;
                }
                [_, child] => std::slice::from_ref(child),
                branch if branch.len() == 17 => &branch[..16],
                _ => continue,
            };
            for child in children {
                match child {
                    Item { list: true, whole, .. } => inside.push(whole),
                    Item { payload, .. } => {
                        self.open.extend(B256::try_from(*payload).map(|hash| (hash, level)));
                    }
                }
            }
        }
    }

    /// An account leads to its storage and its code.
    fn account(&mut self, value: &Item<'_>) {
        let Some(fields) = items(value.payload) else { return };
        if let [_, _, storage, code] = fields.as_slice() {
            let storage = B256::try_from(storage.payload);
            self.open.extend(storage.map(|hash| (hash, Level::Slots)));
            let code = B256::try_from(code.payload).ok().filter(|hash| *hash != KECCAK256_EMPTY);
            self.reached.codes.extend(code);
        }
    }
}

/// An item of an RLP list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    pub(super) list: bool,
    pub(super) payload: &'a [u8],
    pub(super) whole: &'a [u8],
}

/// The items of an RLP list, all of it and nothing else. No node has more than 17.
pub(super) fn items(mut list: &[u8]) -> Option<Vec<Item<'_>>> {
    let mut rest = Header::decode_bytes(&mut list, true).ok()?;
    let mut items = Vec::new();
    while !rest.is_empty() {
        if items.len() == 17 {
            return None;
        }
        let start = rest;
        let header = Header::decode(&mut rest).ok()?;
        let (payload, after) = rest.split_at_checked(header.payload_length)?;
        rest = after;
        let whole = &start[..start.len() - after.len()];
        items.push(Item { list: header.list, payload, whole });
    }
    list.is_empty().then_some(items)
}

/// Whether a path is a leaf's: the second bit of the first nibble.
pub(super) fn is_leaf(path: &Item<'_>) -> bool {
    path.payload.first().is_some_and(|first| first & 0x20 != 0)
}

#[cfg(test)]
pub(super) mod tests {
    use alloy_primitives::{U256, keccak256};
    use alloy_trie::{HashBuilder, Nibbles, TrieAccount, proof::ProofRetainer};

    use super::*;

    /// A trie's root and all its nodes, by alloy's builder.
    pub(in crate::container) fn trie(
        entries: &BTreeMap<B256, Vec<u8>>,
    ) -> (B256, BTreeMap<B256, Bytes>) {
        let keys = entries.keys().map(Nibbles::unpack).collect();
        let mut builder = HashBuilder::default().with_proof_retainer(ProofRetainer::new(keys));
        for (key, value) in entries {
            builder.add_leaf(Nibbles::unpack(key), value);
        }
        let root = builder.root();
        let nodes = builder.take_proof_nodes().into_nodes_sorted();
        // A node inside another one is not kept by hash.
        let kept = nodes.into_iter().filter(|(path, node)| path.is_empty() || node.len() >= 32);
        (root, kept.map(|(_, node)| (keccak256(&node), node)).collect())
    }

    fn key(number: u64) -> B256 {
        keccak256(number.to_be_bytes())
    }

    /// Forty accounts; the third has a storage of forty slots.
    fn state() -> (B256, BTreeMap<B256, Bytes>, usize) {
        let slots = (0..40).map(|slot| (key(slot), alloy_rlp::encode(U256::from(slot + 1))));
        let (storage_root, slots) = trie(&slots.collect());
        let account = |number| {
            let account = TrieAccount {
                nonce: number,
                storage_root: if number == 3 { storage_root } else { alloy_trie::EMPTY_ROOT_HASH },
                code_hash: if number % 2 == 0 { KECCAK256_EMPTY } else { key(1000 + number) },
                ..TrieAccount::default()
            };
            (key(number), alloy_rlp::encode(account))
        };
        let (root, mut nodes) = trie(&(0..40).map(account).collect());
        let accounts = nodes.len();
        nodes.extend(slots);
        (root, nodes, accounts)
    }

    #[test]
    fn a_root_leads_to_all_its_nodes() {
        let (root, nodes, accounts) = state();
        assert!(accounts > 40 && nodes.len() > accounts + 40);
        let reached = reach(root, &nodes);
        assert!(reached.nodes.iter().eq(nodes.keys()));
        let codes: BTreeSet<B256> = (0..40).filter(|n| n % 2 == 1).map(|n| key(1000 + n)).collect();
        assert_eq!(reached.codes, codes);
    }

    #[test]
    fn a_missing_node_hides_all_below_it() {
        let (root, nodes, _) = state();
        for hash in nodes.keys() {
            let mut part = nodes.clone();
            part.remove(hash);
            let reached = reach(root, &part);
            assert!(reached.nodes.len() <= part.len());
            assert!(reached.nodes.iter().all(|hash| part.contains_key(hash)));
            if *hash == root {
                assert!(reached.nodes.is_empty());
            }
        }
        assert!(reach(B256::ZERO, &nodes).nodes.is_empty());
    }

    /// A node that stands inside its parent leads on as any other.
    #[test]
    fn nodes_inside_nodes() {
        let hash = B256::repeat_byte(7);
        // An extension whose child is an extension whose child is the hash.
        let mut inner = vec![0xc0 + 3 + 33, 0x82, 0x00, 0xaa, 0xa0];
        inner.extend(hash);
        let mut outer = vec![0xc0 + 1 + inner.len() as u8, 0x00];
        outer.extend(&inner);
        let root = keccak256(&outer);
        let nodes = BTreeMap::from([(root, outer.into()), (hash, Bytes::from_static(&[0xc0]))]);
        assert_eq!(reach(root, &nodes).nodes.len(), 2);
    }

    #[test]
    fn bytes_that_are_no_node_lead_nowhere() {
        let deep = [0xc1; 10_000];
        for bytes in [&[][..], &[0xc0], &[0x80], &[0xf8, 0x00], &[0xbf; 9], &[0xff; 9], &deep] {
            let root = keccak256(bytes);
            let nodes = BTreeMap::from([(root, Bytes::copy_from_slice(bytes))]);
            assert_eq!(reach(root, &nodes).nodes.len(), 1);
        }
    }
}
