//! The records behind the opening one, as leaves. Normative text: `specs/19-segments.md`, section
//! Records.

use std::ops::Range;

use alloy_primitives::{B256, keccak256};

use super::merkle::{self, Tree};
use crate::{
    layout::{METADATA_OFFSET, RECORD_HEAD},
    message::{AccessWitness, MessageWitness},
};

/// A record's bytes, as they stand in a message: opcode, offset and length of the metadata, metadata.
pub fn to_bytes(record: &AccessWitness) -> Vec<u8> {
    let word = |number: usize| alloy_primitives::U256::from(number).to_be_bytes::<32>();
    let length = record.metadata.len();
    let mut bytes = Vec::with_capacity(size(record));
    bytes.extend(word(usize::from(record.opcode)));
    bytes.extend(word(METADATA_OFFSET));
    bytes.extend(word(length));
    bytes.extend_from_slice(&record.metadata);
    bytes.resize(size(record), 0);
    bytes
}

/// The record that stands in bytes as [`to_bytes`] writes it; none if they are no record's.
pub fn from_bytes(bytes: &[u8]) -> Option<AccessWitness> {
    let word = |at: usize| bytes.get(at..at + 32).map(alloy_primitives::U256::from_be_slice);
    let opcode = u8::try_from(word(0)?).ok()?;
    let length = usize::try_from(word(METADATA_OFFSET)?).ok()?;
    let end = RECORD_HEAD.checked_add(length)?;
    let metadata = bytes.get(RECORD_HEAD..end)?.to_vec().into();
    let record = AccessWitness { opcode, metadata };
    (to_bytes(&record) == bytes).then_some(record)
}

/// Length of a record's bytes.
pub fn size(record: &AccessWitness) -> usize {
    RECORD_HEAD + record.metadata.len().next_multiple_of(32)
}

/// The leaf of a record with these bytes.
pub fn leaf(bytes: &[u8]) -> B256 {
    merkle::leaf(&[keccak256(bytes)])
}

/// The tree of a message's records. The record with index `i` stands at place `i - 1`: the opening
/// record's fields are in the [`Head`](super::Head).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordTree(Tree);

impl RecordTree {
    /// The tree of a message's records.
    pub fn of(message: &MessageWitness) -> Self {
        Self::of_bytes(message.stateAccessList.iter().skip(1).map(to_bytes))
    }

    /// The tree of records with these bytes, the opening one not among them.
    pub fn of_bytes(records: impl IntoIterator<Item: AsRef<[u8]>>) -> Self {
        Self(Tree::new(records.into_iter().map(|bytes| leaf(bytes.as_ref())).collect()))
    }

    /// The tree of the leaves.
    pub const fn tree(&self) -> &Tree {
        &self.0
    }

    /// Number of records, the opening one among them.
    pub fn count(&self) -> u64 {
        self.0.count() + 1
    }

    /// The root.
    pub fn root(&self) -> B256 {
        self.0.root()
    }

    /// What shows that the records with these indices are the message's.
    pub fn prove(&self, records: Range<u64>) -> Vec<B256> {
        self.0.prove(records.start.saturating_sub(1)..records.end.saturating_sub(1))
    }
}
