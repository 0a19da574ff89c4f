//! What is claimed of a block, against its header, as proofs for `BlockProver`.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, U256};
use alloy_rlp::Decodable;
use alloy_trie::{
    Nibbles,
    nodes::{RlpNode, TrieNode},
};

use super::Accused;
use crate::transaction::{BlockProof, block};

impl Accused<'_, '_> {
    fn of_block(&self, question: U256) -> Option<BlockProof> {
        let header = self.subject.block.header.as_deref()?;
        Some(BlockProof {
            question,
            block_: (&self.claimed.claim).into(),
            environment: (&self.claimed.environment).into(),
            header: alloy_rlp::encode(header).into(),
            ..BlockProof::default()
        })
    }

    /// What the block gives to its messages.
    pub(super) fn environment(&self) -> Option<BlockProof> {
        self.of_block(block::ENVIRONMENT)
    }

    /// An ancestor's hash, by the header above it.
    pub(super) fn ancestor_at(&self, place: u64) -> Option<BlockProof> {
        let above = usize::try_from(place).ok()?.checked_sub(1);
        let header = match above {
            None => self.subject.block.header.as_deref()?,
            Some(above) => self.subject.ancestors.get(above)?,
        };
        let at = |place: u64| {
            let hash = self.claimed.ancestors.get(usize::try_from(place).ok()?)?;
            Some((*hash, self.claimed.ancestors_tree.prove(place..place + 1)))
        };
        let (leaf, path) = at(place)?;
        let (above, above_path) = place.checked_sub(1).and_then(at).unwrap_or_default();
        Some(BlockProof {
            header: alloy_rlp::encode(header).into(),
            place: U256::from(place),
            leaf,
            path,
            above,
            abovePath: above_path,
            ..self.of_block(block::ANCESTOR)?
        })
    }

    /// The first ancestor whose hash is not the one that the header above it has.
    pub(super) fn broken_ancestor(&self) -> Option<BlockProof> {
        let known = self.claimed.ancestors.len().min(self.subject.ancestors.len() + 1);
        let told = |place: usize| match place.checked_sub(1) {
            None => self.subject.block.header.as_deref().map(|header| header.parent_hash),
            Some(above) => self.subject.ancestors.get(above).map(|header| header.parent_hash),
        };
        let broken = (0..known).find(|place| told(*place) != Some(self.claimed.ancestors[*place]));
        self.ancestor_at(broken? as u64)
    }

    /// Whether the header's block has no more transactions than are claimed, as far as the witness's nodes show.
    pub(super) fn counted(&self) -> Option<BlockProof> {
        let header = self.subject.block.header.as_deref()?;
        let nodes = &self.subject.inclusion.as_ref()?.nodes;
        let count = self.claimed.claim.transactions.count;
        let nodes = nodes_to(nodes, header.transactions_root, count)?;
        Some(BlockProof { nodes, ..self.of_block(block::COUNT)? })
    }

    /// What the header's block has at the places of the claimed transactions, as far as the witness's nodes show.
    pub(super) fn in_the_block(&self) -> Vec<BlockProof> {
        let header = self.subject.block.header.as_deref();
        let inclusion = self.subject.inclusion.as_ref();
        let Some((header, inclusion)) = header.zip(inclusion) else { return Vec::new() };
        let proof = |place: usize| {
            let at = Accused { transaction: place, ..*self }.in_block()?;
            Some(BlockProof {
                place: at.index,
                path: at.path,
                transaction: at.transaction,
                nodes: nodes_to(&inclusion.nodes, header.transactions_root, place as u64)?,
                ..self.of_block(block::TRANSACTION)?
            })
        };
        let first = self.claimed.first;
        (first..first + self.claimed.transactions.len()).filter_map(proof).collect()
    }

    /// What the header's block has at the transaction's place.
    pub(super) fn included(&self, question: U256) -> Option<BlockProof> {
        let header = self.subject.block.header.as_deref()?;
        let inclusion = self.subject.inclusion.as_ref()?;
        let (body, receipt) = (self.subject.transaction.body(), &self.subject.receipt);
        let is_receipt = question == block::RECEIPT;
        let root = if is_receipt { header.receipts_root } else { header.transactions_root };
        let place = inclusion.index;
        let before = place.checked_sub(1).filter(|_| is_receipt);
        let opened = self.in_block()?;
        Some(BlockProof {
            place: U256::from(place),
            path: opened.path,
            transaction: opened.transaction,
            receipt: receipt.encode_2718(body, receipt.gas_used).into(),
            nodes: nodes_to(&inclusion.nodes, root, place)?,
            nodesBefore: match before {
                Some(before) => nodes_to(&inclusion.nodes, root, before)?,
                None => Vec::new(),
            },
            ..self.of_block(question)?
        })
    }
}

/// The nodes from a root down to an index, as far as it goes; none if one is missing.
fn nodes_to(nodes: &BTreeMap<B256, Bytes>, root: B256, index: u64) -> Option<Vec<Bytes>> {
    let key = Nibbles::unpack(alloy_rlp::encode(index));
    let (mut at, mut path) = (0, Vec::new());
    let mut next = nodes.get(&root)?.clone();
    path.push(next.clone());
    loop {
        let child: RlpNode = match TrieNode::decode(&mut &next[..]).ok()? {
            TrieNode::Branch(branch) => {
                let nibble = key.get(at)?;
                at += 1;
                if !branch.state_mask.is_bit_set(nibble) {
                    return Some(path);
                }
                let before = (0..nibble).filter(|other| branch.state_mask.is_bit_set(*other));
                branch.stack.get(before.count())?.clone()
            }
            TrieNode::Extension(extension) if key.slice(at..).starts_with(&extension.key) => {
                at += extension.key.len();
                extension.child
            }
            _ => return Some(path),
        };
        next = match child.as_hash() {
            Some(hash) => {
                let node = nodes.get(&hash)?.clone();
                path.push(node.clone());
                node
            }
            None => Bytes::copy_from_slice(&child),
        };
    }
}
