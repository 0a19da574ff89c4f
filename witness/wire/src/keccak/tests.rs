//! Many at a time against one at a time, by alloy's.

use alloy_primitives::keccak256;

use super::*;

/// Bytes that differ from string to string and from place to place.
fn bytes(length: usize, seed: usize) -> Vec<u8> {
    let mut state = (length as u64) << 32 | seed as u64 | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

#[track_caller]
fn check(strings: &[Vec<u8>]) {
    let inputs: Vec<&[u8]> = strings.iter().map(Vec::as_slice).collect();
    let expected: Vec<B256> = strings.iter().map(keccak256).collect();
    assert_eq!(keccak256_each(&inputs, |bytes| keccak256(bytes)), expected);
    #[cfg(target_arch = "x86_64")]
    if let (Some(hash), Some(order)) = (lanes::of_avx2(), order(&inputs)) {
        let mut hashes = vec![B256::ZERO; inputs.len()];
        // SAFETY: the processor has AVX2.
        unsafe { hash(&inputs, &order, &mut hashes) };
        assert_eq!(hashes, expected);
    }
}

/// Every length up to five blocks, where padding goes wrong first, each beside others in every lane.
#[test]
fn many_at_a_time_hash_as_one_at_a_time() {
    let all: Vec<_> = (0..700).map(|length| bytes(length, 7)).collect();
    check(&all);
    for count in 0..20 {
        check(&all[130..130 + count]);
        let same: Vec<_> = (0..count).map(|seed| bytes(135, seed)).collect();
        check(&same);
    }
}

/// Lanes that end at different times are taken by what follows, and the last goes on alone.
#[test]
fn strings_of_all_lengths_share_the_lanes() {
    for (seed, lengths) in [
        &[10_000, 1, 2, 3, 4, 5, 6][..],
        &[136, 136, 136, 136 * 50, 0],
        &[1_000, 2_000],
        &[5_000, 5_001, 4_999],
        &[0, 0, 0, 0, 0],
        &[300_000, 300],
    ]
    .into_iter()
    .enumerate()
    {
        let strings: Vec<_> = lengths.iter().map(|length| bytes(*length, seed)).collect();
        check(&strings);
    }
    let random: Vec<_> = (0..500).map(|seed| bytes(seed * 7919 % 2_500, seed)).collect();
    check(&random);
}
