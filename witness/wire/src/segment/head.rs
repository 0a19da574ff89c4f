//! A message without its records: all that a segment of it depends on beside them, and their root.
//! Normative text: `specs/19-segments.md`, section Message.

use alloy_primitives::{B256, U256, keccak256};

use super::{
    layout::{self, HEAD_WORDS},
    records::RecordTree,
    tag,
};
use crate::{
    layout::{FIELDS, INPUT_POINTER, LIST_POINTER, TUPLE},
    message::MessageWitness,
    records::{OpeningRecord, Record},
};

/// What the hashed words of a message begin with.
pub const MESSAGE_TAG: B256 = tag("iso-evm message 1");

/// A message without its records: the words that its hash is taken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    words: [U256; HEAD_WORDS],
}

impl Head {
    /// The head of a message; none if it does not begin with an opening record.
    pub fn of(message: &MessageWitness) -> Option<Self> {
        let Record::Opening(opening) = Record::decode(message.stateAccessList.first()?).ok()?
        else {
            return None;
        };
        Some(Self::of_parts(message, &opening, &RecordTree::of(message)))
    }

    /// The head of a message with this opening record, whose records are these.
    pub fn of_parts(
        message: &MessageWitness,
        opening: &OpeningRecord,
        records: &RecordTree,
    ) -> Self {
        let address =
            |address: alloy_primitives::Address| U256::from_be_bytes(address.into_word().0);
        let fields: [U256; FIELDS] = [
            message.stateRootEnter.into(),
            message.stateRootLeave.into(),
            U256::from(message.isStatic),
            address(message.origin),
            address(message.caller),
            address(message.to),
            address(message.context),
            message.callvalue,
            message.gasPrice,
            message.gasAvailable,
            message.gasUsed,
            // The two offsets say nothing; the opening record's fields take their places.
            U256::from(opening.kind),
            message.status,
            message.returndataHash.into(),
            opening.codeHash.into(),
        ];
        let mut words = [U256::ZERO; HEAD_WORDS];
        words[0] = MESSAGE_TAG.into();
        words[1..=FIELDS].copy_from_slice(&fields);
        let mut head = Self { words };
        head.set(layout::CALL_DATA_SIZE, U256::from(message.callData.len()));
        head.set(layout::CALL_DATA_HASH, keccak256(&message.callData).into());
        head.set_records(records);
        head
    }

    /// The head of which these are the words, whatever they say; none of another length.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, []) = bytes.as_chunks::<32>() else { return None };
        let words = words.iter().map(|word| U256::from_be_bytes(*word));
        Some(Self { words: words.collect::<Vec<_>>().try_into().ok()? })
    }

    /// The word at a position of [`layout`], or at a field's of [`crate::layout`].
    pub const fn word(&self, position: usize) -> U256 {
        self.words[position / 32]
    }

    /// Writes the word at a position.
    pub const fn set(&mut self, position: usize, word: U256) {
        self.words[position / 32] = word;
    }

    /// Writes number and root of the records.
    pub fn set_records(&mut self, records: &RecordTree) {
        self.set(layout::RECORD_COUNT, U256::from(records.count()));
        self.set(layout::RECORDS_ROOT, records.root().into());
    }

    /// Number of records, the opening one among them.
    pub fn record_count(&self) -> u64 {
        self.word(layout::RECORD_COUNT).saturating_to()
    }

    /// Whether these are the message's records, by their number and root.
    pub fn has_records(&self, records: &RecordTree) -> bool {
        let root: U256 = records.root().into();
        self.word(layout::RECORD_COUNT) == U256::from(records.count())
            && self.word(layout::RECORDS_ROOT) == root
    }

    /// The hash that names the message: of all its words.
    pub fn hash(&self) -> B256 {
        keccak256(self.to_bytes())
    }

    /// The words, as they stand at the start of a segment's input.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect()
    }
}

const _: () = assert!(layout::KIND == LIST_POINTER && layout::CODE_HASH == INPUT_POINTER);
const _: () = assert!(TUPLE == 32 && layout::CALL_DATA_SIZE == TUPLE + 32 * FIELDS);
