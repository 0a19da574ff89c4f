//! What is said of a segment. Normative text: `specs/19-segments.md`, section Answers.

use std::fmt;

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use iso_evm_wire::segment::{Checkpoint, ClaimedLeaf, Field, Leaf};

use super::verdict::{MessageVerdict, Mismatch, MismatchKind, abi};

/// What a segment machine answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentVerdict {
    /// The guest came to the segment's end, and is in this state. Whether that is the one that is
    /// claimed is for the caller to compare ([`Self::of_end`]).
    Reached(Box<Checkpoint>),
    /// Something was not given that the guest needs: convicts nobody.
    NotProven(Missing),
    /// The message ended, and this is the verdict on how; or the segment was found false before.
    Message(MessageVerdict),
}

/// What a segment lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Missing {
    /// The slice of records is too short.
    Records = 1,
    /// The guest reads `callData`, which is not given.
    CallData = 2,
    /// The guest reads the return data, which is not given.
    ReturnData = 3,
    /// The guest looks at a page of memory that is not given.
    Memory = 4,
    /// The code that is given is not the message's.
    Code = 5,
}

impl Missing {
    /// Everything that can be missing.
    pub const ALL: [Self; 5] =
        [Self::Records, Self::CallData, Self::ReturnData, Self::Memory, Self::Code];

    /// The one with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|missing| *missing as u8 == number)
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Records => "the slice of records is too short",
            Self::CallData => "the message's calldata is needed and not given",
            Self::ReturnData => "the return data is needed and not given",
            Self::Memory => "a page of memory is needed and not given",
            Self::Code => "the code that is given is not the message's",
        })
    }
}

impl SegmentVerdict {
    /// What a call of the machine that returned says.
    pub fn from_returned(data: &[u8]) -> Self {
        match Checkpoint::of_bytes(data) {
            Some(checkpoint) => Self::Reached(Box::new(checkpoint)),
            None => Self::Message(MessageVerdict::from_returned(data)),
        }
    }

    /// What a call of the machine that reverted says.
    pub fn from_reverted(data: &[u8]) -> Self {
        let missing = abi::NotProven::abi_decode_validate(data).ok().and_then(|error| {
            let number = u8::try_from(error.missing).ok()?;
            Missing::from_number(number)
        });
        match missing {
            Some(missing) => Self::NotProven(missing),
            None => Self::Message(MessageVerdict::from_reverted(data)),
        }
    }

    /// What is said of a segment that is claimed to end in a checkpoint: valid if that is the one
    /// that the guest came to, else its first field that is false; where only the leaf is known, that
    /// its gas, its record or the digest is.
    pub fn of_end(self, claimed: &ClaimedLeaf) -> Self {
        let Self::Reached(reached) = &self else { return self };
        let (leaf, ours) = (claimed.leaf(), Leaf::of(reached));
        let field = match claimed.checkpoint() {
            Some(claimed) => reached.first_difference(claimed),
            None if leaf.gas_used != ours.gas_used => Some(Field::GasUsed),
            None if leaf.record != ours.record => Some(Field::Record),
            None => None,
        };
        let mismatch = |kind, expected, found| {
            let (pc, record) = (Some(reached.pc.0), None);
            MessageVerdict::Mismatch(Mismatch { kind, pc, record, expected, found })
        };
        Self::Message(match (field, claimed.checkpoint()) {
            (Some(field), Some(claimed)) => {
                mismatch(MismatchKind::of_field(field), reached.word(field), claimed.word(field))
            }
            (Some(field), None) => {
                let number = if field == Field::Record { leaf.record } else { leaf.gas_used };
                let found = U256::from(number.0).into();
                mismatch(MismatchKind::of_field(field), reached.word(field), found)
            }
            (None, _) if leaf.digest != ours.digest => {
                mismatch(MismatchKind::Checkpoint, ours.digest, leaf.digest)
            }
            (None, _) => MessageVerdict::Valid,
        })
    }
}
