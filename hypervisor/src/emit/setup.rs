//! The start of a run: the head of the message, the opening record, the guest's code, the first
//! state word. Normative text: `specs/05-hypervisor.md`, section Setup.

use iso_evm_wire::{
    layout as wire,
    records::{FrameKind, OPENING},
    segment::layout::{CALL_DATA_AT, CALL_DATA_SIZE},
};
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code},
        create2::archive_address_of,
        dispatch::{Shared, load, store},
        layout::*,
        records::{expect_equal, field, padding},
        segment,
        state_word::{self, initial},
    },
    options::ArchiveOptions,
    rules::{
        archive::{self, ArchiveKey},
        fields::opening,
        verdict::MismatchKind,
    },
};

/// Position of the guest's calldata, once [`RECORDS_END`] is known: behind its length.
fn input_position(c: &mut Code<'_>, shared: &Shared) {
    if shared.segment.is_some() {
        c.push(CALL_DATA_AT).ops(&[CALLDATALOAD]);
        return;
    }
    load(c, RECORDS_END);
    c.push(32).ops(&[ADD]);
}

/// Length of the message's `callData`.
fn input_size(c: &mut Code<'_>, shared: &Shared) {
    if shared.segment.is_some() {
        c.push(CALL_DATA_SIZE);
    } else {
        load(c, RECORDS_END);
    }
    c.ops(&[CALLDATALOAD]);
}

pub(crate) fn emit(asm: &mut Assembler, shared: &Shared, archives: ArchiveOptions) {
    let not_static = asm.label("setup.not_static", 2);
    let creation = asm.label("setup.creation", 1);
    let begin = asm.label("setup.begin", 1);
    let part = asm.label("setup.part", 3);
    let loaded = asm.label("setup.loaded", 4);

    let mut c = asm.routine(shared.setup);
    c.assume(0);
    if shared.segment.is_some() {
        segment::setup::head(&mut c, shared); // kind codeHash
    } else {
        head(&mut c, shared);
        // Opening record.
        c.push(OPENING).push(opening::LENGTH).call(shared.consume); // position
        field(&mut c, 1, opening::CODE_HASH); // codeHash position
        c.ops(&[SWAP1, CALLDATALOAD]); // kind codeHash
    }
    c.ops(&[DUP1]).push(FrameKind::Create2 as u8).ops(&[LT]).jumpi(shared.malformed);
    c.ops(&[DUP1]).push(FrameKind::Staticcall as u8).ops(&[XOR]).jumpi(not_static);
    c.push(1).push(wire::IS_STATIC).ops(&[CALLDATALOAD]);
    expect_equal(&mut c, shared, MismatchKind::IsStatic);
    c.bind(not_static); // kind codeHash
    c.push(FrameKind::Staticcall as u8).ops(&[LT, DUP1]); // creation creation codeHash
    store(&mut c, CREATION);
    c.jumpi(creation); // codeHash

    // A call: its input is `callData`, its code is archived, in parts of at most EIP-170's size.
    input_position(&mut c, shared);
    store(&mut c, INPUT);
    input_size(&mut c, shared);
    store(&mut c, INPUT_SIZE);
    segment::setup::given_code(&mut c, shared, begin); // codeHash
    match archives.key {
        ArchiveKey::CodeHash => c.ops(&[DUP1]),
        ArchiveKey::Account => c.push(wire::TO).ops(&[CALLDATALOAD]),
    };
    c.ops(&[PUSH0]); // size salt codeHash
    c.bind(part);
    c.ops(&[DUP2]);
    archive_address_of(&mut c, SCRATCH, Some(archives.factory)); // archive size salt codeHash
    c.ops(&[DUP1, EXTCODESIZE, DUP1, ISZERO, ISZERO, SWAP1, SUB]); // bytes archive size salt codeHash
    c.ops(&[DUP1]).push(1).ops(&[DUP5]).push(CODE).ops(&[ADD, DUP5, EXTCODECOPY]); // bytes archive size …
    c.ops(&[SWAP1, SWAP2, DUP2, ADD]); // size bytes archive salt codeHash
    c.ops(&[DUP1]).push(CODE_LIMIT).ops(&[LT]).jumpi(shared.inconclusive);
    // A full part is followed by the next.
    c.ops(&[SWAP1]).push(archive::PART_SIZE).ops(&[EQ, ISZERO]).jumpi(loaded); // size archive salt codeHash
    c.ops(&[SWAP1, POP, SWAP1]).push(archive::part_step()).ops(&[ADD, SWAP1]); // size salt codeHash
    c.jump(part);
    c.bind(loaded); // size archive salt codeHash
    c.ops(&[DUP1]).push(CODE).ops(&[KECCAK256, DUP5, XOR]); // differs size archive salt codeHash
    c.ops(&[SWAP1, SWAP2, SWAP1]).jumpi(shared.unavailable); // archive size salt codeHash
    c.ops(&[POP, SWAP2, POP, POP]); // size
    c.jump(begin);

    // A creation: its code is `callData`, its input is empty.
    c.bind(creation); // codeHash
    c.push(0).push(wire::IS_STATIC).ops(&[CALLDATALOAD]);
    expect_equal(&mut c, shared, MismatchKind::IsStatic);
    c.push(0).push(wire::TO).ops(&[CALLDATALOAD]);
    expect_equal(&mut c, shared, MismatchKind::To);
    c.ops(&[CALLDATASIZE]);
    store(&mut c, INPUT);
    input_size(&mut c, shared); // size codeHash
    c.ops(&[DUP1]).push(CODE_LIMIT).ops(&[LT]).jumpi(shared.inconclusive);
    c.ops(&[DUP1]);
    input_position(&mut c, shared);
    segment::setup::initcode_is_given(&mut c, shared);
    c.push(CODE).ops(&[CALLDATACOPY]); // size codeHash
    c.ops(&[DUP1]).push(CODE).ops(&[KECCAK256, DUP3]); // found expected size codeHash
    expect_equal(&mut c, shared, MismatchKind::CodeHash);
    c.ops(&[SWAP1, POP]); // size
    c.bind(begin);
    memory_map(&mut c, shared);
    for _ in 0..PADS {
        c.ops(&[PUSH0]);
    }
    if let Some(part) = shared.segment {
        segment::setup::restore(&mut c, shared, part);
        c.end();
        return;
    }
    c.push(wire::GAS_AVAILABLE).ops(&[CALLDATALOAD]).push(state_word::GAS).ops(&[SHL]);
    c.push(initial(CODE)).ops(&[SUB]); // S
    c.jump(shared.next);
    c.end();
}

