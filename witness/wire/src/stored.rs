//! [`StoredMessage`]: a message as it is kept, large calldata in pieces that messages share.
//! `specs/09-container.md`, section Calldata.
//!
//! In the data's way this stands between the encoding of a message and the container. A call passes
//! memory that was paid for once as often as it likes: 50,000 calls of 50 kB each are 2.5 GB, of which
//! this keeps what differs. Whoever needs a message's bytes has them made, one message at a time.

use std::hash::{Hash, Hasher};

use alloy_primitives::{Bytes, U256};

use crate::{
    call_data::{CallData, PIECE},
    encoding::{self, EncodingError},
    message::MessageWitness,
};

/// The bytes of a message, true or not: the hypervisor's calldata, if they are a canonical encoding.
///
/// Of one whose `callData` has at least [`PIECE`] bytes these are kept [in pieces](CallData). Bytes that
/// are no canonical encoding are kept as they are.
///
/// ```
/// use iso_evm_wire::{MessageWitness, StoredMessage, encoding};
///
/// let message = MessageWitness { callData: vec![7; 50_000].into(), ..Default::default() };
/// let stored = StoredMessage::of(&message);
/// assert_eq!(stored.bytes(), encoding::encode(&message));
/// assert_eq!(stored.call_data().unwrap().bytes(), message.callData);
/// assert!(stored.start().len() < 1000);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredMessage {
    /// All bytes; of a message whose calldata is in pieces, those before it.
    start: Bytes,
    call_data: Option<CallData>,
}

impl StoredMessage {
    /// The message, encoded. Its calldata is shared with it, if that is large.
    pub fn of(message: &MessageWitness) -> Self {
        if message.callData.len() < PIECE {
            return Self { start: encoding::encode(message).into(), call_data: None };
        }
        Self::with(message, &CallData::of(&message.callData))
    }

    /// The message with this calldata for its own.
    pub fn with(message: &MessageWitness, call_data: &CallData) -> Self {
        if call_data.len() < PIECE {
            return Self::of(&MessageWitness { callData: call_data.bytes(), ..message.clone() });
        }
        let start = encoding::encode_start(message, call_data.len()).into();
        Self { start, call_data: Some(call_data.clone()) }
    }

    /// The bytes before a calldata, and that, in pieces.
    ///
    /// # Errors
    ///
    /// If together they are no canonical encoding.
    pub(crate) fn of_parts(start: Bytes, pieces: Vec<Bytes>) -> Result<Self, EncodingError> {
        let position = start.len().saturating_sub(32);
        let found = U256::from_be_slice(&start[position..]);
        let left = pieces.iter().map(|piece| piece.len()).sum();
        let call_data = usize::try_from(found).ok();
        let call_data = call_data.and_then(|length| CallData::of_pieces(length, pieces));
        let call_data = call_data.ok_or(EncodingError::Length { position, left, found })?;
        encoding::decode_start(&start, call_data.len())?;
        Ok(Self { start, call_data: Some(call_data) })
    }

    /// The bytes: made for the one who asks, if the calldata is in pieces.
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
        for piece in self.call_data.iter().flat_map(CallData::pieces) {
            bytes.extend_from_slice(piece);
        }
        bytes.resize(self.len(), 0);
        bytes
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        let call_data = self.call_data.as_ref().map_or(0, CallData::len);
        self.start.len() + encoding::padded(call_data)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// The bytes before the calldata; all of them if that is in no pieces.
    pub const fn start(&self) -> &Bytes {
        &self.start
    }

    /// The calldata, if it is in pieces.
    pub const fn call_data(&self) -> Option<&CallData> {
        self.call_data.as_ref()
    }

    /// The message, taken apart, with its calldata put together.
    ///
    /// # Errors
    ///
    /// If the bytes are no canonical encoding.
    pub fn decode(&self) -> Result<MessageWitness, EncodingError> {
        let (mut message, call_data) = self.decode_apart()?;
        message.callData = call_data.bytes();
        Ok(message)
    }

    /// The message, taken apart, and beside it its calldata, of which the message has nothing. What is
    /// long in both is shared with these bytes, not copied.
    ///
    /// # Errors
    ///
    /// As [`Self::decode`].
    pub fn decode_apart(&self) -> Result<(MessageWitness, CallData), EncodingError> {
        match &self.call_data {
            None => {
                let mut message = encoding::decode_shared(&self.start)?;
                let call_data = std::mem::take(&mut message.callData);
                Ok((message, CallData::of(&call_data)))
            }
            Some(call_data) => {
                let message = encoding::decode_start(&self.start, call_data.len())?;
                Ok((message, call_data.clone()))
            }
        }
    }
}

impl Hash for StoredMessage {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Calldata that is shared would be read as often as it is.
        self.start.hash(state);
    }
}

impl From<Bytes> for StoredMessage {
    fn from(bytes: Bytes) -> Self {
        let apart = encoding::call_data_position(&bytes)
            .filter(|position| bytes.len() - position >= PIECE)
            .and_then(|position| Some((position, encoding::decode_shared(&bytes).ok()?.callData)))
            .filter(|(_, call_data)| call_data.len() >= PIECE);
        match apart {
            None => Self { start: bytes, call_data: None },
            Some((position, call_data)) => {
                Self { start: bytes.slice(..position), call_data: Some(CallData::of(&call_data)) }
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
            let (without, call_data) = stored.decode_apart().unwrap();
            assert_eq!((without.callData.len(), call_data.bytes()), (0, message.callData));
            assert_eq!(StoredMessage::with(&without, &call_data), stored, "{length}");
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
        let (start, pieces) = (whole.start(), whole.call_data().unwrap().pieces().to_vec());
        assert_eq!(StoredMessage::of_parts(start.clone(), pieces.clone()), Ok(whole.clone()));
        for cut in 0..start.len() {
            assert!(StoredMessage::of_parts(start.slice(..cut), pieces.clone()).is_err());
        }
        assert!(StoredMessage::of_parts(start.clone(), pieces[1..].to_vec()).is_err());
        let longer = [&start[..32], &start[..]].concat().into();
        assert!(StoredMessage::of_parts(longer, pieces.clone()).is_err());
        // What is short is in no pieces.
        let small = message(3);
        let start = encoding::encode_start(&small, 3).into();
        assert!(StoredMessage::of_parts(start, vec![small.callData]).is_err());
    }
}
