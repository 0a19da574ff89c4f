//! RLP with positions: every fault says at which byte it is and in which field.

use alloy_primitives::B256;
use alloy_rlp::{Decodable, EMPTY_LIST_CODE, Header};

use super::MOST_TOGETHER;

/// Why bytes are no `witness.bin`, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {position}, {field}: {fault}")]
pub struct ContainerError {
    /// The first byte of what is wrong.
    pub position: usize,
    /// The field that cannot be read.
    pub field: &'static str,
    /// What is wrong with the field.
    pub fault: ContainerFault,
}

/// What is wrong with a `witness.bin`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerFault {
    /// The file is another one.
    #[error("not a witness.bin: it does not begin with \"ISOW\"")]
    Magic,
    /// The file is of another version.
    #[error("version {expected} expected, found {found}")]
    Version {
        /// The one version there is.
        expected: u8,
        /// The one in the file.
        found: u8,
    },
    /// The bytes end too early.
    #[error("truncated")]
    Truncated,
    /// Not the canonical RLP of a field.
    #[error("not canonical: {0}")]
    Rlp(alloy_rlp::Error),
    /// There are bytes after the end.
    #[error("{0} trailing bytes")]
    Trailing(usize),
    /// Another `witness.bin` begins after the end.
    #[error("several witnesses, one behind the other: another begins here")]
    Several,
    /// A number that names nothing.
    #[error("unknown number {0}")]
    Unknown(u8),
    /// A map's keys do not ascend, or one is there twice.
    #[error("not in ascending order")]
    Order,
    /// No message asks for it, and no root leads to it.
    #[error("nothing needs it")]
    Unused,
    /// Code that nothing asks for, where other code is asked for that is not there.
    #[error(
        "its hash is {hash}, which nothing needs; the code {needed} is needed, and is not there"
    )]
    OtherCode {
        /// Hash of the code that is there.
        hash: B256,
        /// Hash of the code that is not.
        needed: B256,
    },
    /// A piece of calldata stands apart, and only one message has it, once.
    #[error("it stands apart, and is there once")]
    Once,
    /// A piece of calldata does not stand apart, and is there more than once.
    #[error("it does not stand apart, and is there more than once")]
    Repeated,
    /// There are not so many pieces of calldata.
    #[error("there are {0} pieces of calldata")]
    NoPiece(usize),
    /// A message in pieces is no message.
    #[error(transparent)]
    Message(#[from] crate::encoding::EncodingError),
    /// The messages are longer than they may be, each with its own calldata.
    #[error("the messages have more than {MOST_TOGETHER} bytes, each with its calldata")]
    TooLong,
    /// A trie node lacks that the roots in the header lead to.
    #[error("no whole way from the roots in the block's header")]
    Way,
    /// Not the fields of a header of the block's fork; of an ancestor's, not those of any.
    #[error("not the fields of a header of its fork")]
    Header,
    /// Not a transaction.
    #[error(transparent)]
    Transaction(#[from] crate::transaction::TransactionError),
}

/// A part of the file that is still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// Position of the end of `rest` in the file.
    end: usize,
}

impl<'a> Reader<'a> {
    /// The end of a file, from a position on.
    pub(super) const fn new(file: &'a [u8], rest: &'a [u8]) -> Self {
        Self { rest, end: file.len() }
    }

    /// Where the next byte stands in the file.
    pub(super) const fn position(&self) -> usize {
        self.end - self.rest.len()
    }

    /// Whether nothing is left.
    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// A fault at the next byte.
    pub(super) fn fail(
        &self,
        field: &'static str,
        fault: impl Into<ContainerFault>,
    ) -> ContainerError {
        ContainerError { position: self.position(), field, fault: fault.into() }
    }

    /// A value with an encoding of its own.
    pub(super) fn value<T: Decodable>(&mut self, field: &'static str) -> Result<T, ContainerError> {
        let mut rest = self.rest;
        let value = T::decode(&mut rest).map_err(|error| self.fail(field, error))?;
        self.rest = rest;
        Ok(value)
    }

    /// A byte string.
    pub(super) fn bytes(&mut self, field: &'static str) -> Result<&'a [u8], ContainerError> {
        let mut rest = self.rest;
        let bytes =
            Header::decode_bytes(&mut rest, false).map_err(|error| self.fail(field, error))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A list; its items follow from the reader returned.
    pub(super) fn list(&mut self, field: &'static str) -> Result<Self, ContainerError> {
        let mut rest = self.rest;
        let items =
            Header::decode_bytes(&mut rest, true).map_err(|error| self.fail(field, error))?;
        self.rest = rest;
        Ok(Self { rest: items, end: self.position() })
    }

    /// A number that names one of several things.
    pub(super) fn choice<T>(
        &mut self,
        field: &'static str,
        of_number: impl FnOnce(u8) -> Option<T>,
    ) -> Result<T, ContainerError> {
        let start = *self;
        let number: u8 = self.value(field)?;
        of_number(number).ok_or_else(|| start.fail(field, ContainerFault::Unknown(number)))
    }

    /// Whether a list comes next.
    pub(super) fn is_list(&self) -> bool {
        self.rest.first().is_some_and(|first| *first >= EMPTY_LIST_CODE)
    }

    /// Whether these bytes come next.
    pub(super) fn begins_with(&self, bytes: &[u8]) -> bool {
        self.rest.starts_with(bytes)
    }

    /// Makes sure that nothing is left.
    pub(super) fn end(&self, field: &'static str) -> Result<(), ContainerError> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.fail(field, ContainerFault::Trailing(left))),
        }
    }
}

impl From<alloy_rlp::Error> for ContainerFault {
    fn from(error: alloy_rlp::Error) -> Self {
        match error {
            alloy_rlp::Error::InputTooShort => Self::Truncated,
            error => Self::Rlp(error),
        }
    }
}
