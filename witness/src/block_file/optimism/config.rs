//! A rollup's configuration, as its node reads it (`rollup.json`): which upgrade a block is of, and what
//! its base fee follows from.
//!
//! In the data's way this stands beside the attributes.

use iso_evm_wire::{
    fork::ForkError,
    optimism::{BaseFeeParameters, Upgrade},
    quantity as number,
};
use serde::Deserialize;

use crate::block_file::BlockFileError;

/// What a block needs of a rollup's configuration. Other keys are ignored.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct RollupConfig {
    #[serde(with = "number")]
    l2_chain_id: Option<u64>,
    #[serde(with = "number")]
    regolith_time: Option<u64>,
    #[serde(with = "number")]
    canyon_time: Option<u64>,
    #[serde(with = "number")]
    ecotone_time: Option<u64>,
    #[serde(with = "number")]
    fjord_time: Option<u64>,
    #[serde(with = "number")]
    granite_time: Option<u64>,
    #[serde(with = "number")]
    holocene_time: Option<u64>,
    #[serde(with = "number")]
    isthmus_time: Option<u64>,
    #[serde(with = "number")]
    jovian_time: Option<u64>,
    #[serde(with = "number")]
    karst_time: Option<u64>,
    #[serde(with = "number")]
    interop_time: Option<u64>,
    chain_op_config: Option<BaseFeeParameters>,
}

impl RollupConfig {
    pub(super) fn chain_id(&self) -> Result<u64, BlockFileError> {
        self.l2_chain_id.ok_or(BlockFileError::Missing("l2_chain_id"))
    }

    /// EIP-1559's parameters; where the configuration does not have them, those that every chain had
    /// when they came into it.
    pub(super) fn base_fee(&self) -> BaseFeeParameters {
        self.chain_op_config.unwrap_or(BaseFeeParameters {
            elasticity: 6,
            denominator: 50,
            denominator_canyon: 250,
        })
    }

    /// The upgrade of a block with this time: the latest whose time has come, whether those before it
    /// have one or not.
    ///
    /// # Errors
    ///
    /// If it is of one that is not audited.
    pub(super) fn upgrade_at(&self, timestamp: u64) -> Result<Upgrade, ForkError> {
        let begun = |time: Option<u64>| time.is_some_and(|time| timestamp >= time);
        for (name, time) in [("karst", self.karst_time), ("interop", self.interop_time)] {
            if begun(time) {
                return Err(ForkError::TooLate(format!("optimism/{name}")));
            }
        }
        let latest = Upgrade::ALL.into_iter().rfind(|upgrade| begun(self.time_of(*upgrade)));
        Ok(latest.unwrap_or(Upgrade::Bedrock))
    }

    const fn time_of(&self, upgrade: Upgrade) -> Option<u64> {
        match upgrade {
            Upgrade::Bedrock => Some(0),
            Upgrade::Regolith => self.regolith_time,
            Upgrade::Canyon => self.canyon_time,
            Upgrade::Ecotone => self.ecotone_time,
            Upgrade::Fjord => self.fjord_time,
            Upgrade::Granite => self.granite_time,
            Upgrade::Holocene => self.holocene_time,
            Upgrade::Isthmus => self.isthmus_time,
            Upgrade::Jovian => self.jovian_time,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OP Sepolia's, as the fixtures have it.
    const SEPOLIA: &str = r#"{"l2_chain_id": 11155420, "block_time": 2, "canyon_time": 1699981200,
        "delta_time": 1703203200, "ecotone_time": 1708534800, "fjord_time": 1716998400,
        "granite_time": 1723478400, "holocene_time": 1732633200, "isthmus_time": 1744905600,
        "interop_time": null, "chain_op_config": {"eip1559Elasticity": 6, "eip1559Denominator": 50,
        "eip1559DenominatorCanyon": 250}}"#;

    #[test]
    fn an_upgrade_begins_at_its_time_and_not_a_second_before() {
        let config: RollupConfig = serde_json::from_str(SEPOLIA).unwrap();
        assert_eq!(config.chain_id().unwrap(), 11_155_420);
        for (time, before, from) in [
            (1_699_981_200, Upgrade::Bedrock, Upgrade::Canyon),
            (1_708_534_800, Upgrade::Canyon, Upgrade::Ecotone),
            (1_716_998_400, Upgrade::Ecotone, Upgrade::Fjord),
            (1_723_478_400, Upgrade::Fjord, Upgrade::Granite),
            (1_732_633_200, Upgrade::Granite, Upgrade::Holocene),
            (1_744_905_600, Upgrade::Holocene, Upgrade::Isthmus),
        ] {
            assert_eq!(
                [time - 1, time].map(|time| config.upgrade_at(time)),
                [Ok(before), Ok(from)]
            );
        }
        let all = SEPOLIA.replace("null", "1750000000");
        let config: RollupConfig = serde_json::from_str(&all).unwrap();
        assert_eq!(config.upgrade_at(1_749_999_999), Ok(Upgrade::Isthmus));
        let late = ForkError::TooLate("optimism/interop".to_owned());
        assert_eq!(config.upgrade_at(1_750_000_000), Err(late));
        let regolith: RollupConfig = serde_json::from_str(r#"{"regolith_time": 0}"#).unwrap();
        assert_eq!(regolith.upgrade_at(0), Ok(Upgrade::Regolith));
    }
}
