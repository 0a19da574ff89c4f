//! The start of a run: the head of the message, the opening record, the guest's code, the first
//! state word. Normative text: `specs/05-hypervisor.md`, section Setup.
//!
//! Calldata is a message, or a message and the code that it runs. The message's bytes are the same in both; in
//! the second they stand a word further on.

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
        dispatch::{Shared, load, message_field, store},
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

/// Bytes at the end of a length that may not be zero: a longer code is not held.
const LENGTH_BYTES: usize = 3;

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
    let at_hand = asm.label("setup.at_hand", 1);
    let beside = asm.label("setup.beside", 0);
    let opening = asm.label("setup.opening", 0);
    let begin = asm.label("setup.begin", 1);
    let part = asm.label("setup.part", 3);
    let loaded = asm.label("setup.loaded", 4);

    let mut c = asm.routine(shared.setup);
    c.assume(0);
    if shared.segment.is_some() {
        segment::setup::head(&mut c, shared); // kind codeHash
    } else {
        head(&mut c, shared);
        is_at_hand(&mut c);
        c.jumpi(beside).bind(opening);
        // Opening record.
        c.push(OPENING).push(opening::LENGTH).call(shared.consume); // position
        field(&mut c, 1, opening::CODE_HASH); // codeHash position
        c.ops(&[SWAP1, CALLDATALOAD]); // kind codeHash
    }
    c.ops(&[DUP1]).push(FrameKind::Create2 as u8).ops(&[LT]).jumpi(shared.malformed);
    c.ops(&[DUP1]).push(FrameKind::Staticcall as u8).ops(&[XOR]).jumpi(not_static);
    c.push(1);
    message_field(&mut c, shared, wire::IS_STATIC);
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
    if shared.segment.is_some() {
        segment::setup::given_code(&mut c, shared, begin); // codeHash
    } else {
        input_size(&mut c, shared);
        c.ops(&[DUP1, ISZERO, ADD]).push(1).ops(&[SWAP1, SUB]);
        store(&mut c, INPUT_LAST);
        is_at_hand(&mut c);
        c.jumpi(at_hand);
    }
    match archives.key {
        ArchiveKey::CodeHash => {
            c.ops(&[DUP1]);
        }
        ArchiveKey::Account => message_field(&mut c, shared, wire::TO),
    }
    c.ops(&[PUSH0]); // size salt codeHash
    c.bind(part);
    c.ops(&[DUP2]);
    archive_address_of(&mut c, SCRATCH, Some(archives.factory)); // archive size salt codeHash
    c.ops(&[DUP1, EXTCODESIZE, DUP1, ISZERO, ISZERO, SWAP1, SUB]); // bytes archive size salt codeHash
    c.ops(&[DUP1]).push(1).ops(&[DUP5]).push(shared.code()).ops(&[ADD, DUP5, EXTCODECOPY]); // bytes archive size …
    c.ops(&[SWAP1, SWAP2, DUP2, ADD]); // size bytes archive salt codeHash
    c.ops(&[DUP1]).push(CODE_LIMIT).ops(&[LT]).jumpi(shared.inconclusive);
    // A full part is followed by the next.
    c.ops(&[SWAP1]).push(archive::PART_SIZE).ops(&[EQ, ISZERO]).jumpi(loaded); // size archive salt codeHash
    c.ops(&[SWAP1, POP, SWAP1]).push(archive::part_step()).ops(&[ADD, SWAP1]); // size salt codeHash
    c.jump(part);
    c.bind(loaded); // size archive salt codeHash
    c.ops(&[DUP1]).push(shared.code()).ops(&[KECCAK256, DUP5, XOR]); // differs size archive salt codeHash
    c.ops(&[SWAP1, SWAP2, SWAP1]).jumpi(shared.unavailable); // archive size salt codeHash
    c.ops(&[POP, SWAP2, POP, POP]); // size
    c.jump(begin);

    // A creation: its code is `callData`, its input is empty.
    c.bind(creation); // codeHash
    c.push(0);
    message_field(&mut c, shared, wire::IS_STATIC);
    expect_equal(&mut c, shared, MismatchKind::IsStatic);
    c.push(0);
    message_field(&mut c, shared, wire::TO);
    expect_equal(&mut c, shared, MismatchKind::To);
    if shared.segment.is_none() {
        // Beside it no code is expected.
        is_at_hand(&mut c);
        c.push(wire::CODE_POINTER).ops(&[CALLDATALOAD, CALLDATALOAD, MUL]);
        c.jumpi(shared.not_its_code);
    }
    c.ops(&[CALLDATASIZE]);
    store(&mut c, INPUT);
    input_size(&mut c, shared); // size codeHash
    c.ops(&[DUP1]).push(CODE_LIMIT).ops(&[LT]).jumpi(shared.inconclusive);
    c.ops(&[DUP1]);
    input_position(&mut c, shared);
    segment::setup::initcode_is_given(&mut c, shared);
    c.push(shared.code()).ops(&[CALLDATACOPY]); // size codeHash
    c.ops(&[DUP1]).push(shared.code()).ops(&[KECCAK256, DUP3]); // found expected size codeHash
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
    message_field(&mut c, shared, wire::GAS_AVAILABLE);
    c.push(state_word::GAS).ops(&[SHL]).push(initial(shared.code())).ops(&[SUB]); // S
    c.jump(shared.next);

    // Something stands beside the message.
    c.bind(beside);
    beside_message(&mut c, shared);
    c.jump(opening);

    // A call whose code stands there: `codeHash`.
    c.bind(at_hand);
    c.push(wire::CODE_POINTER).ops(&[CALLDATALOAD, DUP1, CALLDATALOAD]); // size position codeHash
    c.ops(&[DUP1]).push(CODE_LIMIT).ops(&[LT]).jumpi(shared.inconclusive);
    c.ops(&[DUP1, SWAP2]).push(32).ops(&[ADD]).push(shared.code()).ops(&[CALLDATACOPY]); // size codeHash
    c.ops(&[DUP1]).push(shared.code()).ops(&[KECCAK256, DUP3, XOR]).jumpi(shared.not_its_code);
    // What stands right behind the input is no zero: the length of the code, of which three bytes are not.
    load(&mut c, INPUT_SIZE); // input size codeHash
    c.push(LENGTH_BYTES).ops(&[DUP2, GT]); // longer input size codeHash
    c.push(LENGTH_BYTES).ops(&[DUP3, SUB, MUL]);
    store(&mut c, INPUT_LAST);
    c.ops(&[ISZERO]);
    load(&mut c, INPUT);
    c.ops(&[CALLDATASIZE, SUB, MUL]);
    load(&mut c, INPUT);
    c.ops(&[ADD]);
    store(&mut c, INPUT); // size codeHash
    c.ops(&[SWAP1, POP]).jump(begin);
    c.end();
}

