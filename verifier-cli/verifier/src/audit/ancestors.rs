//! Hashes of the blocks before this one: what the headers tell, else what is given.
//! `specs/09-container.md`, section Anchors.
//!
//! In the data's way this stands between the container and the two audits that ask: the access
//! audit wants the hash that `BLOCKHASH` gave, the transaction audit that the headers are a chain.

use alloy_consensus::Header;
use alloy_primitives::{B256, U256};
use iso_evm_wire::{Fork, Opened, Witness, block::Block, protocol::Change, records::Record};

use super::hashes::Hashes;

/// The hash of a block before the witness's: each header tells that of its parent. Those that no
/// header tells may be given. [`broken_chain`] says whether the headers can be believed.
pub fn ancestor_hash(witness: &Witness, number: u64) -> Option<B256> {
    told_hash(witness, number).or_else(|| witness.block_hashes.get(&number).copied())
}

/// The hash as a header tells it.
fn told_hash(witness: &Witness, number: u64) -> Option<B256> {
    let back = witness.block.number.checked_sub(number)?;
    match (&witness.block.header, back) {
        (None, _) | (_, 0) => None,
        (Some(header), 1) => Some(header.parent_hash),
        // The parent's header tells of the block two back.
        (Some(_), back) => {
            let index = usize::try_from(back - 2).ok();
            index.and_then(|index| witness.ancestors.get(index)).map(|header| header.parent_hash)
        }
    }
}

/// Whether a record of `BLOCKHASH` rests on a hash that is given, and that no header tells. Such a
/// hash is whatever the witness says.
pub fn given_hash_is_used(witness: &Opened<'_>) -> bool {
    let given = |number: &U256| {
        let number = u64::try_from(*number).ok();
        number.is_some_and(|number| {
            witness.block_hashes.contains_key(&number) && told_hash(witness, number).is_none()
        })
    };
    // Most witnesses give none.
    !witness.block_hashes.is_empty()
        && witness.opened().iter().flatten().any(|message| {
            message.records().iter().any(|record| match record {
                Ok(Record::Blockhash(record)) => given(&record.number),
                _ => false,
            })
        })
}

/// What is wrong with the ancestors' headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenChain {
    /// The parent's hash as the header before has it, or the number before it.
    pub expected: B256,
    /// The hash or the number that the header itself has.
    pub found: B256,
}

/// The first header that is not the parent of the one before it; none if they are a chain from the
/// block's own header down.
pub fn broken_chain(hashes: &Hashes<'_>) -> Option<BrokenChain> {
    let witness = hashes.witness();
    let own = witness.block.header.as_deref();
    let Some(own) = own else {
        // Headers that hang on nothing.
        let found = *hashes.ancestors().first()?;
        return Some(BrokenChain { expected: B256::ZERO, found });
    };
    let children = std::iter::once(own).chain(&witness.ancestors);
    let parents = witness.ancestors.iter().zip(hashes.ancestors());
    children.zip(parents).find_map(|(child, (parent, found))| {
        let (expected, found) = (child.parent_hash, *found);
        if expected != found {
            return Some(BrokenChain { expected, found });
        }
        (child.number.checked_sub(1) != Some(parent.number)).then(|| BrokenChain {
            expected: U256::from(child.number).wrapping_sub(U256::ONE).into(),
            found: U256::from(parent.number).into(),
        })
    })
}

/// Whether a header says what the block's fields say.
pub(super) fn told_by_header(block: &Block, header: &Header, fork: Fork) -> bool {
    let merged = fork.has(Change::ProofOfStake);
    block.number == header.number
        && block.timestamp == header.timestamp
        && block.beneficiary == header.beneficiary
        && block.gas_limit == header.gas_limit
        && block.difficulty == (!merged).then_some(header.difficulty)
        && block.prev_randao == merged.then_some(header.mix_hash)
        && block.base_fee_per_gas == header.base_fee_per_gas
        && block.excess_blob_gas == header.excess_blob_gas
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(super) mod tests;
