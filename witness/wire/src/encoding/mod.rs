//! The one byte string that a message has: `abi.encode(MessageWitness)`, canonical.
//! `specs/04-encoding.md`.
//!
//! In the data's way this stands between the recorder's messages and the hypervisor's calldata. The
//! decoder walks the bytes once, from the front: every offset must be the one that the encoder would
//! write there, so nothing can overlap, be left out or be read twice, and what is decoded is never
//! larger than what was read.

#[cfg(test)]
mod tests;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolValue;

use crate::{
    layout::{INPUT_POINTER, LIST_OFFSET, RECORD_HEAD, TUPLE},
    message::{AccessWitness, MessageWitness},
};

/// Bytes in a word.
const WORD: usize = 32;

/// A message without records and calldata, in bytes: the first word, the fields, and both lengths.
const EMPTY: usize = TUPLE + LIST_OFFSET + 2 * WORD;

/// A record without metadata, in bytes: its offset, and what follows that.
const EMPTY_RECORD: usize = WORD + RECORD_HEAD;

/// Why bytes are no message. Every position counts from the first byte of the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingError {
    /// The bytes end too early.
    #[error("byte {position}: {expected} more bytes expected, found {found}")]
    Truncated {
        /// Where the missing part would start.
        position: usize,
        /// Bytes that should follow.
        expected: usize,
        /// Number of bytes that there are.
        found: usize,
    },
    /// An offset points somewhere else than to the next free byte.
    #[error("byte {position}: offset {expected} expected, found {found}")]
    Offset {
        /// Where the offset stands.
        position: usize,
        /// The only canonical one.
        expected: usize,
        /// What stands at the position.
        found: U256,
    },
    /// A length is more than the bytes that are left could hold.
    #[error("byte {position}: length {found} is more than the {left} bytes left")]
    Length {
        /// Where the length stands.
        position: usize,
        /// Bytes that are left after it.
        left: usize,
        /// What stands at the position.
        found: U256,
    },
    /// A value has more bits than its type.
    #[error("byte {position}: {kind} expected, found {found}")]
    Range {
        /// Where the word stands.
        position: usize,
        /// Name of the type.
        kind: &'static str,
        /// What stands at the position.
        found: U256,
    },
    /// The bytes that fill up the last word of a byte string are not zero.
    #[error("byte {position}: zero padding expected, found {found:#04x}")]
    Padding {
        /// Where the first such byte stands.
        position: usize,
        /// What stands at the position.
        found: u8,
    },
    /// Bytes follow after the end.
    #[error("byte {position}: end expected, found {found} more {}", bytes(*.found))]
    Trailing {
        /// Position of the first of the bytes.
        position: usize,
        /// Number of the bytes.
        found: usize,
    },
}

/// The unit of a number of bytes.
const fn bytes(count: usize) -> &'static str {
    if count == 1 { "byte" } else { "bytes" }
}

/// The message on the wire, as the hypervisor takes it: the word `0x20`, then the tuple.
pub fn encode(message: &MessageWitness) -> Vec<u8> {
    message.abi_encode()
}

/// An encoded message with the code that it runs beside it: `abi.encode(MessageWitness, bytes)`. The message's own
/// bytes, behind its first word, are the same.
///
/// # Panics
///
/// If the message is shorter than its first word.
pub fn with_code(message: &[u8], code: &[u8]) -> Vec<u8> {
    let tuple = &message[TUPLE..];
    let head = 2 * WORD;
    let mut bytes =
        Vec::with_capacity(head + tuple.len() + WORD + code.len().next_multiple_of(WORD));
    for word in [head, head + tuple.len()] {
        bytes.extend_from_slice(&U256::from(word).to_be_bytes::<WORD>());
    }
    bytes.extend_from_slice(tuple);
    bytes.extend_from_slice(&U256::from(code.len()).to_be_bytes::<WORD>());
    bytes.extend_from_slice(code);
    bytes.resize(bytes.len().next_multiple_of(WORD), 0);
    bytes
}

