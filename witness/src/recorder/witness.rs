//! [`RecordedWitness`]: a message as it was recorded, whose calldata is put together for those who look
//! at it.
//!
//! In the data's way this stands between the frames and the container, which takes the calldata in
//! pieces.

use std::{
    ops::{Deref, DerefMut},
    sync::OnceLock,
};

use iso_evm_wire::{CallData, MessageWitness, StoredMessage};

/// A [`MessageWitness`] that shares pieces of its calldata with others. It is the message to whoever
/// asks for that, with all of its calldata, from then on.
#[derive(Clone, Debug)]
pub struct RecordedWitness {
    /// The message; if its calldata is in pieces, without that.
    fields: MessageWitness,
    in_pieces: Option<CallData>,
    whole: OnceLock<Box<MessageWitness>>,
}

impl RecordedWitness {
    /// A message with this calldata for its own.
    pub(super) fn new(fields: MessageWitness, call_data: CallData) -> Self {
        let short = call_data.pieces().len() < 2;
        let own = if short { call_data.bytes() } else { Default::default() };
        let fields = MessageWitness { callData: own, ..fields };
        Self { fields, in_pieces: (!short).then_some(call_data), whole: OnceLock::new() }
    }

    /// All but the calldata.
    pub(super) const fn fields(&mut self) -> &mut MessageWitness {
        &mut self.fields
    }

    /// The message as a container keeps it. Its calldata is not put together for that.
    pub fn stored(&self) -> StoredMessage {
        match &self.in_pieces {
            Some(call_data) => StoredMessage::with(&self.fields, call_data),
            None => StoredMessage::of(&self.fields),
        }
    }
}

impl Deref for RecordedWitness {
    type Target = MessageWitness;

    fn deref(&self) -> &MessageWitness {
        let Some(call_data) = &self.in_pieces else { return &self.fields };
        self.whole.get_or_init(|| {
            Box::new(MessageWitness { callData: call_data.bytes(), ..self.fields.clone() })
        })
    }
}

impl DerefMut for RecordedWitness {
    fn deref_mut(&mut self) -> &mut MessageWitness {
        if let Some(call_data) = self.in_pieces.take() {
            self.fields.callData = call_data.bytes();
            self.whole = OnceLock::new();
        }
        &mut self.fields
    }
}

impl PartialEq for RecordedWitness {
    fn eq(&self, other: &Self) -> bool {
        match (&self.in_pieces, &other.in_pieces) {
            (Some(own), Some(other_data)) => self.fields == other.fields && own == other_data,
            (None, None) => self.fields == other.fields,
            _ => **self == **other,
        }
    }
}

impl Eq for RecordedWitness {}

impl From<MessageWitness> for RecordedWitness {
    fn from(fields: MessageWitness) -> Self {
        Self { fields, in_pieces: None, whole: OnceLock::new() }
    }
}
