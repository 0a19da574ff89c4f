//! The list of records: each taken once, in order, and only where canonical encoding puts it.
//! Normative text: `specs/03-records.md`, `specs/04-encoding.md`.

use alloy_primitives::U256;
use iso_evm_wire::layout::{METADATA_OFFSET, RECORD_HEAD};

use super::calldata::Calldata;
use crate::rules::{
    message::{LIST, LIST_TABLE},
    verdict::{MessageVerdict, Mismatch, MismatchKind},
};

/// How far the list has been read.
#[derive(Debug)]
pub(super) struct Records {
    /// Position of the next entry of the offset table.
    table: usize,
    /// Position of the end of that table.
    table_end: usize,
    /// Position of the next record.
    next: usize,
    /// Position of `callData`, the end of the list.
    end: usize,
}

impl Records {
    /// A list whose first record is at `first`, and that ends at `end`.
    pub(super) fn new(first: usize, end: usize) -> Self {
        Self { table: LIST_TABLE, table_end: first, next: first, end }
    }

    /// Position of the length of `callData`.
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
    ) -> Result<usize, MessageVerdict> {
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
    ) -> Result<usize, MessageVerdict> {
        let size = calldata.word(self.next + RECORD_HEAD + head);
        // Whole words, the length's own included, and the head; the contract's sums wrap.
        let words: U256 = size.wrapping_add(U256::from(63)) >> 5;
        let length = (words << 5_usize).wrapping_add(U256::from(head));
        let position = self.take_any(calldata, opcode, length, pc)?;
        let last = position + head;
        let size = usize::try_from(size).ok().filter(|size| *size <= calldata.size());
        let Some(size) = size else {
            let behind = U256::from(position).wrapping_add(length);
            return Err(MessageVerdict::Malformed { position: behind.saturating_to() });
        };
        self.next = last + (size + 63) / 32 * 32;
        if calldata.word(last - 32) != U256::from(head) || calldata.is_padded_with_dirt(last, size)
        {
            return Err(self.malformed());
        }
        Ok(position)
    }

    fn take_any(
        &mut self,
        calldata: &Calldata,
        opcode: u8,
        length: U256,
        pc: Option<u64>,
    ) -> Result<usize, MessageVerdict> {
        let entry = self.table;
        self.table += 32;
        let found = calldata.word(self.next);
        let expected = U256::from(opcode);
        let place = calldata.word(entry).wrapping_add(U256::from(LIST_TABLE));
        let right = found == expected
            && place == U256::from(self.next)
            && calldata.word(self.next + 32) == U256::from(METADATA_OFFSET)
            && calldata.word(self.next + 64) == length;
        if right {
            return Ok(self.next + RECORD_HEAD);
        }
        if entry == self.table_end {
            return Err(self.mismatch(MismatchKind::RecordMissing, pc, expected, U256::ZERO));
        }
        if found.bit_len() > 8 {
            return Err(self.malformed());
        }
        self.equal(MismatchKind::RecordOpcode, pc, expected, found)?;
        Err(self.malformed())
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
        let record = kind.is_about_record().then(|| self.last() as u64);
        let (expected, found) = (expected.into(), found.into());
        MessageVerdict::Mismatch(Mismatch { kind, pc, record, expected, found })
    }

    /// Index of the one taken last.
    pub(super) fn last(&self) -> usize {
        self.taken() - 1
    }

    /// How many have been taken.
    fn taken(&self) -> usize {
        (self.table - LIST_TABLE) / 32
    }

    /// All of them have been taken, and the last ends where `callData` begins.
    pub(super) fn finish(&self, calldata: &Calldata, pc: u64) -> Result<(), MessageVerdict> {
        let (taken, there) = (U256::from(self.taken()), calldata.word(LIST));
        self.equal(MismatchKind::RecordCount, Some(pc), taken, there)?;
        if self.next == self.end { Ok(()) } else { Err(self.malformed()) }
    }
}