/// What [`encode`] gives up to the first byte of the calldata, of which there are so many.
pub(crate) fn encode_start(message: &MessageWitness, call_data: usize) -> Vec<u8> {
    let length = U256::from(call_data);
    let mut start = if message.callData.is_empty() {
        encode(message)
    } else {
        encode(&MessageWitness { callData: Bytes::new(), ..message.clone() })
    };
    // Calldata is the last thing in a message, behind its length.
    let end = start.len();
    start[end - WORD..].copy_from_slice(&length.to_be_bytes::<WORD>());
    start
}

/// Bytes of an encoded message beside its records, with so many bytes of calldata.
pub fn message_length(call_data: usize) -> usize {
    EMPTY + padded(call_data)
}

/// Bytes that a byte string takes without its length.
pub const fn padded(length: usize) -> usize {
    length.next_multiple_of(WORD)
}

/// Bytes that a record adds to a message.
pub fn record_length(record: &AccessWitness) -> usize {
    EMPTY_RECORD + padded(record.metadata.len())
}

/// The message that these bytes are, if they are what [`encode`] makes of it.
///
/// What the records' metadata holds is for [`Record::decode`](crate::records::Record::decode).
///
/// # Errors
///
/// [`EncodingError`] with the first deviation from the canonical form. Memory and time are bounded by
/// the length of `bytes`, whatever they say.
pub fn decode(bytes: &[u8]) -> Result<MessageWitness, EncodingError> {
    read(Reader { bytes, shared: None, position: 0 }, None)
}

/// [`decode`] of bytes that the message may keep: metadata and calldata are shared with them, not
/// copied.
///
/// # Errors
///
/// As [`decode`].
pub fn decode_shared(bytes: &Bytes) -> Result<MessageWitness, EncodingError> {
    read(Reader { bytes, shared: Some(bytes), position: 0 }, None)
}

/// [`decode`] of the bytes up to the first of a calldata that has so many: the message without it.
///
/// # Errors
///
/// As [`decode`]; if the start says that there are more or fewer, or if it goes on.
pub(crate) fn decode_start(
    start: &Bytes,
    call_data: usize,
) -> Result<MessageWitness, EncodingError> {
    read(Reader { bytes: start, shared: Some(start), position: 0 }, Some(call_data))
}

/// Where the calldata of a message begins, as far as its head says; what it says may be anything else.
pub(crate) fn call_data_position(bytes: &[u8]) -> Option<usize> {
    let offset = U256::from_be_slice(bytes.get(INPUT_POINTER..INPUT_POINTER + WORD)?);
    let position = usize::try_from(offset).ok()?.checked_add(TUPLE + WORD)?;
    (position <= bytes.len()).then_some(position)
}

/// Reads a message; if so many bytes of calldata stand apart, without these.
fn read(mut reader: Reader<'_>, apart: Option<usize>) -> Result<MessageWitness, EncodingError> {
    reader.offset(WORD)?;
    let mut message = MessageWitness {
        stateRootEnter: reader.hash()?,
        stateRootLeave: reader.hash()?,
        isStatic: reader.bounded("a bool", 1)? == 1,
        origin: reader.address()?,
        caller: reader.address()?,
        to: reader.address()?,
        context: reader.address()?,
        callvalue: reader.word()?,
        gasPrice: reader.word()?,
        gasAvailable: U256::from(reader.bounded("gas below 2^64", u64::MAX)?),
        gasUsed: reader.word()?,
        ..MessageWitness::default()
    };
    reader.offset(LIST_OFFSET)?;
    message.status = reader.word()?;
    message.returndataHash = reader.hash()?;
    // The last offset can be checked only once the list before it has been walked.
    let (call_data_at, call_data_offset) = (reader.position, reader.word()?);
    message.stateAccessList = reader.records()?;
    check_offset(call_data_at, reader.position - WORD, call_data_offset)?;
    match apart {
        None => message.callData = reader.byte_string()?,
        Some(length) => reader.apart(length)?,
    }
    tracing::trace!(length = reader.bytes.len(), "message decoded");
    match reader.bytes.len() - reader.position {
        0 => Ok(message),
        found => Err(EncodingError::Trailing { position: reader.position, found }),
    }
}

