//! Keys as nibbles, and the compact form in which a node has its part of one (hex-prefix encoding,
//! yellow paper, appendix C).

use alloy_primitives::B256;

/// Nibbles of a key.
pub(super) const NIBBLES: usize = 64;

/// Flag in the first nibble of a compact path: it is a leaf's.
const LEAF: u8 = 2;
/// Flag in the first nibble of a compact path: its length is odd, the second nibble is its first.
const ODD: u8 = 1;

/// The nibbles of a key, the high one of each byte first.
pub(super) fn nibbles(key: &B256) -> [u8; NIBBLES] {
    let mut nibbles = [0; NIBBLES];
    for (pair, byte) in nibbles.chunks_exact_mut(2).zip(key) {
        pair.copy_from_slice(&[byte >> 4, byte & 0x0f]);
    }
    nibbles
}

/// The compact form of a path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compact {
    bytes: [u8; 1 + NIBBLES / 2],
    length: usize,
}

impl Compact {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The compact form of a path, of which a key has no more nibbles than [`NIBBLES`].
pub(super) fn compact(path: &[u8], leaf: bool) -> Compact {
    let flag = if leaf { LEAF } else { 0 };
    let (first, rest) = match path.split_first() {
        Some((nibble, rest)) if path.len() % 2 == 1 => ((flag | ODD) << 4 | nibble, rest),
        _ => (flag << 4, path),
    };
    let mut compact = Compact { bytes: [0; 1 + NIBBLES / 2], length: 1 + rest.len() / 2 };
    compact.bytes[0] = first;
    for (byte, pair) in compact.bytes[1..].iter_mut().zip(rest.as_chunks().0) {
        let [high, low] = *pair;
        *byte = high << 4 | low;
    }
    compact
}

/// The path of which this is the compact form, and whether it is a leaf's. Bits that say nothing are
/// not looked at: the reader of a node compares the bytes.
pub(in crate::audit) fn expand(compact: &[u8]) -> Option<(Vec<u8>, bool)> {
    let (first, rest) = compact.split_first()?;
    let flag = first >> 4;
    let odd = (flag & ODD != 0).then_some(first & 0x0f);
    let pairs = rest.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    Some((odd.into_iter().chain(pairs).collect(), flag & LEAF != 0))
}
