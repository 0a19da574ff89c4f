//! How much of its input decides what a precompile does. Normative text: `specs/03-records.md`,
//! section Inputs of precompiles.
//!
//! A call's input is paid for by nobody: its memory has been paid for once, however often it is
//! passed. So a record has the hash of no more than what decides how a precompile ends, what it
//! costs and what it gives. The recorder, the contract and the native engine have it from this
//! table; the tree audit has the inputs from the native engine.

use alloy_primitives::{Address, U256};

use crate::protocol::P256VERIFY;

#[cfg(any(test, feature = "revm"))]
mod of_revm;

#[cfg(any(test, feature = "revm"))]
pub use of_revm::revm_precompiles;

/// What a precompile looks at: the first `bytes` bytes of its input, and `unit` more for each `gas`
/// gas that it gets. With one byte more it fails, whatever the bytes say; or it ignores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reads {
    /// Bytes that it may look at with any gas.
    pub bytes: u16,
    /// Bytes that it may look at for each [`Self::gas`]; zero if it looks at a fixed number.
    pub unit: u16,
    /// The least gas that so many bytes cost it; zero if they cost nothing.
    pub gas: u16,
}

const fn fixed(bytes: u16) -> Reads {
    Reads { bytes, unit: 0, gas: 0 }
}

/// One byte more than can be paid for: then gas, or a length that is no multiple of the unit, is
/// what it fails for.
const fn paid(unit: u16, gas: u16) -> Reads {
    Reads { bytes: 1, unit, gas }
}

/// `MODEXP`, by its number.
pub const MODEXP: u64 = 0x05;

/// What [`MODEXP`] looks at before its operands: three lengths, and the first word of an exponent
/// that has neither base nor modulus (its price may depend on it, EIP-7883).
pub const MODEXP_HEAD: usize = 128;

/// By the last byte of the precompile's number. Zero is `0x100`.
///
/// Where the length must be exact, one byte more is enough to see that it is not. What is paid for
/// by length has its price without the base, so that no rounding matters:
///
/// - the hashes and `IDENTITY` 12, 120 and 3 gas a word;
/// - the pairings 34,000 (EIP-1108) and 32,600 (EIP-2537) a pair; the sums of products 12,000 and
///   22,500 a pair, less the largest discount (519 and 524 of 1,000, EIP-2537);
/// - `MODEXP`: by EIP-198, the cheapest, an exponent's byte beyond the first 32 costs at least 8/20
///   gas, and n bytes of base or modulus at least 64·n/20 where there are more than 64 of them; so
///   no gas *g* pays for more than 258 + 4·*g* bytes. EIP-2565 asks more from 54 gas on and at
///   least 200; EIP-7883 more than that.
pub const READS: [Reads; 0x12] = [
    // P256VERIFY (EIP-7951): 160 exactly
    fixed(161),
    // ECRECOVER
    fixed(128),
    // SHA256, RIPEMD160, IDENTITY
    paid(32, 12),
    paid(32, 120),
    paid(32, 3),
    // MODEXP
    Reads { bytes: 512, unit: 4, gas: 1 },
    // BN254 (EIP-196, EIP-197): addition, multiplication, pairing
    fixed(128),
    fixed(96),
    paid(192, 34_000),
    // BLAKE2F (EIP-152): 213 exactly
    fixed(214),
    // the point evaluation (EIP-4844): 192 exactly
    fixed(193),
    // BLS12-381 (EIP-2537): G1ADD 256 exactly, G1MSM, G2ADD 512 exactly, G2MSM, PAIRING_CHECK,
    // MAP_FP_TO_G1 64 exactly, MAP_FP2_TO_G2 128 exactly
    fixed(257),
    paid(160, 6_228),
    fixed(513),
    paid(288, 11_790),
    paid(384, 32_600),
    fixed(65),
    fixed(129),
];

