//! What a blob gas costs (EIP-4844).

use alloy_eips::eip7840::BlobParams;
use alloy_primitives::U256;

/// EIP-4844's `fake_exponential`; `None` above 128 bits. The sum is cut off there, so that no
/// excess makes it long.
pub fn blob_base_fee(excess: u64, blobs: BlobParams) -> Option<u128> {
    let (numerator, denominator) = (U256::from(excess), U256::from(blobs.update_fraction));
    let mut term = U256::from(blobs.min_blob_fee).checked_mul(denominator)?;
    let mut sum = U256::ZERO;
    let mut index = U256::ONE;
    while !term.is_zero() {
        sum = sum.checked_add(term)?;
        if sum.bit_len() > 128 + denominator.bit_len() {
            return None;
        }
        term = term.checked_mul(numerator)?.checked_div(denominator.checked_mul(index)?)?;
        index += U256::ONE;
    }
    u128::try_from(sum.checked_div(denominator)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_base_fee_is_alloys() {
        for params in [BlobParams::cancun(), BlobParams::prague(), BlobParams::bpo2()] {
            for excess in [0, 1, 393_216, 0x2b8_0000, 100_000_000, 250_000_000] {
                let expected = params.calc_blob_fee(excess);
                assert_eq!(blob_base_fee(excess, params), Some(expected), "{excess}");
            }
            assert_eq!(blob_base_fee(u64::MAX, params), None);
            assert_eq!(blob_base_fee(1_500_000_000, params), None);
        }
    }
}
