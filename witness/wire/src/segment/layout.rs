//! Where each word of a segment's input stands. Normative text: `specs/19-segments.md`, section Input.
//! The machine, the prover of segments and whoever writes an input read it from here.
//!
//! The fields of the message stand where they stand in a message ([`crate::layout`]), so that the
//! machine's handlers are the same.

use crate::layout::{FIELDS, INPUT_POINTER, LIST_POINTER, TUPLE};

macro_rules! words {
    ($start:expr; $($(#[$doc:meta])* $name:ident,)*) => { words!(@ $start; $($(#[$doc])* $name,)*); };
    (@ $at:expr; $(#[$doc:meta])* $name:ident, $($rest:tt)*) => {
        $(#[$doc])*
        pub const $name: usize = $at;
        words!(@ $name + 32; $($rest)*);
    };
    (@ $at:expr;) => {
        /// Position of the first record of the slice: behind all words.
        pub const RECORDS: usize = $at;
    };
}

/// Position of the kind of frame, where a message has the offset of its list.
pub const KIND: usize = LIST_POINTER;
/// Position of the hash of the code, where a message has the offset of its `callData`.
pub const CODE_HASH: usize = INPUT_POINTER;

words! { TUPLE + 32 * FIELDS;
    /// Position of the length of `callData`.
    CALL_DATA_SIZE,
    /// Position of the hash of `callData`.
    CALL_DATA_HASH,
    /// Position of the number of records, the opening one among them.
    RECORD_COUNT,
    /// Position of the root of the records behind the opening one.
    RECORDS_ROOT,
    /// Position of the checkpoint that the segment starts from: its tag.
    START,
    /// Position of the program counter.
    PC,
    /// Position of the gas used so far.
    GAS_USED_SO_FAR,
    /// Position of the index of the next record.
    RECORD,
    /// Position of the number of words on the stack.
    STACK_HEIGHT,
    /// Position of the hash of the stack.
    STACK_HASH,
    /// Position of the size of memory.
    MEMORY_SIZE,
    /// Position of the hash of memory's pages.
    MEMORY_HASH,
    /// Position of the length of the return data.
    RETURN_DATA_SIZE,
    /// Position of the hash of the return data.
    RETURN_DATA_HASH,
    /// Position of the state root that the records have led to.
    STATE_ROOT,
    /// Position of the gas that the segment ends at; 0: it ends as the message does.
    END,
    /// Position of where the records of the slice end.
    RECORDS_END,
    /// Position of where the stack stands.
    STACK_AT,
    /// Position of where `callData` stands; 0: it is not given.
    CALL_DATA_AT,
    /// Position of where the return data stands; 0: it is not given.
    RETURN_DATA_AT,
    /// Position of where the code stands; 0: it is archived.
    CODE_AT,
    /// Position of the length of the code, where it stands.
    CODE_SIZE,
    /// Position of where the list of pages stands: an index and a hash each, behind the last a word
    /// of ones.
    PAGES_AT,
    /// Position of where the bytes of the pages stand that are given.
    PAGE_DATA_AT,
    /// Position of where the flags of the pages stand that are not given: a byte for each page of
    /// memory, as far as there are any. Nothing stands behind them.
    WITHHELD_AT,
    /// Position of the index of the first page that there is room for: none before it is given.
    PAGES_FROM,
}

/// Number of words that a message's hash is of.
pub const HEAD_WORDS: usize = START / 32;
/// Number of words of a checkpoint.
pub const CHECKPOINT_WORDS: usize = (END - START) / 32;
