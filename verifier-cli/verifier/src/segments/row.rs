//! What is said of one segment.

use std::fmt;

use iso_evm_hypervisor::{MessageVerdict, Missing, SegmentVerdict};
use iso_evm_wire::segment::{Checkpoint, ClaimedLeaf};

use crate::verify::{FalseClaim, Verdict};

/// A segment, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it starts.
    pub start: Checkpoint,
    /// The checkpoint that it is to end in; none if it ends as the message does.
    pub end: Option<ClaimedLeaf>,
    /// Number of records that it takes.
    pub records: usize,
    /// Gas of the guest's own opcodes in it.
    pub own_gas: u64,
    /// Length of its input, the code in it.
    pub input_bytes: usize,
    /// Gas of the segment machine's frame; 0 if it did not run.
    pub host_gas: u64,
    /// What is said of it.
    pub said: Said,
}

/// What is said of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// This; valid, if it ends as is claimed.
    Verdict(MessageVerdict),
    /// Nothing, for something is missing that the guest needs.
    NotProven(Missing),
    /// Nothing: the checkpoint that it starts from is false.
    FalseStart,
}

impl Said {
    pub(super) fn of(verdict: SegmentVerdict) -> Self {
        match verdict {
            SegmentVerdict::Message(verdict) => Self::Verdict(verdict),
            SegmentVerdict::NotProven(missing) => Self::NotProven(missing),
            // It came to its end, and that is what is claimed.
            SegmentVerdict::Reached(_) => Self::Verdict(MessageVerdict::Valid),
        }
    }

    /// Whether the segment is false.
    pub fn is_false(&self) -> bool {
        self.verdict() == Verdict::Invalid
    }

    /// The verdict on the segment.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Verdict(verdict) => verdict.into(),
            Self::NotProven(_) | Self::FalseStart => Verdict::Inconclusive,
        }
    }

    /// The false claim, if it is about one; `message` is the message's index.
    pub fn claim(&self, message: usize) -> Option<FalseClaim> {
        match self {
            Self::Verdict(verdict) => FalseClaim::of_message(message, verdict),
            Self::NotProven(_) | Self::FalseStart => None,
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdict(MessageVerdict::Valid) => f.write_str("valid"),
            Self::Verdict(MessageVerdict::Mismatch(mismatch)) => {
                write!(f, "invalid: {}", mismatch.kind)
            }
            Self::Verdict(MessageVerdict::Malformed { .. }) => f.write_str("invalid: malformed"),
            Self::Verdict(MessageVerdict::Unavailable { archive }) => {
                write!(f, "inconclusive: the witness lacks its code (no archive at {archive})")
            }
            Self::Verdict(MessageVerdict::Inconclusive { reason }) => {
                write!(f, "inconclusive: {reason}")
            }
            Self::NotProven(missing) => write!(f, "not proven: {missing}"),
            Self::FalseStart => f.write_str("not proven: it starts from a false checkpoint"),
        }
    }
}
