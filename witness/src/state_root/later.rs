//! [`Later`]: nodes whose hashes are computed together, many at a time.
//!
//! In the data's way this stands between the nodes, which are written when a root is asked for, and the roots
//! in records and messages. A root is named before it is known: each node that was written waits with holes
//! for the hashes of those below it that wait too. Then all are computed, those of one height at a time: the
//! nodes that many records have written do not depend on each other.

use std::sync::{Arc, OnceLock};

use alloy_primitives::{B256, keccak256};
use alloy_rlp::EMPTY_STRING_CODE;
use alloy_trie::nodes::RlpNode;
use iso_evm_wire::keccak::keccak256_each;

use super::reference::Reference;

/// The hash of a node or of a whole trie: known, or computed with a batch.
#[derive(Clone, Debug)]
pub(crate) enum Root {
    /// The hash.
    Known(B256),
    /// The place of the node in a batch.
    Later(Arc<Batch>, usize),
}

/// The hashes of nodes that were computed together, once they were.
#[derive(Debug, Default)]
pub(crate) struct Batch(OnceLock<Vec<B256>>);

impl Root {
    /// The hash, if it is computed.
    pub(crate) fn get(&self) -> Option<B256> {
        match self {
            Self::Known(hash) => Some(*hash),
            Self::Later(batch, index) => batch.0.get()?.get(*index).copied(),
        }
    }
}

/// Of those that are not computed, two are the same that are one node.
impl PartialEq for Root {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Later(own, index), Self::Later(batch, other)) if Arc::ptr_eq(own, batch) => {
                index == other
            }
            _ => self.get().is_some_and(|hash| other.get() == Some(hash)),
        }
    }
}

/// Bytes of waiting nodes that are kept before they are hashed.
const MOST: usize = 1 << 17;

/// Bytes that there is room for at first: some nodes.
const ROOM: usize = 1 << 10;

/// Nodes that were written and not yet hashed.
#[derive(Debug, Default)]
pub(super) struct Later {
    /// RLP of the nodes, one behind the other.
    bytes: Vec<u8>,
    waiting: Vec<Waiting>,
    holes: Vec<Hole>,
    /// The greatest height of those that wait.
    height: usize,
    /// Where their hashes come; `None` if nobody waits.
    batch: Option<Arc<Batch>>,
}

/// A node that waits.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    /// Ends of its bytes and of its holes, which begin where those of the node before end.
    bytes: usize,
    holes: usize,
    /// Zero above known hashes only.
    height: usize,
}

/// Where the hash of a waiting node is to be put.
#[derive(Clone, Copy, Debug)]
struct Hole {
    at: usize,
    node: usize,
}

impl Later {
    /// Whether so many wait that it is time to hash them.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() > MOST
    }

    /// Computes all that wait: from the lowest up, those of one height together.
    pub(super) fn run(&mut self) {
        let Some(batch) = self.batch.take() else { return };
        let Self { bytes, waiting, holes, height, .. } = self;
        let mut hashes = vec![B256::ZERO; waiting.len()];
        let start = |index: usize| match index.checked_sub(1).map(|before| waiting[before]) {
            Some(before) => (before.bytes, before.holes),
            None => (0, 0),
        };
        let mut level = Vec::new();
        for height in 0..=*height {
            level.clear();
            level.extend((0..waiting.len()).filter(|index| waiting[*index].height == height));
            for index in &level {
                for Hole { at, node } in &holes[start(*index).1..waiting[*index].holes] {
                    bytes[*at..*at + B256::len_bytes()].copy_from_slice(hashes[*node].as_slice());
                }
            }
            let nodes: Vec<&[u8]> =
                level.iter().map(|index| &bytes[start(*index).0..waiting[*index].bytes]).collect();
            let computed = keccak256_each(&nodes, |node| keccak256(node));
            for (index, hash) in level.iter().zip(computed) {
                hashes[*index] = hash;
            }
        }
        let _ = batch.0.set(hashes);
        bytes.clear();
        waiting.clear();
        holes.clear();
        *height = 0;
    }

    /// The bytes, to write the next node behind them.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        if self.bytes.capacity() == 0 {
            self.bytes.reserve(ROOM);
        }
        &mut self.bytes
    }

    /// What stands for the node that was written from `start` on in its parent: its RLP, if that is shorter
    /// than a hash, which has no holes.
    pub(super) fn end(&mut self, start: usize) -> Reference {
        #[cfg(test)]
        super::reference::ENCODED.set(super::reference::ENCODED.get() + 1);
        if self.bytes.len() - start < B256::len_bytes() {
            let rlp = RlpNode::from_rlp(&self.bytes[start..]);
            self.bytes.truncate(start);
            return Reference::Inline(rlp);
        }
        let holes = self.waiting.last().map_or(0, |last| last.holes);
        let below = self.holes[holes..].iter().map(|hole| self.waiting[hole.node].height);
        let height = below.max().map_or(0, |below| below + 1);
        self.height = self.height.max(height);
        let node = self.waiting.len();
        self.waiting.push(Waiting { bytes: self.bytes.len(), holes: self.holes.len(), height });
        let batch = self.batch.get_or_insert_default();
        Reference::Hash(Root::Later(batch.clone(), node))
    }

    /// Appends a hash as an item of a list; where it is not known, room for it.
    pub(super) fn item(&mut self, root: &Root) {
        self.bytes.push(EMPTY_STRING_CODE + 32);
        let hash = root.get();
        self.bytes.extend_from_slice(hash.unwrap_or_default().as_slice());
        if hash.is_none() {
            self.hole(root, B256::len_bytes());
        }
    }

    /// Notes that a hash which is not known belongs so many bytes before the end.
    pub(super) fn hole(&mut self, root: &Root, before: usize) {
        if let Root::Later(_, node) = root {
            self.holes.push(Hole { at: self.bytes.len() - before, node: *node });
        }
    }
}
