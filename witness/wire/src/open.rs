//! [`Opened`]: a witness with its messages and their records taken apart, once, for all that look at
//! them.
//!
//! In the data's way this stands between the container, which holds messages as bytes, and everybody
//! who asks what they say: what the container needs, the audits, the report, the call tree. A message
//! may be a lie, or not even a message: what cannot be taken apart is told apart.

use std::{borrow::Cow, ops::Deref};

use alloy_primitives::{B256, Bytes};

use crate::{
    Witness,
    call_data::CallData,
    container::{ContainerError, Place},
    crypto::{Crypto, KeccakEach, Signer},
    encoding::EncodingError,
    message::MessageWitness,
    records::{FrameKind, OpeningRecord, Record, RecordError},
    stored::StoredMessage,
};

/// A message taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedMessage {
    /// All but the calldata, of which there is none.
    fields: MessageWitness,
    call_data: CallData,
    records: Vec<Result<Record, RecordError>>,
}

impl OpenedMessage {
    /// Takes a message apart, and its records. Calldata and the bytes of records are shared with it, not
    /// copied; what a decoded record holds is its own.
    ///
    /// # Errors
    ///
    /// If they are no canonical message. A record that is none stands among the records.
    pub fn decode(message: &StoredMessage) -> Result<Self, EncodingError> {
        let (fields, call_data) = message.decode_apart()?;
        let records = fields.stateAccessList.iter().map(Record::decode).collect();
        Ok(Self { fields, call_data, records })
    }

    /// The message as it is on the wire, its records as bytes, but without its calldata: that stands
    /// [beside it](Self::call_data), and `callData` is empty here.
    pub const fn fields(&self) -> &MessageWitness {
        &self.fields
    }

    /// The calldata.
    pub const fn call_data(&self) -> &CallData {
        &self.call_data
    }

    /// The records, in order; an error where bytes are none.
    pub fn records(&self) -> &[Result<Record, RecordError>] {
        &self.records
    }

    /// The fields alone, without calldata and list of records, then these two; `None` if a record is none.
    pub fn into_parts(self) -> Option<(MessageWitness, CallData, Vec<Record>)> {
        let Self { mut fields, call_data, records } = self;
        fields.stateAccessList.clear();
        let records = records.into_iter().collect::<Result<_, _>>().ok()?;
        Some((fields, call_data, records))
    }

    /// The opening record, if the message has one.
    pub fn opening(&self) -> Option<&OpeningRecord> {
        match self.records.first()? {
            Ok(Record::Opening(opening)) => Some(opening),
            _ => None,
        }
    }

    /// The kind of frame, as the opening record says.
    pub fn kind(&self) -> Option<FrameKind> {
        FrameKind::from_number(self.opening()?.kind)
    }

    /// Hash of the code that the opening record asks for; none in a creation, whose code is in the
    /// message.
    pub fn code_hash(&self) -> Option<B256> {
        let opening = self.opening()?;
        let create = FrameKind::from_number(opening.kind)?.is_create();
        (!create).then_some(opening.codeHash)
    }
}

/// A witness with its messages taken apart. It is the [`Witness`] to whoever asks for that.
#[derive(Clone, Debug)]
pub struct Opened<'a> {
    witness: Cow<'a, Witness>,
    /// A message that is none takes no more room than its error.
    taken_apart: Vec<Result<Box<OpenedMessage>, EncodingError>>,
    /// How it was read, if it was read from a file.
    read: Option<Read>,
}

/// How a witness was read.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// The whole file.
    pub(crate) file: Bytes,
    /// What computed the hashes under which everything stands, and recovered the sender.
    pub(crate) crypto: Crypto,
    /// The hash that the sender signed, if the sender was recovered.
    pub(crate) signed: Option<B256>,
}

impl<'a> Opened<'a> {
    /// Takes the messages of a witness apart.
    pub fn of(witness: &'a Witness) -> Self {
        Self::new(Cow::Borrowed(witness), None)
    }

    /// Reads a `witness.bin`: [`Witness::decode_shared`], with the messages taken apart on the way.
    /// Hashes are computed and the sender is recovered by the functions given, each once.
    ///
    /// # Errors
    ///
    /// As [`Witness::decode`].
    pub fn decode(file: &Bytes, crypto: Crypto) -> Result<Opened<'static>, ContainerError> {
        crate::container::decode(file, crypto)
    }

    pub(crate) fn new(witness: Cow<'a, Witness>, read: Option<Read>) -> Self {
        let open = |message| OpenedMessage::decode(message).map(Box::new);
        let taken_apart = witness.messages.iter().map(open).collect();
        Self { witness, taken_apart, read }
    }

    /// The witness alone.
    pub fn into_witness(self) -> Witness {
        self.witness.into_owned()
    }

    /// Whether codes and nodes stand under their own hashes for certain, to whoever trusts this
    /// function: they were read from a file, and it computed the hashes there. Whoever trusts another,
    /// or has a witness that was made otherwise, computes them.
    pub fn is_hashed_by(&self, keccak256_each: KeccakEach) -> bool {
        // Functions at one address do the same.
        self.read
            .as_ref()
            .is_some_and(|read| std::ptr::fn_addr_eq(read.crypto.keccak256_each, keccak256_each))
    }

    /// The hash of which this function has said that the transaction's sender signed it; `None` if it was not
    /// asked: if the sender is given, the witness was read by another function or was made otherwise.
    pub fn signed_by_sender(&self, signer: Signer) -> Option<B256> {
        let read = self.read.as_ref()?;
        read.signed.filter(|_| std::ptr::fn_addr_eq(read.crypto.signer, signer))
    }

    /// The `witness.bin` that it was read from, which is what [`Witness::encode`] gives.
    pub fn file(&self) -> Option<&Bytes> {
        self.read.as_ref().map(|read| &read.file)
    }

    /// The messages in pre-order; an error where bytes are none.
    pub fn opened(&self) -> &[Result<Box<OpenedMessage>, EncodingError>] {
        &self.taken_apart
    }

    /// The message with this index; `None` if there is none, or if its bytes are none.
    pub fn message(&self, index: usize) -> Option<&OpenedMessage> {
        self.taken_apart.get(index)?.as_deref().ok()
    }

    /// The code that a message's opening record asks for, if the container has it. A creation's is
    /// in the message.
    pub fn code(&self, index: usize) -> Option<&Bytes> {
        self.witness.codes.get(&self.message(index)?.code_hash()?)
    }

    /// Where each message stands in the call tree.
    pub fn tree(&self) -> Vec<Place> {
        crate::container::places(self.taken_apart.iter().map(|message| message.as_deref().ok()))
    }
}

impl From<Witness> for Opened<'static> {
    fn from(witness: Witness) -> Self {
        Self::new(Cow::Owned(witness), None)
    }
}

impl Deref for Opened<'_> {
    type Target = Witness;

    fn deref(&self) -> &Witness {
        &self.witness
    }
}
