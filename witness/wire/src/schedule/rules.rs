//! What a block's fork is and what its blobs cost, by the schedule of its chain, where alloy knows
//! that: the one table that recorder and transaction audit go by. `specs/12-audits.md`, section
//! The chain's schedule.

use alloy_eips::eip7840::BlobParams;
use alloy_hardforks::{EthereumHardfork as Upgrade, ForkCondition};

use super::optimism;
use crate::{Fork, Rules, fork::ForkError};

/// Mainnet's chain id, which is also that of a transaction that names no chain.
pub const MAINNET: u64 = 1;

/// What a chain's schedule says of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The rules that the block goes by.
    pub rules: Rules,
    /// The blob schedule: the fork's, or that of a later upgrade of blob parameters alone
    /// (EIP-7892).
    pub blobs: BlobParams,
}

/// The rules of a block by the schedule of its chain; `None` if that is not known. What is no block
/// of the chain, as one of a development chain that goes under another's id, has its rules all the
/// same.
///
/// # Errors
///
/// If the block is of a fork that is not audited.
pub fn scheduled(
    chain_id: u64,
    number: u64,
    timestamp: u64,
) -> Option<Result<Scheduled, ForkError>> {
    if let Some(found) = optimism::rules_at(chain_id, number, timestamp) {
        return Some(found.map(|rules| Scheduled { rules, blobs: own_blobs(rules.fork()) }));
    }
    let upgrade = upgrade_at(chain_id, number, timestamp)?;
    let blobs = |fork| match upgrade {
        Upgrade::Bpo1 => BlobParams::bpo1(),
        upgrade if upgrade > Upgrade::Bpo1 => BlobParams::bpo2(),
        _ => own_blobs(fork),
    };
    Some(fork_of(upgrade).map(|fork| Scheduled { rules: fork.into(), blobs: blobs(fork) }))
}

/// The last upgrade that is active in a block, if the chain's schedule is known.
fn upgrade_at(chain_id: u64, number: u64, timestamp: u64) -> Option<Upgrade> {
    let latest = |schedule: &[(Upgrade, ForkCondition)]| {
        let active = |condition: &ForkCondition| match condition {
            ForkCondition::TTD { activation_block_number, .. } => {
                number >= *activation_block_number
            }
            condition => condition.active_at_timestamp_or_number(timestamp, number),
        };
        schedule.iter().filter(|(_, condition)| active(condition)).map(|(fork, _)| *fork).max()
    };
    match table(chain_id) {
        Some(table) => latest(&table),
        None => Upgrade::from_chain_and_timestamp(chain_id.into(), timestamp),
    }
}

/// When each upgrade begins on a chain whose whole history is known: mainnet, Holesky, Hoodi,
/// Sepolia.
pub(super) fn table(chain_id: u64) -> Option<Vec<(Upgrade, ForkCondition)>> {
    Some(match chain_id {
        MAINNET => Upgrade::mainnet().to_vec(),
        17_000 => Upgrade::holesky().to_vec(),
        560_048 => Upgrade::hoodi().to_vec(),
        11_155_111 => Upgrade::sepolia().to_vec(),
        _ => return None,
    })
}

/// The fork that an upgrade of Ethereum belongs to.
pub(super) fn fork_of(upgrade: Upgrade) -> Result<Fork, ForkError> {
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
        later if later > Upgrade::Osaka => return Err(ForkError::TooLate(name(later))),
        earlier => return Err(ForkError::TooEarly(name(earlier))),
    })
}

fn name(upgrade: Upgrade) -> String {
    upgrade.to_string().to_ascii_lowercase()
}

/// The blob schedule of a block: that of chain and time where the chain's schedule has the block
/// under these rules, else the fork's own.
pub fn blob_params(rules: Rules, chain_id: u64, number: u64, timestamp: u64) -> BlobParams {
    match scheduled(chain_id, number, timestamp) {
        Some(Ok(scheduled)) if scheduled.rules == rules => scheduled.blobs,
        _ => own_blobs(rules.fork()),
    }
}

/// The blob schedule that a fork begins with.
pub const fn own_blobs(fork: Fork) -> BlobParams {
    match fork {
        // None before Cancun has blobs; what is asked all the same is answered as there.
        Fork::Istanbul
        | Fork::Berlin
        | Fork::London
        | Fork::Paris
        | Fork::Shanghai
        | Fork::Cancun => BlobParams::cancun(),
        Fork::Prague => BlobParams::prague(),
        Fork::Osaka => BlobParams::osaka(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last blocks of forks, from the chains' histories.
    #[test]
    fn forks_of_known_blocks() {
        let fork = |chain, number, timestamp| {
            scheduled(chain, number, timestamp).unwrap().map(|found| found.rules.fork())
        };
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
            "fork petersburg is earlier than istanbul, the first that is audited"
        );
        assert_eq!(fork(11_155_111, 1, 1_634_000_000).unwrap(), Fork::London);
        assert!(fork(11_155_111, u64::MAX, u64::MAX).is_err());
        assert!(scheduled(31_337, 1, 1).is_none());
    }

    /// Last second before, and first of, the forks and the upgrades of blob parameters alone
    /// (EIP-7892), each with its `BLOB_BASE_FEE_UPDATE_FRACTION`.
    #[test]
    fn blobs_of_a_time() {
        let fraction = |chain, timestamp| {
            scheduled(chain, 30_000_000, timestamp).unwrap().unwrap().blobs.update_fraction
        };
        for (chain, osaka, bpo1, bpo2) in [
            (1, 1_764_798_551, 1_765_290_071, 1_767_747_671),
            (17_000, 1_759_308_480, 1_759_800_000, 1_760_389_824),
            (560_048, 1_761_677_592, 1_762_365_720, 1_762_955_544),
            (11_155_111, 1_760_427_360, 1_761_017_184, 1_761_607_008),
        ] {
            for (time, before, from) in [
                (osaka, 5_007_716, 5_007_716),
                (bpo1, 5_007_716, 8_346_193),
                (bpo2, 8_346_193, 11_684_671),
            ] {
                assert_eq!([fraction(chain, time - 1), fraction(chain, time)], [before, from]);
            }
            let fork = |time| scheduled(chain, 30_000_000, time).unwrap().unwrap().rules.fork();
            assert_eq!([fork(osaka - 1), fork(osaka)], [Fork::Prague, Fork::Osaka], "{chain}");
        }
        let blobs = |fork: Fork, chain| blob_params(fork.into(), chain, 30_000_000, 1_770_000_000);
        assert_eq!(blobs(Fork::Osaka, 1), BlobParams::bpo2());
        // Of another fork than the schedule's, or of a chain without one: the fork's own.
        assert_eq!(blobs(Fork::Cancun, 1), BlobParams::cancun());
        assert_eq!(blobs(Fork::Osaka, 31_337), BlobParams::osaka());
        assert_eq!(blobs(Fork::Prague, 31_337), BlobParams::prague());
    }
}
