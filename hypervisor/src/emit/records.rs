//! Reading the state-access list: each record is taken once, in order, and only where canonical
//! encoding puts it. Normative text: `specs/03-records.md` and `specs/04-encoding.md`.

use iso_evm_wire::layout::{METADATA_OFFSET, RECORD_HEAD};
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code},
        dispatch::{Shared, load, store},
        layout::*,
        segment,
    },
    rules::verdict::MismatchKind,
};

/// Host: `… ` → `field …`: a field of the record whose metadata's position is `depth` words down.
pub(crate) fn field(c: &mut Code<'_>, depth: u8, offset: usize) {
    c.ops(&[DUP1 + depth - 1]);
    if offset > 0 {
        c.push(offset).ops(&[ADD]);
    }
    c.ops(&[CALLDATALOAD]);
}

/// Host: `found expected …` → `…`. Ends the run if they differ.
pub(crate) fn expect_equal(c: &mut Code<'_>, shared: &Shared, kind: MismatchKind) {
    c.ops(&[DUP2, DUP2, XOR]).jumpi(shared.mismatch_of(kind)).ops(&[POP, POP]);
}

/// Host: `value …` → `…`. Ends the run as malformed unless the value has at most `bits` bits.
pub(crate) fn expect_bits(c: &mut Code<'_>, shared: &Shared, bits: usize) {
    c.push(bits).ops(&[SHR]).jumpi(shared.malformed);
}

/// Host: `value …` → `value …`, where `cold` and the like must be 0 or 1, or 0 before the fork
/// that knows them.
pub(crate) fn expect_flag(c: &mut Code<'_>, shared: &Shared, known: bool) {
    c.ops(&[DUP1]);
    if known {
        c.push(1).ops(&[SHR]);
    }
    c.jumpi(shared.malformed);
}

/// Host: `root …` → `…`: the state root after an effect, which cannot be zero.
pub(crate) fn take_root(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[DUP1, ISZERO]).jumpi(shared.no_root);
    store(c, STATE_ROOT);
}

/// Host: `size last …` → `padding …`: what stands behind `size` bytes of data in their last word;
/// `last` is the position of the length word before them. Not zero is not canonical.
pub(crate) fn padding(c: &mut Code<'_>) {
    c.push(1).ops(&[SWAP1, SUB]); // size-1 last
    c.push(31).ops(&[NOT, DUP2, AND]); // bytes-before size-1 last
    c.ops(&[SWAP1, SWAP2, ADD]).push(32).ops(&[ADD, CALLDATALOAD]); // word size-1
    // For whole words, and for none, the shift is 256.
    c.ops(&[SWAP1]).push(31).ops(&[AND]).push(1).ops(&[ADD]).push(3).ops(&[SHL, SHL]);
}

/// Host: `…` → `taken …`: how many records have been taken, the opening one among them.
pub(crate) fn taken(c: &mut Code<'_>, shared: &Shared) {
    if shared.segment.is_some() {
        c.push(LIST_TABLE);
    } else {
        load(c, TABLE_START);
    }
    load(c, TABLE);
    c.ops(&[SUB]).push(5).ops(&[SHR]);
}

pub(crate) fn emit(asm: &mut Assembler, shared: &Shared) {
    if shared.segment.is_some() {
        segment::records::consume(asm, shared);
    } else {
        consume(asm, shared);
    }
    consume_bytes(asm, shared);
}

/// Host: `return length opcode` → `position`: of the metadata.
fn consume(asm: &mut Assembler, shared: &Shared) {
    let missing = asm.label("consume.missing", 5);
    let wrong = asm.label("consume.wrong", 5);

    let mut c = asm.routine(shared.consume.label);
    load(&mut c, TABLE); // entry return length opcode
    c.ops(&[DUP1]).push(32).ops(&[ADD]);
    store(&mut c, TABLE);
    load(&mut c, RECORD); // record entry return length opcode
    c.ops(&[DUP1, CALLDATALOAD, DUP6, XOR]); // opcode differs
    c.ops(&[DUP3, CALLDATALOAD]);
    load(&mut c, TABLE_START);
    c.ops(&[ADD, DUP3, XOR, OR]); // table entry
    c.ops(&[DUP2]).push(32).ops(&[ADD, CALLDATALOAD]).push(METADATA_OFFSET).ops(&[XOR, OR]);
    c.ops(&[DUP2]).push(64).ops(&[ADD, CALLDATALOAD, DUP6, XOR, OR]); // length
    c.jumpi(wrong); // record entry return length opcode
    c.ops(&[SWAP1, POP]).push(RECORD_HEAD).ops(&[ADD]); // position return length opcode
    c.ops(&[DUP1, DUP4, ADD]);
    store(&mut c, RECORD);
    c.ops(&[SWAP3, POP, SWAP1, POP]); // return position
    c.ret(shared.consume);

    // Behind the last entry stands the opening record, which no entry looks like.
    c.bind(wrong); // record entry return length opcode
    c.ops(&[DUP2]);
    load(&mut c, TABLE_END);
    c.ops(&[EQ]).jumpi(missing);
    c.ops(&[CALLDATALOAD]); // found entry return length opcode
    c.ops(&[DUP1]);
    expect_bits(&mut c, shared, 8);
    c.ops(&[DUP5, SWAP1]); // found expected …
    c.ops(&[DUP2, DUP2, XOR]).jumpi(shared.mismatch_of(MismatchKind::RecordOpcode));
    c.jump(shared.malformed);

    c.bind(missing); // record entry return length opcode
    c.ops(&[DUP5, PUSH0]).jump(shared.mismatch_of(MismatchKind::RecordMissing));
    c.end();
}

/// Takes a record whose last field is `bytes`: `head` bytes of fields, offset of the last one
/// included, then its length, then its data.
///
/// Host: `return head opcode` → `position`.
fn consume_bytes(asm: &mut Assembler, shared: &Shared) {
    let mut c = asm.routine(shared.consume_bytes.label);
    c.ops(&[SWAP1, SWAP2]); // opcode return head
    c.ops(&[DUP3]);
    load(&mut c, RECORD);
    c.ops(&[ADD]).push(RECORD_HEAD).ops(&[ADD, CALLDATALOAD]); // size opcode return head
    // Whole words, the length's own included, and the head.
    c.push(63).ops(&[ADD]).push(5).ops(&[SHR]).push(5).ops(&[SHL, DUP4, ADD]); // length opcode return head
    c.call(shared.consume); // position return head
    c.ops(&[DUP1, DUP4, ADD]); // last position return head
    // The offset of the last field points behind the head.
    c.push(32).ops(&[DUP2, SUB, CALLDATALOAD, DUP5, XOR]); // wrong last position return head
    c.ops(&[DUP2, CALLDATALOAD]); // size wrong last position return head
    c.ops(&[CALLDATASIZE, DUP2, GT]); // too-large size wrong …
    c.ops(&[SWAP1, DUP4, SWAP1]); // size last too-large wrong last …
    padding(&mut c); // padding too-large wrong last …
    c.ops(&[OR, OR]).jumpi(shared.malformed); // last position return head
    c.ops(&[POP, SWAP2, POP]); // return position
    c.ret(shared.consume_bytes);
    c.end();
}
