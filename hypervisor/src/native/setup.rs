//! The start: head of the message, opening record, the code that runs; in the contract's order. A
//! segment has the same head, and of the opening record the fields.
//! Normative text: `specs/05-hypervisor.md`, section Setup.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use iso_evm_wire::{
    layout as wire,
    records::{FrameKind, OPENING},
    segment::{Segment, layout},
};
use revm::bytecode::Bytecode;

use super::{Code, calldata::Calldata, records::Records};
use crate::{
    options::ArchiveOptions,
    rules::{
        archive::{ArchiveKey, PART_SIZE, archive_address, archive_salt},
        fields::opening,
        message::{CODE_LIMIT, LIST, LIST_TABLE},
        segment::{Missing, SegmentVerdict},
        verdict::{Inconclusive, MessageVerdict, MismatchKind},
    },
};

/// The bytes are no head.
const NO_HEAD: MessageVerdict = MessageVerdict::Malformed { position: 0 };

/// What is known before the first opcode.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) calldata: Calldata,
    pub(super) records: Records,
    /// The code that runs.
    pub(super) code: Bytecode,
    /// The guest's calldata.
    pub(super) input: Bytes,
    /// Whether the message is a creation.
    pub(super) creation: bool,
}

impl Setup {
    /// Reads the head and the opening record.
    ///
    /// # Errors
    ///
    /// The verdict, if there is one already.
    pub(super) fn of(
        calldata: Calldata,
        archives: ArchiveOptions,
        code: Option<&Code>,
    ) -> Result<Self, SegmentVerdict> {
        let mut records = head(&calldata).ok_or(NO_HEAD)?;
        let opened = records.take(&calldata, OPENING, opening::LENGTH, None)?;
        let code_hash = B256::from(calldata.word(opened + opening::CODE_HASH));
        let kind = calldata.word(opened + opening::KIND);
        let input = Some(call_data(&calldata, &records));
        Self::opened(calldata, records, kind, code_hash, input, |to| {
            Ok(archived(archives, to, code_hash, code)?)
        })
    }

    /// Reads the same of a segment; the code is archived if it is not given.
    ///
    /// # Errors
    ///
    /// What is said of it, if it is known already.
    pub(super) fn of_segment(
        segment: &Segment,
        archives: ArchiveOptions,
        code: Option<&Code>,
    ) -> Result<Self, SegmentVerdict> {
        let calldata = Calldata::new(segment.encode());
        if is_dirty(&calldata) {
            return Err(NO_HEAD.into());
        }
        let end = calldata.small(layout::RECORDS_END) as usize;
        let records = Records::slice(segment.start.record.0, end);
        let code_hash = B256::from(calldata.word(layout::CODE_HASH));
        let kind = calldata.word(layout::KIND);
        let input = segment.call_data.clone();
        Self::opened(calldata, records, kind, code_hash, input, |to| match &segment.code {
            Some(given) => carried(given, code_hash, code),
            None => Ok(archived(archives, to, code_hash, code)?),
        })
    }

    /// Checks the fields of the opening record, and finds what runs.
    fn opened(
        calldata: Calldata,
        records: Records,
        kind: U256,
        code_hash: B256,
        call_data: Option<Bytes>,
        code: impl FnOnce(Address) -> Result<Bytecode, SegmentVerdict>,
    ) -> Result<Self, SegmentVerdict> {
        let is_static = calldata.word(wire::IS_STATIC);
        let kind = u8::try_from(kind).ok().and_then(FrameKind::from_number);
        let kind = kind.ok_or_else(|| records.malformed())?;
        if kind == FrameKind::Staticcall {
            records.equal(MismatchKind::IsStatic, None, U256::ONE, is_static)?;
        }
        let creation = kind.is_create();
        let (code, input) = if creation {
            records.equal(MismatchKind::IsStatic, None, U256::ZERO, is_static)?;
            records.equal(MismatchKind::To, None, U256::ZERO, calldata.word(wire::TO))?;
            let code = call_data.ok_or(SegmentVerdict::NotProven(Missing::CallData))?;
            within_limit(code.len())?;
            let hash = keccak256(&code);
            records.equal(MismatchKind::CodeHash, None, hash.into(), code_hash.into())?;
            (Bytecode::new_legacy(code), Bytes::new())
        } else {
            let to = Address::from_word(calldata.word(wire::TO).into());
            (code(to)?, call_data.unwrap_or_default())
        };
        Ok(Self { calldata, records, code, input, creation })
    }
}

