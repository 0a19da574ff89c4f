//! A false claim, whichever audit found it.

use std::fmt;

use alloy_primitives::B256;
use iso_evm_hypervisor::{MessageVerdict, Mismatch, MismatchKind, SegmentVerdict};

use super::Audit;
use crate::audit::{AccessKind, Finding, TransactionKind, TreeKind};

/// A claim that an audit found false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FalseClaim {
    /// What is false; it tells the audit.
    pub kind: ClaimKind,
    /// Index of the message, in pre-order; none if it is about the transaction.
    pub message: Option<usize>,
    /// Offset in the guest's code, where the execution audit had come to one.
    pub pc: Option<u64>,
    /// Index of the record in the message, from 0 for the opening record.
    pub record: Option<u64>,
    /// What was computed, and what the witness says. Bytes that are no message have neither.
    pub words: Option<Words>,
}

/// The two sides of a mismatch, as words; of byte strings their keccak256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What the audit computed.
    pub expected: B256,
    /// What the witness says.
    pub found: B256,
}

/// What is false, by the audit that found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimKind {
    /// The execution audit's: the code does something else.
    Execution(MismatchKind),
    /// The execution audit's: the bytes are no canonical message.
    Malformed {
        /// Where reading had come to.
        position: u64,
    },
    /// The access audit's.
    Access(AccessKind),
    /// The tree audit's.
    Tree(TreeKind),
    /// The transaction audit's.
    Transaction(TransactionKind),
}

impl ClaimKind {
    /// The audit that has this kind.
    pub const fn audit(self) -> Audit {
        match self {
            Self::Execution(_) | Self::Malformed { .. } => Audit::Execution,
            Self::Access(_) => Audit::Access,
            Self::Tree(_) => Audit::Tree,
            Self::Transaction(_) => Audit::Transaction,
        }
    }

    /// The name that reports give.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Execution(kind) => kind.name(),
            Self::Malformed { .. } => "malformed",
            Self::Access(kind) => kind.name(),
            Self::Tree(kind) => kind.name(),
            Self::Transaction(kind) => kind.name(),
        }
    }
}

impl ClaimKind {
    /// Where reading had come to, of bytes that are no message.
    pub const fn position(self) -> Option<u64> {
        match self {
            Self::Malformed { position } => Some(position),
            Self::Execution(_) | Self::Access(_) | Self::Tree(_) | Self::Transaction(_) => None,
        }
    }
}

impl FalseClaim {
    /// What the hypervisor finds false in a message.
    pub fn of_message(message: usize, verdict: &MessageVerdict) -> Option<Self> {
        let message = Some(message);
        match *verdict {
            MessageVerdict::Mismatch(Mismatch { kind, pc, record, expected, found }) => {
                let words = Some(Words { expected, found });
                Some(Self { kind: ClaimKind::Execution(kind), message, pc, record, words })
            }
            MessageVerdict::Malformed { position } => {
                let kind = ClaimKind::Malformed { position };
                Some(Self { kind, message, pc: None, record: None, words: None })
            }
            MessageVerdict::Valid
            | MessageVerdict::Unavailable { .. }
            | MessageVerdict::Inconclusive { .. } => None,
        }
    }
}

/// What an engine says of a message, in words.
pub(super) fn said(message: usize, verdict: &MessageVerdict) -> String {
    if let Some(claim) = FalseClaim::of_message(message, verdict) {
        return format!("false ({claim})");
    }
    open_end(verdict).unwrap_or_else(|| "valid".to_owned())
}

/// Why an engine came to no end with a message, in words; `None` if it came to one.
pub fn open_end(verdict: &MessageVerdict) -> Option<String> {
    match verdict {
        MessageVerdict::Unavailable { archive } => {
            Some(format!("unavailable: the witness lacks its code (no archive at {archive})"))
        }
        MessageVerdict::Inconclusive { reason } => Some(format!("inconclusive: {reason}")),
        MessageVerdict::Valid | MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. } => {
            None
        }
    }
}

/// What an engine says of a segment, in words.
pub(super) fn said_of_segment(message: usize, verdict: &SegmentVerdict) -> String {
    match verdict {
        SegmentVerdict::Reached(end) => {
            format!("that it ends at {} gas, pc {}, {}", end.gas_used.0, end.pc.0, end.digest())
        }
        SegmentVerdict::NotProven(missing) => format!("not proven: {missing}"),
        SegmentVerdict::Message(verdict) => said(message, verdict),
    }
}

/// The finding of another audit.
impl<K: Into<ClaimKind>> From<Finding<K>> for FalseClaim {
    fn from(finding: Finding<K>) -> Self {
        let Finding { kind, message, record, expected, found } = finding;
        Self {
            kind: kind.into(),
            message,
            pc: None,
            record: record.map(|record| record as u64),
            words: Some(Words { expected, found }),
        }
    }
}

impl From<AccessKind> for ClaimKind {
    fn from(kind: AccessKind) -> Self {
        Self::Access(kind)
    }
}

impl From<TreeKind> for ClaimKind {
    fn from(kind: TreeKind) -> Self {
        Self::Tree(kind)
    }
}

impl From<TransactionKind> for ClaimKind {
    fn from(kind: TransactionKind) -> Self {
        Self::Transaction(kind)
    }
}

impl fmt::Display for FalseClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.kind.audit())?;
        if let Some(message) = self.message {
            write!(f, "message {message}: ")?;
        }
        f.write_str(self.kind.name())?;
        if let Some(position) = self.kind.position() {
            write!(f, ": no canonical witness, at byte {position}")?;
        }
        if let Some(pc) = self.pc {
            write!(f, ", at pc {pc}")?;
        }
        if let Some(record) = self.record {
            write!(f, ", in record {record}")?;
        }
        if let Some(Words { expected, found }) = self.words {
            write!(f, ", expected {expected}, found {found}")?;
        }
        Ok(())
    }
}
