//! The message as the contract sees it: words at any position, zero behind the end.

use alloy_primitives::{B256, Bytes, U256};

/// The calldata of the hypervisor.
#[derive(Clone, Debug)]
pub(super) struct Calldata(Bytes);

impl Calldata {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// `CALLDATASIZE`.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }

    /// `CALLDATALOAD`.
    pub(super) fn word(&self, position: usize) -> U256 {
        match self.0.get(position..).and_then(|rest| rest.first_chunk::<32>()) {
            Some(word) => U256::from_be_bytes(*word),
            None => {
                let mut word = B256::ZERO;
                let rest = self.0.get(position..).unwrap_or_default();
                word[..rest.len()].copy_from_slice(rest);
                word.into()
            }
        }
    }

    /// A word that is known to have at most 64 bits.
    pub(super) fn small(&self, position: usize) -> u64 {
        self.word(position).saturating_to()
    }

    /// `length` bytes from `position` on, zeros behind the end.
    ///
    /// `length` must be at most [`Self::size`].
    pub(super) fn bytes(&self, position: usize, length: usize) -> Bytes {
        match position.checked_add(length) {
            Some(end) if end <= self.0.len() => self.0.slice(position..end),
            _ => {
                let rest = self.0.get(position..).unwrap_or_default();
                let mut bytes = rest.to_vec();
                bytes.resize(length, 0);
                bytes.into()
            }
        }
    }

    /// Whether what stands behind `size` bytes of data in their last word is not zero; `last` is the
    /// position of the length word before them.
    pub(super) fn is_padded_with_dirt(&self, last: usize, size: usize) -> bool {
        match size % 32 {
            0 => false,
            used => !(self.word(last + 32 + size - used) << (8 * used)).is_zero(),
        }
    }
}
