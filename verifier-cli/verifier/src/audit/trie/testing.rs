//! What the tests of tries and states share: random numbers, and whole tries as alloy builds them.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes};
use alloy_trie::{HashBuilder, Nibbles, proof::ProofRetainer};

/// xorshift64*, so that a failing run can be repeated.
pub(crate) struct Random(u64);

impl Random {
    /// Seeds follow each other: they are spread.
    pub(crate) const fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub(crate) const fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(crate) const fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// Root of the trie of these values, and the RLP of all of its nodes that have a hash.
pub(crate) fn whole_trie(values: &BTreeMap<B256, Vec<u8>>) -> (B256, Vec<Bytes>) {
    let keys = values.keys().map(Nibbles::unpack).collect();
    let mut builder = HashBuilder::default().with_proof_retainer(ProofRetainer::new(keys));
    for (key, value) in values {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    let root = builder.root();
    let nodes = builder.take_proof_nodes().into_inner().into_values();
    (root, nodes.filter(|rlp| rlp.len() > 1).collect())
}
