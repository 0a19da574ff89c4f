//! What each opcode does, by family, as in the execution specs. Normative text:
//! `specs/05-hypervisor.md`, section Handlers.
//!
//! A handler starts with `S operands …` on the host's stack and ends in a dispatch with
//! `S' results …`. Most opcodes do their harmless work first and let the next dispatch find that
//! the stack or the gas was too short; an opcode that takes a record checks before it.

mod arithmetic;
mod call;
mod control_flow;
pub(crate) mod copies;
mod create;
mod environment;
pub(crate) mod host;
mod log;
mod memory;
mod outcome;
mod selfdestruct;
mod stack;
mod storage;

use crate::{
    emit::{
        asm::{Assembler, Code, Label},
        dispatch::{Machine, Shared},
        layout,
    },
    rules::opcodes::{Handler, Opcode, opcodes},
};

/// Code that several opcodes of a family jump to.
#[derive(Clone, Copy, Debug)]
struct Families {
    /// `opcode S address …`.
    account_fact: Label,
    /// `opcode S key …`.
    keyed_fact: Label,
    /// `opcode S …`.
    fact: Label,
    /// `topics S offset length …`.
    log: Label,
    /// `S gas account value in-offset in-length out-offset out-length …`.
    call: Label,
    /// `S value offset length salt …`.
    create: Label,
    /// `destination S …`.
    jumpi_taken: Label,
    /// `S offset …`.
    mload_expand: Label,
    /// `S offset value …`.
    mstore_expand: Label,
    /// `S offset value …`.
    mstore8_expand: Label,
}

/// Writes the handlers of the fork's opcodes and the code that they share, but for what `jumpi_taken` names.
pub(crate) fn emit(asm: &mut Assembler, shared: &Shared, jumpi_taken: Label) {
    let families = Families {
        account_fact: asm.label("account_fact", 3),
        keyed_fact: asm.label("keyed_fact", 3),
        fact: asm.label("fact", 2),
        log: asm.terminal("log"),
        call: asm.label("call", 8),
        create: asm.label("create", 5),
        jumpi_taken,
        mload_expand: asm.label("MLOAD.expand", 2),
        mstore_expand: asm.label("MSTORE.expand", 3),
        mstore8_expand: asm.label("MSTORE8.expand", 3),
    };
    for row in opcodes(shared.fork) {
        handler(asm, shared, &families, row);
    }
    if shared.is_live() {
        return;
    }
    environment::emit_shared(asm, shared, &families);
    log::emit_shared(asm, shared, &families);
    call::emit_shared(asm, shared, &families);
    create::emit_shared(asm, shared, &families);
    outcome::emit(asm, shared);
    arithmetic::emit_shared(asm, shared);
    memory::emit_shared(asm, shared, &families);
}

fn handler(asm: &mut Assembler, shared: &Shared, families: &Families, row: &Opcode) {
    // Slot 0 belongs to dispatch, INVALID is what an undefined opcode is.
    if matches!(row.handler, Handler::Stop | Handler::Invalid) {
        return;
    }
    let entry = asm.label(row.mnemonic, 1 + row.inputs);
    let mut c = asm.handler(row.byte, entry);
    let c = &mut c;
    let done = interpreted(c, shared, families, row);
    if !done {
        match shared.machine {
            Machine::Audit | Machine::Segment => audited(c, shared, families, row),
            Machine::Live => host::host(c, shared, row),
        }
    }
    c.end();
}

/// What is done alike wherever state operations go. Returns whether `row` is such an opcode.
fn interpreted(c: &mut Code<'_>, shared: &Shared, families: &Families, row: &Opcode) -> bool {
    match row.handler {
        Handler::Binary => arithmetic::binary(c, shared, row),
        Handler::Ternary => arithmetic::ternary(c, shared, row),
        Handler::Unary => arithmetic::unary(c, shared, row),
        Handler::Exp => arithmetic::exp(c, shared, row),
        Handler::Clz => arithmetic::clz(c, shared, row),
        Handler::Calldataload => environment::calldataload(c, shared, row),
        Handler::Calldatasize => environment::variable(c, shared, row, layout::INPUT_SIZE),
        Handler::Codesize => environment::variable(c, shared, row, layout::CODE_SIZE),
        Handler::Calldatacopy => copies::calldatacopy(c, shared, row),
        Handler::Codecopy => copies::codecopy(c, shared, row),
        Handler::Mcopy => copies::mcopy(c, shared, row),
        Handler::Pop => stack::pop(c, shared, row),
        Handler::Push(bytes) => stack::push(c, shared, row, bytes),
        Handler::Dup(depth) => stack::dup(c, shared, row, depth),
        Handler::Swap(depth) => stack::swap(c, shared, row, depth),
        Handler::Mload => memory::mload(c, shared, row, families.mload_expand),
        Handler::Mstore => memory::mstore(c, shared, row, families.mstore_expand),
        Handler::Mstore8 => memory::mstore8(c, shared, row, families.mstore8_expand),
        Handler::Msize => memory::msize(c, shared, row),
        Handler::Jump => control_flow::jump(c, shared),
        Handler::Jumpi => control_flow::jumpi(c, shared, row, families.jumpi_taken),
        Handler::Jumpdest => control_flow::jumpdest(c, shared, row),
        Handler::Pc => control_flow::pc(c, shared, row),
        _ => return false,
    }
    true
}

/// What the audit answers from message and records.
fn audited(c: &mut Code<'_>, shared: &Shared, families: &Families, row: &Opcode) {
    match row.handler {
        Handler::Keccak256 => memory::keccak256(c, shared, row),
        Handler::Head(field) => environment::head(c, shared, row, field),
        Handler::Returndatasize => environment::variable(c, shared, row, layout::RETURN_DATA_SIZE),
        Handler::Returndatacopy => copies::returndatacopy(c, shared, row),
        Handler::Extcodecopy => copies::extcodecopy(c, shared, row),
        Handler::AccountFact => environment::to_family(c, shared, row, families.account_fact),
        Handler::KeyedFact => environment::to_family(c, shared, row, families.keyed_fact),
        Handler::Fact => environment::to_family(c, shared, row, families.fact),
        Handler::Sload => storage::sload(c, shared, row),
        Handler::Sstore => storage::sstore(c, shared, row),
        Handler::Tstore => storage::tstore(c, shared, row),
        Handler::Gas => control_flow::gas(c, shared, row),
        Handler::Return => control_flow::return_(c, shared, row),
        Handler::Revert => control_flow::revert(c, shared, row),
        Handler::Log(topics) => log::log(c, shared, row, families, topics),
        Handler::Call => call::call(c, shared, row, families),
        Handler::Create => create::create(c, shared, row, families),
        Handler::Selfdestruct => selfdestruct::selfdestruct(c, shared, row),
        _ => unreachable!("{} is done elsewhere", row.mnemonic),
    }
}
