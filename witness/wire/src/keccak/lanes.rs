//! Several keccak256 at a time, a byte string in each lane of a vector register.
//!
//! Below [`keccak256_each`](super::keccak256_each), which asks whether the processor can. A vector of four
//! words holds the same word of four states, so a permutation of all four takes hardly longer than one of
//! one. Where a string has come to its end the next takes its lane; what is left over in one lane alone goes
//! on without vectors.

use std::arch::x86_64::*;

use alloy_primitives::B256;

use super::{
    BLOCK, padded,
    permutation::{WORDS, permutation},
};

/// Strings at a time.
const LANES: usize = 4;

/// Words of a block.
const BLOCK_WORDS: usize = BLOCK / 8;

/// Hashes some strings on a processor that has what the function is compiled for: those that `order` names,
/// which have their hashes put in their places.
pub(super) type HashLanes = unsafe fn(&[&[u8]], &[u32], &mut [B256]);

/// The function for this processor; `None` if it has no such registers.
pub(super) fn of_processor() -> Option<HashLanes> {
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
        Some(avx512::hash)
    } else if is_x86_feature_detected!("avx2") {
        Some(avx2::hash)
    } else {
        None
    }
}

/// The function for a processor with AVX2 and nothing more.
#[cfg(test)]
pub(super) fn of_avx2() -> Option<HashLanes> {
    is_x86_feature_detected!("avx2").then_some(avx2::hash as HashLanes)
}

/// A string that is being hashed.
#[derive(Clone, Copy)]
struct Lane<'a> {
    /// Its place among the strings.
    index: usize,
    /// What is left of it; `None` once its last block was taken.
    rest: Option<&'a [u8]>,
}

impl Lane<'_> {
    /// Takes the next block, padded if it is the last.
    #[inline(always)]
    fn take(&mut self, block: &mut [u8; BLOCK]) {
        let rest = self.rest.unwrap_or_default();
        self.rest = match rest.split_first_chunk::<BLOCK>() {
            Some((first, rest)) => {
                *block = *first;
                Some(rest)
            }
            None => {
                *block = padded(rest);
                None
            }
        };
    }
}

#[inline(always)]
fn word(block: &[u8; BLOCK], index: usize) -> u64 {
    block.as_chunks::<8>().0.get(index).map_or(0, |word| u64::from_le_bytes(*word))
}

macro_rules! turn {
    ($word:expr, $by:literal) => {
        ($word).rotate_left($by)
    };
}

permutation!(permute_one: u64,
    |one: u64, other: u64| one ^ other,
    |one: u64, not: u64, and: u64| one ^ (!not & and),
    turn, |constant: u64| constant);

/// Goes on with one state alone.
fn finish(mut state: [u64; WORDS], mut lane: Lane<'_>) -> B256 {
    let mut block = [0; BLOCK];
    while lane.rest.is_some() {
        lane.take(&mut block);
        for (index, place) in state[..BLOCK_WORDS].iter_mut().enumerate() {
            *place ^= word(&block, index);
        }
        permute_one(&mut state);
    }
    digest([state[0], state[1], state[2], state[3]])
}

fn digest(words: [u64; 4]) -> B256 {
    let mut hash = B256::ZERO;
    for (place, word) in hash.0.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *place = word.to_le_bytes();
    }
    hash
}

/// Defines `hash`, a [`HashLanes`] of four lanes, compiled for `$features`.
macro_rules! hash_lanes {
    ($features:literal, $chi:expr, $rotate:ident) => {
        permutation!(#[target_feature(enable = $features)] permute: __m256i,
            |one, other| _mm256_xor_si256(one, other),
            $chi, $rotate, |constant: u64| _mm256_set1_epi64x(constant as i64));

        /// A word of each lane.
        #[target_feature(enable = $features)]
        #[inline]
        fn words(vector: __m256i) -> [u64; LANES] {
            [
                _mm256_extract_epi64::<0>(vector) as u64,
                _mm256_extract_epi64::<1>(vector) as u64,
                _mm256_extract_epi64::<2>(vector) as u64,
                _mm256_extract_epi64::<3>(vector) as u64,
            ]
        }

        /// One vector of a word for each lane.
        #[target_feature(enable = $features)]
        #[inline]
        fn vector(words: [u64; LANES]) -> __m256i {
            let [first, second, third, fourth] = words.map(|word| word as i64);
            _mm256_set_epi64x(fourth, third, second, first)
        }

        #[target_feature(enable = $features)]
        pub(super) fn hash(inputs: &[&[u8]], order: &[u32], hashes: &mut [B256]) {
            let mut next = order.iter().map(|index| *index as usize);
            let mut state = [_mm256_setzero_si256(); WORDS];
            let mut lanes: [Option<Lane<'_>>; LANES] = [None; LANES];
            loop {
                let mut kept = [u64::MAX; LANES];
                let mut alone = None;
                let mut running = 0;
                for (at, lane) in lanes.iter_mut().enumerate() {
                    if lane.is_none() {
                        *lane = next.next().map(|index| Lane { index, rest: Some(inputs[index]) });
                        kept[at] = 0;
                    }
                    if lane.is_some() {
                        running += 1;
                        alone = Some(at);
                    }
                }
                let Some(last) = alone else { return };
                if kept != [u64::MAX; LANES] {
                    let kept = vector(kept);
                    for place in &mut state {
                        *place = _mm256_and_si256(*place, kept);
                    }
                }
                if running == 1
                    && let Some(lane) = lanes[last].take()
                {
                    hashes[lane.index] = finish(state.map(|vector| words(vector)[last]), lane);
                    return;
                }
                let mut blocks = [[0; BLOCK]; LANES];
                for (lane, block) in lanes.iter_mut().zip(&mut blocks) {
                    if let Some(lane) = lane {
                        lane.take(block);
                    }
                }
                for (index, place) in state[..BLOCK_WORDS].iter_mut().enumerate() {
                    let block = vector(std::array::from_fn(|lane| word(&blocks[lane], index)));
                    *place = _mm256_xor_si256(*place, block);
                }
                permute(&mut state);
                let ended = |lane: &Option<Lane<'_>>| lane.is_some_and(|lane| lane.rest.is_none());
                if lanes.iter().any(ended) {
                    let first = [0, 1, 2, 3].map(|word| words(state[word]));
                    for (at, lane) in lanes.iter_mut().enumerate() {
                        if ended(lane)
                            && let Some(Lane { index, .. }) = lane.take()
                        {
                            hashes[index] = digest(first.map(|words| words[at]));
                        }
                    }
                }
            }
        }
    };
}

/// Four lanes of AVX2.
mod avx2 {
    use super::*;

    macro_rules! rotate {
        ($word:expr, $by:literal) => {{
            let word = $word;
            _mm256_or_si256(_mm256_slli_epi64::<$by>(word), _mm256_srli_epi64::<{ 64 - $by }>(word))
        }};
    }

    hash_lanes!(
        "avx2",
        |one, not, and| _mm256_xor_si256(one, _mm256_andnot_si256(not, and)),
        rotate
    );
}

/// Four lanes with the instructions of AVX-512: eight of them are hardly faster a lane.
mod avx512 {
    use super::*;

    /// The truth table of `one ^ (!not & and)`.
    const CHI: i32 = 0xd2;

    macro_rules! rotate {
        ($word:expr, $by:literal) => {
            _mm256_rol_epi64::<$by>($word)
        };
    }

    hash_lanes!(
        "avx2,avx512f,avx512vl",
        |one, not, and| _mm256_ternarylogic_epi64::<CHI>(one, not, and),
        rotate
    );
}