/// The part of `input` that decides how `precompile` ends with so much gas: it does the same on this
/// part alone. All of it, if the account is no precompile of any fork.
///
/// ```
/// use alloy_primitives::Address;
/// use iso_evm_wire::precompiles::decisive;
///
/// let input = [7; 1000];
/// let of = |number, gas| decisive(Address::with_last_byte(number), &input, gas).len();
/// // ECRECOVER reads four words.
/// assert_eq!(of(1, 3_000), 128);
/// // With 100 gas SHA256 hashes three words at most: that there are more is what it fails for.
/// assert_eq!((of(2, 100), of(2, 1_000)), (8 * 32 + 1, 1000));
/// ```
pub fn decisive(precompile: Address, input: &[u8], gas: u64) -> &[u8] {
    let number: U256 = precompile.into_word().into();
    let row = match u64::try_from(number) {
        Ok(P256VERIFY) => 0,
        Ok(number @ 1..0x12) => number as usize,
        _ => return input,
    };
    let Reads { bytes, unit, gas: price } = READS[row];
    let units = gas.checked_div(price.into()).unwrap_or(0);
    let most = units.saturating_mul(unit.into()).saturating_add(bytes.into());
    let input = &input[..input.len().min(usize::try_from(most).unwrap_or(usize::MAX))];
    if row as u64 == MODEXP { &input[..modexp(input).min(input.len())] } else { input }
}

