//! A block's base fee, by its parent alone (EIP-1559), and the extra data of a header, which from
//! Holocene on says by what parameters the next block's follows.
//!
//! Specification: <https://specs.optimism.io/protocol/exec-engine.html#1559-parameters>,
//! <https://specs.optimism.io/protocol/holocene/exec-engine.html#dynamic-eip-1559-parameters>,
//! <https://specs.optimism.io/protocol/jovian/exec-engine.html#minimum-base-fee>.

use alloy_consensus::Header;
use alloy_eips::eip1559::BaseFeeParams;
use alloy_primitives::{B64, Bytes};
use op_alloy_consensus::{
    decode_eip_1559_params, decode_holocene_extra_data, decode_jovian_extra_data,
    encode_holocene_extra_data, encode_jovian_extra_data,
};

use super::{Change, Upgrade};

/// EIP-1559's parameters in a chain's configuration, by the names that they have in it
/// (`chain_op_config` of a rollup's configuration, `optimism` of a genesis).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BaseFeeParameters {
    /// The gas target is the gas limit divided by this.
    #[serde(rename = "eip1559Elasticity")]
    pub elasticity: u32,
    /// The base fee moves by this part of itself at most for each target of gas.
    #[serde(rename = "eip1559Denominator")]
    pub denominator: u32,
    /// [`Self::denominator`] from Canyon on; [`Self::OPTIMISM`]'s where a configuration is older.
    #[serde(rename = "eip1559DenominatorCanyon", default = "denominator_canyon")]
    pub denominator_canyon: u32,
}

const fn denominator_canyon() -> u32 {
    BaseFeeParameters::OPTIMISM.denominator_canyon
}

impl BaseFeeParameters {
    /// OP Mainnet's, and OP Sepolia's
    /// (<https://specs.optimism.io/protocol/configurability.html>).
    pub const OPTIMISM: Self = Self { elasticity: 6, denominator: 50, denominator_canyon: 250 };

    /// The parameters by the configuration, for blocks of an upgrade.
    fn of(self, upgrade: Upgrade) -> BaseFeeParams {
        let longer = upgrade.has(Change::LongerBaseFee);
        let denominator = if longer { self.denominator_canyon } else { self.denominator };
        BaseFeeParams::new(denominator.into(), self.elasticity.into())
    }
}

/// Why a block has no base fee, or no extra data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseFeeError {
    /// The parent is of a fork without a base fee.
    #[error("the parent block {0} has no base fee")]
    NoBaseFee(u64),
    /// The parent does not say how much its data takes.
    #[error("the parent block {0} has no blob gas used, which in {first} is its data's footprint", first = Change::Footprint.since())]
    NoFootprint(u64),
    /// The parent's extra data is not what its upgrade has there.
    #[error("the extra data of the parent block {number} is {found}, and not of {upgrade}: {}", Form(*.upgrade))]
    ExtraData {
        /// The parent's number.
        number: u64,
        /// The parent's upgrade.
        upgrade: Upgrade,
        /// The parent's extra data.
        found: Bytes,
    },
    /// A parameter that is divided by is zero.
    #[error(
        "no base fee has the denominator {denominator} and the elasticity {elasticity}: neither can be 0"
    )]
    Zero {
        /// The denominator.
        denominator: u64,
        /// The elasticity.
        elasticity: u64,
    },
    /// The parent's gas limit is so low that its gas target is zero, and it has used gas.
    #[error(
        "the parent block's gas limit {gas_limit} is below the elasticity {elasticity}, so the base fee follows from no gas target"
    )]
    NoTarget {
        /// The parent's gas limit.
        gas_limit: u64,
        /// The elasticity.
        elasticity: u64,
    },
    /// The base fee has more than 64 bits.
    #[error("the base fee that follows from the parent block is {0}, above 64 bits")]
    TooBig(u128),
    /// A payload attribute that the upgrade asks for is absent.
    #[error("payload attribute {attribute:?} is missing, which a block of {upgrade} has")]
    Missing {
        /// The attribute's name.
        attribute: &'static str,
        /// The block's upgrade.
        upgrade: Upgrade,
    },
    /// A payload attribute that the upgrade does not know.
    #[error("payload attribute {attribute:?} is there, which no block of {upgrade} has")]
    Unexpected {
        /// The attribute's name.
        attribute: &'static str,
        /// The block's upgrade.
        upgrade: Upgrade,
    },
}

/// The base fee of a block of `upgrade` after `parent`, which is of `parent_upgrade`.
///
/// The parameters are in the parent's extra data, if its upgrade has them there; before, they are the
/// configuration's, of the block's own upgrade.
///
/// # Errors
///
/// If the parent lacks what it follows from, a parameter is zero, or it would have more than 64 bits.
pub fn next_base_fee(
    parent: &Header,
    parent_upgrade: Upgrade,
    upgrade: Upgrade,
    config: BaseFeeParameters,
) -> Result<u64, BaseFeeError> {
    let number = parent.number;
    let base_fee = parent.base_fee_per_gas.ok_or(BaseFeeError::NoBaseFee(number))?;
    let (params, least) =
        parameters(parent, parent_upgrade)?.unwrap_or_else(|| (config.of(upgrade), 0));
    let gas_used = if parent_upgrade.has(Change::Footprint) {
        let footprint = parent.blob_gas_used.ok_or(BaseFeeError::NoFootprint(number))?;
        parent.gas_used.max(footprint)
    } else {
        parent.gas_used
    };
    Ok(moved(base_fee, gas_used, parent.gas_limit, params)?.max(least))
}

