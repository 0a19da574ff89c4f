//! What the records of the table have in common: their metadata, and their fields by name.

use alloy_primitives::B256;
use serde::{Deserializer, Serialize};

use super::{log::LogRecord, shape::RecordShape};
use crate::message::AccessWitness;

/// A record's fields as the bytes of its metadata.
pub(crate) trait Metadata: Sized {
    /// The fields, in wire order.
    fn to_metadata(&self) -> Vec<u8>;

    /// The fields of canonical metadata.
    fn from_metadata(metadata: &[u8]) -> Option<Self>;

    /// Topics that the record has.
    fn topics(&self) -> usize {
        0
    }
}

/// The opcode of a record, from the one of its kind that has no topics.
pub(super) fn opcode(first: u8, record: &impl Metadata) -> u8 {
    first.wrapping_add(record.topics() as u8)
}

/// The records of a table, with their fields by name; serialized, a record is its fields.
pub(crate) trait ByName: Sized + Serialize {
    /// The shapes of the records.
    const SHAPES: &[RecordShape];

    /// The record on the wire.
    fn encode(&self) -> AccessWitness;

    /// Topics that the record has.
    fn topics(&self) -> usize;

    /// The record of an opcode with these fields; `None` if the opcode has none.
    fn from_fields<'de, D: Deserializer<'de>>(
        opcode: u8,
        fields: D,
    ) -> Result<Option<Self>, D::Error>;

    /// The shape of an opcode's record.
    fn shape(opcode: u8) -> Option<&'static RecordShape> {
        let has = |shape: &&RecordShape| shape.opcodes.iter().any(|known| known.byte == opcode);
        Self::SHAPES.iter().find(has)
    }
}

impl Metadata for LogRecord {
    fn to_metadata(&self) -> Vec<u8> {
        let mut words = Vec::with_capacity(1 + self.topics.len());
        words.push(self.data_hash.0);
        words.extend(self.topics.iter().map(|topic| topic.0));
        words.into_flattened()
    }

    fn from_metadata(metadata: &[u8]) -> Option<Self> {
        let (data_hash, topics) = metadata.as_chunks::<32>().0.split_first()?;
        let topics = topics.iter().map(B256::from).collect();
        Some(Self { data_hash: data_hash.into(), topics })
    }

    fn topics(&self) -> usize {
        self.topics.len()
    }
}
