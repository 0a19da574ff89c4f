//! What proves that a block has the transaction and its receipt: the Merkle paths from the roots in
//! its header. `specs/09-container.md`, section Inclusion.
//!
//! In the data's way this stands beside the header, which binds it. Here is only where the paths
//! lead, so that a container has their nodes and no other. Who makes them is the recorder
//! (`witness::inclusion`), and what they prove is the transaction audit's matter.

use std::collections::{BTreeMap, BTreeSet};

use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes};

use super::nodes::{is_leaf, items};

/// The place of a transaction in its block, and what proves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inclusion {
    /// Index of the transaction in its block, from 0.
    pub index: u64,
    /// RLP of the trie nodes on the ways to the transaction, to its receipt and to the receipt before,
    /// by hash.
    pub nodes: BTreeMap<B256, Bytes>,
}

impl Inclusion {
    /// Hashes of the nodes on the ways that the roots in a header begin; `None` if a node of them
    /// lacks.
    pub(super) fn ways(&self, header: &Header) -> Option<BTreeSet<B256>> {
        let mut seen = BTreeSet::new();
        let before = self.index.checked_sub(1);
        let mut receipts = [Some(self.index), before].into_iter().flatten();
        let whole = self.way(header.transactions_root, self.index, &mut seen)
            && receipts.all(|index| self.way(header.receipts_root, index, &mut seen));
        whole.then_some(seen)
    }

    /// Goes from a root to where an item stands, or would stand. Whether no node lacks.
    fn way(&self, root: B256, index: u64, seen: &mut BTreeSet<B256>) -> bool {
        let key: Vec<u8> = nibbles(&alloy_rlp::encode_fixed_size(&index)).collect();
        let (mut rest, mut next) = (&key[..], root);
        loop {
            let Some(node) = self.nodes.get(&next) else { return false };
            seen.insert(next);
            match step(node, &mut rest) {
                Some(hash) => next = hash,
                None => return true,
            }
        }
    }
}

/// The two nibbles of each byte.
fn nibbles(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f])
}

/// The hash that a node leads to, nodes inside it passed through; `None` if it leads no further. Each
/// step takes nibbles of the key, so that there is an end.
fn step(mut node: &[u8], rest: &mut &[u8]) -> Option<B256> {
    loop {
        let items = items(node)?;
        let child = match items.as_slice() {
            [path, _] if is_leaf(path) => return None,
            [path, child] => {
                let (first, bytes) = path.payload.split_first()?;
                let odd = (first & 0x10 != 0).then_some(first & 0x0f);
                let part: Vec<u8> = odd.into_iter().chain(nibbles(bytes)).collect();
                *rest = rest.strip_prefix(&part[..]).filter(|_| !part.is_empty())?;
                child
            }
            branch if branch.len() == 17 => {
                let (first, after) = rest.split_first()?;
                *rest = after;
                &branch[usize::from(*first)]
            }
            _ => return None,
        };
        if !child.list {
            return B256::try_from(child.payload).ok();
        }
        node = child.whole;
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::keccak256;
    use alloy_trie::{
        HashBuilder, Nibbles,
        proof::ProofRetainer,
        root::{adjust_index_for_rlp, ordered_trie_root_encoded},
    };

    use super::*;

    fn header(transactions: &[Vec<u8>], receipts: &[Vec<u8>]) -> Header {
        Header {
            transactions_root: ordered_trie_root_encoded(transactions),
            receipts_root: ordered_trie_root_encoded(receipts),
            ..Header::default()
        }
    }

    /// The nodes on the ways to some of a trie's items, by hash.
    fn collected(items: &[Vec<u8>], wanted: &[usize]) -> BTreeMap<B256, Bytes> {
        let key = |index: usize| Nibbles::unpack(alloy_rlp::encode_fixed_size(&index));
        let wanted = wanted.iter().map(|index| key(*index)).collect();
        let mut builder = HashBuilder::default().with_proof_retainer(ProofRetainer::new(wanted));
        for position in 0..items.len() {
            let index = adjust_index_for_rlp(position, items.len());
            builder.add_leaf(key(index), &items[index]);
        }
        builder.root();
        let nodes = builder.take_proof_nodes().into_nodes_sorted();
        let kept = nodes.into_iter().filter(|(path, node)| path.is_empty() || node.len() >= 32);
        kept.map(|(_, node)| (keccak256(&node), node)).collect()
    }

    /// Blocks of every shape of key: one byte, the empty byte of zero, two and three bytes.
    #[test]
    fn ways_are_what_was_collected() {
        for count in [1_usize, 2, 3, 16, 17, 127, 128, 129, 256, 300] {
            let encode = |kind: u8| {
                (0..count)
                    .map(move |at| [vec![kind; 40 + at % 90], at.to_be_bytes().to_vec()].concat())
            };
            let (transactions, receipts): (Vec<_>, Vec<_>) =
                (encode(2).collect(), encode(3).collect());
            let header = header(&transactions, &receipts);
            for index in [0, 1, count / 2, count - 1].into_iter().filter(|index| *index < count) {
                let before: Vec<_> =
                    [Some(index), index.checked_sub(1)].into_iter().flatten().collect();
                let mut nodes = collected(&transactions, &[index]);
                nodes.extend(collected(&receipts, &before));
                let inclusion = Inclusion { index: index as u64, nodes };
                let all: BTreeSet<B256> = inclusion.nodes.keys().copied().collect();
                assert_eq!(inclusion.ways(&header), Some(all.clone()), "{index} of {count}");
                // Each is needed, and no way is whole without it.
                for hash in all {
                    let mut less = inclusion.clone();
                    less.nodes.remove(&hash);
                    assert_eq!(less.ways(&header), None, "{index} of {count}");
                }
                let other = Header { transactions_root: B256::ZERO, ..header.clone() };
                assert_eq!(inclusion.ways(&other), None);
            }
        }
    }
}
