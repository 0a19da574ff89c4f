//! The second shape: geth's tracer test files, a signed transaction on a genesis state.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::Deserialize;

use super::{
    Input, InputError, agree,
    alloc::Accounts,
    config::{Config, Position},
    exact,
    parent_blobs::ParentBlobs,
};
use iso_evm_wire::{
    Rules, block::BlockFields, protocol::Change, quantity as number, transaction::Transaction,
};

/// A test file. What the tracer should return is not read.
#[derive(Debug, Deserialize)]
pub(super) struct TracerTest {
    genesis: Genesis,
    context: Context,
    input: Bytes,
}

/// The state before the transaction, and the parent's header.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Genesis {
    #[serde(default)]
    alloc: Accounts,
    config: BTreeMap<String, serde_json::Value>,
    mix_hash: Option<B256>,
    #[serde(default, deserialize_with = "number::deserialize")]
    excess_blob_gas: Option<u64>,
    #[serde(default, deserialize_with = "number::deserialize")]
    blob_gas_used: Option<u64>,
    #[serde(default, deserialize_with = "number::deserialize")]
    base_fee_per_gas: Option<u64>,
    #[serde(default, deserialize_with = "exact::deserialize")]
    difficulty: Option<U256>,
}

/// The block that the transaction is in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(deserialize_with = "number::deserialize")]
    number: Option<u64>,
    #[serde(deserialize_with = "number::deserialize")]
    timestamp: Option<u64>,
    #[serde(default, deserialize_with = "exact::deserialize")]
    difficulty: Option<U256>,
    #[serde(default, deserialize_with = "number::deserialize")]
    gas_limit: Option<u64>,
    miner: Option<Address>,
    #[serde(default, deserialize_with = "number::deserialize")]
    base_fee_per_gas: Option<u64>,
}

impl TracerTest {
    /// The input, all checked.
    pub(super) fn into_input(self, asked: Option<Rules>) -> Result<Input, InputError> {
        let transaction = Transaction::decode_whole(&self.input)?;
        let config = Config::new(self.genesis.config);
        let (number, timestamp) = (self.context.number, self.context.timestamp);
        let position = Position {
            number: number.unwrap_or_default(),
            timestamp: timestamp.unwrap_or_default(),
            difficulty: self.context.difficulty,
            parent_difficulty: self.genesis.difficulty,
        };
        let chain_id = config.chain_id();
        let fork = config.fork(position)?;
        agree(asked, fork.into())?;
        let blobs = config.blob_params(fork, position);
        // The genesis header is that of the parent.
        let parent = self.genesis.excess_blob_gas.zip(self.genesis.blob_gas_used);
        let parent = parent.filter(|_| fork.has(Change::Blobs)).map(|(excess, used)| {
            let base_fee = self.genesis.base_fee_per_gas;
            let base_fee = base_fee.or((!fork.has(Change::BlobFeeFloor)).then_some(0));
            let base_fee = base_fee.ok_or(InputError::ParentBaseFee)?;
            Ok::<_, InputError>(ParentBlobs { excess, used, base_fee })
        });
        let excess_blob_gas = parent.transpose()?.map(|parent| parent.next_excess(blobs));
        let fields = BlockFields {
            number,
            timestamp,
            miner: self.context.miner,
            gas_limit: self.context.gas_limit,
            base_fee_per_gas: self.context.base_fee_per_gas,
            difficulty: self.context.difficulty,
            mix_hash: self.genesis.mix_hash,
            excess_blob_gas,
            ..BlockFields::default()
        };
        let block = fields.into_block(fork, blobs)?;
        let prestate = self.genesis.alloc.into_prestate()?;
        Ok(Input::new(fork, chain_id, block, transaction, prestate, BTreeMap::new())?)
    }
}
