//! Proofs as bytes, changed word by word: what `abi.encode` would never write.

use alloy_primitives::{Bytes, U256};

use crate::random::Random;

/// A change of some words of a proof, and the first word that it changes. `live` are words that are known to do
/// something, `other` is another proof.
pub(crate) fn changed(
    random: &mut Random,
    proof: &Bytes,
    live: &[usize],
    other: &Bytes,
) -> (Bytes, usize) {
    let mut bytes = proof.to_vec();
    let words = bytes.len() / 32;
    let mut at = random.below(words);
    if !live.is_empty() && random.once_in(2) {
        at = random.pick(live).min(words - 1);
    }
    let word = U256::from_be_slice(&bytes[32 * at..32 * at + 32]);
    let put = |bytes: &mut Vec<u8>, word: U256| {
        bytes[32 * at..32 * at + 32].copy_from_slice(&word.to_be_bytes::<32>());
    };
    match random.below(12) {
        0 => put(&mut bytes, word ^ (U256::ONE << random.below(256))),
        1 => put(&mut bytes, U256::ZERO),
        2 => put(&mut bytes, U256::MAX >> random.below(256)),
        3 => put(&mut bytes, word.wrapping_add(U256::ONE)),
        4 => put(&mut bytes, word.wrapping_sub(U256::ONE)),
        // An offset that leads elsewhere: into another section, outside, or back.
        5 => put(&mut bytes, U256::from(32 * random.below(words + 4))),
        6 => put(&mut bytes, U256::ZERO.wrapping_sub(U256::from(32 * random.below(words + 4)))),
        7 => put(&mut bytes, word.wrapping_add(U256::from(32 * random.below(4)))),
        8 => {
            let with = 32 * random.below(words);
            let (own, theirs) =
                (bytes[32 * at..32 * at + 32].to_vec(), bytes[with..with + 32].to_vec());
            bytes[32 * at..32 * at + 32].copy_from_slice(&theirs);
            bytes[with..with + 32].copy_from_slice(&own);
        }
        9 => {
            let end = (32 * (at + 1 + random.below(40))).min(other.len()).min(bytes.len());
            if 32 * at < end {
                bytes[32 * at..end].copy_from_slice(&other[32 * at..end]);
            }
        }
        10 => bytes.truncate(random.below(bytes.len() + 1)),
        _ => {
            let length = 1 + random.below(100);
            let more = random.bytes(length);
            bytes.extend(more);
            put(&mut bytes, U256::from(32 * random.below(words + 4)));
        }
    }
    (bytes.into(), at)
}