/// Whether a field of the message has more bits than its type.
fn is_dirty(calldata: &Calldata) -> bool {
    let word = |position| calldata.word(position);
    let addresses = [wire::ORIGIN, wire::CALLER, wire::TO, wire::CONTEXT];
    addresses.into_iter().any(|address| word(address).bit_len() > 160)
        || word(wire::IS_STATIC) > U256::ONE
        || word(wire::GAS_AVAILABLE).bit_len() > 64
}

/// Checks everything of the encoding but the records.
fn head(calldata: &Calldata) -> Option<Records> {
    let word = |position| calldata.word(position);
    let dirty = word(0) != U256::from(wire::TUPLE)
        || word(wire::LIST_POINTER) != U256::from(wire::LIST_OFFSET)
        || is_dirty(calldata)
        || word(LIST).bit_len() > 32;
    let pointer = word(wire::INPUT_POINTER);
    let pointer = usize::try_from(pointer).ok().filter(|pointer| *pointer < calldata.size())?;
    if dirty || pointer % 32 != 0 {
        return None;
    }
    let end = pointer + wire::TUPLE;
    let first = LIST_TABLE + 32 * usize::try_from(word(LIST)).ok()?;
    let size = usize::try_from(word(end)).ok().filter(|size| *size <= calldata.size())?;
    let whole = end + (size + 63) / 32 * 32 == calldata.size();
    (first <= end && whole && !calldata.is_padded_with_dirt(end, size))
        .then(|| Records::new(first, end))
}

/// The message's `callData`.
fn call_data(calldata: &Calldata, records: &Records) -> Bytes {
    let size = calldata.small(records.end()) as usize;
    calldata.bytes(records.end() + 32, size)
}

fn within_limit(size: usize) -> Result<(), MessageVerdict> {
    if size > CODE_LIMIT {
        return Err(MessageVerdict::Inconclusive { reason: Inconclusive::TooLarge });
    }
    Ok(())
}

/// The code that a segment carries. Where `code` is the same, it is ready.
fn carried(
    given: &Bytes,
    code_hash: B256,
    code: Option<&Code>,
) -> Result<Bytecode, SegmentVerdict> {
    within_limit(given.len())?;
    let same = |code: &&Code| {
        code.hash() == code_hash && code.bytecode().original_byte_slice() == given.as_ref()
    };
    match code.filter(same) {
        Some(code) => Ok(code.bytecode().clone()),
        None if keccak256(given) == code_hash => Ok(Bytecode::new_legacy(given.clone())),
        None => Err(SegmentVerdict::NotProven(Missing::Code)),
    }
}

/// The code that the archives hold, if it is the one that the opening record names: empty where
/// there is none.
fn archived(
    archives: ArchiveOptions,
    to: Address,
    code_hash: B256,
    code: Option<&Code>,
) -> Result<Bytecode, MessageVerdict> {
    let held = |code: &&Code| archives.key == ArchiveKey::Account || code.hash() == code_hash;
    let held = code.filter(held).map(|code| (code.bytecode().clone(), code.hash()));
    let (code, hash) = held.unwrap_or_else(|| (Bytecode::new(), KECCAK256_EMPTY));
    within_limit(code.len())?;
    if hash != code_hash {
        // The part that is read last: a full one is followed by another.
        let part = (code.len() / PART_SIZE) as u64;
        let salt = archive_salt(archives.key, code_hash, to);
        let archive = archive_address(archives.factory, salt, part);
        return Err(MessageVerdict::Unavailable { archive });
    }
    Ok(code)
}
