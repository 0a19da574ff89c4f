//! Stands for `iso_evm_wire::optimism::base_fee` until that is there, with its names: a block's base fee,
//! by its parent alone, and a header's extra data.

use alloy_consensus::Header;
use alloy_eips::eip1559::{BaseFeeParams, calc_next_block_base_fee};
use alloy_primitives::{B64, Bytes};
use iso_evm_wire::optimism::{Change, Upgrade};

#[derive(Clone, Copy, Debug, serde::Deserialize)]
pub(super) struct BaseFeeParameters {
    #[serde(rename = "eip1559Elasticity")]
    pub(super) elasticity: u32,
    #[serde(rename = "eip1559Denominator")]
    pub(super) denominator: u32,
    #[serde(rename = "eip1559DenominatorCanyon")]
    pub(super) denominator_canyon: u32,
}

/// Why a block has no base fee, or no extra data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseFeeError {
    /// Something is not there.
    #[error("{0:?} is missing, or not what its upgrade has")]
    Missing(&'static str),
}

pub(super) fn next_base_fee(
    parent: &Header,
    parent_upgrade: Upgrade,
    upgrade: Upgrade,
    config: BaseFeeParameters,
) -> Result<u64, BaseFeeError> {
    let base_fee = parent.base_fee_per_gas.ok_or(BaseFeeError::Missing("baseFeePerGas"))?;
    let word = |at: usize| {
        let bytes = parent.extra_data.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes).ok_or(BaseFeeError::Missing("extraData"))
    };
    let [denominator, elasticity] = if parent_upgrade.has(Change::BaseFeeParameters) {
        [word(1)?, word(5)?]
    } else if upgrade.has(Change::LongerBaseFee) {
        [config.denominator_canyon, config.elasticity]
    } else {
        [config.denominator, config.elasticity]
    };
    if denominator == 0 || elasticity == 0 || parent.gas_limit < elasticity.into() {
        return Err(BaseFeeError::Missing("extraData"));
    }
    let params = BaseFeeParams::new(denominator.into(), elasticity.into());
    Ok(calc_next_block_base_fee(parent.gas_used, parent.gas_limit, base_fee, params))
}

pub(super) fn extra_data(
    upgrade: Upgrade,
    eip1559_params: Option<B64>,
    min_base_fee: Option<u64>,
    config: BaseFeeParameters,
) -> Result<Bytes, BaseFeeError> {
    if !upgrade.has(Change::BaseFeeParameters) {
        return Ok(Bytes::new());
    }
    let given = eip1559_params.ok_or(BaseFeeError::Missing("eip1559Params"))?;
    let mut extra = vec![upgrade.has(Change::MinBaseFee).into()];
    if given.is_zero() {
        extra.extend(config.denominator_canyon.to_be_bytes());
        extra.extend(config.elasticity.to_be_bytes());
    } else {
        extra.extend_from_slice(given.as_slice());
    }
    if upgrade.has(Change::MinBaseFee) {
        let least = min_base_fee.ok_or(BaseFeeError::Missing("minBaseFee"))?;
        extra.extend(least.to_be_bytes());
    }
    Ok(extra.into())
}
