//! The messages of a `witness.bin`, and the pieces of calldata that they share. A message is a byte
//! string, or a list of the bytes before its calldata and of the pieces of that: each a byte string, or
//! a list of its place among those that are shared. `specs/09-container.md`, section Calldata.

use alloy_primitives::Bytes;
use alloy_rlp::{Encodable, Header};

use super::{
    read::{Held, List},
    write::write_bytes,
};
use crate::{
    call_data::{CallData, PIECE},
    container::{
        MOST_TOGETHER, Shared,
        reader::{ContainerError, ContainerFault, Reader},
    },
    stored::StoredMessage,
};

/// Messages as they are written.
pub(super) struct Messages<'a> {
    messages: &'a [StoredMessage],
    shared: &'a Shared<'a>,
    header: Header,
}

impl<'a> Messages<'a> {
    pub(super) fn new(messages: &'a [StoredMessage], shared: &'a Shared<'a>) -> Self {
        let length = |message| match shared.call_data(message) {
            Some(call_data) => in_pieces(message, call_data, shared).0.length_with_payload(),
            None => whole_length(message),
        };
        let payload_length = messages.iter().map(length).sum();
        Self { messages, shared, header: Header { list: true, payload_length } }
    }

    /// Bytes that [`Self::write`] gives.
    pub(super) fn length(&self) -> usize {
        self.header.length_with_payload()
    }

    /// Gives the messages to `sink`, piece by piece.
    pub(super) fn write(&self, sink: &mut dyn FnMut(&[u8])) {
        write_header(&self.header, sink);
        for message in self.messages {
            let Some(call_data) = self.shared.call_data(message) else {
                write_whole(message, sink);
                continue;
            };
            let (header, pieces) = in_pieces(message, call_data, self.shared);
            write_header(&header, sink);
            write_bytes(message.start(), sink);
            write_header(&pieces, sink);
            for piece in call_data.pieces() {
                match self.shared.index(piece) {
                    Some(index) => {
                        write_header(&place(index), sink);
                        sink(&alloy_rlp::encode(index));
                    }
                    None => write_bytes(piece, sink),
                }
            }
        }
    }
}

fn write_header(header: &Header, sink: &mut dyn FnMut(&[u8])) {
    let mut bytes = Vec::new();
    header.encode(&mut bytes);
    sink(&bytes);
}

/// The header of a piece's place.
fn place(index: usize) -> Header {
    Header { list: true, payload_length: index.length() }
}

/// The headers of a message in pieces, and of its pieces.
fn in_pieces(
    message: &StoredMessage,
    call_data: &CallData,
    shared: &Shared<'_>,
) -> (Header, Header) {
    let length = |piece| match shared.index(piece) {
        Some(index) => place(index).length_with_payload(),
        None => piece.length(),
    };
    let pieces = call_data.pieces().iter().map(length).sum();
    let pieces = Header { list: true, payload_length: pieces };
    let payload_length = message.start().length() + pieces.length_with_payload();
    (Header { list: true, payload_length }, pieces)
}

/// The header of a message as one byte string, which has more than one byte.
fn whole(message: &StoredMessage) -> Header {
    Header { list: false, payload_length: message.len() }
}

fn whole_length(message: &StoredMessage) -> usize {
    match message.call_data() {
        None => message.start().length(),
        Some(_) => whole(message).length_with_payload(),
    }
}

/// All bytes of a message, which are not put together for it.
fn write_whole(message: &StoredMessage, sink: &mut dyn FnMut(&[u8])) {
    let Some(call_data) = message.call_data() else { return write_bytes(message.start(), sink) };
    write_header(&whole(message), sink);
    sink(message.start());
    call_data.pieces().iter().for_each(|piece| sink(piece));
    sink(&[0; 32][..message.len() - message.start().len() - call_data.len()]);
}

/// A message as it stands in the file.
enum Item<'a> {
    Whole(&'a [u8]),
    /// The bytes before its calldata, and the pieces of that.
    Pieces(&'a [u8], Reader<'a>),
}

fn item<'a>(items: &mut Reader<'a>) -> Result<Item<'a>, ContainerError> {
    if !items.is_list() {
        return Ok(Item::Whole(items.bytes("message")?));
    }
    let mut parts = items.list("message")?;
    let start = parts.bytes("message's beginning")?;
    let pieces = parts.list("message's pieces")?;
    parts.end("message")?;
    Ok(Item::Pieces(start, pieces))
}

