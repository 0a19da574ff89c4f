//! What a segment has beside a message: a start in its middle, an end before its own, and things that
//! are not given. Normative text: `specs/19-segments.md`.
//!
//! The interpreter is the audit's, written once. What is different stands here: `setup` starts the
//! run from a checkpoint, `checkpoint` ends it at the next, `records` takes records of a slice,
//! `input` and `memory` look whether what the guest needs is given, `missing` says what is not, `jumps`
//! finds jump destinations in time that is linear in the code.

pub(crate) mod checkpoint;
pub(crate) mod input;
pub(crate) mod jumps;
pub(crate) mod memory;
pub(crate) mod missing;
pub(crate) mod records;
pub(crate) mod setup;

use crate::emit::{
    asm::{Assembler, Label},
    layout::TABLE_END,
};

/// Gas of the frame beyond the segment's end, in the state word's gas field. A slice of records has no
/// table whose end would have to be kept.
pub(crate) const BEYOND: usize = TABLE_END;

/// Labels of a segment machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// Terminal: the segment's end, all words of the stack in the spill area, `S` in
    /// [`SAVED`](crate::emit::layout::SAVED).
    pub(crate) checkpoint: Label,
    /// Terminal: loads the top of the stack from the spill area, as in the middle of a rebalance.
    pub(crate) refill: Label,
    /// Terminal: `missing …`.
    pub(crate) not_proven: Label,
    /// Terminal: the code that is given is another.
    pub(crate) wrong_code: Label,
    /// Terminal: the initcode is not given.
    pub(crate) no_initcode: Label,
    /// Terminal: the slice of records is too short.
    pub(crate) no_record: Label,
    /// Terminal: `x S …`.
    pub(crate) no_call_data: Label,
    /// Terminal: `x S …`.
    pub(crate) no_return_data: Label,
    /// `page return offset length S …`.
    pub(crate) no_page: Label,
}

impl Part {
    pub(crate) fn new(asm: &mut Assembler) -> Self {
        Self {
            checkpoint: asm.terminal("checkpoint"),
            refill: asm.terminal("refill"),
            not_proven: asm.terminal("not_proven"),
            wrong_code: asm.terminal("not_proven.code"),
            no_initcode: asm.terminal("not_proven.initcode"),
            no_record: asm.terminal("not_proven.records"),
            no_call_data: asm.terminal("not_proven.call_data"),
            no_return_data: asm.terminal("not_proven.return_data"),
            no_page: asm.label("not_proven.page", 5),
        }
    }
}
