//! A block of the OP Stack as its node builds it: the attributes of a payload on a parent, by a rollup's
//! configuration, with every preimage that the execution looks up.
//!
//! In the data's way this is the second of the two shapes that a [`BlockFile`] is made of.

use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header};
use alloy_eips::{eip4895::Withdrawal, eip7685::EMPTY_REQUESTS_HASH};
use alloy_primitives::{Address, B64, B256, Bytes};
use alloy_trie::EMPTY_ROOT_HASH;
use iso_evm_wire::{
    Rules,
    block::BlockFields,
    optimism::{Upgrade, base_fee},
    protocol::Change,
    quantity as number, schedule,
};
use serde::Deserialize;

use super::{
    BlockFile, BlockFileError, Head,
    preimages::{self, Preimages},
};
use crate::input::{Answer, object::Exactly};

mod config;

use config::RollupConfig;

/// `{"rollupConfig", "parentHeader", "payloadAttributes", "expectedBlockHash", "preimages"}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PayloadFile {
    rollup_config: Option<RollupConfig>,
    parent_header: Option<Answer<Exactly<BlockFields>>>,
    payload_attributes: Option<Attributes>,
    expected_block_hash: Option<B256>,
    preimages: Option<Preimages>,
}

/// What a block is built from (`protocol/exec-engine.html`, "Extended PayloadAttributesV2").
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Attributes {
    #[serde(with = "number")]
    timestamp: Option<u64>,
    prev_randao: Option<B256>,
    suggested_fee_recipient: Option<Address>,
    withdrawals: Option<Vec<Withdrawal>>,
    parent_beacon_block_root: Option<B256>,
    transactions: Option<Vec<Bytes>>,
    #[serde(with = "number")]
    gas_limit: Option<u64>,
    #[serde(rename = "eip1559Params")]
    eip1559_params: Option<B64>,
    #[serde(with = "number")]
    min_base_fee: Option<u64>,
}

impl PayloadFile {
    /// The block, all checked that can be without a run. `asked` are the rules that the user says.
    pub(super) fn into_block(self, asked: Option<Rules>) -> Result<BlockFile, BlockFileError> {
        let missing = BlockFileError::Missing;
        let config = self.rollup_config.ok_or(missing("rollupConfig"))?;
        let Answer(Exactly(parent)) = self.parent_header.ok_or(missing("parentHeader"))?;
        let attributes = self.payload_attributes.ok_or(missing("payloadAttributes"))?;
        let Preimages(preimages) = self.preimages.ok_or(missing("preimages"))?;
        let parent = parent.into_header().map_err(BlockFileError::ParentFields)?;
        let timestamp = attributes.timestamp.ok_or(missing("timestamp"))?;
        let chain_id = config.chain_id()?;
        let encoded = attributes.transactions.as_deref().ok_or(missing("transactions"))?;
        let read = |(index, bytes): (_, &Bytes)| super::transaction(index, bytes, chain_id);
        let transactions = encoded.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let upgrade = upgrade(&config, chain_id, parent.number.saturating_add(1), timestamp)?;
        let rules = Rules::from(upgrade);
        if let Some(asked) = asked.filter(|asked| *asked != rules) {
            return Err(BlockFileError::Contradiction { asked, found: rules });
        }
        let header = attributes.header(upgrade, &config, &parent)?;
        let ancestors = preimages::ancestors(&preimages, &header, &parent)?;
        let head = Head::Draft { header: Box::new(header), hash: self.expected_block_hash };
        Ok(BlockFile {
            rules,
            chain_id,
            head,
            parent,
            ancestors,
            transactions,
            withdrawals: Vec::new(),
            preimages,
        })
    }
}

/// The upgrade that a block is of by the rollup's configuration; where the schedule of its chain is known,
/// that must say the same. Configurations leave out Regolith where it came with the first block.
fn upgrade(
    config: &RollupConfig,
    chain_id: u64,
    number: u64,
    timestamp: u64,
) -> Result<Upgrade, BlockFileError> {
    let given = config.upgrade_at(timestamp).map_err(BlockFileError::Fork)?;
    let Some(scheduled) = schedule::scheduled(chain_id, number, timestamp) else {
        return Ok(given);
    };
    let found = scheduled.map_err(BlockFileError::Fork)?.rules;
    match found {
        Rules::Optimism(found) if found == given => Ok(found),
        Rules::Optimism(Upgrade::Regolith) if given == Upgrade::Bedrock => Ok(Upgrade::Regolith),
        found => Err(BlockFileError::Schedule { chain_id, given: given.into(), found }),
    }
}

impl Attributes {
    /// The header of the block, without what its run gives.
    fn header(
        &self,
        upgrade: Upgrade,
        config: &RollupConfig,
        parent: &Header,
    ) -> Result<Header, BlockFileError> {
        let missing = BlockFileError::Missing;
        let fork = upgrade.fork();
        let timestamp = self.timestamp.ok_or(missing("timestamp"))?;
        if self.withdrawals.as_ref().is_some_and(|list| !list.is_empty()) {
            return Err(BlockFileError::Attribute("withdrawals"));
        }
        let beacon_root = match self.parent_beacon_block_root {
            None if fork.has(Change::BeaconRoot) => {
                return Err(missing("parentBeaconBlockRoot"));
            }
            root => root.filter(|_| fork.has(Change::BeaconRoot)),
        };
        let blobs = fork.has(Change::Blobs).then_some(0);
        let parent_upgrade = config.upgrade_at(parent.timestamp).map_err(BlockFileError::Fork)?;
        let parameters = config.base_fee();
        let base_fee = base_fee::next_base_fee(parent, parent_upgrade, upgrade, parameters)
            .map_err(BlockFileError::BaseFee)?;
        let (given, least) = (self.eip1559_params, self.min_base_fee);
        let extra_data = base_fee::extra_data(upgrade, given, least, parameters)
            .map_err(BlockFileError::BaseFee)?;
        Ok(Header {
            parent_hash: parent.hash_slow(),
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: self.suggested_fee_recipient.ok_or(missing("suggestedFeeRecipient"))?,
            number: parent.number.saturating_add(1),
            gas_limit: self.gas_limit.ok_or(missing("gasLimit"))?,
            timestamp,
            mix_hash: self.prev_randao.ok_or(missing("prevRandao"))?,
            extra_data,
            base_fee_per_gas: Some(base_fee),
            withdrawals_root: fork.has(Change::Withdrawals).then_some(EMPTY_ROOT_HASH),
            blob_gas_used: blobs,
            excess_blob_gas: blobs,
            parent_beacon_block_root: beacon_root,
            requests_hash: fork.has(Change::Requests).then_some(EMPTY_REQUESTS_HASH),
            ..Header::default()
        })
    }
}
