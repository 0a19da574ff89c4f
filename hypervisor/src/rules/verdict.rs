//! What the hypervisor says: the errors it reverts with, and the [`MessageVerdict`] that they decode to.
//! Normative text: `specs/07-verdicts.md`.

use std::fmt;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use iso_evm_wire::segment::Field;

/// The errors that the contract reverts with.
pub mod abi {
    use alloy_sol_types::sol;

    sol! {
        /// The claim is false. `expected` is computed, `found` is what the witness says. `pc` and
        /// `record` are 2^256-1 where the mismatch has none.
        #[derive(Debug)]
        error Mismatch(uint256 kind, uint256 pc, uint256 record, bytes32 expected, bytes32 found);
        /// No canonical witness; `position` is 0 for the head, else the calldata position that
        /// reading had come to: a record's start, or its end if its fields are wrong.
        #[derive(Debug)]
        error Malformed(uint256 position);
        /// An archive is missing or holds other code; at address zero: the code beside the message is not its
        /// own, or not all that stands there.
        #[derive(Debug)]
        error Unavailable(address archive);
        /// A segment's end was not come to, for something was not given that the guest needs:
        /// [`Missing`](super::Missing).
        #[derive(Debug)]
        error NotProven(uint256 missing);
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $number:literal $text:literal,)*) => {
        /// What does not match. The numbers are those of the contract's error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum MismatchKind { $($(#[doc = $doc])* $name = $number,)* }

        impl MismatchKind {
            /// All kinds, ascending.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Kebab-case name, as in reports.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What the kind means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc,)*).trim(),)* }
            }
        }
    };
}

kinds! {
    /// `isStatic` contradicts the kind of frame.
    IsStatic = 1 "is-static",
    /// A creation's `to` is not zero.
    To = 2 "to",
    /// A creation's opening record has another hash than its initcode.
    CodeHash = 3 "code-hash",
    /// `status` is not how the execution ended.
    Status = 4 "status",
    /// `gasUsed` is not what the execution used.
    GasUsed = 5 "gas-used",
    /// `returndataHash` is not the hash of what the execution returned.
    ReturndataHash = 6 "returndata-hash",
    /// `stateRootLeave` is not where the records led.
    StateRootLeave = 7 "state-root-leave",
    /// Records are left over at the end: expected is the number used, found the number there.
    RecordCount = 8 "record-count",
    /// The message ends before the checkpoint: expected is the gas that it used, found the
    /// checkpoint's.
    CheckpointAbsent = 9 "checkpoint-absent",
    /// The checkpoint is not the one that the segment leads to: expected and found are their hashes.
    Checkpoint = 10 "checkpoint",
    /// The execution needs a record and there is none left: expected is the opcode.
    RecordMissing = 16 "record-missing",
    /// The execution needs a record of another opcode.
    RecordOpcode = 17 "record-opcode",
    /// The record is about another account.
    Account = 18 "account",
    /// The record is about another slot, block number or index.
    Key = 19 "key",
    /// The record has another value: moved by a call or creation, or written.
    Value = 20 "value",
    /// The record has another code offset.
    Offset = 21 "offset",
    /// The record has another size, or more bytes than were asked for.
    Size = 22 "size",
    /// The log has another topic.
    Topic = 23 "topic",
    /// The log's data, the call's input or the initcode has another hash.
    DataHash = 24 "data-hash",
    /// The record has another salt.
    Salt = 25 "salt",
    /// The callee got another amount of gas.
    Gas = 26 "gas",
    /// Outcome and status cannot be, here; expected is 0 if the opcode ran out of gas.
    Outcome = 27 "outcome",
    /// The callee cannot have used this much gas.
    CalleeGasUsed = 28 "callee-gas-used",
    /// Such an outcome returns no data; found is the length.
    Returndata = 29 "returndata",
    /// A root where there is no effect, or none where there is one.
    StateRoot = 30 "state-root",
    /// The checkpoint has another program counter.
    CheckpointPc = 32 "checkpoint-pc",
    /// The checkpoint has another amount of gas used.
    CheckpointGasUsed = 33 "checkpoint-gas-used",
    /// The checkpoint has another next record.
    CheckpointRecord = 34 "checkpoint-record",
    /// The checkpoint has another number of words on the stack.
    CheckpointStackHeight = 35 "checkpoint-stack-height",
    /// The checkpoint has other words on the stack: expected and found are their hashes.
    CheckpointStack = 36 "checkpoint-stack",
    /// The checkpoint has another size of memory.
    CheckpointMemorySize = 37 "checkpoint-memory-size",
    /// The checkpoint has other bytes in memory: expected and found are the hashes of the pages.
    CheckpointMemory = 38 "checkpoint-memory",
    /// The checkpoint has another length of the return data.
    CheckpointReturnDataSize = 39 "checkpoint-return-data-size",
    /// The checkpoint has other return data: expected and found are the hashes.
    CheckpointReturnData = 40 "checkpoint-return-data",
    /// The checkpoint has another state root.
    CheckpointStateRoot = 41 "checkpoint-state-root",
}