/// Host: `…` → `bool …`: whether code stands beside the message.
fn is_at_hand(c: &mut Code<'_>) {
    c.push(wire::TUPLE).ops(&[PUSH0, CALLDATALOAD, XOR]);
}

/// What stands beside the message must be `bytes`, right behind it and the last thing there is. Whatever is wrong with
/// it, nothing is with the message.
///
/// Host: `…` → `…`.
fn beside_message(c: &mut Code<'_>, shared: &Shared) {
    load(c, RECORDS_END);
    c.ops(&[DUP1, CALLDATALOAD]);
    words(c);
    c.ops(&[ADD]); // position
    c.ops(&[DUP1, CALLDATALOAD]); // size position
    c.push(wire::CODE_POINTER).ops(&[CALLDATALOAD, DUP3, XOR]); // wrong size position
    c.ops(&[CALLDATASIZE, DUP3, GT, OR]);
    c.ops(&[DUP2]);
    words(c);
    c.ops(&[DUP4, ADD, CALLDATASIZE, XOR, OR]);
    c.ops(&[SWAP2, SWAP1]); // size position wrong
    padding(c);
    c.ops(&[OR]).jumpi(shared.not_its_code);
}

/// Host: `bytes …` → `length …`: of a word and so many bytes in whole words.
fn words(c: &mut Code<'_>) {
    c.push(63).ops(&[ADD]).push(5).ops(&[SHR]).push(5).ops(&[SHL]);
}

