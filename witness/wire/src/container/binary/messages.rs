//! The messages of a `witness.bin`, and the calldata that they share: a message is a byte string, or a
//! list of the bytes before its calldata and the hash of that. `specs/09-container.md`, section Calldata.

use alloy_primitives::{B256, Bytes};
use alloy_rlp::{Encodable, Header};

use super::{read::Held, write::write_bytes};
use crate::{
    container::{
        MOST_TOGETHER, Shared,
        reader::{ContainerError, ContainerFault, Reader},
        shared::SharedByHash,
    },
    stored::{APART_FROM, StoredMessage},
};

/// Bytes of the RLP of a hash.
const HASH: usize = 33;

/// Messages as they are written.
pub(super) struct Messages<'a> {
    items: Vec<(&'a StoredMessage, Option<B256>)>,
    header: Header,
}

impl<'a> Messages<'a> {
    pub(super) fn new(messages: &'a [StoredMessage], shared: &SharedByHash<'_>) -> Self {
        let item = |message| (message, shared.hash(message));
        let items: Vec<_> = messages.iter().map(item).collect();
        let length = |(message, hash): &(&StoredMessage, Option<B256>)| match hash {
            Some(_) => apart(message).length_with_payload(),
            None => whole_length(message),
        };
        let payload_length = items.iter().map(length).sum();
        Self { items, header: Header { list: true, payload_length } }
    }

    /// Bytes that [`Self::write`] gives.
    pub(super) fn length(&self) -> usize {
        self.header.length_with_payload()
    }

    /// Gives the messages to `sink`, piece by piece.
    pub(super) fn write(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut header = Vec::new();
        self.header.encode(&mut header);
        sink(&header);
        for (message, hash) in &self.items {
            match hash {
                Some(hash) => {
                    header.clear();
                    apart(message).encode(&mut header);
                    sink(&header);
                    write_bytes(message.start(), sink);
                    write_bytes(hash.as_slice(), sink);
                }
                None => write_whole(message, sink),
            }
        }
    }
}

/// The header of a message whose calldata stands apart.
fn apart(message: &StoredMessage) -> Header {
    Header { list: true, payload_length: message.start().length() + HASH }
}

fn whole_length(message: &StoredMessage) -> usize {
    match message.call_data() {
        None => message.start().length(),
        Some(_) => Header { list: false, payload_length: message.len() }.length_with_payload(),
    }
}

/// All bytes of a message, which are not put together for it.
fn write_whole(message: &StoredMessage, sink: &mut dyn FnMut(&[u8])) {
    let Some(call_data) = message.call_data() else { return write_bytes(message.start(), sink) };
    let mut header = Vec::new();
    Header { list: false, payload_length: message.len() }.encode(&mut header);
    sink(&header);
    sink(message.start());
    sink(call_data);
    let padding = message.len() - message.start().len() - call_data.len();
    sink(&[0; 32][..padding]);
}

/// A message as it stands in the file.
enum Item<'a> {
    Whole(&'a [u8]),
    /// The bytes before its calldata, where its hash stands, and that.
    Apart(&'a [u8], Reader<'a>, B256),
}

fn item<'a>(items: &mut Reader<'a>) -> Result<Item<'a>, ContainerError> {
    if !items.is_list() {
        return Ok(Item::Whole(items.bytes("message")?));
    }
    let mut parts = items.list("message")?;
    let start = parts.bytes("message's beginning")?;
    let at = parts;
    let hash = parts.value("hash of a message's calldata")?;
    parts.end("message")?;
    Ok(Item::Apart(start, at, hash))
}

/// Reads the messages, and the calldata that stands apart. Memory is bounded by the file's length: what
/// messages share in it they share here.
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
    let (call_data, places) = held.by_hash(fields, "calldata", "calldata")?;
    let mut each = places.iter().zip(call_data.values());
    if let Some((at, _)) = each.find(|(_, bytes)| bytes.len() < APART_FROM) {
        return Err(at.fail("calldata", ContainerFault::Short));
    }
    let share = |bytes: &[u8]| held.file.slice_ref(bytes);
    let message = |(at, item): &(Reader<'_>, Item<'_>)| match item {
        Item::Whole(bytes) => Ok(share(bytes).into()),
        Item::Apart(start, hash_at, hash) => {
            let no_calldata =
                || hash_at.fail("hash of a message's calldata", ContainerFault::NoCalldata);
            let call_data: &Bytes = call_data.get(hash).ok_or_else(no_calldata)?;
            let message = StoredMessage::of_parts(share(start), call_data.clone());
            message.map_err(|error| at.fail("message", error))
        }
    };
    let messages = items.iter().map(message).collect::<Result<Vec<_>, _>>()?;
    let lengths = messages.iter().map(|message| message.len() as u64);
    if lengths.fold(0, u64::saturating_add) > MOST_TOGETHER {
        return Err(start.fail("messages", ContainerFault::TooLong));
    }
    let shared = Shared::of(&messages);
    let form = |((at, item), message): (&(Reader<'_>, Item<'_>), _)| match item {
        Item::Whole(_) if shared.has(message) => Err(at.fail("message", ContainerFault::Repeated)),
        Item::Apart(..) if !shared.has(message) => Err(at.fail("message", ContainerFault::Alone)),
        _ => Ok(()),
    };
    items.iter().zip(&messages).try_for_each(form)?;
    let mut each = places.iter().zip(call_data.values());
    match each.find(|(_, bytes)| !shared.has_bytes(bytes)) {
        Some((at, _)) => Err(at.fail("calldata", ContainerFault::Unused)),
        None => Ok(messages),
    }
}
