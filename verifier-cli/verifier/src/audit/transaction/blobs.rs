//! Blobs: what they cost. `specs/12-audits.md`, section Transaction
//! audit.
//!
//! In the data's way this stands with the rules, in front of the top message.

use alloy_primitives::U256;

/// First byte of a blob's versioned hash.
pub(super) const VERSION_KZG: u8 = 1;

/// The least that a blob gas costs, in wei.
const MIN_BLOB_BASE_FEE: U256 = U256::ONE;

/// What a blob gas costs with this excess, in wei (EIP-4844), by the update fraction of the block's
/// blob schedule; `None` if it is no 128-bit number.
pub(super) fn blob_base_fee(fraction: u128, excess: u64) -> Option<u128> {
    // A schedule's fractions are below 2^64; none is zero.
    fake_exponential(excess, u64::try_from(fraction).ok().filter(|fraction| *fraction > 0)?)
}

/// EIP-4844's: about e to the power of `numerator / denominator`, by Taylor's series, in whole
/// numbers. It stops where 128 bits do, which bounds the number of terms: each sum is at least the
/// term before.
fn fake_exponential(numerator: u64, denominator: u64) -> Option<u128> {
    let limit = U256::from(denominator) << 128;
    let mut term = MIN_BLOB_BASE_FEE * U256::from(denominator);
    let mut sum = U256::ZERO;
    for index in 1_u64.. {
        if term.is_zero() {
            break;
        }
        sum += term;
        if sum >= limit {
            return None;
        }
        // Below 2^(128 + 24) times 2^64; the index stays below the 2^40 that make terms vanish.
        term = term * U256::from(numerator) / (U256::from(denominator) * U256::from(index));
    }
    (sum / U256::from(denominator)).try_into().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use alloy_eips::eip7840::BlobParams;

    use super::*;

    #[test]
    fn the_fee_is_alloys() {
        for params in [
            BlobParams::cancun(),
            BlobParams::prague(),
            BlobParams::osaka(),
            BlobParams::bpo1(),
            BlobParams::bpo2(),
        ] {
            let fraction = params.update_fraction;
            for excess in (0..250_000_000).step_by(1_234_567) {
                let expected = params.calc_blob_fee(excess);
                assert_eq!(blob_base_fee(fraction, excess), Some(expected), "{excess}");
            }
            assert_eq!(blob_base_fee(fraction, u64::MAX), None);
        }
        assert_eq!(blob_base_fee(BlobParams::bpo2().update_fraction, 1_500_000_000), None);
    }
}
