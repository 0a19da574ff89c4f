//! Makes what proves that a block has a transaction and its receipt: the Merkle paths from the roots
//! in its header. `specs/09-container.md`, section Inclusion.
//!
//! In the data's way this stands between a block, all of whose transactions and receipts are at
//! hand, and the [`Input`](crate::Input), which hands the [`Inclusion`] on to the container.

use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::{HashBuilder, Nibbles, proof::ProofRetainer, root::adjust_index_for_rlp};
use iso_evm_wire::container::Inclusion;

/// The proof for one of a block's transactions, of the encodings of all (EIP-2718) and of all
/// receipts; `None` if there is none at this place.
pub fn prove<T: AsRef<[u8]>>(
    index: usize,
    transactions: &[T],
    receipts: &[T],
) -> Option<Inclusion> {
    let place = u64::try_from(index).ok().filter(|_| index < transactions.len())?;
    let mut inclusion = Inclusion { index: place, ..Inclusion::default() };
    let before = [Some(index), index.checked_sub(1)].into_iter().flatten().collect::<Vec<_>>();
    inclusion.nodes.extend(nodes(transactions, &[index]));
    inclusion.nodes.extend(nodes(receipts, &before));
    Some(inclusion)
}

/// The nodes on the ways to some of a trie's items, with their hashes.
fn nodes<T: AsRef<[u8]>>(items: &[T], wanted: &[usize]) -> impl Iterator<Item = (B256, Bytes)> {
    let key = |index: usize| Nibbles::unpack(alloy_rlp::encode_fixed_size(&index));
    let wanted = wanted.iter().map(|index| key(*index)).collect();
    let mut builder = HashBuilder::default().with_proof_retainer(ProofRetainer::new(wanted));
    for position in 0..items.len() {
        let index = adjust_index_for_rlp(position, items.len());
        builder.add_leaf(key(index), items[index].as_ref());
    }
    builder.root();
    let nodes = builder.take_proof_nodes().into_nodes_sorted();
    // A node inside another one is not kept by hash.
    let kept = nodes.into_iter().filter(|(path, node)| path.is_empty() || node.len() >= 32);
    kept.map(|(_, node)| (keccak256(&node), node))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use alloy_trie::{proof::verify_proof, root::ordered_trie_root_encoded};

    use super::*;

    fn items(kind: u8, count: usize) -> Vec<Vec<u8>> {
        let item = |at: usize| [vec![kind; 40 + at % 90], at.to_be_bytes().to_vec()].concat();
        (0..count).map(item).collect()
    }

    /// The nodes of a proof in the order of the way that they are, checked by alloy.
    fn proved(items: &[Vec<u8>], index: usize) -> BTreeSet<B256> {
        let root = ordered_trie_root_encoded(items);
        let way: Vec<_> = nodes(items, &[index]).collect();
        let mut down: Vec<Bytes> = Vec::new();
        // From the root down: the node whose hash is the root's, then whoever a node names.
        let mut next = way.iter().find(|(hash, _)| *hash == root);
        while let Some((_, node)) = next {
            down.push(node.clone());
            next = way.iter().find(|(hash, other)| {
                !down.contains(other) && node.windows(32).any(|word| word == hash.as_slice())
            });
        }
        let key = Nibbles::unpack(alloy_rlp::encode_fixed_size(&index));
        verify_proof(root, key, Some(items[index].clone()), &down).expect("a proof");
        assert_eq!(down.len(), way.len(), "no node is on no way");
        way.into_iter().map(|(hash, _)| hash).collect()
    }

    /// Blocks of every shape of key: one byte, the empty byte of zero, two and three bytes.
    #[test]
    fn proves_a_transaction_its_receipt_and_the_receipt_before() {
        for count in [1_usize, 2, 3, 16, 17, 127, 128, 129, 256, 300] {
            let (transactions, receipts) = (items(2, count), items(3, count));
            for index in [0, 1, count / 2, count - 1].into_iter().filter(|index| *index < count) {
                let inclusion = prove(index, &transactions, &receipts).expect("in the block");
                let mut expected = proved(&transactions, index);
                expected.extend(proved(&receipts, index));
                if let Some(before) = index.checked_sub(1) {
                    expected.extend(proved(&receipts, before));
                }
                assert_eq!(inclusion.index, index as u64);
                let found: BTreeSet<B256> = inclusion.nodes.keys().copied().collect();
                assert_eq!(found, expected, "{index} of {count}");
            }
            assert_eq!(prove(count, &transactions, &receipts), None);
        }
    }
}
