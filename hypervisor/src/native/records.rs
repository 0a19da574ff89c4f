//! The list of records: each taken once, in order, and only where canonical encoding puts it. A
//! segment has a slice of it. Normative text: `specs/03-records.md`, `specs/04-encoding.md`.

use alloy_primitives::U256;
use iso_evm_wire::{
    layout::{METADATA_OFFSET, RECORD_HEAD},
    segment::layout,
};

use super::calldata::Calldata;
use crate::rules::{
    message::{LIST, LIST_TABLE},
    segment::{Missing, SegmentVerdict},
    verdict::{MessageVerdict, Mismatch, MismatchKind},
};

/// How far the list has been read.
#[derive(Clone, Debug)]
pub(super) struct Records {
    list: List,
    /// Index of the next record.
    index: u64,
    /// Position of the next record.
    next: usize,
    /// Position of the end of the records.
    end: usize,
}

/// What the records are part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    /// A message: an offset table, that ends at this position, says where each stands.
    Whole { table_end: usize },
    /// A segment: they stand one behind the other.
    Slice,
}

impl Records {
    /// A list whose first record is at `first`, and that ends at `end`, where `callData` begins.
    pub(super) fn new(first: usize, end: usize) -> Self {
        Self { list: List::Whole { table_end: first }, index: 0, next: first, end }
    }

    /// The slice of a segment, from the record with this index on; it ends at `end`.
    pub(super) fn slice(index: u64, end: usize) -> Self {
        Self { list: List::Slice, index, next: layout::RECORDS, end }
    }

    /// Position of the length of `callData`, in a message.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Takes the next record, whose metadata must have `length` bytes, and gives their position.
    pub(super) fn take(
        &mut self,
        calldata: &Calldata,
        opcode: u8,
        length: usize,
        pc: Option<u64>,
    ) -> Result<usize, SegmentVerdict> {
        let position = self.take_any(calldata, opcode, U256::from(length), pc)?;
        self.next = position + length;
        Ok(position)
    }

    /// Takes the next record, whose last field is `bytes`: `head` bytes of fields, then the length
    /// of the last, then its data.
    pub(super) fn take_bytes(
        &mut self,
        calldata: &Calldata,
        opcode: u8,
        head: usize,
        pc: Option<u64>,
    ) -> Result<usize, SegmentVerdict> {
        let size = calldata.word(self.next + RECORD_HEAD + head);
        // Whole words, the length's own included, and the head; the contract's sums wrap.
        let words: U256 = size.wrapping_add(U256::from(63)) >> 5;
        let length = (words << 5_usize).wrapping_add(U256::from(head));
        let position = self.take_any(calldata, opcode, length, pc)?;
        let last = position + head;
        let size = usize::try_from(size).ok().filter(|size| *size <= calldata.size());
        let Some(size) = size else {
            let behind = U256::from(position).wrapping_add(length);
            return Err(MessageVerdict::Malformed { position: behind.saturating_to() }.into());
        };
        self.next = last + (size + 63) / 32 * 32;
        if calldata.word(last - 32) != U256::from(head) || calldata.is_padded_with_dirt(last, size)
        {
            return Err(self.malformed().into());
        }
        Ok(position)
    }

    fn take_any(
        &mut self,
        calldata: &Calldata,
        opcode: u8,
        length: U256,
        pc: Option<u64>,
    ) -> Result<usize, SegmentVerdict> {
        let index = self.index;
        self.index = index.saturating_add(1);
        let (found, expected) = (calldata.word(self.next), U256::from(opcode));
        let fits = found == expected
            && calldata.word(self.next + 32) == U256::from(METADATA_OFFSET)
            && calldata.word(self.next + 64) == length;
        // Where it stands is for the list to say, and whether there is one at all.
        let (in_place, missing) = match self.list {
            List::Whole { table_end } => {
                let entry = LIST_TABLE + 32 * index as usize;
                let place = calldata.word(entry).wrapping_add(U256::from(LIST_TABLE));
                (place == U256::from(self.next), entry == table_end)
            }
            List::Slice if self.next < self.end => (true, false),
            List::Slice if U256::from(index) < self.count(calldata) => {
                return Err(SegmentVerdict::NotProven(Missing::Records));
            }
            List::Slice => (false, true),
        };
        if fits && in_place {
            return Ok(self.next + RECORD_HEAD);
        }
        if missing {
            let verdict = self.mismatch(MismatchKind::RecordMissing, pc, expected, U256::ZERO);
            return Err(verdict.into());
        }
        if found.bit_len() <= 8 {
            self.equal(MismatchKind::RecordOpcode, pc, expected, found)?;
        }
        Err(self.malformed().into())
    }

    /// Not canonical, at the record or behind it.
    pub(super) fn malformed(&self) -> MessageVerdict {
        MessageVerdict::Malformed { position: self.next as u64 }
    }

    /// Compares two words of the claim.
    pub(super) fn equal(
        &self,
        kind: MismatchKind,
        pc: Option<u64>,
        expected: U256,
        found: U256,
    ) -> Result<(), MessageVerdict> {
        if expected == found { Ok(()) } else { Err(self.mismatch(kind, pc, expected, found)) }
    }

    /// A mismatch, of the record taken last if the kind is about one.
    pub(super) fn mismatch(
        &self,
        kind: MismatchKind,
        pc: Option<u64>,
        expected: U256,
        found: U256,
    ) -> MessageVerdict {
        let record = kind.is_about_record().then(|| self.last());
        let (expected, found) = (expected.into(), found.into());
        MessageVerdict::Mismatch(Mismatch { kind, pc, record, expected, found })
    }

    /// Index of the one taken last.
    pub(super) fn last(&self) -> u64 {
        self.index.saturating_sub(1)
    }

    /// How many have been taken: the index of the next one.
    pub(super) fn taken(&self) -> u64 {
        self.index
    }

    /// How many there are in the message.
    fn count(&self, calldata: &Calldata) -> U256 {
        calldata.word(match self.list {
            List::Whole { .. } => LIST,
            List::Slice => layout::RECORD_COUNT,
        })
    }

    /// All of them have been taken, and the last ends where the list or the slice does.
    pub(super) fn finish(&self, calldata: &Calldata, pc: u64) -> Result<(), MessageVerdict> {
        let (taken, there) = (U256::from(self.taken()), self.count(calldata));
        self.equal(MismatchKind::RecordCount, Some(pc), taken, there)?;
        if self.next == self.end { Ok(()) } else { Err(self.malformed()) }
    }
}