/// The parameters for the next block's base fee and its least value, as they stand in a header; none
/// before Holocene.
fn parameters(
    header: &Header,
    upgrade: Upgrade,
) -> Result<Option<(BaseFeeParams, u64)>, BaseFeeError> {
    let extra_data = &header.extra_data;
    let decoded = if upgrade.has(Change::MinBaseFee) {
        decode_jovian_extra_data(extra_data)
    } else if upgrade.has(Change::BaseFeeParameters) {
        decode_holocene_extra_data(extra_data)
            .map(|(elasticity, denominator)| (elasticity, denominator, 0))
    } else {
        return Ok(None);
    };
    let (elasticity, denominator, least) = decoded.map_err(|_| BaseFeeError::ExtraData {
        number: header.number,
        upgrade,
        found: extra_data.clone(),
    })?;
    Ok(Some((BaseFeeParams::new(denominator.into(), elasticity.into()), least)))
}

/// Whether extra data is what an upgrade's headers have: parameters in its form from Holocene on, and
/// before anything else.
pub fn extra_data_fits(extra_data: &[u8], upgrade: Upgrade) -> bool {
    let holocene = decode_holocene_extra_data(extra_data).is_ok();
    let jovian = decode_jovian_extra_data(extra_data).is_ok();
    if upgrade.has(Change::MinBaseFee) {
        jovian
    } else if upgrade.has(Change::BaseFeeParameters) {
        holocene
    } else {
        !holocene && !jovian
    }
}

/// EIP-1559's formula: what alloy's does, and no panic.
fn moved(
    base_fee: u64,
    gas_used: u64,
    gas_limit: u64,
    params: BaseFeeParams,
) -> Result<u64, BaseFeeError> {
    let (denominator, elasticity) = (params.max_change_denominator, params.elasticity_multiplier);
    if denominator == 0 || elasticity == 0 {
        let [denominator, elasticity] = [denominator, elasticity].map(|number| number as u64);
        return Err(BaseFeeError::Zero { denominator, elasticity });
    }
    let target = u128::from(gas_limit) / elasticity;
    let (old, used) = (u128::from(base_fee), u128::from(gas_used));
    if used == target {
        return Ok(base_fee);
    }
    if target == 0 {
        return Err(BaseFeeError::NoTarget { gas_limit, elasticity: elasticity as u64 });
    }
    let change = old * used.abs_diff(target) / target / denominator;
    let new = if used > target { old + change.max(1) } else { old - change };
    u64::try_from(new).map_err(|_| BaseFeeError::TooBig(new))
}

/// The extra data of a block's own header: the parameters of its payload, or the configuration's
/// where those are zero, for the next block. Empty before Holocene.
///
/// # Errors
///
/// If the payload has not what the upgrade asks for, or has what it does not know, or its parameters
/// are none.
///
/// ```
/// use iso_evm_wire::optimism::{BaseFeeParameters, Upgrade, base_fee::extra_data};
///
/// let config = BaseFeeParameters::OPTIMISM;
/// let extra_data = extra_data(Upgrade::Holocene, Some(Default::default()), None, config)?;
/// assert_eq!(extra_data[..], [0, 0, 0, 0, 250, 0, 0, 0, 6]);
/// # Ok::<(), iso_evm_wire::optimism::BaseFeeError>(())
/// ```
pub fn extra_data(
    upgrade: Upgrade,
    eip1559_params: Option<B64>,
    min_base_fee: Option<u64>,
    config: BaseFeeParameters,
) -> Result<Bytes, BaseFeeError> {
    let params = attribute("eip1559Params", eip1559_params, upgrade, Change::BaseFeeParameters)?;
    let least = attribute("minBaseFee", min_base_fee, upgrade, Change::MinBaseFee)?;
    let Some(params) = params else { return Ok(Bytes::new()) };
    let default = config.of(upgrade);
    let (elasticity, denominator) = match decode_eip_1559_params(params) {
        (0, 0) => (config.elasticity, default.max_change_denominator as u32),
        parameters => parameters,
    };
    if denominator == 0 || elasticity == 0 {
        let [denominator, elasticity] = [denominator, elasticity].map(u64::from);
        return Err(BaseFeeError::Zero { denominator, elasticity });
    }
    let encoded = match least {
        Some(least) => encode_jovian_extra_data(params, default, least),
        None => encode_holocene_extra_data(params, default),
    };
    Ok(encoded.expect("parameters of 32 bits have a place in it"))
}

/// A payload attribute, if the upgrade has the change that it came with.
fn attribute<T>(
    attribute: &'static str,
    value: Option<T>,
    upgrade: Upgrade,
    change: Change,
) -> Result<Option<T>, BaseFeeError> {
    match (upgrade.has(change), value) {
        (true, None) => Err(BaseFeeError::Missing { attribute, upgrade }),
        (false, Some(_)) => Err(BaseFeeError::Unexpected { attribute, upgrade }),
        (_, value) => Ok(value),
    }
}

/// What an upgrade has for extra data, in words.
struct Form(Upgrade);

impl std::fmt::Display for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.has(Change::MinBaseFee) {
            "01, denominator and elasticity of 4 bytes each, the least base fee of 8"
        } else {
            "00, denominator and elasticity of 4 bytes each"
        })
    }
}
