//! Blobs: how many there may be, and what they cost. `specs/12-audits.md`, section Transaction
//! audit.
//!
//! In the data's way this stands with the rules, in front of the top message.

use alloy_primitives::U256;
use iso_evm_witness::Fork;

/// First byte of a blob's versioned hash.
pub(super) const VERSION_KZG: u8 = 1;

/// The least that a blob gas costs, in wei.
const MIN_BLOB_BASE_FEE: U256 = U256::ONE;

/// How fast the price of blobs follows their excess: `BLOB_BASE_FEE_UPDATE_FRACTION`.
const FRACTION_CANCUN: u64 = 3_338_477;
/// EIP-7691.
const FRACTION_PRAGUE: u64 = 5_007_716;
/// EIP-7892, by the chains' schedules.
const FRACTION_BPO1: u64 = 8_346_193;
const FRACTION_BPO2: u64 = 11_684_671;

/// When chains entered BPO1 and BPO2 (EIP-7892), in seconds since 1970.
const SCHEDULE: [(u64, u64, u64); 4] = [
    (1, 1_765_290_071, 1_767_747_671),
    (17_000, 1_759_800_000, 1_760_389_824),
    (560_048, 1_762_365_720, 1_762_955_544),
    (11_155_111, 1_761_017_184, 1_761_607_008),
];

/// Most blobs in a transaction: the block's limit (EIP-4844, EIP-7691), then one of its own
/// (EIP-7594).
pub(super) const fn most_blobs(fork: Fork) -> u64 {
    if matches!(fork, Fork::Prague) { 9 } else { 6 }
}

/// The update fraction of a fork; on a known chain, of that time.
fn update_fraction(fork: Fork, chain_id: u64, timestamp: u64) -> u64 {
    if fork < Fork::Prague {
        return FRACTION_CANCUN;
    }
    let known = SCHEDULE.iter().find(|(chain, ..)| *chain == chain_id && fork >= Fork::Osaka);
    match known {
        Some((_, _, bpo2)) if timestamp >= *bpo2 => FRACTION_BPO2,
        Some((_, bpo1, _)) if timestamp >= *bpo1 => FRACTION_BPO1,
        _ => FRACTION_PRAGUE,
    }
}

/// What a blob gas costs with this excess, in wei (EIP-4844); `None` if it is no 128-bit number.
pub(super) fn blob_base_fee(
    fork: Fork,
    chain_id: u64,
    timestamp: u64,
    excess: u64,
) -> Option<u128> {
    fake_exponential(excess, update_fraction(fork, chain_id, timestamp))
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
    use iso_evm_witness::input::chain::blob_params;

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
            let fraction = u64::try_from(params.update_fraction).unwrap();
            for excess in (0..250_000_000).step_by(1_234_567) {
                let expected = params.calc_blob_fee(excess);
                assert_eq!(fake_exponential(excess, fraction), Some(expected), "{excess}");
            }
            assert_eq!(fake_exponential(u64::MAX, fraction), None);
        }
        assert_eq!(fake_exponential(1_500_000_000, FRACTION_BPO2), None);
    }

    /// The recorder goes by alloy's schedules.
    #[test]
    fn the_schedule_is_alloys() {
        let times = SCHEDULE.iter().flat_map(|(_, bpo1, bpo2)| [*bpo1, *bpo2]);
        let times: Vec<u64> = times.flat_map(|time| [time - 1, time, time + 1]).collect();
        for chain in SCHEDULE.map(|(chain, ..)| chain).into_iter().chain([5, 31_337]) {
            for fork in [Fork::Cancun, Fork::Prague, Fork::Osaka] {
                for time in &times {
                    let expected = blob_params(fork, chain, 30_000_000, *time).update_fraction;
                    let found = update_fraction(fork, chain, *time);
                    assert_eq!(u128::from(found), expected, "{fork} {chain} {time}");
                }
            }
        }
    }

    #[test]
    fn limits_are_alloys() {
        for (fork, params) in [
            (Fork::Cancun, BlobParams::cancun()),
            (Fork::Prague, BlobParams::prague()),
            (Fork::Osaka, BlobParams::osaka()),
        ] {
            assert_eq!(most_blobs(fork), params.max_blobs_per_tx);
        }
    }
}
