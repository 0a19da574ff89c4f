//! A block as `eth_getBlockByNumber` returns it, and the way from there to a [`Block`] or a header
//! and back.

use alloy_consensus::Header;
use alloy_eips::eip7840::BlobParams;
use alloy_primitives::{Address, B64, B256, Bloom, Bytes, U256};
use serde::{Deserialize, Serialize};

use super::{Block, DEFAULT_GAS_LIMIT, blob_base_fee, header_fits, header_fits_any};
use crate::{Fork, protocol::Change, quantity as number};

/// A block's fields, all of them optional. Fields that a node adds are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are the RPC's")]
pub struct BlockFields {
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_hash: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha3_uncles: Option<B256>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub miner: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_root: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transactions_root: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipts_root: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs_bloom: Option<Bloom>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub gas_limit: Option<u64>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub gas_used: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_data: Option<Bytes>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub base_fee_per_gas: Option<u64>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mix_hash: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<B64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawals_root: Option<B256>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub blob_gas_used: Option<u64>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub excess_blob_gas: Option<u64>,
    /// Not in a node's answer: the fee that follows from the excess, or another in its place where
    /// the header is not whole.
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub blob_base_fee: Option<u128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_beacon_block_root: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_hash: Option<B256>,
}

/// What is wrong with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// The blob base fee that follows from the excess is no 128-bit number.
    #[error("field \"excessBlobGas\": {0} gives a blob base fee above 2^128")]
    BlobFee(u64),
    /// The blob base fee does not follow from the whole header's excess.
    #[error("field \"blobBaseFee\": {expected} follows from the excess, found {found}")]
    BlobBaseFee {
        /// What follows from the excess.
        expected: u128,
        /// Blob base fee in `blobBaseFee`.
        found: u128,
    },
    /// The hash is not the header's.
    #[error("field \"hash\": the header's is {expected}, found {found}")]
    Hash {
        /// Hash of the header.
        expected: B256,
        /// Hash in `hash`.
        found: B256,
    },
    /// A header is needed, and fields are missing, or there are some that no fork has together.
    #[error("not the fields of a whole header")]
    NoHeader,
}

impl BlockFields {
    /// The block. If all the fields of the fork's headers are there, it has a header, and a hash
    /// that is given must be the header's; if not, a hash says nothing and is dropped. What is
    /// absent then takes the fork's default: a gas limit of [`DEFAULT_GAS_LIMIT`], zero in all
    /// other fields. What the fork does not have is left out.
    ///
    /// # Errors
    ///
    /// If the hash is another one, or if the excess blob gas is one that no chain can reach.
    pub fn into_block(self, fork: Fork, blobs: BlobParams) -> Result<Block, BlockError> {
        let header = self.header().filter(|header| header_fits(header, fork));
        let (merged, blobs_known) = (fork.has(Change::ProofOfStake), fork.has(Change::Blobs));
        let excess = self.excess_blob_gas.unwrap_or_default();
        let blob_base_fee = match self.blob_base_fee {
            _ if !blobs_known => None,
            Some(fee) => Some(fee),
            None => Some(blob_base_fee(excess, blobs).ok_or(BlockError::BlobFee(excess))?),
        };
        if let Some(header) = header {
            self.check_hash(&header)?;
            return Ok(Block::from_header(header, fork, blob_base_fee));
        }
        Ok(Block {
            number: self.number.unwrap_or_default(),
            timestamp: self.timestamp.unwrap_or_default(),
            beneficiary: self.miner.unwrap_or_default(),
            gas_limit: self.gas_limit.unwrap_or(DEFAULT_GAS_LIMIT),
            difficulty: (!merged).then(|| self.difficulty.unwrap_or_default()),
            prev_randao: merged.then(|| self.mix_hash.unwrap_or_default()),
            base_fee_per_gas: fork
                .has(Change::BaseFee)
                .then(|| self.base_fee_per_gas.unwrap_or_default()),
            excess_blob_gas: blobs_known.then_some(excess),
            blob_base_fee,
            header: None,
        })
    }

    /// The header, whatever its fork.
    ///
    /// # Errors
    ///
    /// If fields are missing, or if the hash is another one.
    pub fn into_header(self) -> Result<Header, BlockError> {
        let header = self.header().filter(header_fits_any).ok_or(BlockError::NoHeader)?;
        self.check_hash(&header)?;
        Ok(header)
    }

    /// A header of the fields, if those are there that every fork has.
    fn header(&self) -> Option<Header> {
        Some(Header {
            parent_hash: self.parent_hash?,
            ommers_hash: self.sha3_uncles?,
            beneficiary: self.miner?,
            state_root: self.state_root?,
            transactions_root: self.transactions_root?,
            receipts_root: self.receipts_root?,
            logs_bloom: self.logs_bloom?,
            difficulty: self.difficulty?,
            number: self.number?,
            gas_limit: self.gas_limit?,
            gas_used: self.gas_used?,
            timestamp: self.timestamp?,
            extra_data: self.extra_data.clone()?,
            mix_hash: self.mix_hash?,
            nonce: self.nonce?,
            base_fee_per_gas: self.base_fee_per_gas,
            withdrawals_root: self.withdrawals_root,
            blob_gas_used: self.blob_gas_used,
            excess_blob_gas: self.excess_blob_gas,
            parent_beacon_block_root: self.parent_beacon_block_root,
            requests_hash: self.requests_hash,
            block_access_list_hash: None,
            slot_number: None,
        })
    }

    fn check_hash(&self, header: &Header) -> Result<(), BlockError> {
        let expected = header.hash_slow();
        match self.hash {
            Some(found) if found != expected => Err(BlockError::Hash { expected, found }),
            _ => Ok(()),
        }
    }
}

impl From<&Header> for BlockFields {
    fn from(header: &Header) -> Self {
        Self {
            number: Some(header.number),
            hash: Some(header.hash_slow()),
            parent_hash: Some(header.parent_hash),
            sha3_uncles: Some(header.ommers_hash),
            timestamp: Some(header.timestamp),
            miner: Some(header.beneficiary),
            state_root: Some(header.state_root),
            transactions_root: Some(header.transactions_root),
            receipts_root: Some(header.receipts_root),
            logs_bloom: Some(header.logs_bloom),
            gas_limit: Some(header.gas_limit),
            gas_used: Some(header.gas_used),
            extra_data: Some(header.extra_data.clone()),
            base_fee_per_gas: header.base_fee_per_gas,
            difficulty: Some(header.difficulty),
            mix_hash: Some(header.mix_hash),
            nonce: Some(header.nonce),
            withdrawals_root: header.withdrawals_root,
            blob_gas_used: header.blob_gas_used,
            excess_blob_gas: header.excess_blob_gas,
            blob_base_fee: None,
            parent_beacon_block_root: header.parent_beacon_block_root,
            requests_hash: header.requests_hash,
        }
    }
}

impl From<&Block> for BlockFields {
    fn from(block: &Block) -> Self {
        let blob_base_fee = block.blob_base_fee;
        match &block.header {
            Some(header) => Self { blob_base_fee, ..Self::from(&**header) },
            None => Self {
                number: Some(block.number),
                timestamp: Some(block.timestamp),
                miner: Some(block.beneficiary),
                gas_limit: Some(block.gas_limit),
                base_fee_per_gas: block.base_fee_per_gas,
                difficulty: block.difficulty,
                mix_hash: block.prev_randao,
                excess_blob_gas: block.excess_blob_gas,
                blob_base_fee,
                ..Self::default()
            },
        }
    }
}