/// Host: `…` → `…`. Checks everything of the message's encoding but the records, and sets the variables that
/// follow from it.
fn head(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[PUSH0, CALLDATALOAD]); // tuple
    c.push(32 * wire::FIELDS).ops(&[DUP2]).push(MESSAGE).ops(&[CALLDATACOPY]);
    // The tuple stands behind one word or two, and of the rest these bits must be zero.
    c.push(wire::TUPLE).ops(&[DUP2, SUB]).push(32).ops(&[NOT, AND]); // bad tuple
    message_field(c, shared, wire::LIST_POINTER);
    c.push(wire::LIST_OFFSET).ops(&[XOR, OR, PUSH0]);
    store(c, MEMORY_COST);
    message_field(c, shared, wire::ORIGIN);
    for address in [wire::CALLER, wire::TO, wire::CONTEXT] {
        message_field(c, shared, address);
        c.ops(&[OR]);
    }
    c.push(160).ops(&[SHR, OR]);
    message_field(c, shared, wire::IS_STATIC);
    c.push(1).ops(&[SHR, OR]);
    message_field(c, shared, wire::GAS_AVAILABLE);
    c.push(64).ops(&[SHR, OR]);
    c.push(wire::LIST_OFFSET).ops(&[DUP3, ADD]); // list bad tuple
    c.ops(&[DUP1, CALLDATALOAD, SWAP2, DUP3]).push(32).ops(&[SHR, OR]); // bad list count tuple
    message_field(c, shared, wire::INPUT_POINTER); // pointer bad list count tuple
    c.ops(&[DUP1]).push(31).ops(&[AND]); // low pointer bad …
    c.ops(&[CALLDATASIZE, DUP3, LT, ISZERO, OR, DUP3, OR]).jumpi(shared.malformed);
    c.ops(&[SWAP1, POP, DUP4, ADD]); // end list count tuple
    c.ops(&[SWAP1]).push(32).ops(&[ADD, SWAP2]); // count end table tuple
    // The offset table fits before `callData`.
    c.push(5).ops(&[SHL, DUP3, ADD]); // first end table tuple
    c.ops(&[DUP2, DUP2, GT]).jumpi(shared.malformed);
    // `callData` is the last thing there is, but for code.
    c.ops(&[DUP2, CALLDATALOAD]); // size first end table tuple
    c.ops(&[CALLDATASIZE, DUP2, GT]).jumpi(shared.malformed);
    c.ops(&[DUP1]);
    words(c);
    c.ops(&[DUP4, ADD, CALLDATASIZE, SUB]); // rest size first end table tuple
    c.ops(&[CALLDATASIZE, DUP2, GT]); // beyond rest size …
    c.push(wire::TUPLE).ops(&[DUP8, EQ, DUP3, MUL, OR]).jumpi(shared.malformed); // rest size …
    c.ops(&[POP, DUP3, SWAP1]);
    padding(c);
    c.jumpi(shared.malformed); // first end table tuple
    c.ops(&[DUP1]);
    store(c, TABLE_END);
    store(c, RECORD);
    store(c, RECORDS_END); // table tuple
    c.ops(&[DUP1]);
    store(c, TABLE_START);
    store(c, TABLE);
    c.ops(&[POP]);
    message_field(c, shared, wire::STATE_ROOT_ENTER);
    store(c, STATE_ROOT);
    // Execution has not begun: the address before the code.
    c.push(shared.code() - 1);
    store(c, SAVED);
}

/// Host: `size …` → `…`. Keeps the size of the code and places what lies behind it.
fn memory_map(c: &mut Code<'_>, shared: &Shared) {
    c.ops(&[DUP1]);
    store(c, CODE_SIZE);
    if shared.segment.is_none() {
        c.push(MOST_TARGETS).ops(&[DUP2, LT, DUP2, MUL]);
        store(c, TARGETS_END);
    }
    c.ops(&[DUP1])
        .push(shared.code() + AFTER_CODE + 31)
        .ops(&[ADD])
        .push(5)
        .ops(&[SHR])
        .push(5)
        .ops(&[SHL]);
    c.ops(&[DUP1]);
    store(c, MEMO); // memo size
    // One byte for each word of code, for the word that the last PUSH may end in, and for the next.
    c.ops(&[DUP2]).push(5).ops(&[SHR, ADD]).push(3).ops(&[ADD]); // flags size
    c.push(shared.code() / 8).ops(&[DUP2, SUB]);
    store(c, VALID);
    // One bit for each byte of code; in a segment, of all words that code stands in.
    let partial = if shared.segment.is_some() { 4 } else { 1 };
    c.ops(&[SWAP1]).push(3).ops(&[SHR, ADD]).push(partial + 31).ops(&[ADD]);
    c.push(5).ops(&[SHR]).push(5).ops(&[SHL]);
    store(c, GUEST_MEMORY);
}
