//! Keccak-f[1600] over any kind of lane: one word, or one word of each of several states.
//! FIPS 202, section 3.2 and 3.3.
//!
//! Below [`lanes`](super::lanes), which hashes with it.

/// Words of a state.
pub(super) const WORDS: usize = 25;

/// What each round adds to the first word.
pub(super) const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// Defines the permutation of a state of `$word`s, compiled for `$features`: `$xor` adds two words, `$chi`
/// adds to one what is in the third and not in the second, `$rotate` turns one left by a literal, `$splat`
/// makes one of a round constant.
macro_rules! permutation {
    ($(#[$features:meta])* $name:ident: $word:ty, $xor:expr, $chi:expr, $rotate:ident, $splat:expr) => {
        $(#[$features])*
        fn $name(state: &mut [$word; $crate::keccak::permutation::WORDS]) {
            let (xor, chi, splat) = ($xor, $chi, $splat);
            for constant in $crate::keccak::permutation::ROUND_CONSTANTS {
                // Theta: the parity of each column, and what two of them add to a third.
                let parity: [$word; 5] = std::array::from_fn(|x| {
                    let pairs = xor(xor(state[x], state[x + 5]), xor(state[x + 10], state[x + 15]));
                    xor(pairs, state[x + 20])
                });
                let added: [$word; 5] = std::array::from_fn(|x| {
                    xor(parity[(x + 4) % 5], $rotate!(parity[(x + 1) % 5], 1))
                });
                // Rho and pi: where each word of a row stood, and by how much it is turned.
                let rows = $crate::keccak::permutation::rows!($rotate, xor, state, added);
                // Chi and iota.
                for (y, row) in rows.into_iter().enumerate() {
                    for x in 0..5 {
                        state[5 * y + x] = chi(row[x], row[(x + 1) % 5], row[(x + 2) % 5]);
                    }
                }
                state[0] = xor(state[0], splat(constant));
            }
        }
    };
}

/// The rows after rho and pi.
macro_rules! rows {
    ($rotate:ident, $xor:ident, $state:ident, $added:ident) => {
        $crate::keccak::permutation::rows!($rotate, $xor, $state, $added;
            [0 0, 6 44, 12 43, 18 21, 24 14]
            [3 28, 9 20, 10 3, 16 45, 22 61]
            [1 1, 7 6, 13 25, 19 8, 20 18]
            [4 27, 5 36, 11 10, 17 15, 23 56]
            [2 62, 8 55, 14 39, 15 41, 21 2])
    };
    ($rotate:ident, $xor:ident, $state:ident, $added:ident;
     $([$($from:literal $by:literal),+])+) => {
        [$([$($rotate!($xor($state[$from], $added[$from % 5]), $by)),+]),+]
    };
}

pub(super) use {permutation, rows};