/// Reads from the front, never back.
struct Reader<'a> {
    bytes: &'a [u8],
    /// The same bytes, if what is read may be shared with them.
    shared: Option<&'a Bytes>,
    position: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], EncodingError> {
        let left = &self.bytes[self.position..];
        let taken = left.get(..length).ok_or(EncodingError::Truncated {
            position: self.position,
            expected: length,
            found: left.len(),
        })?;
        self.position += length;
        Ok(taken)
    }

    fn word(&mut self) -> Result<U256, EncodingError> {
        Ok(U256::from_be_slice(self.take(WORD)?))
    }

    fn hash(&mut self) -> Result<B256, EncodingError> {
        Ok(B256::from_slice(self.take(WORD)?))
    }

    fn address(&mut self) -> Result<Address, EncodingError> {
        let position = self.position;
        let word = self.hash()?;
        if word[..12].iter().any(|byte| *byte != 0) {
            let found = word.into();
            return Err(EncodingError::Range { position, kind: "an address", found });
        }
        Ok(Address::from_word(word))
    }

    /// A number of at most `most`.
    fn bounded(&mut self, kind: &'static str, most: u64) -> Result<u64, EncodingError> {
        let position = self.position;
        let found = self.word()?;
        match u64::try_from(found) {
            Ok(number) if number <= most => Ok(number),
            _ => Err(EncodingError::Range { position, kind, found }),
        }
    }

    fn offset(&mut self, expected: usize) -> Result<(), EncodingError> {
        let position = self.position;
        check_offset(position, expected, self.word()?)
    }

    /// A length of things that take at least `unit` bytes each.
    fn length(&mut self, unit: usize) -> Result<usize, EncodingError> {
        let position = self.position;
        let found = self.word()?;
        let left = self.bytes.len() - self.position;
        match usize::try_from(found) {
            Ok(length) if length <= left / unit => Ok(length),
            _ => Err(EncodingError::Length { position, left, found }),
        }
    }

    fn byte_string(&mut self) -> Result<Bytes, EncodingError> {
        let length = self.length(1)?;
        let taken = self.take(length)?;
        let bytes = match self.shared {
            Some(shared) => shared.slice_ref(taken),
            None => Bytes::copy_from_slice(taken),
        };
        let start = self.position;
        let padding = self.take(padded(length) - length)?;
        match padding.iter().position(|byte| *byte != 0) {
            Some(at) => Err(EncodingError::Padding { position: start + at, found: padding[at] }),
            None => Ok(bytes),
        }
    }

    /// The length of a byte string that stands elsewhere.
    fn apart(&mut self, length: usize) -> Result<(), EncodingError> {
        let position = self.position;
        let found = self.word()?;
        if found == U256::from(length) {
            Ok(())
        } else {
            Err(EncodingError::Length { position, left: length, found })
        }
    }

    fn records(&mut self) -> Result<Vec<AccessWitness>, EncodingError> {
        let count = self.length(EMPTY_RECORD)?;
        let start = self.position;
        let heads: Vec<(usize, U256)> = (0..count)
            .map(|_| Ok((self.position, self.word()?)))
            .collect::<Result<_, EncodingError>>()?;
        heads
            .into_iter()
            .map(|(head, offset)| {
                check_offset(head, self.position - start, offset)?;
                let opcode = self.bounded("a uint8", u8::MAX.into())? as u8;
                self.offset(2 * WORD)?;
                Ok(AccessWitness { opcode, metadata: self.byte_string()? })
            })
            .collect()
    }
}

fn check_offset(position: usize, expected: usize, found: U256) -> Result<(), EncodingError> {
    if found == U256::from(expected) {
        Ok(())
    } else {
        Err(EncodingError::Offset { position, expected, found })
    }
}
