//! What a witness claims to be about: chain, fork, block, transaction, root. Its audits say that all
//! of that holds together; whether it is the transaction that was meant, only a comparison with
//! what was expected says. `specs/09-container.md`, section Anchors.
//!
//! In the data's way this stands between the container and the report, which prints them.

use std::fmt;

use alloy_primitives::{B256, U256};
use iso_evm_wire::{
    Rules, Witness,
    block::{Block, BlockHashes},
    protocol::Change,
};

pub use super::root_source::RootSource;
use super::{ancestors::told_by_header, hashes::Hashes, root_source::root_source};
use crate::{hash::keccak256, rlp_list::List, transaction_hash::encode};

/// What a witness claims to be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchors {
    /// Id of the chain.
    pub chain_id: u64,
    /// Fork whose rules apply.
    pub fork: Rules,
    /// What names the block.
    pub block: Anchor,
    /// What names the transaction.
    pub transaction: Anchor,
    /// State root before the transaction.
    pub root: B256,
    /// What headers prove of the roots.
    pub source: RootSource,
    /// Digest of the ancestors' hashes that are given and that no header tells; none if there are
    /// none.
    pub ancestors: Option<B256>,
}

/// What names a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The hash that the block or transaction has on the chain.
    Hash(B256),
    /// A digest of what the container says of it: it has no header, or no signature.
    Digest(B256),
}

impl Anchor {
    /// The hash or the digest.
    pub const fn word(self) -> B256 {
        let (Self::Hash(word) | Self::Digest(word)) = self;
        word
    }
}

/// What a witness must be about. What is none may be anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Id of the chain.
    pub chain_id: Option<u64>,
    /// Fork whose rules apply.
    pub fork: Option<Rules>,
    /// The block: its hash, or the digest of one without a header.
    pub block: Option<B256>,
    /// The transaction: its hash, or the digest of one without a signature.
    pub transaction: Option<B256>,
    /// State root before the transaction.
    pub root: Option<B256>,
    /// What headers must prove of the roots, or more.
    pub source: Option<RootSource>,
    /// Digest of the ancestors' hashes that are given; zero: none are.
    pub ancestors: Option<B256>,
}

impl From<&Anchors> for Expected {
    fn from(anchors: &Anchors) -> Self {
        Self {
            chain_id: Some(anchors.chain_id),
            fork: Some(anchors.fork),
            block: Some(anchors.block.word()),
            transaction: Some(anchors.transaction.word()),
            root: Some(anchors.root),
            source: Some(anchors.source),
            ancestors: Some(anchors.ancestors.unwrap_or_default()),
        }
    }
}

/// The witness is about something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: expected {expected}, found {found}")]
#[non_exhaustive]
pub struct AnchorMismatch {
    /// Name of the anchor that differs.
    pub what: &'static str,
    /// What the witness should be about.
    pub expected: String,
    /// What the witness is about.
    pub found: String,
}

/// What a witness claims to be about.
pub fn anchors(witness: &Witness) -> Anchors {
    anchors_by(&Hashes::of(witness))
}

/// [`anchors`] of a witness whose hashes others ask for too.
pub fn anchors_by(hashes: &Hashes<'_>) -> Anchors {
    let witness = hashes.witness();
    Anchors {
        chain_id: witness.chain_id,
        fork: witness.rules,
        block: block_anchor(hashes),
        transaction: transaction_anchor(hashes),
        root: witness.roots.enter,
        source: root_source(hashes),
        ancestors: ancestors_digest(&witness.block_hashes),
    }
}

/// The digest of ancestors' hashes that are given; none if there are none.
pub fn ancestors_digest(hashes: &BlockHashes) -> Option<B256> {
    (!hashes.is_empty()).then(|| {
        let mut list = List::new();
        list.begin(hashes.len());
        for (number, hash) in hashes {
            list.begin(2);
            list.number(*number);
            list.bytes(hash.as_slice());
        }
        keccak256(&list.out())
    })
}

/// The block's hash; without a header, or with one that does not say what the block's fields say,
/// the digest of these.
fn block_anchor(hashes: &Hashes<'_>) -> Anchor {
    let Witness { ref block, rules, .. } = *hashes.witness();
    let told =
        block.header.as_ref().is_some_and(|header| told_by_header(block, header, rules.fork()));
    match hashes.header().filter(|_| told) {
        Some(hash) => Anchor::Hash(hash),
        None => Anchor::Digest(keccak256(&encode_fields(block, rules))),
    }
}

/// The block's fields as the container has them.
fn encode_fields(block: &Block, rules: Rules) -> Vec<u8> {
    let mut list = List::new();
    let (base_fee, blobs) = (rules.has(Change::BaseFee), rules.has(Change::Blobs));
    list.begin(5 + usize::from(base_fee) + 2 * usize::from(blobs));
    list.number(block.number);
    list.number(block.timestamp);
    list.bytes(block.beneficiary.as_slice());
    list.number(block.gas_limit);
    if rules.has(Change::Randomness) {
        list.bytes(block.prev_randao.unwrap_or_default().as_slice());
    } else {
        list.word(block.difficulty.unwrap_or_default());
    }
    if base_fee {
        list.number(block.base_fee_per_gas.unwrap_or_default());
    }
    if blobs {
        list.number(block.excess_blob_gas.unwrap_or_default());
        list.word(U256::from(block.blob_base_fee.unwrap_or_default()));
    }
    list.out()
}

/// The transaction's hash; without a signature, the digest of what would be signed, and the sender.
fn transaction_anchor(hashes: &Hashes<'_>) -> Anchor {
    let transaction = &hashes.witness().transaction;
    hashes.transaction().map_or_else(
        || {
            let mut list = List::new();
            list.begin(2);
            list.bytes(&encode(transaction));
            list.bytes(transaction.from().as_slice());
            Anchor::Digest(keccak256(&list.out()))
        },
        Anchor::Hash,
    )
}

impl Anchors {
    /// Compares with what was expected.
    ///
    /// # Errors
    ///
    /// The first thing that is another, in the order of the fields.
    pub fn check(&self, expected: &Expected) -> Result<(), AnchorMismatch> {
        let ancestors = self.ancestors.unwrap_or_default();
        same("chain", expected.chain_id, self.chain_id)?;
        same("fork", expected.fork, self.fork)?;
        same("block", expected.block, self.block.word())?;
        same("transaction", expected.transaction, self.transaction.word())?;
        same("root", expected.root, self.root)?;
        let source = expected.source.filter(|source| !self.source.proves(*source));
        same("source", source.map(RootSource::name), self.source.name())?;
        same("ancestors", expected.ancestors, ancestors)
    }
}

fn same<T: PartialEq + fmt::Display>(
    what: &'static str,
    expected: Option<T>,
    found: T,
) -> Result<(), AnchorMismatch> {
    match expected {
        Some(expected) if expected != found => {
            let (expected, found) = (expected.to_string(), found.to_string());
            Err(AnchorMismatch { what, expected, found })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