impl MismatchKind {
    /// Kinds from this number on are about a record.
    pub(crate) const FIRST_OF_RECORDS: u8 = 16;
    /// Kinds from this number on are about a field of a checkpoint, in their order.
    pub(crate) const FIRST_OF_CHECKPOINTS: u8 = 32;

    /// All kinds that a whole message can have, ascending.
    pub fn of_messages() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| !kind.is_of_checkpoint())
    }

    /// Whether such a mismatch is about the record that was taken last.
    pub fn is_about_record(self) -> bool {
        (Self::FIRST_OF_RECORDS..Self::FIRST_OF_CHECKPOINTS).contains(&(self as u8))
    }

    /// Whether only the end of a segment can have such a mismatch, and no whole message.
    pub fn is_of_checkpoint(self) -> bool {
        let number = self as u8;
        matches!(self, Self::CheckpointAbsent | Self::Checkpoint)
            || number >= Self::FIRST_OF_CHECKPOINTS
    }

    /// The kind of a checkpoint whose field is false.
    pub fn of_field(field: Field) -> Self {
        let number = Self::FIRST_OF_CHECKPOINTS + field as u8;
        Self::from_number(number).unwrap_or(Self::Checkpoint)
    }

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| *kind as u8 == number)
    }
}

impl fmt::Display for MismatchKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where and how a claim is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What does not match.
    pub kind: MismatchKind,
    /// Offset in the guest's code, if execution had begun: of the opcode under way or, for an
    /// exceptional halt that shows only after its opcode's work, of the one behind it.
    pub pc: Option<u64>,
    /// Index of the record.
    pub record: Option<u64>,
    /// What the execution gives.
    pub expected: B256,
    /// What the witness says.
    pub found: B256,
}

/// What the execution audit of one message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageVerdict {
    /// The code, fed these records, does exactly this.
    Valid,
    /// The claim is false.
    Mismatch(Mismatch),
    /// The bytes are no canonical witness.
    Malformed {
        /// 0 for the head, else the calldata position that reading had come to: a record's start,
        /// or its end if its fields are wrong.
        position: u64,
    },
    /// An archive is missing or holds other code: convicts nobody.
    Unavailable {
        /// Where the archive, or the part of it that is missing, belongs. Zero: no archive was looked for, since
        /// code stands beside the message, and it is another.
        archive: Address,
    },
    /// The audit did not come to an end: convicts nobody.
    Inconclusive {
        /// Reason why there is no verdict.
        reason: Inconclusive,
    },
}

/// Why an audit has no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inconclusive {
    /// The host ran out of gas.
    HostOutOfGas,
    /// The guest's own opcodes would spend more gas than the native engine was to give them.
    GuestGasLimit,
    /// The hypervisor gave up: code or calldata is larger than it can hold.
    TooLarge,
    /// The host halted in another way, or answered with bytes that no hypervisor sends.
    Other,
}

impl fmt::Display for Inconclusive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HostOutOfGas => "the host ran out of gas",
            Self::GuestGasLimit => "the guest needs more gas than the limit",
            Self::TooLarge => "code or calldata is larger than the hypervisor can hold",
            Self::Other => "the host did not answer as a hypervisor does",
        })
    }
}

impl MessageVerdict {
    /// The verdict of a call that returned: valid only on exactly the word 1.
    pub fn from_returned(data: &[u8]) -> Self {
        if data == U256::ONE.to_be_bytes::<32>() {
            Self::Valid
        } else {
            Self::Inconclusive { reason: Inconclusive::Other }
        }
    }

    /// The verdict of a call that reverted with `data`.
    pub fn from_reverted(data: &[u8]) -> Self {
        if data.is_empty() {
            return Self::Inconclusive { reason: Inconclusive::TooLarge };
        }
        decode_error(data).unwrap_or(Self::Inconclusive { reason: Inconclusive::Other })
    }
}

fn decode_error(data: &[u8]) -> Option<MessageVerdict> {
    let (selector, arguments) = data.split_first_chunk::<4>()?;
    if *selector == abi::Mismatch::SELECTOR {
        let error = abi::Mismatch::abi_decode_raw_validate(arguments).ok()?;
        let kind = MismatchKind::from_number(u8::try_from(error.kind).ok()?)?;
        let optional = |value: U256| if value == U256::MAX { None } else { value.try_into().ok() };
        return Some(MessageVerdict::Mismatch(Mismatch {
            kind,
            pc: optional(error.pc),
            record: optional(error.record),
            expected: error.expected,
            found: error.found,
        }));
    }
    if *selector == abi::Malformed::SELECTOR {
        let error = abi::Malformed::abi_decode_raw_validate(arguments).ok()?;
        // A record can claim to end anywhere.
        return Some(MessageVerdict::Malformed { position: error.position.saturating_to() });
    }
    if *selector == abi::Unavailable::SELECTOR {
        let error = abi::Unavailable::abi_decode_raw_validate(arguments).ok()?;
        return Some(MessageVerdict::Unavailable { archive: error.archive });
    }
    None
}
