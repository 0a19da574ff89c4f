//! A [`BlockFile`]: a whole block in one file, with every trie node, code and header that its execution
//! looks up. `specs/18-chains.md`, section Block files.
//!
//! In the data's way this stands where `INPUT.json` stands otherwise. Two shapes come in, recognised by
//! their keys: a block with what `debug_executionWitness` answers, and what a rollup's node builds a
//! block from. What comes out of both is replayed on the nodes alone: the calls of the system, each
//! transaction, recorded, what comes after the last. All that the header says of the run must then be
//! what the run gave.
//!
//! | step | where |
//! |---|---|
//! | a block of Ethereum, and its execution witness | `ethereum` |
//! | the attributes of a payload of the OP Stack, and its rollup's configuration | `optimism` |
//! | bytes by their hash, and the headers among them | `preimages` |
//! | the state at an instant, as revm reads it | `state` |
//! | the replay | `replay` |
//! | what it gave, as the header has it | `header`, `requests` |
//!
//! ```no_run
//! use iso_evm_witness::block_file::BlockFile;
//!
//! let file = BlockFile::parse(&std::fs::read("block.json")?, None)?;
//! let block = file.record()?;
//! println!("block {}", block.header().hash_slow());
//! for recorded in block.witnesses() {
//!     println!("{}: {} bytes", recorded.transaction, recorded.witness.encode().len());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod ethereum;
mod given;
mod header;
mod optimism;
mod preimages;
mod recorded;
mod replay;
mod requests;
mod state;

use std::collections::BTreeMap;

use alloy_consensus::{Header, Transaction as _};
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{B256, Bytes};
use iso_evm_wire::{Rules, json, transaction::Transaction};
use serde::{Deserialize, de::IgnoredAny};

pub use error::{BlockFileError, Place, RootField};
pub use recorded::{Notice, RecordedBlock, RecordedTransaction};

/// A block, and all that its replay needs.
#[derive(Clone, Debug)]
pub struct BlockFile {
    /// Rules that the block goes by.
    pub rules: Rules,
    /// Id of the chain.
    pub chain_id: u64,
    /// The block's header, as far as it is known before the run.
    pub head: Head,
    /// The parent's header.
    pub parent: Header,
    /// Headers of the blocks before the parent, each the parent of the one before it.
    pub ancestors: Vec<Header>,
    /// The transactions, in order, each proved by its signature or by the block.
    pub transactions: Vec<Transaction>,
    /// Withdrawals, from Shanghai.
    pub withdrawals: Vec<Withdrawal>,
    /// Trie nodes and codes, by hash.
    pub preimages: BTreeMap<B256, Bytes>,
}

/// A block's header, as far as it is known before the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// The whole header. What it says of the run is compared with what the run gives.
    Whole(Box<Header>),
    /// What a run is given. The run gives the rest.
    Draft {
        /// The header; what the run gives is empty or zero in it.
        header: Box<Header>,
        /// Hash that the whole header must have, where it is known.
        hash: Option<B256>,
    },
}

impl Head {
    /// The header, of which what a run gives may not be known yet.
    pub const fn header(&self) -> &Header {
        match self {
            Self::Whole(header) | Self::Draft { header, .. } => header,
        }
    }
}

/// The keys by which a file's shape is recognised.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    block: Option<IgnoredAny>,
    blocks: Option<IgnoredAny>,
    witness: Option<IgnoredAny>,
    payload_attributes: Option<IgnoredAny>,
    preimages: Option<IgnoredAny>,
    transaction: Option<IgnoredAny>,
    messages: Option<IgnoredAny>,
}

impl Keys {
    const fn is_built(&self) -> bool {
        self.payload_attributes.is_some() || self.preimages.is_some()
    }

    const fn is_whole(&self) -> bool {
        self.blocks.is_some() || (self.block.is_some() && self.witness.is_some())
    }
}

impl BlockFile {
    /// Whether JSON has the keys of a block file, and not those of an
    /// [`INPUT.json`](crate::Input::parse).
    pub fn is_one(json: &[u8]) -> bool {
        let keys: Result<Keys, _> = serde_json::from_slice(json::without_mark(json));
        keys.is_ok_and(|keys| {
            let other = keys.transaction.is_some() || keys.messages.is_some();
            !other && (keys.is_built() || keys.is_whole())
        })
    }

    /// Reads a block file. `rules` are what the user asked for, if anything.
    ///
    /// # Errors
    ///
    /// [`BlockFileError`], which says what is wrong and where.
    pub fn parse(json: &[u8], rules: Option<Rules>) -> Result<Self, BlockFileError> {
        let keys: Keys = json::read(json)?;
        if keys.is_built() {
            json::read::<optimism::PayloadFile>(json)?.into_block(rules)
        } else if keys.is_whole() {
            json::read::<ethereum::WitnessFile>(json)?.into_block(rules)
        } else {
            Err(BlockFileError::Shape)
        }
    }
}

/// A transaction of a chain's block, as the chain has it (EIP-2718).
fn transaction(index: usize, bytes: &[u8], chain_id: u64) -> Result<Transaction, BlockFileError> {
    let transaction = Transaction::decode_whole(bytes)
        .map_err(|error| BlockFileError::Transaction { index, error })?;
    check(index, transaction, chain_id)
}

/// The transaction, if a block of the chain can have it.
fn check(
    index: usize,
    transaction: Transaction,
    chain_id: u64,
) -> Result<Transaction, BlockFileError> {
    if transaction.hash().is_none() {
        return Err(BlockFileError::Unsigned { index });
    }
    match transaction.body().chain_id() {
        Some(found) if found != chain_id => {
            Err(BlockFileError::Chain { index, expected: chain_id, found })
        }
        _ => Ok(transaction),
    }
}
