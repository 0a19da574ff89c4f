//! Taking records of a slice: they stand one behind the other, and where the slice ends the list may
//! go on.

use iso_evm_wire::{
    layout::{METADATA_OFFSET, RECORD_HEAD},
    segment::layout as seg,
};
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::Assembler,
        dispatch::{Shared, load, store},
        layout::*,
        records::{expect_bits, taken},
    },
    rules::verdict::MismatchKind,
};

/// Host: `return length opcode` → `position`: of the metadata.
pub(crate) fn consume(asm: &mut Assembler, shared: &Shared) {
    let Some(part) = shared.segment else { return };
    let behind = asm.label("consume.behind", 4);
    let missing = asm.label("consume.missing", 4);
    let wrong = asm.label("consume.wrong", 4);

    let mut c = asm.routine(shared.consume.label);
    load(&mut c, TABLE);
    c.push(32).ops(&[ADD]);
    store(&mut c, TABLE);
    load(&mut c, RECORD); // record return length opcode
    load(&mut c, RECORDS_END);
    c.ops(&[DUP2, EQ]).jumpi(behind);
    c.ops(&[DUP1, CALLDATALOAD, DUP5, XOR]); // opcode differs
    c.ops(&[DUP2]).push(32).ops(&[ADD, CALLDATALOAD]).push(METADATA_OFFSET).ops(&[XOR, OR]);
    c.ops(&[DUP2]).push(64).ops(&[ADD, CALLDATALOAD, DUP5, XOR, OR]); // length
    c.jumpi(wrong); // record return length opcode
    c.push(RECORD_HEAD).ops(&[ADD]); // position return length opcode
    c.ops(&[DUP1, DUP4, ADD]);
    store(&mut c, RECORD);
    c.ops(&[SWAP3, POP, SWAP1, POP]); // return position
    c.ret(shared.consume);

    c.bind(wrong); // record return length opcode
    c.ops(&[CALLDATALOAD]); // found return length opcode
    c.ops(&[DUP1]);
    expect_bits(&mut c, shared, 8);
    c.ops(&[DUP4, SWAP1]); // found expected …
    c.ops(&[DUP2, DUP2, XOR]).jumpi(shared.mismatch_of(MismatchKind::RecordOpcode));
    c.jump(shared.malformed);

    c.bind(behind); // record return length opcode
    c.push(seg::RECORD_COUNT).ops(&[CALLDATALOAD]);
    taken(&mut c, shared);
    c.ops(&[GT]).jumpi(missing).jump(part.no_record);
    c.bind(missing); // record return length opcode
    c.ops(&[DUP4, PUSH0]).jump(shared.mismatch_of(MismatchKind::RecordMissing));
    c.end();
}
