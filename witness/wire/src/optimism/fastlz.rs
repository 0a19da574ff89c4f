//! How long bytes are once FastLZ has compressed them. Nothing is compressed: of a transaction's
//! encoding, the length alone decides what [its data](super::L1Block::data_fee) costs.
//! Specification: <https://specs.optimism.io/protocol/fjord/exec-engine.html>; the format is level 1
//! of FastLZ (<https://ariya.github.io/FastLZ/>).
//!
//! Every bit of the search for repetitions is consensus: another compressor that writes the same
//! format finds others, and another length.

/// Bits of three bytes' hash, and so the places where they are remembered.
const HASH_BITS: u32 = 13;

/// A repetition begins fewer bytes than this after what it repeats.
const WINDOW: usize = 1 << 13;

/// The shortest repetition.
const SHORTEST: usize = 3;

/// The bytes at the end where no repetition begins.
const NO_BEGINNING: usize = 14;

/// The bytes at the end that are in no repetition.
const NO_REPETITION: usize = 5;

/// Length of `data` compressed: at most a 32nd longer than `data`, and a byte.
///
/// ```
/// use iso_evm_wire::optimism::fastlz::compressed_len;
///
/// assert_eq!(compressed_len(&[7; 1000]), 21);
/// assert_eq!(compressed_len(b"abc"), 4);
/// ```
pub fn compressed_len(data: &[u8]) -> usize {
    let mut seen = vec![0; 1 << HASH_BITS];
    let last = data.len().saturating_sub(NO_BEGINNING);
    let (mut length, mut written, mut at) = (0, 0, 2);
    while at < last {
        let earlier = std::mem::replace(&mut seen[hash(data, at)], at);
        if at - earlier >= WINDOW || data[earlier..][..SHORTEST] != data[at..][..SHORTEST] {
            at += 1;
            continue;
        }
        let rest = &data[at + SHORTEST..data.len() - NO_REPETITION];
        let same = rest.iter().zip(&data[earlier + SHORTEST..]).take_while(|(a, b)| a == b).count();
        length += literals(at - written) + repetition(same);
        at += SHORTEST + same;
        for behind in [at - 2, at - 1] {
            seen[hash(data, behind)] = behind;
        }
        written = at;
    }
    length + literals(data.len() - written)
}

/// Where the three bytes at `at` are remembered.
fn hash(data: &[u8], at: usize) -> usize {
    let bytes = u32::from_le_bytes([data[at], data[at + 1], data[at + 2], 0]);
    (bytes.wrapping_mul(0x9e37_79b9) >> (32 - HASH_BITS)) as usize
}

/// Length of so many bytes that repeat nothing: each run of 32 has one byte before it.
const fn literals(count: usize) -> usize {
    count + count.div_ceil(32)
}

/// Length of a repetition of so many bytes more than the shortest: three bytes, or two for less than
/// six more, and as often as there are 262 of them, three.
const fn repetition(more: usize) -> usize {
    3 * (more / 262) + if more % 262 < 6 { 2 } else { 3 }
}
