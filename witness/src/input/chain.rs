//! Which fork a block belongs to, and what its blobs cost, on the chains whose schedule alloy
//! knows.

use alloy_eips::eip7840::BlobParams;
use alloy_hardforks::{EthereumHardfork, ForkCondition};

use super::InputError;
use crate::{Fork, fork::ForkError};

/// Mainnet's chain id, which is also that of a transaction that names no chain.
pub const MAINNET: u64 = 1;

/// The last upgrade that is active in a block, if the chain's schedule is known.
pub fn upgrade_at(chain_id: u64, number: u64, timestamp: u64) -> Option<EthereumHardfork> {
    let latest = |schedule: &[(EthereumHardfork, ForkCondition)]| {
        let active = |condition: &ForkCondition| match condition {
            ForkCondition::TTD { activation_block_number, .. } => {
                number >= *activation_block_number
            }
            condition => condition.active_at_timestamp_or_number(timestamp, number),
        };
        schedule.iter().filter(|(_, condition)| active(condition)).map(|(fork, _)| *fork).max()
    };
    match chain_id {
        1 => latest(&EthereumHardfork::mainnet()),
        17_000 => latest(&EthereumHardfork::holesky()),
        560_048 => latest(&EthereumHardfork::hoodi()),
        11_155_111 => latest(&EthereumHardfork::sepolia()),
        _ => EthereumHardfork::from_chain_and_timestamp(chain_id.into(), timestamp),
    }
}

/// The fork that an upgrade of Ethereum belongs to.
///
/// # Errors
///
/// If it is not audited.
pub fn fork_of(upgrade: EthereumHardfork) -> Result<Fork, InputError> {
    use EthereumHardfork as Upgrade;
    Ok(match upgrade {
        Upgrade::Istanbul | Upgrade::MuirGlacier => Fork::Istanbul,
        Upgrade::Berlin => Fork::Berlin,
        Upgrade::London | Upgrade::ArrowGlacier | Upgrade::GrayGlacier => Fork::London,
        Upgrade::Paris => Fork::Paris,
        Upgrade::Shanghai => Fork::Shanghai,
        Upgrade::Cancun => Fork::Cancun,
        Upgrade::Prague => Fork::Prague,
        Upgrade::Osaka
        | Upgrade::Bpo1
        | Upgrade::Bpo2
        | Upgrade::Bpo3
        | Upgrade::Bpo4
        | Upgrade::Bpo5 => Fork::Osaka,
        later if later > Upgrade::Osaka => return Err(InputError::ForkTooLate(later)),
        earlier => {
            return Err(ForkError::TooEarly(earlier.to_string().to_ascii_lowercase()).into());
        }
    })
}

/// The blob schedule of a fork; on a known chain, of that time.
pub fn blob_params(fork: Fork, chain_id: u64, number: u64, timestamp: u64) -> BlobParams {
    let upgrade = upgrade_at(chain_id, number, timestamp);
    match upgrade.filter(|upgrade| fork_of(*upgrade).is_ok_and(|known| known == fork)) {
        Some(EthereumHardfork::Bpo1) => BlobParams::bpo1(),
        Some(upgrade) if upgrade > EthereumHardfork::Bpo1 => BlobParams::bpo2(),
        _ if fork >= Fork::Osaka => BlobParams::osaka(),
        _ if fork >= Fork::Prague => BlobParams::prague(),
        _ => BlobParams::cancun(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last blocks of forks, from the chains' histories.
    #[test]
    fn forks_of_known_blocks() {
        let fork =
            |chain, number, timestamp| fork_of(upgrade_at(chain, number, timestamp).unwrap());
        for (number, timestamp, expected) in [
            (9_069_000, 1_575_764_709, Fork::Istanbul),
            (12_243_999, 1_618_481_214, Fork::Istanbul),
            (12_244_000, 1_618_481_223, Fork::Berlin),
            (12_965_000, 1_628_166_822, Fork::London),
            (15_537_393, 1_663_224_162, Fork::London),
            (15_537_394, 1_663_224_179, Fork::Paris),
            (17_034_870, 1_681_338_479, Fork::Shanghai),
            (19_426_586, 1_710_338_123, Fork::Shanghai),
            (19_426_587, 1_710_338_135, Fork::Cancun),
            (22_431_084, 1_746_612_311, Fork::Prague),
            (23_935_694, 1_764_798_551, Fork::Osaka),
        ] {
            assert_eq!(fork(1, number, timestamp).unwrap(), expected, "{number}");
        }
        assert_eq!(
            fork(1, 9_068_999, 1_575_764_700).unwrap_err().to_string(),
            "fork: fork petersburg is earlier than istanbul, the first that is audited"
        );
        assert_eq!(fork(11_155_111, 1, 1_634_000_000).unwrap(), Fork::London);
        assert!(fork(11_155_111, u64::MAX, u64::MAX).is_err());
        assert!(upgrade_at(31_337, 1, 1).is_none());
    }

    #[test]
    fn blobs_of_a_time() {
        let fraction =
            |timestamp| blob_params(Fork::Osaka, 1, 24_000_000, timestamp).update_fraction;
        assert_eq!(fraction(1_764_798_551), BlobParams::osaka().update_fraction);
        assert_eq!(fraction(1_765_290_071), BlobParams::bpo1().update_fraction);
        assert_eq!(fraction(1_767_747_671), BlobParams::bpo2().update_fraction);
        let unknown = blob_params(Fork::Osaka, 31_337, 0, u64::MAX);
        assert_eq!(unknown.update_fraction, BlobParams::osaka().update_fraction);
    }
}
