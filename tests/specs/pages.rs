//! `opcodes.md`, and the generated tables in 07, 10 and `hardforks.md`.

use std::fmt::Write as _;

use alloy_primitives::hex;
use iso_evm_hypervisor::{
    MismatchKind, lint,
    opcodes::{OPCODES, Opcode, opcodes},
};
use iso_evm_testing::measurements::replaced;
use iso_evm_verifier::audit::{AccessKind, TransactionKind, TreeKind};
use iso_evm_wire::{
    Fork,
    protocol::Change,
    records::{OPENING, RecordShape, SHAPES, shape_of},
};
use revm::bytecode::opcode::OpCode;

use super::{
    artifacts::{ERRORS, NOT_PROVEN},
    committed, compare,
};

/// The record of an opcode. STOP's byte is the opening record's.
fn record(row: &Opcode) -> Option<&'static RecordShape> {
    if row.byte == OPENING { None } else { shape_of(row.byte) }
}

/// Static gas, by fork where it changes.
fn static_gas(row: &Opcode) -> String {
    let mut text = String::new();
    let mut last = None;
    for fork in Fork::ALL.into_iter().filter(|fork| row.since <= *fork) {
        let gas = row.static_gas(fork);
        match last {
            None => text = gas.to_string(),
            Some(last) if last != gas => {
                let _ = write!(text, "; {fork} {gas}");
            }
            Some(_) => {}
        }
        last = Some(gas);
    }
    text
}

/// The handler's name, without what it is given.
fn family(row: &Opcode) -> String {
    let name = format!("{:?}", row.handler);
    name.split('(').next().unwrap_or_default().to_owned()
}

fn coverage() -> String {
    let mut page = "# Opcodes\n\n\
        Generated from `hypervisor::rules::opcodes`; do not edit. Every opcode here is audited, in each\n\
        fork from the one named on. All other bytes, and `INVALID`, are exceptional halts.\n\n\
        *Gas* is static gas: what the opcode costs whatever its operands and facts; where it\n\
        changes, with the fork ([06](06-gas.md) has the rest). *Fork* is the first that has it;\n\
        `istanbul` stands for all older ones. *Record* is the type in `wire::records`\n\
        ([03](03-records.md)). An upgrade of the OP Stack has the opcodes of its fork\n\
        ([18](18-chains.md#upgrades)).\n\n\
        | byte | mnemonic | in | out | gas | fork | record | handler |\n\
        |---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for row in OPCODES {
        let record = record(row).map(|shape| format!("`{}`", shape.name)).unwrap_or_default();
        let (gas, family) = (static_gas(row), family(row));
        let Opcode { byte, mnemonic, inputs, outputs, since, .. } = row;
        let _ = writeln!(
            page,
            "| `0x{byte:02x}` | `{mnemonic}` | {inputs} | {outputs} | {gas} | {since} | {record} | {family} |"
        );
    }
    page.push_str("\n| fork | opcodes |\n|---|---|\n");
    for fork in Fork::ALL {
        let _ = writeln!(page, "| {fork} | {} |", opcodes(fork).count());
    }
    page
}

#[test]
fn opcodes_page() {
    // Each record is of an opcode here, by the same name.
    for known in SHAPES.iter().flat_map(|shape| shape.opcodes) {
        let row = OPCODES.iter().find(|row| row.byte == known.byte);
        let row = row.expect("the opcode of a record is audited");
        assert!(known.byte == OPENING || row.mnemonic == known.mnemonic, "{known:?}");
    }
    compare("opcodes.md", &coverage());
}

#[test]
fn verdict_tables() {
    let mut errors = "| selector | error |\n|---|---|\n".to_owned();
    for error in ERRORS.iter().chain([&NOT_PROVEN]) {
        let parameters = error.parameters.solidity();
        let selector = hex::encode_prefixed(error.selector);
        let _ = writeln!(errors, "| `{selector}` | `{}({parameters})` |", error.name);
    }
    let mut kinds = "| number | name | meaning |\n|---|---|---|\n".to_owned();
    for kind in MismatchKind::ALL {
        let _ = writeln!(kinds, "| {} | `{kind}` | {} |", *kind as u8, kind.meaning());
    }
    let mut page = replaced(&committed("07-verdicts.md"), "errors", &errors);
    page = replaced(&page, "kinds", &kinds);
    let access = AccessKind::ALL.iter().map(|kind| (kind.name(), kind.meaning()));
    let tree = TreeKind::ALL.iter().map(|kind| (kind.name(), kind.meaning()));
    let transaction = TransactionKind::ALL.iter().map(|kind| (kind.name(), kind.meaning()));
    page = replaced(&page, "access-kinds", &named(access));
    page = replaced(&page, "tree-kinds", &named(tree));
    compare("07-verdicts.md", &replaced(&page, "transaction-kinds", &named(transaction)));
}

/// A table of kinds that have no number.
fn named(kinds: impl Iterator<Item = (&'static str, &'static str)>) -> String {
    let mut table = "| name | meaning |\n|---|---|\n".to_owned();
    for (name, meaning) in kinds {
        let _ = writeln!(table, "| `{name}` | {} |", meaning.trim());
    }
    table
}

#[test]
fn changes_of_forks() {
    let mut changes = "| fork | EIP | change | what it is |\n|---|---|---|---|\n".to_owned();
    for change in Change::ALL {
        let (fork, eip, what) = (change.since(), change.eip(), change.sentence());
        let _ = writeln!(changes, "| {fork} | {eip} | `{}` | {what} |", change.name());
    }
    compare("hardforks.md", &replaced(&committed("hardforks.md"), "changes", &changes));
}

#[test]
fn host_opcodes() {
    let names: Vec<_> = (0..=u8::MAX)
        .filter(|op| lint::may_emit(*op))
        .map(|op| format!("`{}`", OpCode::new(op).expect("only defined opcodes").as_str()))
        .collect();
    let lines = names.chunks(8).map(|names| names.join(", ")).collect::<Vec<_>>().join(",\n");
    let page = replaced(&committed("10-security-model.md"), "host-opcodes", &(lines + ".\n"));
    compare("10-security-model.md", &page);
}
