//! What a blob gas costs (EIP-4844), and how its excess follows from the parent's (EIP-7918).

use alloy_eips::{eip4844::DATA_GAS_PER_BLOB, eip7840::BlobParams};
use alloy_primitives::U256;

/// EIP-4844's `fake_exponential`; `None` above 128 bits. The sum is cut off there, so that no
/// excess makes it long.
pub(super) fn blob_base_fee(excess: u64, blobs: BlobParams) -> Option<u128> {
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

/// What a parent's header says of blobs.
#[derive(Clone, Copy, Debug)]
pub struct ParentBlobs {
    /// Excess blob gas of the parent.
    pub excess: u64,
    /// Blob gas that the parent used.
    pub used: u64,
    /// Base fee of the parent, in wei.
    pub base_fee: u64,
}

impl ParentBlobs {
    /// EELS's `calculate_excess_blob_gas`, with the parameters of the child's block. Where execution
    /// gas outweighs what a blob costs, the excess does not shrink (EIP-7918); parameters before Osaka
    /// have a blob base cost of zero, by which that is never so.
    pub fn next_excess(self, blobs: BlobParams) -> u64 {
        let Self { excess, used, base_fee } = self;
        let target = blobs.target_blob_count.saturating_mul(DATA_GAS_PER_BLOB);
        let sum = excess.saturating_add(used);
        if sum < target {
            return 0;
        }
        let reserve = U256::from(blobs.blob_base_cost) * U256::from(base_fee);
        let price = blob_base_fee(excess, blobs)
            .map_or(U256::MAX, |fee| U256::from(fee) * U256::from(DATA_GAS_PER_BLOB));
        if reserve <= price {
            return sum - target;
        }
        let spare = blobs.max_blob_count.saturating_sub(blobs.target_blob_count);
        let kept = u128::from(used) * u128::from(spare) / u128::from(blobs.max_blob_count.max(1));
        excess.saturating_add(u64::try_from(kept).unwrap_or(u64::MAX))
    }
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

    #[test]
    fn the_next_excess_is_alloys() {
        for params in
            [BlobParams::cancun(), BlobParams::prague(), BlobParams::osaka(), BlobParams::bpo2()]
        {
            for excess in [0, 393_216, 1_310_720, 60_000_000, 100_000_000] {
                for used in [0, 131_072, 786_432, 2_752_512] {
                    for base_fee in [0, 1, 7, 16, 17, 1_000_000_000, 100_000_000_000] {
                        let expected =
                            params.next_block_excess_blob_gas_osaka(excess, used, base_fee);
                        let found = ParentBlobs { excess, used, base_fee }.next_excess(params);
                        assert_eq!(found, expected, "{excess} {used} {base_fee}");
                    }
                }
            }
        }
        // Whatever a file says, there is an answer.
        let most = ParentBlobs { excess: u64::MAX, used: u64::MAX, base_fee: u64::MAX };
        for (target_blob_count, max_blob_count) in [(0, 0), (9, 6), (u64::MAX, u64::MAX)] {
            let params = BlobParams { target_blob_count, max_blob_count, ..BlobParams::osaka() };
            let least = ParentBlobs { excess: 0, ..most };
            let _ = [most, least].map(|parent| parent.next_excess(params));
        }
    }
}
