use alloy_primitives::hex;

use super::super::fastlz::compressed_len;

/// op-geth's `TestFlzCompressLen`.
#[test]
fn a_length_is_op_geths() {
    for (data, expected) in [
        (vec![], 0),
        (vec![0; 1_000], 21),
        (vec![1; 1_000], 21),
        (super::fees::EMPTY_TX.to_vec(), 31),
        (hex!("facade").to_vec(), 4),
    ] {
        assert_eq!(compressed_len(&data), expected, "{} bytes", data.len());
    }
}

/// Bytes that repeat themselves near and far, with the lengths that `op-revm` 20 has for them.
#[test]
fn a_length_is_op_revms() {
    for (seed, length, expected) in [
        (1_u64, 13, 14),
        (2, 14, 15),
        (3, 40, 42),
        (4, 300, 247),
        (5, 2_000, 1_335),
        (6, 9_000, 5_626),
        (7, 30_000, 18_529),
        (8, 120_000, 73_616),
    ] {
        let mut state = seed;
        let byte = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            if state & 0x1c0 == 0 { state as u8 >> 3 } else { (state >> 20) as u8 & 3 }
        };
        let data: Vec<u8> = (0..length).map(byte).collect();
        assert_eq!(compressed_len(&data), expected, "{length} bytes");
    }
}

/// One byte repeated: no repetition in 16 bytes, one token up to 271, a longer one from 278 on.
#[test]
fn a_repetition_has_its_lengths() {
    for (bytes, expected) in
        [(12, 13), (14, 15), (16, 17), (17, 12), (271, 12), (272, 14), (277, 14), (278, 15)]
    {
        assert_eq!(compressed_len(&vec![9; bytes]), expected, "{bytes} bytes");
    }
}

/// A repetition as far back as there may be, and one byte farther.
#[test]
fn a_repetition_is_near() {
    let sequence: Vec<u8> = (1..65).collect();
    let apart = |distance: usize| {
        let mut data = vec![0xff; distance + 64];
        data[..64].copy_from_slice(&sequence);
        data[distance..].copy_from_slice(&sequence);
        compressed_len(&data)
    };
    assert_eq!((apart(8_191), apart(8_192)), (172, 229));
}
