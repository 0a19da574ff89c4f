//! When the upgrades of the OP Stack begin on the chains whose schedule is known. The tables are
//! alloy's.

use alloy_hardforks::ForkCondition;
use alloy_op_hardforks::OpHardfork;

use crate::{Rules, fork::ForkError, optimism::Upgrade, rules::OPTIMISM};

/// When each upgrade begins: OP Mainnet, OP Sepolia, Base, Base Sepolia.
pub(super) fn table(chain_id: u64) -> Option<Vec<(OpHardfork, ForkCondition)>> {
    Some(match chain_id {
        10 => OpHardfork::op_mainnet().to_vec(),
        11_155_420 => OpHardfork::op_sepolia().to_vec(),
        8_453 => OpHardfork::base_mainnet().to_vec(),
        84_532 => OpHardfork::base_sepolia().to_vec(),
        _ => return None,
    })
}

/// The rules of a block by the schedule of its chain; `None` if it is no chain of the OP Stack that is
/// known.
pub(super) fn rules_at(
    chain_id: u64,
    number: u64,
    timestamp: u64,
) -> Option<Result<Rules, ForkError>> {
    let active = |(_, condition): &(OpHardfork, ForkCondition)| {
        condition.active_at_timestamp_or_number(timestamp, number)
    };
    // Bedrock comes with a number, what is behind it with a time that may lie before: all that comes
    // before the last one must be active too.
    let begun = table(chain_id)?.into_iter().take_while(active).last();
    Some(match begun {
        Some((upgrade, _)) => upgrade_of(upgrade).map(Rules::from),
        None => Err(ForkError::TooEarly("optimism/legacy".to_owned())),
    })
}

/// The upgrade that alloy names.
pub(super) fn upgrade_of(upgrade: OpHardfork) -> Result<Upgrade, ForkError> {
    Ok(match upgrade {
        OpHardfork::Bedrock => Upgrade::Bedrock,
        OpHardfork::Regolith => Upgrade::Regolith,
        OpHardfork::Canyon => Upgrade::Canyon,
        OpHardfork::Ecotone => Upgrade::Ecotone,
        OpHardfork::Fjord => Upgrade::Fjord,
        OpHardfork::Granite => Upgrade::Granite,
        OpHardfork::Holocene => Upgrade::Holocene,
        OpHardfork::Isthmus => Upgrade::Isthmus,
        OpHardfork::Jovian => Upgrade::Jovian,
        later => {
            let name = later.to_string().to_ascii_lowercase();
            return Err(ForkError::TooLate(format!("{OPTIMISM}{name}")));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First seconds, and the last before them, from the OP Stack's registry of chains.
    #[test]
    fn upgrades_of_known_blocks() {
        let at = |chain, number, time| rules_at(chain, number, time).unwrap().ok();
        for (chain, canyon, holocene, isthmus, jovian) in [
            (10, 1_704_992_401, 1_736_445_601, 1_746_806_401, 1_764_691_201),
            (8_453, 1_704_992_401, 1_736_445_601, 1_746_806_401, 1_764_691_201),
            (11_155_420, 1_699_981_200, 1_732_633_200, 1_744_905_600, 1_763_568_001),
        ] {
            for (time, before, from) in [
                (canyon, Upgrade::Regolith, Upgrade::Canyon),
                (holocene, Upgrade::Granite, Upgrade::Holocene),
                (isthmus, Upgrade::Holocene, Upgrade::Isthmus),
                (jovian, Upgrade::Isthmus, Upgrade::Jovian),
            ] {
                assert_eq!(at(chain, 120_000_000, time - 1), Some(before.into()), "{chain}");
                assert_eq!(at(chain, 120_000_000, time), Some(from.into()), "{chain}");
            }
        }
        // OP Mainnet was another chain before it.
        assert_eq!(at(10, 105_235_062, 1_686_068_901), None);
        assert_eq!(at(10, 105_235_063, 1_686_068_903), Some(Upgrade::Regolith.into()));
        assert!(rules_at(31_337, 1, 1).is_none());
    }
}
