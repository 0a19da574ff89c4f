//! [`StoredMessage`]: a message as it is kept, its calldata apart where that is large, so that messages
//! which are passed the same share it. `specs/09-container.md`, section Calldata.
//!
//! In the data's way this stands between the encoding of a message and the container. A call passes
//! memory that was paid for once as often as it likes: 50,000 calls of 50 kB each are 2.5 GB, of which
//! this keeps 50 kB. Whoever needs a message's bytes has them made, one message at a time.

use std::hash::{Hash, Hasher};

use alloy_primitives::Bytes;

use crate::{
    encoding::{self, EncodingError},
    message::MessageWitness,
};

/// The shortest calldata, in bytes, that is kept apart from its message.
pub const APART_FROM: usize = 1024;

/// The bytes of a message, true or not: the hypervisor's calldata, if they are a canonical encoding.
///
/// One whose `callData` has at least [`APART_FROM`] bytes is kept in two parts, which clones share.
/// Bytes that are no canonical encoding are kept as they are.
///
/// ```
/// use iso_evm_wire::{MessageWitness, StoredMessage, encoding};
///
/// let message = MessageWitness { callData: vec![7; 50_000].into(), ..Default::default() };
/// let stored = StoredMessage::of(&message);
/// assert_eq!(stored.bytes(), encoding::encode(&message));
/// assert_eq!(stored.call_data(), Some(&message.callData));
/// assert!(stored.start().len() < 1000);
/// ```
#[derive(Clone, Debug, Default)]
pub struct StoredMessage {
    /// All bytes; of a message in two parts, those before its calldata.
    start: Bytes,
    call_data: Option<Bytes>,
}

impl StoredMessage {
    /// The message, encoded. Its calldata is shared with it, if it is large.
    pub fn of(message: &MessageWitness) -> Self {
        if message.callData.len() < APART_FROM {
            return Self { start: encoding::encode(message).into(), call_data: None };
        }
        let start = encoding::encode_start(message).into();
        Self { start, call_data: Some(message.callData.clone()) }
    }

    /// The two parts of a message.
    ///
    /// # Errors
    ///
    /// If they are not those of a canonical encoding.
    pub fn of_parts(start: Bytes, call_data: Bytes) -> Result<Self, EncodingError> {
        encoding::decode_parts(&start, &call_data)?;
        let message = Self { start, call_data: Some(call_data) };
        // What is short is not apart.
        let short = message.call_data().is_none_or(|data| data.len() < APART_FROM);
        Ok(if short { message.bytes().into() } else { message })
    }

    /// The bytes: made for the one who asks, if the message is in two parts.
    pub fn bytes(&self) -> Bytes {
        match &self.call_data {
            None => self.start.clone(),
            Some(_) => self.to_vec().into(),
        }
    }

    /// A copy of the bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        bytes.extend_from_slice(&self.start);
        bytes.extend_from_slice(self.call_data.as_ref().map_or(&[], |bytes| bytes));
        bytes.resize(self.len(), 0);
        bytes
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        let call_data = self.call_data.as_ref().map_or(0, |bytes| bytes.len());
        self.start.len() + encoding::padded(call_data)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// The bytes before the calldata; all of them if that is not apart.
    pub const fn start(&self) -> &Bytes {
        &self.start
    }

    /// The calldata, if it is apart.
    pub const fn call_data(&self) -> Option<&Bytes> {
        self.call_data.as_ref()
    }

    /// The message, taken apart. What is long in it is shared with these bytes, not copied.
    ///
    /// # Errors
    ///
    /// If the bytes are no canonical encoding.
    pub fn decode(&self) -> Result<MessageWitness, EncodingError> {
        match &self.call_data {
            None => encoding::decode_shared(&self.start),
            Some(call_data) => encoding::decode_parts(&self.start, call_data),
        }
    }
}

impl PartialEq for StoredMessage {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start
            && match (&self.call_data, &other.call_data) {
                // What is shared is not read. How long it is, the start says.
                (Some(own), Some(other)) => own.as_ptr() == other.as_ptr() || own == other,
                (None, None) => true,
                _ => false,
            }
    }
}

impl Eq for StoredMessage {}

impl Hash for StoredMessage {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Calldata that is shared would be read as often as it is.
        self.start.hash(state);
    }
}

impl From<Bytes> for StoredMessage {
    fn from(bytes: Bytes) -> Self {
        let apart = encoding::call_data_position(&bytes)
            .filter(|position| bytes.len() - position >= APART_FROM)
            .and_then(|position| Some((position, encoding::decode_shared(&bytes).ok()?.callData)))
            .filter(|(_, call_data)| call_data.len() >= APART_FROM);
        match apart {
            None => Self { start: bytes, call_data: None },
            Some((position, call_data)) => {
                Self { start: bytes.slice(..position), call_data: Some(call_data) }
            }
        }
    }
}

impl From<Vec<u8>> for StoredMessage {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccessWitness;

    fn message(call_data: usize) -> MessageWitness {
        MessageWitness {
            stateAccessList: vec![AccessWitness { opcode: 1, metadata: vec![5; 40].into() }],
            callData: vec![7; call_data].into(),
            ..MessageWitness::default()
        }
    }

    #[test]
    fn a_stored_message_has_the_bytes_of_its_encoding() {
        for length in [0, 1, 1023, 1024, 1025, 1055, 1056, 50_000] {
            let message = message(length);
            let bytes = encoding::encode(&message);
            let stored = StoredMessage::of(&message);
            assert_eq!((stored.to_vec(), stored.len()), (bytes.clone(), bytes.len()), "{length}");
            assert_eq!(stored.call_data().is_some(), length >= 1024, "{length}");
            assert_eq!(StoredMessage::from(bytes), stored, "{length}");
            assert_eq!(stored.decode().unwrap(), message, "{length}");
        }
    }

    /// Whatever the bytes are, they come back, and are taken apart as ever.
    #[test]
    fn changed_bytes_of_a_large_message_stay_as_they_are() {
        let bytes = encoding::encode(&message(1030));
        let mut apart = 0;
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            let stored = StoredMessage::from(changed.clone());
            assert_eq!(stored.to_vec(), changed, "byte {index}");
            assert_eq!(stored.decode(), encoding::decode(&changed), "byte {index}");
            apart += usize::from(stored.call_data().is_some());
            let cut = StoredMessage::from(bytes[..index].to_vec());
            assert!(cut.call_data().is_none() && cut.to_vec() == bytes[..index], "{index} bytes");
        }
        assert!(apart >= 1030);
    }

    #[test]
    fn parts_that_are_no_message_are_refused() {
        let whole = StoredMessage::of(&message(2000));
        let (start, call_data) = (whole.start(), whole.call_data().unwrap());
        assert_eq!(StoredMessage::of_parts(start.clone(), call_data.clone()), Ok(whole.clone()));
        for cut in 0..start.len() {
            assert!(StoredMessage::of_parts(start.slice(..cut), call_data.clone()).is_err());
        }
        assert!(StoredMessage::of_parts(start.clone(), call_data.slice(1..)).is_err());
        let longer = [&start[..], &[0; 32]].concat().into();
        assert!(StoredMessage::of_parts(longer, call_data.clone()).is_err());
        let small = message(3);
        let start = encoding::encode_start(&small).into();
        let stored = StoredMessage::of_parts(start, small.callData.clone()).unwrap();
        assert_eq!(stored, StoredMessage::of(&small));
    }
}
