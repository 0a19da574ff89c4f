//! Where things stand: the host's memory below the guest's, and the fields of the message in
//! calldata. Every offset derives from the one before. Normative text:
//! `specs/05-hypervisor.md`, section Layout.

use iso_evm_wire::{
    layout::{FIELDS, LIST_POINTER, TUPLE},
    records::OPENING,
};

pub(crate) use crate::rules::message::*;

macro_rules! words {
    ($start:expr; $($(#[$doc:meta])* $name:ident = $count:literal,)*) => {
        words!(@ $start; $($(#[$doc])* $name = $count,)*);
    };
    (@ $at:expr; $(#[$doc:meta])* $name:ident = $count:literal, $($rest:tt)*) => {
        $(#[$doc])*
        pub(crate) const $name: usize = $at;
        words!(@ $name + 32 * $count; $($rest)*);
    };
    (@ $at:expr;) => {
        /// First byte after the variables.
        const END_OF_VARIABLES: usize = $at;
    };
}

words! { 0;
    /// Size of guest memory less 31, or 0: a word at a smaller offset lies in touched memory.
    WORD_LIMIT = 1,
    /// Size of guest memory: `MSIZE`.
    MEMORY_SIZE = 1,
    /// Where DUP16 and SWAP16 park the state word.
    PARK = 1,
    /// Address of guest memory.
    GUEST_MEMORY = 1,
    /// Length of the guest's code.
    CODE_SIZE = 1,
    /// Calldata position of the guest's calldata.
    INPUT = 1,
    /// Length of the guest's calldata.
    INPUT_SIZE = 1,
    /// Calldata position of the guest's return data.
    RETURN_DATA = 1,
    /// Length of the guest's return data.
    RETURN_DATA_SIZE = 1,
    /// State word before the opcode under way.
    SAVED = 1,
    /// Calldata position of the next entry of the record list's offset table.
    TABLE = 1,
    /// Calldata position of the end of that table, where the first record stands.
    TABLE_END = 1,
    /// Calldata position of the next record.
    RECORD = 1,
    /// Calldata position of `callData`, the end of the record list.
    RECORDS_END = 1,
    /// State root that the records have led to.
    STATE_ROOT = 1,
    /// Whether the message is a creation.
    CREATION = 1,
    /// Address of the boundary memo, one byte for each word of code: 1 + the offset in that word
    /// of an instruction's first byte, 0 if none is known yet.
    MEMO = 1,
    /// Address of the flags of destinations that needed a scan and are good, one bit for each byte
    /// of code, less an eighth of the code's address.
    VALID = 1,
    /// How many of the guest's lowest stack words are spilled.
    SPILLED = 1,
    /// Address of the spill area; 0 until it is needed.
    SPILL = 1,
    /// Opcode under way, where handlers share code.
    OPCODE = 1,
    /// Hash inputs, loop bounds.
    SCRATCH = 3,
    // What only an audit of a whole message has; elsewhere code begins behind the first word of it.
    /// Calldata position of the record list's offset table.
    TABLE_START = 1,
    /// Offset in the guest's calldata up to which, inclusive, a word of it is read as it stands.
    INPUT_LAST = 1,
    /// Jump destinations found good: byte `d % 128` is `1 + d / 128` of the last such `d`, 0 if there is none.
    TARGETS = 4,
    /// Destinations below this are kept there.
    TARGETS_END = 1,
    /// The message's head, field by field.
    MESSAGE = 15,
    /// Zeros before the code, for what looks back over its first bytes.
    BEFORE_CODE = 1,
}

/// What guest memory of its size costs, in an audit of a whole message: in place of the offset of the record list,
/// which is looked at once.
pub(crate) const MEMORY_COST: usize = MESSAGE + LIST_POINTER - TUPLE;
/// Address of the guest's code in an audit of a whole message: a multiple of 32.
pub(crate) const CODE: usize = END_OF_VARIABLES;
/// Address of the guest's code in any other machine, which leaves the word before it zero: as near as can be, for
/// memory is paid for.
pub(crate) const NEAR_CODE: usize = TABLE_START + 32;
/// Bits of a destination that are its place in [`TARGETS`].
pub(crate) const TARGET_BITS: usize = 7;
/// Code of so many bytes or more has none kept: a byte holds what is said of any below.
pub(crate) const MOST_TARGETS: usize = 0xff << TARGET_BITS;
/// Zero bytes behind the code: a PUSH32 in its last byte, and the opcode after that.
pub(crate) const AFTER_CODE: usize = 33;
/// Words of guest stack that may lie on the host's stack.
pub(crate) const NATIVE_LIMIT: usize = 960;
/// Words that a rebalance leaves on the host's stack.
pub(crate) const NATIVE_KEEP: usize = 480;
/// Zero words under the guest's stack: no opcode reaches deeper than `SWAP16`.
pub(crate) const PADS: usize = 17;
/// Bytes of the spill area.
pub(crate) const SPILL_SIZE: usize = 32 * STACK_LIMIT;

const _: () = assert!(
    CODE.is_multiple_of(32)
        && NEAR_CODE.is_multiple_of(32)
        && OPENING == 0
        && BEFORE_CODE == MESSAGE + 32 * FIELDS
);
