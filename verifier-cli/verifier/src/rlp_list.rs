//! RLP as the auditing side writes it, with `rlp`.
//!
//! In the data's way this stands under the hashes of transactions and headers, and the digests of
//! what has no hash.

use alloy_primitives::{B256, U256};
use rlp::{Encodable, RlpStream};

/// RLP being written. Each list says how many items follow before they do.
pub(crate) struct List(RlpStream);

impl List {
    pub(crate) fn new() -> Self {
        Self(RlpStream::new())
    }

    pub(crate) fn begin(&mut self, items: usize) {
        self.0.begin_list(items);
    }

    /// An integer, big-endian without leading zeros.
    pub(crate) fn number(&mut self, number: impl Encodable) {
        self.0.append(&number);
    }

    /// [`List::number`] for 256 bits.
    pub(crate) fn word(&mut self, word: U256) {
        self.bytes(&word.to_be_bytes::<32>()[word.leading_zeros() / 8..]);
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.append(&bytes);
    }

    pub(crate) fn hashes(&mut self, hashes: &[B256]) {
        self.begin(hashes.len());
        for hash in hashes {
            self.bytes(hash.as_slice());
        }
    }

    /// All that was written.
    pub(crate) fn out(self) -> Vec<u8> {
        self.0.out().into()
    }
}
