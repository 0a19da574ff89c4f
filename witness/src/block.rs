//! A [`Block`]: what a run uses of the block that the transaction is in. `specs/09-container.md`.
//!
//! In the data's way this stands beside the input, which reads it, and the container, which
//! carries it.

use alloy_consensus::Header;
use alloy_eips::eip7840::BlobParams;
use alloy_primitives::{Address, B256, U256};
use revm::{context::BlockEnv, context_interface::block::BlobExcessGasAndPrice};
use serde::{Deserialize, Serialize};

use crate::{Fork, input::number};

/// Gas limit of a block that does not say.
pub const DEFAULT_GAS_LIMIT: u64 = 30_000_000;

/// What the run uses of a block's header. Fields that the fork does not have are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Height.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Who gets the fees (`COINBASE`).
    pub beneficiary: Address,
    /// Gas limit of all its transactions.
    pub gas_limit: u64,
    /// Difficulty, before Paris.
    pub difficulty: Option<U256>,
    /// The beacon chain's randomness, from Paris.
    pub prev_randao: Option<B256>,
    /// Base fee in wei, from London.
    pub base_fee_per_gas: Option<u64>,
    /// Excess blob gas, from Cancun.
    pub excess_blob_gas: Option<u64>,
    /// What a blob gas costs, in wei, from Cancun. It follows from the excess by the schedule of
    /// chain and time.
    pub blob_base_fee: Option<u128>,
    /// The whole header, where the input has it; the fields above are its own.
    pub header: Option<Box<Header>>,
}

impl Block {
    /// The block as revm takes it.
    pub fn block_env(&self) -> BlockEnv {
        let blobs = self.excess_blob_gas.zip(self.blob_base_fee);
        BlockEnv {
            number: U256::from(self.number),
            beneficiary: self.beneficiary,
            timestamp: U256::from(self.timestamp),
            gas_limit: self.gas_limit,
            basefee: self.base_fee_per_gas.unwrap_or_default(),
            difficulty: self.difficulty.unwrap_or_default(),
            prevrandao: self.prev_randao,
            blob_excess_gas_and_price: blobs.map(|(excess_blob_gas, blob_gasprice)| {
                BlobExcessGasAndPrice { excess_blob_gas, blob_gasprice }
            }),
            slot_num: 0,
        }
    }
}

/// A block as `eth_getBlockByNumber` returns it. Fields that a node adds are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are the RPC's")]
pub struct BlockFields {
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<B256>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub miner: Option<Address>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub gas_limit: Option<u64>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub base_fee_per_gas: Option<u64>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mix_hash: Option<B256>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub excess_blob_gas: Option<u64>,
    /// Not in a node's answer: overrides the fee that follows from the excess.
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub blob_base_fee: Option<u128>,
}

/// What is wrong with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The blob base fee that follows from the excess is no 128-bit number.
    #[error("field \"excessBlobGas\": {0} gives a blob base fee above 2^128")]
    BlobFee(u64),
}

impl BlockFields {
    /// The block. What is absent takes the fork's default: a gas limit of [`DEFAULT_GAS_LIMIT`],
    /// zero in all other fields. What the fork does not have is left out.
    ///
    /// # Errors
    ///
    /// If the excess blob gas is one that no chain can reach.
    pub fn into_block(self, fork: Fork, blobs: BlobParams) -> Result<Block, BlockError> {
        let (merged, cancun) = (fork >= Fork::Paris, fork >= Fork::Cancun);
        let excess = self.excess_blob_gas.unwrap_or_default();
        let blob_base_fee = match self.blob_base_fee {
            _ if !cancun => None,
            Some(fee) => Some(fee),
            None => Some(blob_base_fee(excess, blobs).ok_or(BlockError::BlobFee(excess))?),
        };
        Ok(Block {
            number: self.number.unwrap_or_default(),
            timestamp: self.timestamp.unwrap_or_default(),
            beneficiary: self.miner.unwrap_or_default(),
            gas_limit: self.gas_limit.unwrap_or(DEFAULT_GAS_LIMIT),
            difficulty: (!merged).then(|| self.difficulty.unwrap_or_default()),
            prev_randao: merged.then(|| self.mix_hash.unwrap_or_default()),
            base_fee_per_gas: (fork >= Fork::London)
                .then(|| self.base_fee_per_gas.unwrap_or_default()),
            excess_blob_gas: cancun.then_some(excess),
            blob_base_fee,
            header: None,
        })
    }
}

impl From<&Block> for BlockFields {
    fn from(block: &Block) -> Self {
        Self {
            number: Some(block.number),
            hash: block.header.as_ref().map(|header| header.hash_slow()),
            timestamp: Some(block.timestamp),
            miner: Some(block.beneficiary),
            gas_limit: Some(block.gas_limit),
            base_fee_per_gas: block.base_fee_per_gas,
            difficulty: block.difficulty,
            mix_hash: block.prev_randao,
            excess_blob_gas: block.excess_blob_gas,
            blob_base_fee: block.blob_base_fee,
        }
    }
}

/// EIP-4844's `fake_exponential`; `None` above 128 bits. The sum is cut off there, so that no
/// excess makes it long.
fn blob_base_fee(excess: u64, blobs: BlobParams) -> Option<u128> {
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
    fn a_fork_decides_the_fields() {
        let block = |fork| BlockFields::default().into_block(fork, BlobParams::cancun()).unwrap();
        assert_eq!(block(Fork::Istanbul).base_fee_per_gas, None);
        assert_eq!(block(Fork::London).difficulty, Some(U256::ZERO));
        assert_eq!(block(Fork::Paris).difficulty, None);
        assert_eq!(block(Fork::Paris).prev_randao, Some(B256::ZERO));
        assert_eq!(block(Fork::Cancun).blob_base_fee, Some(1));
        let fields = BlockFields::from(&block(Fork::Osaka));
        assert_eq!(fields.into_block(Fork::Osaka, BlobParams::osaka()), Ok(block(Fork::Osaka)));
    }
}
