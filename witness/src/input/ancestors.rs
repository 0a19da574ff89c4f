//! Headers of the blocks before, and the hashes that headers tell.

use alloy_consensus::Header;
use alloy_primitives::{B256, U256};

use super::note::Note;
use iso_evm_wire::{
    block::BlockHashes,
    block::{Block, BlockError, BlockFields},
    protocol::BLOCK_HASHES,
};

/// What is wrong with the blocks before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AncestorError {
    /// Ancestors hang on the block's own header.
    #[error("ancestors: \"block\" has not all fields of its fork's headers")]
    NoHeader,
    /// A header that cannot be.
    #[error("ancestors[{index}]: {error}")]
    Block {
        /// Index of the ancestor, from 0 for the parent.
        index: usize,
        /// What is wrong with the header.
        error: BlockError,
    },
    /// A header is not the parent of the one before it.
    #[error("ancestors[{index}]: the parent's hash is {expected}, found {found}")]
    Hash {
        /// Index of the ancestor, from 0 for the parent.
        index: usize,
        /// The parent's hash in the header before it.
        expected: B256,
        /// Hash of the header itself.
        found: B256,
    },
    /// A header's number is not one less than that before it.
    #[error("ancestors[{index}]: its number is {found}, and its child's {child}")]
    Number {
        /// Index of the ancestor, from 0 for the parent.
        index: usize,
        /// Number in the header before it.
        child: u64,
        /// Number in the header itself.
        found: u64,
    },
    /// A hash given is not the one that a header tells.
    #[error("blockHashes: that of {number} is {expected} by a header, found {found}")]
    BlockHash {
        /// Number of the block.
        number: u64,
        /// Hash in the header of the block's child.
        expected: B256,
        /// Hash in `blockHashes`.
        found: B256,
    },
}

/// The headers, each the parent of the one before it.
pub(super) fn headers(
    block: &Block,
    ancestors: Vec<BlockFields>,
) -> Result<Vec<Header>, AncestorError> {
    let mut headers: Vec<Header> = Vec::with_capacity(ancestors.len());
    for (index, fields) in ancestors.into_iter().enumerate() {
        let own = block.header.as_deref().ok_or(AncestorError::NoHeader)?;
        let child = headers.last().unwrap_or(own);
        let header = fields.into_header().map_err(|error| AncestorError::Block { index, error })?;
        let (expected, found) = (child.parent_hash, header.hash_slow());
        if expected != found {
            return Err(AncestorError::Hash { index, expected, found });
        }
        if child.number.checked_sub(1) != Some(header.number) {
            let (child, found) = (child.number, header.number);
            return Err(AncestorError::Number { index, child, found });
        }
        headers.push(header);
    }
    Ok(headers)
}

/// The hashes given, and those that the headers tell.
pub(super) fn block_hashes(
    mut given: BlockHashes,
    block: &Block,
    ancestors: &[Header],
) -> Result<BlockHashes, AncestorError> {
    for header in block.header.as_deref().into_iter().chain(ancestors) {
        let Some(number) = header.number.checked_sub(1) else { continue };
        match given.insert(number, header.parent_hash) {
            Some(found) if found != header.parent_hash => {
                let expected = header.parent_hash;
                return Err(AncestorError::BlockHash { number, expected, found });
            }
            _ => {}
        }
    }
    Ok(given)
}

/// A note of the numbers, in their order, of which BLOCKHASH answers zero, whatever hash is given: the block's
/// own, later ones, and those that are too far back.
pub(super) fn unused(numbers: impl Iterator<Item = U256>, own: u64) -> Option<Note> {
    let (last, first) = (U256::from(own), U256::from(own.saturating_sub(BLOCK_HASHES)));
    let unused: Vec<_> = numbers.filter(|number| *number >= last || *number < first).collect();
    let why = |of: &str| format!("BLOCKHASH sees the {BLOCK_HASHES} blocks before block {own}{of}");
    match &unused[..] {
        [] => None,
        [one] => Some(Note::unused(format!("blockHashes.{one}"), why(""))),
        [one, .., end] => {
            let count = unused.len();
            let of = format!(", and {count} numbers, from {one} to {end}, are not of them");
            Some(Note::unused("blockHashes", why(&of)))
        }
    }
}
