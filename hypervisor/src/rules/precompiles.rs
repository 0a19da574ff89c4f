//! How much of their input precompiles look at, as words that the contract holds. Normative text:
//! `specs/03-records.md`, section Inputs of precompiles. Which addresses are precompiles is the
//! protocol's ([`iso_evm_wire::protocol`]).

use alloy_primitives::U256;
use iso_evm_wire::precompiles::READS;

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
}