/// Reads the messages, and the pieces that they share. Memory is bounded by the file's length and by
/// [`MOST_TOGETHER`]: what messages share in the file they share here.
pub(super) fn read(
    held: &Held<'_>,
    fields: &mut Reader<'_>,
) -> Result<Vec<StoredMessage>, ContainerError> {
    let start = *fields;
    let mut rest = fields.list("messages")?;
    let mut items = Vec::new();
    while !rest.is_empty() {
        items.push((rest, item(&mut rest)?));
    }
    let [(call_data, places)] =
        held.by_hash([List::read(fields, "calldata", "piece of calldata")?])?;
    let table: Vec<Bytes> = call_data.into_values().collect();
    let share = |bytes: &[u8]| held.file.slice_ref(bytes);
    let mut left = MOST_TOGETHER;
    let mut messages: Vec<StoredMessage> = Vec::with_capacity(items.len());
    for (at, item) in &items {
        let message = match item {
            Item::Whole(bytes) => share(bytes).into(),
            Item::Pieces(bytes, pieces) => {
                let pieces = read_pieces(*pieces, &table, share, left)?;
                let pieces =
                    pieces.ok_or_else(|| start.fail("messages", ContainerFault::TooLong))?;
                let message = StoredMessage::of_parts(share(bytes), pieces);
                message.map_err(|error| at.fail("message", error))?
            }
        };
        let shorter = left.checked_sub(message.len() as u64);
        left = shorter.ok_or_else(|| start.fail("messages", ContainerFault::TooLong))?;
        messages.push(message);
    }
    check(&messages, &items, &table, &places)?;
    Ok(messages)
}

/// The pieces of a message; `None` if they have more than `most` bytes.
fn read_pieces(
    mut rest: Reader<'_>,
    table: &[Bytes],
    share: impl Fn(&[u8]) -> Bytes,
    most: u64,
) -> Result<Option<Vec<Bytes>>, ContainerError> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        if pieces.len() as u64 * PIECE as u64 > most {
            return Ok(None);
        }
        let piece = if rest.is_list() {
            let mut place = rest.list("piece of calldata")?;
            let at = place;
            let index: u32 = place.value("place of a piece")?;
            place.end("piece of calldata")?;
            let piece = table.get(index as usize);
            let none = || at.fail("place of a piece", ContainerFault::NoPiece(table.len()));
            piece.ok_or_else(none)?.clone()
        } else {
            share(rest.bytes("piece of calldata")?)
        };
        pieces.push(piece);
    }
    Ok(Some(pieces))
}

/// Makes sure that those pieces stand apart that are there more than once, and no others.
fn check(
    messages: &[StoredMessage],
    items: &[(Reader<'_>, Item<'_>)],
    table: &[Bytes],
    places: &[Reader<'_>],
) -> Result<(), ContainerError> {
    let shared = Shared::of(messages);
    for ((at, item), message) in items.iter().zip(messages) {
        match item {
            Item::Whole(_) if shared.call_data(message).is_some() => {
                return Err(at.fail("message", ContainerFault::Repeated));
            }
            Item::Whole(_) => {}
            Item::Pieces(_, pieces) => {
                let mut rest = *pieces;
                let mut apart = false;
                for piece in message.call_data().iter().flat_map(|data| data.pieces()) {
                    let at = rest;
                    let fault = match (rest.is_list(), shared.index(piece)) {
                        (true, None) => ContainerFault::Once,
                        (false, Some(_)) => ContainerFault::Repeated,
                        (true, Some(_)) => {
                            apart = true;
                            rest.list("piece of calldata")?;
                            continue;
                        }
                        (false, None) => {
                            rest.bytes("piece of calldata")?;
                            continue;
                        }
                    };
                    return Err(at.fail("piece of calldata", fault));
                }
                if !apart {
                    return Err(at.fail("message", ContainerFault::Once));
                }
            }
        }
    }
    match places.iter().zip(table).find(|(_, piece)| shared.index(piece).is_none()) {
        Some((at, _)) => Err(at.fail("piece of calldata", ContainerFault::Unused)),
        None => Ok(()),
    }
}
