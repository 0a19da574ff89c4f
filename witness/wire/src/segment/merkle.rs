//! The Merkle tree by position. Normative text: `specs/19-segments.md`, section Trees.
//!
//! A tree of `n` leaves has 2^d places, d the least that suffices; a place without leaf holds zero. A
//! leaf's hash and a node's begin with different bytes, and who checks a proof knows `n`: a hash
//! stands at one place or it does not, and no node passes for a leaf.

use std::ops::Range;

use alloy_primitives::{B256, Keccak256};

/// What stands before a leaf's content when it is hashed.
pub const LEAF: u8 = 0;
/// What stands before two hashes when a node is made of them.
pub const NODE: u8 = 1;

/// The hash of a leaf that holds these words.
pub fn leaf(words: &[B256]) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update([LEAF]);
    for word in words {
        hasher.update(word);
    }
    hasher.finalize()
}

/// The node above two others.
pub fn node(left: B256, right: B256) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update([NODE]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize()
}

/// Levels above the leaves of a tree of `count` of them.
pub const fn depth(count: u64) -> u32 {
    match count {
        0 | 1 => 0,
        _ => u64::BITS - (count - 1).leading_zeros(),
    }
}

/// A tree, with all its nodes: for whoever proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// From the leaves up; what is missing at the end of a level is a tree of empty places.
    levels: Vec<Vec<B256>>,
    /// A tree of empty places, by its height.
    empty: Vec<B256>,
}

impl Tree {
    /// The tree of these leaves.
    pub fn new(leaves: Vec<B256>) -> Self {
        let depth = depth(leaves.len() as u64) as usize;
        let mut empty = vec![B256::ZERO];
        let mut levels = vec![leaves];
        for height in 0..depth {
            let below = &levels[height];
            let pair = |pair: &[B256]| node(pair[0], *pair.get(1).unwrap_or(&empty[height]));
            levels.push(below.chunks(2).map(pair).collect());
            empty.push(node(empty[height], empty[height]));
        }
        Self { levels, empty }
    }

    /// Number of leaves.
    pub fn count(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// The root: zero if there is no leaf.
    pub fn root(&self) -> B256 {
        self.levels[self.levels.len() - 1].first().copied().unwrap_or_default()
    }

    fn at(&self, level: usize, place: u64) -> B256 {
        let found = usize::try_from(place).ok().and_then(|place| self.levels[level].get(place));
        found.copied().unwrap_or(self.empty[level])
    }

    /// A node this many levels above the leaves, by its place on that level; zero above the root.
    pub fn node(&self, level: u32, place: u64) -> B256 {
        if level as usize >= self.levels.len() {
            return B256::ZERO;
        }
        self.at(level as usize, place)
    }

    /// What shows that the leaves of a range stand there: from the leaves up, on each level the node
    /// to the left of the range if it needs one, then the one to its right. Nothing is needed for an
    /// empty range.
    pub fn prove(&self, range: Range<u64>) -> Vec<B256> {
        let Range { mut start, mut end } = range;
        let mut proof = Vec::new();
        if start >= end {
            return proof;
        }
        for level in 0..self.levels.len() - 1 {
            if start % 2 == 1 {
                proof.push(self.at(level, start - 1));
            }
            if end % 2 == 1 {
                proof.push(self.at(level, end));
            }
            (start, end) = (start / 2, end.div_ceil(2));
        }
        proof
    }
}

/// The root of a tree of `count` leaves that has `leaves` from place `start` on, by a proof; none if
/// there is no such range in the tree, or the proof has another length.
pub fn root_of(count: u64, start: u64, leaves: &[B256], proof: &[B256]) -> Option<B256> {
    let mut end = start.checked_add(leaves.len() as u64).filter(|end| *end <= count)?;
    let (mut start, mut level) = (start, leaves.to_vec());
    let mut proof = proof.iter().copied();
    if level.is_empty() {
        return None;
    }
    for _ in 0..depth(count) {
        if start % 2 == 1 {
            level.insert(0, proof.next()?);
        }
        if end % 2 == 1 {
            level.push(proof.next()?);
        }
        level = level.chunks(2).map(|pair| node(pair[0], pair[1])).collect();
        (start, end) = (start / 2, end.div_ceil(2));
    }
    proof.next().is_none().then(|| level[0])
}
