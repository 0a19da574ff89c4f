//! One's own claims of a block: of each of its transactions, made from the witnesses that are kept, or, where they are
//! not, recorded again from a node.
//!
//! In the data's way this stands between the store and the comparison.

use std::fs;

use alloy_primitives::{B256, Bytes};
use iso_evm_node::{Node, NodeError, Replay};
use iso_evm_verifier::{
    Options,
    audit::Subject,
    claim::{ClaimedBlock, claim},
    hash::keccak256,
    verify::{UNANCHORED, guest_gas_limit},
};
use iso_evm_wire::{Opened, Witness};

use super::{Failure, Operators};

/// What one knows of a block oneself.
#[derive(Debug)]
pub(super) struct Own {
    /// Hash of the block.
    pub(super) hash: B256,
    /// The witnesses of its transactions, in order.
    pub(super) witnesses: Vec<Opened<'static>>,
    /// What is claimed of each.
    pub(super) claims: Vec<ClaimedBlock>,
}

/// The most gas that a run of a witness may take.
pub(super) fn gas_limit(witness: &Opened<'_>) -> u64 {
    guest_gas_limit(witness, &Options::default()).unwrap_or(UNANCHORED)
}

impl Operators {
    /// What one knows of the block of a number; else why that is not known now.
    pub(super) fn own(&mut self, number: u64) -> Result<Result<Own, String>, Failure> {
        let (hash, kept) = match self.store.hash_at(number)? {
            Some(hash) => (Some(hash), self.kept_witnesses(hash)?),
            None => (None, None),
        };
        let found = match (hash, kept) {
            (Some(hash), Some(witnesses)) => Ok((hash, witnesses)),
            (hash, None) => self.recorded_again(number, hash),
            (None, Some(_)) => Err(format!("block {number} is not known")),
        };
        Ok(found.and_then(|(hash, witnesses)| {
            let witnesses: Vec<Opened<'static>> = witnesses.into_iter().map(Into::into).collect();
            let claimed = |witness: &Opened<'static>| {
                let claimed = claim(&Subject::new(witness), gas_limit(witness));
                claimed.ok_or_else(|| {
                    format!(
                        "nobody can commit to what was recorded of a transaction of block {number}"
                    )
                })
            };
            let claims = witnesses.iter().map(claimed).collect::<Result<_, _>>()?;
            Ok(Own { hash, witnesses, claims })
        }))
    }

    /// The witnesses of a block's transactions, if all of them are kept.
    fn kept_witnesses(&mut self, block: B256) -> Result<Option<Vec<Witness>>, Failure> {
        let hashes = self.store.witnesses_of(block)?;
        let mut all = Vec::new();
        for hash in hashes {
            // A file that is not what its name says is as good as none.
            let read = hash.and_then(|hash| {
                let bytes = Bytes::from(fs::read(self.store.witness_path(hash)).ok()?);
                (keccak256(&bytes) == hash).then(|| Witness::decode(&bytes).ok()).flatten()
            });
            let Some(witness) = read else { return Ok(None) };
            all.push(witness);
        }
        Ok((!all.is_empty()).then_some(all))
    }

    /// The witnesses of a block, recorded from the first node that gives them. `hash` is the block's, where that is
    /// known; where not, the node says which block it is.
    fn recorded_again(
        &self,
        number: u64,
        hash: Option<B256>,
    ) -> Result<(B256, Vec<Witness>), String> {
        let mut reason = format!("no node knows block {number}");
        for endpoint in &self.endpoints {
            let hash = match hash {
                Some(hash) => hash,
                None => match endpoint.place(number) {
                    Ok(Some(place)) => place.hash,
                    Ok(None) => continue,
                    Err(error) => {
                        reason = error.to_string();
                        continue;
                    }
                },
            };
            match recorded(&endpoint.node(), (number, hash)) {
                Ok(witnesses) => return Ok((hash, witnesses)),
                Err(error) => {
                    if crate::audit::is_passing(&error) {
                        endpoint.forgive();
                    }
                    reason = error.to_string();
                }
            }
        }
        Err(reason)
    }
}

/// The witnesses of a block, by a node.
fn recorded(node: &Node, (number, hash): (u64, B256)) -> Result<Vec<Witness>, NodeError> {
    let block = node.block(hash, None)?;
    block.check_number(number)?;
    let mut replay = Replay::begin(node, &block)?;
    replay.prefetch(0..block.transactions.len())?;
    block.transactions.iter().map(|_| Ok(replay.record()?.witness)).collect()
}
