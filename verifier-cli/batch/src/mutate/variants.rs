//! Other values for one value: a bit flipped, one more, zero, the largest, longer and shorter.

use alloy_primitives::U256;

/// What was done, and the value that came of it.
pub(super) type Variant = (&'static str, Vec<u8>);

/// Other bytes than these, of the same length and of others. RLP has numbers and byte strings of
/// fixed length in one form: what is no value of the field, the container refuses.
pub(super) fn of_bytes(bytes: &[u8]) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    let mut add = |what, other: Vec<u8>| {
        if other != bytes && variants.iter().all(|(_, known)| *known != other) {
            variants.push((what, other));
        }
    };
    match (bytes.first(), bytes.last()) {
        (Some(_), Some(_)) => {
            let flipped = |at: usize, bit: u8| {
                let mut other = bytes.to_vec();
                other[at] ^= bit;
                other
            };
            add("lowest bit", flipped(bytes.len() - 1, 1));
            add("highest bit", flipped(0, 0x80));
            add("bit in the middle", flipped(bytes.len() / 2, 4));
            add("plus one", plus_one(bytes));
            add("zeros", vec![0; bytes.len()]);
            add("ones", vec![0xff; bytes.len()]);
            add("shorter", bytes[..bytes.len() - 1].to_vec());
        }
        _ => add("one", vec![1]),
    }
    add("longer", [bytes, &[0]].concat());
    add("empty", Vec::new());
    if bytes.len() < 8 {
        add("maximum", vec![0xff; 8]);
    }
    variants
}

/// The number after this one, big-endian, in as many bytes as it needs.
fn plus_one(bytes: &[u8]) -> Vec<u8> {
    let mut next = bytes.to_vec();
    for byte in next.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return next;
        }
    }
    [&[1], &next[..]].concat()
}

/// The type of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Width {
    /// Bits that it can have.
    pub(super) bits: usize,
}

/// Other words than this one, most of them of its type.
pub(super) fn of_word(word: U256, width: Width) -> Vec<(&'static str, U256)> {
    let Width { bits } = width;
    let one = U256::ONE;
    let maximum = if bits >= 256 { U256::MAX } else { (one << bits) - one };
    let mut variants: Vec<(&'static str, U256)> = Vec::new();
    for (what, other) in [
        ("lowest bit", word ^ one),
        ("plus one", word.wrapping_add(one) & maximum),
        ("zero", U256::ZERO),
        ("maximum", maximum),
        ("highest bit", word ^ (one << (bits - 1))),
        ("beyond its type", if bits >= 256 { word } else { word | (one << bits) }),
    ] {
        if other != word && variants.iter().all(|(_, known)| *known != other) {
            variants.push((what, other));
        }
    }
    variants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_differ_from_the_truth_and_from_each_other() {
        for bytes in [&[][..], &[0], &[1], &[0xff], &[0xff, 0xff], &[0; 32], &[0xff; 20], &[7; 300]]
        {
            let variants = of_bytes(bytes);
            assert!(variants.len() >= 3, "{bytes:?}");
            for (index, (what, other)) in variants.iter().enumerate() {
                assert_ne!(other, bytes, "{what}");
                assert!(variants[..index].iter().all(|(_, known)| known != other), "{what}");
            }
        }
        assert_eq!(plus_one(&[1, 0xff]), [2, 0]);
        assert_eq!(plus_one(&[0xff, 0xff]), [1, 0, 0]);
    }

    #[test]
    fn words_of_a_type() {
        let flag = of_word(U256::ZERO, Width { bits: 1 });
        assert_eq!(flag, [("lowest bit", U256::ONE), ("beyond its type", U256::from(2))]);
        let variants = of_word(U256::MAX, Width { bits: 256 });
        assert_eq!(variants.len(), 3);
    }
}
