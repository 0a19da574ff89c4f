//! [`Later`]: nodes whose hashes are computed together. `specs/12-audits.md`, section Hashes and the signer.
//!
//! In the data's way this stands between the nodes, which are written when a root is asked for, and the
//! hashes that claims are compared with. A root is named before it is known: each node that was written
//! waits with holes for the hashes of those below it that wait too. When somebody wants a hash, all of them
//! are computed, those of one height at a time: many records' roots do not depend on each other.

use alloy_primitives::B256;

use super::encode::{LIST, Reference, STRING, prefix};
use crate::hash::hash_each_written;

/// The hash of a node, or of a whole trie: known, or to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// The hash.
    Known(B256),
    /// Number of the node among those that the [`Later`] was given.
    Later(usize),
}

impl From<B256> for Root {
    fn from(hash: B256) -> Self {
        Self::Known(hash)
    }
}

/// Bytes of waiting nodes that are kept before they are hashed.
const MOST: usize = 1 << 17;

/// Bytes that there is room for at first: some nodes.
const ROOM: usize = 1 << 10;

/// Nodes that were written and not yet hashed, and the hashes of those that were. A [`Root`] means something
/// to the one that gave it only.
#[derive(Clone, Debug, Default)]
pub struct Later {
    /// RLP of the waiting nodes, one behind the other.
    bytes: Vec<u8>,
    waiting: Vec<Waiting>,
    holes: Vec<Hole>,
    /// Hashes of the first ones.
    hashes: Vec<B256>,
    /// The greatest height of those that wait.
    height: usize,
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

/// Where a hash is to be put that is not known.
#[derive(Clone, Copy, Debug)]
struct Hole {
    at: usize,
    node: usize,
}

impl Later {
    /// A hash. Computes all that wait, if it waits.
    pub fn hash(&mut self, root: Root) -> B256 {
        match root {
            Root::Known(hash) => hash,
            Root::Later(node) => {
                if node >= self.hashes.len() {
                    self.run();
                }
                self.hashes.get(node).copied().unwrap_or_default()
            }
        }
    }

    /// Whether so many wait that it is time to hash them.
    pub fn is_full(&self) -> bool {
        self.bytes.len() > MOST
    }

    /// Computes all that wait: from the lowest up, those of one height together.
    pub fn run(&mut self) {
        let Self { bytes, waiting, holes, hashes, height } = self;
        let first = hashes.len();
        hashes.resize(first + waiting.len(), B256::ZERO);
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
            for (index, hash) in level.iter().zip(hash_each_written(&nodes)) {
                hashes[first + index] = hash;
            }
        }
        bytes.clear();
        waiting.clear();
        holes.clear();
        *height = 0;
    }

    /// Where the node that is written next begins.
    pub(super) fn begin(&self) -> usize {
        self.bytes.len()
    }

    /// What stands in its parent for the node that was written since [`begin`](Self::begin): its RLP, if that
    /// is shorter than a hash, which has no holes.
    pub(super) fn end(&mut self, start: usize) -> Reference {
        if self.bytes.len() - start < B256::len_bytes() {
            return Reference::Inline(self.bytes.split_off(start));
        }
        let holes = self.waiting.last().map_or(0, |last| last.holes);
        let first = self.hashes.len();
        let below = self.holes[holes..].iter().map(|hole| self.waiting[hole.node - first].height);
        let height = below.max().map_or(0, |below| below + 1);
        self.height = self.height.max(height);
        let node = first + self.waiting.len();
        self.waiting.push(Waiting { bytes: self.bytes.len(), holes: self.holes.len(), height });
        Reference::Hash(Root::Later(node))
    }

    /// Takes back the node that was written since [`begin`](Self::begin): its RLP, if all is known in it.
    pub(super) fn take_back(&mut self, start: usize) -> Option<Vec<u8>> {
        let holes = self.waiting.last().map_or(0, |last| last.holes);
        let whole = self.holes.len() == holes;
        self.holes.truncate(holes);
        let rlp = self.bytes.split_off(start);
        whole.then_some(rlp)
    }

    /// Appends what stands before a list whose items have so many bytes.
    pub(in crate::audit) fn list(&mut self, length: usize) {
        if self.bytes.capacity() == 0 {
            self.bytes.reserve(ROOM);
        }
        prefix(LIST, length, &mut self.bytes);
    }

    /// Appends what stands before a string of so many bytes, which is not one byte.
    pub(in crate::audit) fn string(&mut self, length: usize) {
        prefix(STRING, length, &mut self.bytes);
    }

    /// Appends bytes as they are.
    pub(in crate::audit) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a hash without what stands before it; where it is not known, room for it.
    pub(in crate::audit) fn root(&mut self, root: Root) {
        let hash = match root {
            Root::Known(hash) => hash,
            Root::Later(node) => self.hashes.get(node).copied().unwrap_or_else(|| {
                self.holes.push(Hole { at: self.bytes.len(), node });
                B256::ZERO
            }),
        };
        self.raw(hash.as_slice());
    }
}

#[cfg(test)]
impl Later {
    /// The bytes of a value's leaf.
    pub(in crate::audit) fn bytes_of(value: &impl super::Value) -> Vec<u8> {
        let mut later = Self::default();
        value.append_to(&mut later);
        assert_eq!(later.bytes.len(), value.length());
        later.bytes
    }

    /// How many wait.
    pub(in crate::audit) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}
