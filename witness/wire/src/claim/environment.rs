//! What a block gives to the messages in it. Normative text: `specs/20-claims.md`, section
//! Environment.

use alloy_primitives::{B256, U256};

use super::{hash, number, number_of};
use crate::{Rules, block::Block, segment::tag};

/// What the hashed words of an environment begin with.
pub const ENVIRONMENT_TAG: B256 = tag("iso-evm environment 1");

/// What a block gives to the messages in it, and the rules that they run by. What the rules do not know is
/// zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Id of the chain.
    pub chain_id: u64,
    /// The rules, by their number ([`Rules::number`]).
    pub rules: Rules,
    /// Number of the block.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Who gets the fees.
    pub beneficiary: B256,
    /// Gas limit of the block.
    pub gas_limit: u64,
    /// Base fee in wei.
    pub base_fee: u64,
    /// What `PREVRANDAO` pushes: the difficulty before Paris.
    pub randomness: B256,
    /// What a blob gas costs, in wei.
    pub blob_base_fee: U256,
}

impl Environment {
    /// What a block gives, by these rules, on a chain.
    pub fn of(chain_id: u64, rules: Rules, block: &Block) -> Self {
        let randomness = match block.prev_randao {
            Some(randomness) => randomness,
            None => block.difficulty.unwrap_or_default().into(),
        };
        Self {
            chain_id,
            rules,
            number: block.number,
            timestamp: block.timestamp,
            beneficiary: block.beneficiary.into_word(),
            gas_limit: block.gas_limit,
            base_fee: block.base_fee_per_gas.unwrap_or_default(),
            randomness,
            blob_base_fee: U256::from(block.blob_base_fee.unwrap_or_default()),
        }
    }

    /// The words behind the tag.
    pub fn words(&self) -> [B256; 9] {
        [
            number(self.chain_id),
            number(u64::from(self.rules.number())),
            number(self.number),
            number(self.timestamp),
            self.beneficiary,
            number(self.gas_limit),
            number(self.base_fee),
            self.randomness,
            self.blob_base_fee.into(),
        ]
    }

    /// The environment of these words; none if one is beyond its range, which nobody can commit to.
    pub fn of_words(words: &[B256; 9]) -> Option<Self> {
        let [chain_id, rules, number, timestamp, beneficiary, gas_limit, base_fee, ..] = *words;
        let blob_base_fee = U256::from_be_bytes(words[8].0);
        let is_address = beneficiary.starts_with(&[0; 12]);
        if !is_address || u128::try_from(blob_base_fee).is_err() {
            return None;
        }
        Some(Self {
            chain_id: number_of(chain_id)?,
            rules: Rules::of_number(u8::try_from(number_of(rules)?).ok()?)?,
            number: number_of(number)?,
            timestamp: number_of(timestamp)?,
            beneficiary,
            gas_limit: number_of(gas_limit)?,
            base_fee: number_of(base_fee)?,
            randomness: words[7],
            blob_base_fee,
        })
    }

    /// The hash that names the environment.
    pub fn hash(&self) -> B256 {
        hash(ENVIRONMENT_TAG, &self.words())
    }
}
