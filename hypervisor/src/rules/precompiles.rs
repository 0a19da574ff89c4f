//! Which addresses are precompiles, by fork, and how much of their input they look at, as the
//! contract has it. Normative text: `specs/03-records.md`, sections Outcomes and Inputs of
//! precompiles.

use alloy_primitives::U256;
use iso_evm_witness::{Fork, precompiles::READS};

/// P256VERIFY (EIP-7951), from Osaka; no neighbour of the others.
pub(crate) const P256VERIFY: u64 = 0x100;

/// The last of those that stand in a row from `0x01` on.
pub(crate) fn last(fork: Fork) -> u64 {
    match fork {
        Fork::Istanbul | Fork::Berlin | Fork::London | Fork::Paris | Fork::Shanghai => 0x09,
        Fork::Cancun => 0x0a,
        Fork::Prague | Fork::Osaka => 0x11,
    }
}

/// Whether `account`, an address as a word, is a precompile.
pub(crate) fn contains(fork: Fork, account: U256) -> bool {
    let number = u64::try_from(account).unwrap_or(u64::MAX);
    (1..=last(fork)).contains(&number) || (fork >= Fork::Osaka && number == P256VERIFY)
}

/// Bits of an entry in the first word of [`packed`].
pub(crate) const BYTES_BITS: usize = 14;
/// Bits of an entry in the other two.
pub(crate) const PRICE_BITS: usize = 16;

/// [`READS`] as three words, bytes, units and prices: row *n* stands *n* entries up. The rows past the
/// end of the last two have neither.
pub(crate) fn packed() -> [U256; 3] {
    let mut words = [U256::ZERO; 3];
    for (row, reads) in READS.iter().enumerate() {
        let entries =
            [(reads.bytes, BYTES_BITS), (reads.unit, PRICE_BITS), (reads.gas, PRICE_BITS)];
        for (word, (entry, bits)) in words.iter_mut().zip(entries) {
            let entry = U256::from(entry);
            debug_assert!(
                entry.bit_len() <= bits && (entry << (row * bits)) >> (row * bits) == entry
            );
            *word |= entry << (row * bits);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;
    use revm::precompile::{PrecompileSpecId, Precompiles};

    use super::*;

    #[test]
    fn the_words_have_every_row() {
        let words = packed();
        for (row, reads) in READS.iter().enumerate() {
            let entry = |word: usize, bits: usize| {
                ((words[word] >> (row * bits)) & crate::rules::words::ones(bits)).to::<u16>()
            };
            assert_eq!(entry(0, BYTES_BITS), reads.bytes, "{row:#x}");
            assert_eq!(entry(1, PRICE_BITS), reads.unit, "{row:#x}");
            assert_eq!(entry(2, PRICE_BITS), reads.gas, "{row:#x}");
        }
    }

    #[test]
    fn agrees_with_revm() {
        for fork in Fork::ALL {
            let theirs = Precompiles::new(PrecompileSpecId::from_spec_id(fork.spec_id()));
            for number in 0..0x1_000_u64 {
                let word = U256::from(number);
                let address = Address::from_word(word.into());
                assert_eq!(contains(fork, word), theirs.contains(&address), "{fork} {number}");
            }
        }
    }
}
