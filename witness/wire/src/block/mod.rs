//! A [`Block`]: what a run uses of the block that the transaction is in, and the header that says
//! it where there is one. `specs/09-container.md`.
//!
//! In the data's way this stands beside the input, which reads it, and the container, which
//! carries it.

use std::collections::BTreeMap;

use alloy_consensus::Header;
use alloy_eips::eip7840::BlobParams;
use alloy_primitives::{Address, B256, U256};

use crate::{
    Fork, Rules,
    optimism::base_fee::extra_data_fits,
    protocol::{BLOCK_HASHES, Change},
    rules::Family,
};

mod blob_fee;
mod fields;

pub use blob_fee::blob_base_fee;
pub use fields::{BlockError, BlockFields};

/// Hashes of a block's ancestors, by number.
pub type BlockHashes = BTreeMap<u64, B256>;

/// Gas limit of a block that does not say.
pub const DEFAULT_GAS_LIMIT: u64 = 30_000_000;

/// What the run uses of a block's header. Fields that the fork does not have are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Number of the block.
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
    /// The block that a header describes. [`header_fits`] says whether it is one of the fork's.
    pub fn from_header(header: Header, fork: Fork, blob_base_fee: Option<u128>) -> Self {
        let merged = fork.has(Change::ProofOfStake);
        Self {
            number: header.number,
            timestamp: header.timestamp,
            beneficiary: header.beneficiary,
            gas_limit: header.gas_limit,
            difficulty: (!merged).then_some(header.difficulty),
            prev_randao: merged.then_some(header.mix_hash),
            base_fee_per_gas: header.base_fee_per_gas,
            excess_blob_gas: header.excess_blob_gas,
            blob_base_fee,
            header: Some(Box::new(header)),
        }
    }

    /// Makes sure that the blob base fee is the one that follows from a whole header's excess.
    ///
    /// # Errors
    ///
    /// If it is not. Without a header there is nothing to follow from.
    pub fn check_blob_base_fee(&self, blobs: BlobParams) -> Result<(), BlockError> {
        let (Some(_), Some(excess), Some(found)) =
            (&self.header, self.excess_blob_gas, self.blob_base_fee)
        else {
            return Ok(());
        };
        match blob_base_fee(excess, blobs).ok_or(BlockError::BlobFee(excess))? {
            expected if expected != found => Err(BlockError::BlobBaseFee { expected, found }),
            _ => Ok(()),
        }
    }

    /// Whether `BLOCKHASH` knows this block: it is one of the 256 before.
    pub const fn is_recent(&self, number: u64) -> bool {
        number < self.number && self.number - number <= BLOCK_HASHES
    }
}

/// Whether a header has the fields of a fork's headers, no more and no fewer: base fee from London
/// (EIP-1559), withdrawals from Shanghai (EIP-4895), blobs and beacon root from Cancun (EIP-4844,
/// EIP-4788), requests from Prague (EIP-7685).
pub fn header_fits(header: &Header, fork: Fork) -> bool {
    header.base_fee_per_gas.is_some() == fork.has(Change::BaseFee)
        && header.withdrawals_root.is_some() == fork.has(Change::Withdrawals)
        && header.blob_gas_used.is_some() == fork.has(Change::Blobs)
        && header.excess_blob_gas.is_some() == fork.has(Change::Blobs)
        && header.parent_beacon_block_root.is_some() == fork.has(Change::BeaconRoot)
        && header.requests_hash.is_some() == fork.has(Change::Requests)
        && header.block_access_list_hash.is_none()
        && header.slot_number.is_none()
}

/// Whether a header has the fields of any fork's headers. Those before London have the same.
pub fn header_fits_any(header: &Header) -> bool {
    Fork::ALL.into_iter().any(|fork| header_fits(header, fork))
}

/// The rules whose headers have such fields. London's and Paris's have the same, and differ in their
/// difficulty: a development chain can be of London without any, and is then taken for a later one.
/// Upgrades of the OP Stack that have the same differ in their extra data from Holocene on.
pub fn likely_rules(header: &Header, family: Family) -> Vec<Rules> {
    let of_family = || family.rules().iter().copied();
    let fitting = || of_family().filter(|rules| header_fits(header, rules.fork()));
    let merged = header.difficulty == U256::ZERO;
    let says = |upgrade| extra_data_fits(&header.extra_data, upgrade);
    let likely = fitting().filter(|rules| rules.has(Change::ProofOfStake) == merged);
    let likely: Vec<_> = likely.filter(|rules| rules.upgrade().is_none_or(says)).collect();
    if likely.is_empty() { fitting().collect() } else { likely }
}

#[cfg(test)]
mod tests;
