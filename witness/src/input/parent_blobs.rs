//! How a block's excess blob gas follows from its parent's header (EIP-4844, EIP-7918).
//!
//! In the data's way this stands before the block, for inputs that have the parent's figures alone.

use alloy_eips::eip7840::BlobParams;
use alloy_primitives::U256;
use iso_evm_wire::{block::blob_base_fee, protocol::GAS_PER_BLOB};

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
        let target = blobs.target_blob_count.saturating_mul(GAS_PER_BLOB);
        let sum = excess.saturating_add(used);
        if sum < target {
            return 0;
        }
        let reserve = U256::from(blobs.blob_base_cost) * U256::from(base_fee);
        let price = blob_base_fee(excess, blobs)
            .map_or(U256::MAX, |fee| U256::from(fee) * U256::from(GAS_PER_BLOB));
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
    fn excess_follows_from_the_parent_as_alloy_has_it() {
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
