//! `RecordTable.sol` and `Outcomes.sol`: opcodes that have records, where the fields of a record stand,
//! and what may stand in them.

use std::collections::BTreeSet;

use iso_evm_wire::{
    layout::METADATA_OFFSET,
    records::{Outcome, RecordShape, SHAPES, offsets},
};

use super::{library, number, upper};

/// What a word of any bits is marked with.
const WORD: u8 = 0xf0;
/// What bytes at a record's end are marked with.
const BYTES: u8 = 0xff;

// One name for what stands alike in records that are read by one function.
const _: () = {
    use offsets::{balance, create, create2, extcodecopy, extcodehash, extcodesize};
    assert!(balance::ACCOUNT == extcodecopy::ACCOUNT && balance::COLD == extcodecopy::COLD);
    assert!(balance::ACCOUNT == extcodehash::ACCOUNT && balance::COLD == extcodehash::COLD);
    assert!(balance::ACCOUNT == extcodesize::ACCOUNT && balance::COLD == extcodesize::COLD);
    assert!(create::VALUE == create2::VALUE && create::OUTCOME == create2::OUTCOME);
    assert!(METADATA_OFFSET == 64);
};

/// The numbers of outcomes.
pub(super) fn outcomes() -> String {
    let lines = Outcome::ALL.map(|outcome| {
        let number_of = outcome as u8;
        number(&upper(Outcome::NAMES[usize::from(number_of)]), number_of)
    });
    library("Outcomes", "What became of a call or creation, by its number.", &lines)
}

/// The table of records.
pub(super) fn table() -> String {
    let mut lines = vec!["// Opcodes that have records.".to_owned()];
    for opcode in SHAPES.iter().flat_map(|shape| shape.opcodes) {
        lines.push(number(opcode.mnemonic, format!("{:#04x}", opcode.byte)));
    }
    lines.extend([
        String::new(),
        "// Where fields stand in a record's metadata, and where the words of all end.".to_owned(),
    ]);
    let mut seen = BTreeSet::new();
    for shape in SHAPES.iter().filter(|shape| seen.insert(shape.name)) {
        let of = upper(shape.name.trim_end_matches("Record"));
        for (index, field) in shape.fields.iter().enumerate() {
            lines.push(number(&format!("{of}_{}", upper(field.name)), 32 * index));
        }
        lines.push(number(&format!("{of}_LENGTH"), 32 * shape.fields.len()));
    }
    lines.extend([
        String::new(),
        "// Marks of fields, beside numbers of bits: a word, and bytes behind all.".to_owned(),
        number("WORD", format!("{WORD:#x}")),
        number("BYTES", format!("{BYTES:#x}")),
        String::new(),
        "// Opcodes by their bits.".to_owned(),
    ]);
    for (name, records) in SETS {
        let bits = bits_of(SHAPES.iter().filter(|shape| records.contains(&shape.name)));
        lines.push(format!("uint256 private constant {name} = {bits};"));
    }
    for (name, set, doc) in QUESTIONS {
        lines.extend([
            String::new(),
            format!("/// {doc}"),
            format!("function {name}(uint256 opcode) internal pure returns (bool) {{"),
            format!("    return ({set} >> opcode) & 1 == 1;"),
            "}".to_owned(),
        ]);
    }
    lines.extend(fields_of());
    lines.extend(state_root_of());
    library("RecordTable", "Records by their opcodes: what fields they have, and where.", &lines)
}

/// Sets of opcodes, by their records.
const SETS: [(&str, &[&str]); 4] = [
    ("CALLS", &["CallRecord"]),
    ("CREATIONS", &["CreateRecord", "Create2Record"]),
    ("ACCOUNTS", &["BalanceRecord", "ExtcodesizeRecord", "ExtcodehashRecord", "ExtcodecopyRecord"]),
    ("VALUES", &["ValueRecord"]),
];

/// What is asked of an opcode, of which set, and what it means.
const QUESTIONS: [(&str, &str, &str); 4] = [
    ("isCall", "CALLS", "Whether an opcode's record is a call's."),
    ("isCreation", "CREATIONS", "Whether an opcode's record is a creation's."),
    (
        "asksAccount",
        "ACCOUNTS",
        "Whether an opcode asks something of an account, which its record has where that of `BALANCE` has it.",
    ),
    ("isValue", "VALUES", "Whether an opcode's record is one value."),
];

/// A number with a bit for each opcode of the shapes.
fn bits_of<'a>(shapes: impl Iterator<Item = &'a RecordShape>) -> String {
    let mut bits = alloy_primitives::U256::ZERO;
    for opcode in shapes.flat_map(|shape| shape.opcodes) {
        bits.set_bit(usize::from(opcode.byte), true);
    }
    word(bits)
}

/// A number as a literal of 64 digits: one of 40 would be an address.
fn word(number: alloy_primitives::U256) -> String {
    format!("{number:#066x}")
}

/// The function that tells what fields an opcode's record has.
fn fields_of() -> Vec<String> {
    let mut lines = vec![
        String::new(),
        "/// The fields of an opcode's record, a byte each from the lowest on: bits of a word, or a mark.".to_owned(),
        "/// Zero if the opcode has no record.".to_owned(),
        "function fieldsOf(uint256 opcode) internal pure returns (uint256) {".to_owned(),
    ];
    let mut rows: Vec<(String, Vec<u8>)> = Vec::new();
    for shape in SHAPES {
        for opcode in shape.opcodes {
            let marks = marks(shape, opcode.byte);
            let text = word(alloy_primitives::U256::from_le_slice(&marks));
            match rows.iter_mut().find(|(known, _)| *known == text) {
                Some((_, opcodes)) => opcodes.push(opcode.byte),
                None => rows.push((text, vec![opcode.byte])),
            }
        }
    }
    for (text, opcodes) in rows {
        if let [opcode] = opcodes[..] {
            lines.push(format!("    if (opcode == {opcode:#04x}) return {text};"));
        } else {
            let mut bits = alloy_primitives::U256::ZERO;
            opcodes.iter().for_each(|opcode| bits.set_bit(usize::from(*opcode), true));
            let bits = word(bits);
            lines.push(format!("    if (({bits} >> opcode) & 1 == 1) return {text};"));
        }
    }
    lines.extend(["    return 0;".to_owned(), "}".to_owned()]);
    lines
}

/// A byte for each field. Each topic is a field by itself; what has no number of bits are bytes.
fn marks(shape: &RecordShape, opcode: u8) -> Vec<u8> {
    let mark = |bits: Option<usize>| match bits {
        None => BYTES,
        Some(bits) => u8::try_from(bits).unwrap_or(WORD),
    };
    shape.fields_of(opcode).into_iter().map(|(_, kind, _)| mark(kind.bits())).collect()
}

/// The function that tells where a record has its root.
fn state_root_of() -> Vec<String> {
    let mut lines = vec![
        String::new(),
        "/// Whether an opcode's record has a state root, and where.".to_owned(),
        "function stateRootOf(uint256 opcode) internal pure returns (bool has, uint256 spot) {"
            .to_owned(),
    ];
    for shape in SHAPES.iter().filter(|shape| shape.field("stateRoot").is_some()) {
        let of = upper(shape.name.trim_end_matches("Record"));
        let bits = bits_of([shape].into_iter());
        lines.push(format!("    if (({bits} >> opcode) & 1 == 1) return (true, {of}_STATE_ROOT);"));
    }
    lines.push("}".to_owned());
    lines
}