/// The end of what `MODEXP` reads of an input, by the lengths that stand in it; behind the input if
/// they do not.
fn modexp(input: &[u8]) -> usize {
    if input.len() <= MODEXP_HEAD {
        return input.len();
    }
    let length = |word: usize| {
        let word = U256::from_be_slice(&input[32 * word..32 * (word + 1)]);
        word.saturating_to::<usize>().min(input.len())
    };
    let (base, exponent, modulus) = (length(0), length(1), length(2));
    let numbers = base + modulus;
    // Without either, there is nothing that the exponent could change.
    MODEXP_HEAD + if numbers > 0 { numbers + exponent } else { 0 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use revm::precompile::{Precompile, PrecompileSpecId, Precompiles};

    use super::*;
    use crate::{
        Fork, Rules,
        optimism::{Upgrade, precompiles::max_input},
    };

    /// What a precompile does: whether it succeeds, what it gives and costs.
    fn ended(precompile: &Precompile, input: &[u8], gas: u64) -> Option<(u64, Vec<u8>)> {
        let run = precompile.execute(input, gas, 0).expect("revm runs it");
        (run.is_success() && run.gas_used <= gas).then(|| (run.gas_used, run.bytes.to_vec()))
    }

    /// Numbers without an end, the same each time.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % end
        }

        fn of(&mut self, list: &[u64]) -> u64 {
            list[self.below(list.len() as u64) as usize]
        }

        /// Bytes that make many of them succeed: zeros are a point at infinity; lengths for `MODEXP`.
        fn input(&mut self, number: u64, length: usize) -> Vec<u8> {
            let fill = self.below(3);
            let mut input: Vec<u8> =
                (0..length).map(|_| if fill == 0 { 0 } else { self.below(256) as u8 }).collect();
            if number == MODEXP {
                for word in input.chunks_mut(32).take(3) {
                    let most = self.of(&[0, 1, 3, 40, 300, 2_000]);
                    word.fill(0);
                    let value = (self.below(most + 1) as u32).to_be_bytes();
                    if let Some(end) = word.last_chunk_mut() {
                        *end = value;
                    }
                    if self.below(40) == 0 {
                        word[0] = 1;
                    }
                }
            }
            input
        }
    }

    /// On what decides, each precompile does what it does on everything, with any gas.
    #[test]
    fn the_rest_of_an_input_decides_nothing() {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let (mut cut, mut succeeded, mut seen) = (0, 0, BTreeSet::new());
        for rules in Rules::ALL {
            let all = revm_precompiles(rules);
            for address in all.addresses() {
                let precompile = all.get(address).expect("listed");
                let number: u64 = U256::from_be_bytes(address.into_word().0).to();
                for _ in 0..400 {
                    let exact = [0, 64, 96, 128, 160, 192, 213, 256, 288, 384, 512, 768];
                    let length = match random.below(4) {
                        0 => random.of(&exact),
                        1 => random.of(&exact) + 1,
                        2 => random.of(&exact) * random.below(4),
                        _ => random.below(4_000),
                    };
                    let input = random.input(number, length as usize);
                    let most = random.of(&[10, 100, 1_000, 10_000, 150_000, 1_000_000]);
                    let gas = random.below(most);
                    let part = decisive(*address, &input, gas);
                    assert!(input.starts_with(part));
                    let whole = ended(precompile, &input, gas);
                    let name = || format!("{rules} {number:#x}, {length} bytes, {gas} gas");
                    assert_eq!(ended(precompile, part, gas), whole, "{}", name());
                    if part.len() < input.len() {
                        cut += 1;
                        succeeded += usize::from(whole.is_some());
                        seen.insert(number);
                    }
                }
            }
        }
        assert!(cut > 5_000 && succeeded > 500, "{cut} cut, {succeeded} of them succeed");
        assert_eq!(seen.len(), READS.len(), "{seen:x?}");
    }

    /// Around the longest input that an upgrade allows, with and without the gas for it.
    #[test]
    fn the_rest_of_an_input_decides_nothing_where_its_length_does() {
        for (upgrade, number) in Upgrade::ALL
            .iter()
            .flat_map(|upgrade| [0x08, 0x0c, 0x0e, 0x0f].map(|number| (*upgrade, number)))
        {
            let Some(most) = max_input(upgrade, number) else { continue };
            let address = Address::with_last_byte(number as u8);
            let precompile = revm_precompiles(upgrade.into()).get(&address).expect("limited");
            let Reads { unit, gas: price, .. } = READS[number as usize];
            let unit = usize::from(unit);
            for length in [most - 1, most, most / unit * unit, most + 1, (most / unit + 1) * unit] {
                let input = vec![0; length];
                for units in [1, length / unit - 1, length / unit, length / unit + 1, 2 * most] {
                    let gas = units as u64 * u64::from(price);
                    let part = decisive(address, &input, gas);
                    let whole = ended(precompile, &input, gas);
                    assert_eq!(ended(precompile, part, gas), whole, "{upgrade} {number} {length}");
                }
            }
        }
    }

    /// What `MODEXP` is passed is at most what its gas could pay for: a length that claims more fails.
    #[test]
    fn modexp_pays_for_what_it_reads() {
        for fork in Fork::ALL {
            let all = Precompiles::new(PrecompileSpecId::from_spec_id(fork.spec_id()));
            let modexp = all.get(&Address::with_last_byte(5)).expect("in every fork");
            for gas in [0_u64, 1, 53, 199, 200, 500, 1_000, 20_000, 1_000_000] {
                let most = 512 + 4 * gas;
                for (base, exponent, modulus) in
                    [(1, most, 0), (most, 0, 1), (0, most, 1), (most / 2, 1, most / 2)]
                {
                    let mut input = vec![0; 128];
                    for (word, length) in [base, exponent, modulus].iter().enumerate() {
                        input[32 * word + 24..32 * word + 32]
                            .copy_from_slice(&length.to_be_bytes());
                    }
                    assert_eq!(ended(modexp, &input, gas), None, "{fork} {gas}");
                }
            }
        }
    }

    #[test]
    fn an_account_that_is_none_has_no_bound() {
        let input = [1; 5_000];
        for account in [Address::ZERO, Address::with_last_byte(0x12), Address::repeat_byte(1)] {
            assert_eq!(decisive(account, &input, 0).len(), 5_000);
        }
    }
}
