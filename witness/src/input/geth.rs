//! The second shape: geth's tracer test files, a signed transaction on a genesis state.

use std::collections::BTreeMap;

use alloy_eips::{eip4844::DATA_GAS_PER_BLOB, eip7840::BlobParams};
use alloy_primitives::{Address, B256, Bytes, U256};
use serde::Deserialize;

use super::{Input, InputError, agree, alloc::Accounts, chain, number, number::Number};
use crate::{Fork, block::BlockFields, fork::ForkError, transaction::Transaction};

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
}

/// The block that the transaction is in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(deserialize_with = "number::deserialize")]
    number: Option<u64>,
    #[serde(deserialize_with = "number::deserialize")]
    timestamp: Option<u64>,
    #[serde(default, deserialize_with = "number::deserialize")]
    difficulty: Option<U256>,
    #[serde(default, deserialize_with = "number::deserialize")]
    gas_limit: Option<u64>,
    miner: Option<Address>,
    #[serde(default, deserialize_with = "number::deserialize")]
    base_fee_per_gas: Option<u64>,
}

/// Upgrades in a genesis configuration, oldest first: key and fork; `None` before Istanbul. Paris
/// is not among them: a configuration says it by the difficulty.
const UPGRADES: [(&str, Result<Fork, &str>); 13] = [
    ("homesteadblock", Err("homestead")),
    ("eip150block", Err("tangerine")),
    ("eip158block", Err("spuriousdragon")),
    ("byzantiumblock", Err("byzantium")),
    ("constantinopleblock", Err("constantinople")),
    ("petersburgblock", Err("petersburg")),
    ("istanbulblock", Ok(Fork::Istanbul)),
    ("berlinblock", Ok(Fork::Berlin)),
    ("londonblock", Ok(Fork::London)),
    ("shanghaitime", Ok(Fork::Shanghai)),
    ("cancuntime", Ok(Fork::Cancun)),
    ("praguetime", Ok(Fork::Prague)),
    ("osakatime", Ok(Fork::Osaka)),
];

impl TracerTest {
    /// The input, all checked.
    pub(super) fn into_input(self, asked: Option<Fork>) -> Result<Input, InputError> {
        let transaction = Transaction::decode_signed(&self.input)?;
        let config = Config::new(self.genesis.config);
        let chain_id = config.number("chainid").and_then(|id| id.try_into().ok());
        let chain_id = chain_id.unwrap_or(chain::MAINNET);
        let (number, timestamp) = (self.context.number, self.context.timestamp);
        let found = config.fork(number.unwrap_or_default(), timestamp.unwrap_or_default())?;
        let fork = agree(asked, found)?;
        let blobs = config.blob_params(fork);
        // The genesis header is that of the parent.
        let parent = self.genesis.excess_blob_gas.zip(self.genesis.blob_gas_used);
        let excess_blob_gas = parent.map(|(excess, used)| {
            let target = blobs.target_blob_count.saturating_mul(DATA_GAS_PER_BLOB);
            excess.saturating_add(used).saturating_sub(target)
        });
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

/// A chain configuration. geth does not look at the case of its keys.
struct Config(BTreeMap<String, serde_json::Value>);

impl Config {
    fn new(config: BTreeMap<String, serde_json::Value>) -> Self {
        let lower = |(key, value): (String, _)| (key.to_ascii_lowercase(), value);
        Self(config.into_iter().map(lower).collect())
    }

    fn number(&self, key: &str) -> Option<U256> {
        Some(serde_json::from_value::<Number>(self.0.get(key)?.clone()).ok()?.0)
    }

    /// The last upgrade that is active. Those after London need the merge, which in these files is
    /// a terminal difficulty of zero.
    fn fork(&self, number: u64, timestamp: u64) -> Result<Fork, ForkError> {
        let active = |key: &str| {
            let now = if key.ends_with("time") { timestamp } else { number };
            self.number(key).is_some_and(|start| start <= U256::from(now))
        };
        let merged = self.number("terminaltotaldifficulty") == Some(U256::ZERO);
        let mut last = Err("frontier");
        for (key, fork) in UPGRADES {
            if active(key) && (merged || !key.ends_with("time")) {
                last = fork;
            }
            if key == "londonblock" && merged && last == Ok(Fork::London) {
                last = Ok(Fork::Paris);
            }
        }
        last.map_err(|name| ForkError::TooEarly(name.to_owned()))
    }

    /// The blob schedule in the configuration, or the fork's own.
    fn blob_params(&self, fork: Fork) -> BlobParams {
        let own = chain::blob_params(fork, 0, 0, 0);
        let given = self.0.get("blobschedule").and_then(|schedule| schedule.get(fork.name()));
        let field = |name: &str| {
            let number = serde_json::from_value::<Number>(given?.get(name)?.clone()).ok()?;
            u64::try_from(number.0).ok()
        };
        BlobParams {
            target_blob_count: field("target").unwrap_or(own.target_blob_count),
            update_fraction: field("baseFeeUpdateFraction").map_or(own.update_fraction, u128::from),
            ..own
        }
    }
}
