//! LOG0 to LOG4. Nothing is logged: the record says what would have been.

use revm::bytecode::opcode::*;

use super::{Families, storage::refuse_static};
use crate::{
    emit::{
        asm::{Assembler, Code},
        dispatch::{Shared, advance_checked, check_gas, dispatch, load, store},
        layout::*,
        records::{expect_equal, field},
        state_word::delta,
    },
    rules::{
        fields::log::{DATA_HASH, TOPICS},
        gas::GAS_LOG_DATA,
        opcodes::Opcode,
        verdict::MismatchKind,
    },
};

/// Guest: `offset length topic … …` → `…`. Host: `S offset length topic … …`.
pub(super) fn log(
    c: &mut Code<'_>,
    shared: &Shared,
    row: &Opcode,
    families: &Families,
    topics: usize,
) {
    refuse_static(c, shared);
    advance_checked(c, shared, row);
    c.push(topics).jump(families.log);
}

/// Record: hash of the data, topics. Gas: static + memory + 8 a byte, all before the record.
///
/// Host: `topics S offset length topic … …` → (dispatches).
pub(super) fn emit_shared(asm: &mut Assembler, shared: &Shared, families: &Families) {
    let topic = asm.label("log.topic", 3);
    let done = asm.label("log.done", 3);
    /// The host's `LOG0`: no such opcode is emitted, the number names the record.
    const LOG_OPCODES: u8 = LOG0;

    let mut c = asm.routine(families.log);
    c.assume(4);
    store(&mut c, OPCODE); // S offset length
    c.ops(&[DUP3, DUP3]).call(shared.touch);
    c.ops(&[DUP3]).push(delta(0, 0, GAS_LOG_DATA)).ops(&[MUL, ADD]); // S offset length
    check_gas(&mut c, shared);
    load(&mut c, OPCODE);
    c.push(LOG_OPCODES).ops(&[ADD]); // opcode S offset length
    load(&mut c, OPCODE);
    c.push(1).ops(&[ADD]).push(5).ops(&[SHL]); // bytes opcode S offset length
    c.call(shared.consume); // position S offset length
    c.arrange("position S offset length", "offset length S position");
    load(&mut c, GUEST_MEMORY);
    c.ops(&[ADD, KECCAK256]); // hash S position
    field(&mut c, 3, DATA_HASH);
    expect_equal(&mut c, shared, MismatchKind::DataHash); // S position
    // Topics, from the first: they lie below on the guest's stack.
    load(&mut c, OPCODE);
    c.ops(&[SWAP2]).push(TOPICS).ops(&[ADD]); // position S left
    c.bind(topic); // position S left topic …
    c.ops(&[DUP3, ISZERO]).jumpi(done);
    c.assume(4).arrange("position S left topic", "topic S left position"); // topic S left position
    field(&mut c, 4, 0);
    expect_equal(&mut c, shared, MismatchKind::Topic); // S left position
    c.arrange("S left position", "left S position");
    c.push(1).ops(&[SWAP1, SUB]).arrange("left S position", "position S left");
    c.push(32).ops(&[ADD]).jump(topic);
    c.bind(done); // position S left
    c.ops(&[POP, SWAP1, POP]); // S
    dispatch(&mut c, 0);
    c.end();
}
