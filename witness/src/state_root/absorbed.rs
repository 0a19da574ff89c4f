//! A branch's RLP, and keccak's states on the way through it. Below [`reference`](super::reference);
//! a branch keeps this from one hash to the next.
//!
//! A branch of sixteen children fills four blocks of keccak, and mostly one of the children has
//! changed. Its hash is put in place of the old one, and what stands in the blocks before it is as
//! it was: keccak goes on from the state after them. What is the same is found by comparing bytes.

use std::sync::Arc;

use alloy_primitives::{B256, Bytes, Keccak256};

/// Bytes that keccak256 takes in at a time.
pub(super) const BLOCK: usize = 136;

/// Whole blocks in the longest RLP.
const MOST_BLOCKS: usize = super::reference::MOST_RLP / BLOCK;

/// What was hashed last. It is kept of branches that fill a block, and shared by clones.
#[derive(Debug, Clone, Default)]
pub(super) struct Absorbed(Option<Arc<Kept>>);

#[derive(Debug)]
struct Kept {
    rlp: Bytes,
    /// The children, a bit each by nibble. Zero: not all of them stand there by their hash.
    hashes: u16,
    /// The states after whole blocks, the first ones or all.
    states: [Option<Arc<Keccak256>>; MOST_BLOCKS],
}

impl Absorbed {
    /// What was hashed last, if it is kept: the branch's RLP as long as it has its reference.
    pub(super) fn rlp(&self) -> Option<&Bytes> {
        self.0.as_ref().map(|kept| &kept.rlp)
    }

    /// The RLP of a branch that differs in the hashes of some children from what was hashed last.
    /// `None`: it was not kept, or had other `children`.
    pub(super) fn patched(
        &self,
        children: u16,
        changed: impl Iterator<Item = (usize, B256)>,
    ) -> Option<Vec<u8>> {
        let kept = self.0.as_ref().filter(|kept| kept.hashes == children)?;
        let mut rlp = kept.rlp.to_vec();
        let header = header(children);
        for (nibble, hash) in changed {
            let hashes = (children & ((1 << nibble) - 1)).count_ones() as usize;
            // Behind the byte that says how long the hash is.
            let start = header + nibble + hashes * 32 + 1;
            rlp[start..start + 32].copy_from_slice(&hash[..]);
        }
        Some(rlp)
    }

    /// The hash of a branch with these children and this RLP, which fills a block. Takes the place
    /// of what was hashed before.
    pub(super) fn hash(&mut self, children: u16, rlp: Vec<u8>) -> B256 {
        let (blocks, rest) = rlp.as_chunks::<BLOCK>();
        let mut states = [const { None }; MOST_BLOCKS];
        let (mut known, mut keep) = (0, true);
        if let Some(before) = &self.0 {
            let pairs = before.rlp.as_chunks::<BLOCK>().0.iter().zip(blocks);
            let same = pairs.take_while(|(before, now)| before == now).count();
            known = before.states[..same].iter().flatten().count();
            states[..known].clone_from_slice(&before.states[..known]);
            // Most branches do not change again. States of one that has are worth a copy.
            keep = same > known;
        }
        #[cfg(test)]
        BLOCKS.set(BLOCKS.get() + blocks.len() + 1 - known);
        let last = states[..known].last().and_then(Option::as_deref);
        let mut hasher = last.cloned().unwrap_or_default();
        for (block, state) in blocks.iter().zip(&mut states).skip(known) {
            hasher.update(block);
            *state = keep.then(|| Arc::new(hasher.clone()));
        }
        hasher.update(rest);
        let all = rlp.len() == header(children) + length(children);
        let hashes = if all { children } else { 0 };
        let kept = Kept { rlp: rlp.into(), hashes, states };
        match self.0.as_mut().and_then(Arc::get_mut) {
            Some(own) => *own = kept,
            None => self.0 = Some(Arc::new(kept)),
        }
        hasher.finalize()
    }
}

/// Bytes of a branch's RLP after its header, if all children stand there by their hash.
const fn length(children: u16) -> usize {
    17 + children.count_ones() as usize * 32
}

/// Bytes of that header, if the branch fills a block.
const fn header(children: u16) -> usize {
    if length(children) < 256 { 2 } else { 3 }
}

#[cfg(test)]
thread_local! {
    /// Blocks of branches hashed on this thread.
    pub(super) static BLOCKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