/// Host: `…` → `…`. Checks everything of the encoding but the records, and sets the variables that
/// follow from it.
fn head(c: &mut Code<'_>, shared: &Shared) {
    // Words that must be zero.
    c.ops(&[PUSH0, CALLDATALOAD]).push(wire::TUPLE).ops(&[XOR]);
    c.push(wire::LIST_POINTER).ops(&[CALLDATALOAD]).push(wire::LIST_OFFSET).ops(&[XOR, OR]);
    c.push(wire::ORIGIN).ops(&[CALLDATALOAD]);
    for address in [wire::CALLER, wire::TO, wire::CONTEXT] {
        c.push(address).ops(&[CALLDATALOAD, OR]);
    }
    c.push(160).ops(&[SHR, OR]);
    c.push(wire::IS_STATIC).ops(&[CALLDATALOAD]).push(1).ops(&[SHR, OR]);
    c.push(wire::GAS_AVAILABLE).ops(&[CALLDATALOAD]).push(64).ops(&[SHR, OR]);
    c.push(LIST).ops(&[CALLDATALOAD]).push(32).ops(&[SHR, OR]);
    c.push(wire::INPUT_POINTER).ops(&[CALLDATALOAD, DUP1]).push(31).ops(&[AND]); // low pointer bad
    c.ops(&[CALLDATASIZE, DUP3, LT, ISZERO, OR, DUP3, OR]).jumpi(shared.malformed); // pointer bad
    c.push(wire::TUPLE).ops(&[ADD, SWAP1, POP, DUP1]); // end end
    store(c, RECORDS_END);
    // The offset table fits before `callData`.
    c.push(LIST).ops(&[CALLDATALOAD]).push(5).ops(&[SHL]).push(LIST_TABLE).ops(&[ADD]); // first end
    c.ops(&[DUP2, DUP2, GT]).jumpi(shared.malformed);
    // `callData` is the last thing there is.
    c.ops(&[DUP2, CALLDATALOAD]); // size first end
    c.ops(&[CALLDATASIZE, DUP2, GT]).jumpi(shared.malformed);
    c.ops(&[DUP1]).push(63).ops(&[ADD]).push(5).ops(&[SHR]).push(5).ops(&[SHL]); // words size first end
    c.ops(&[DUP4, ADD, CALLDATASIZE, XOR]).jumpi(shared.malformed); // size first end
    c.ops(&[DUP3, SWAP1]);
    padding(c);
    c.jumpi(shared.malformed); // first end
    c.ops(&[DUP1]);
    store(c, TABLE_END);
    store(c, RECORD);
    c.ops(&[POP]).push(LIST_TABLE);
    store(c, TABLE);
    c.push(wire::STATE_ROOT_ENTER).ops(&[CALLDATALOAD]);
    store(c, STATE_ROOT);
    // Execution has not begun: the address before the code.
    c.push(CODE - 1);
    store(c, SAVED);
}

/// Host: `size …` → `…`. Keeps the size of the code and places what lies behind it.
fn memory_map(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[DUP1]);
    store(c, CODE_SIZE);
    c.ops(&[DUP1]).push(CODE + AFTER_CODE + 31).ops(&[ADD]).push(5).ops(&[SHR]).push(5).ops(&[SHL]);
    c.ops(&[DUP1]);
    store(c, MEMO); // memo size
    // One byte for each word of code, for the word that the last PUSH may end in, and for the next.
    c.ops(&[DUP2]).push(5).ops(&[SHR, ADD]).push(3).ops(&[ADD]); // flags size
    c.push(CODE / 8).ops(&[DUP2, SUB]);
    store(c, VALID);
    // One bit for each byte of code; in a segment, of all words that code stands in.
    let partial = if shared.segment.is_some() { 4 } else { 1 };
    c.ops(&[SWAP1]).push(3).ops(&[SHR, ADD]).push(partial + 31).ops(&[ADD]);
    c.push(5).ops(&[SHR]).push(5).ops(&[SHL]);
    store(c, GUEST_MEMORY);
}
