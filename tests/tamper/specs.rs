//! The classes by which the lies are judged are those that the specs' tables name.

use std::path::Path;

use super::classes::{self, Audit, Class, Field, Type};
use crate::harness::fixtures;

/// A row of a table: its cells.
type Row = Vec<String>;

fn chapter(name: &str) -> String {
    fixtures::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(name))
}

/// The rows below the header of the first table of a section that has a `class` column.
fn rows(section: &str) -> Vec<Row> {
    let cells = |line: &str| -> Row {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let table = section.lines().skip_while(|line| !line.contains("| class |"));
    table.skip(2).take_while(|line| line.starts_with('|')).map(cells).collect()
}

/// The class of the opcode at `position` in its section: where two opcodes share a row and differ,
/// their classes stand apart by a semicolon.
fn keyword(cell: &str, position: usize) -> String {
    let word = |part: &str| {
        part.trim()
            .trim_matches('*')
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect::<String>()
    };
    let parts: Vec<_> = cell.split(';').map(word).collect();
    let is_class = |word: &&String| ["input", "output", "other"].contains(&word.as_str());
    parts.get(position).filter(is_class).unwrap_or(&parts[0]).clone()
}

/// What is wrong with a row `[.., type, meaning, class, who checks]`, if anything.
fn differs(field: &Field, row: &[String], position: usize) -> Option<String> {
    let [name, kind, _, class, who] = row else { return Some(format!("{row:?}")) };
    let named = field.name.split([',', ' ']).any(|word| name.contains(&format!("`{word}`")));
    let type_name = match field.kind {
        Type::Bool => "bool",
        Type::Uint8 => "uint8",
        Type::Uint64 if field.name == "gasAvailable" => "uint256",
        Type::Uint64 => "uint64",
        Type::Address => "address",
        Type::Word if kind.contains("bytes32") => "bytes32",
        Type::Word => "uint256",
        Type::Bytes => "bytes",
    };
    let (expected, checker) = match field.class {
        Class::Output(mismatch) => ("output", format!("`{}`", mismatch.name())),
        Class::Input(audit) => ("input", audit_name(audit)),
        Class::Other(audit) => ("other", audit_name(audit)),
    };
    let agrees = named
        && kind.contains(type_name)
        && keyword(class, position) == expected
        && who.contains(&checker);
    (!agrees).then(|| format!("{field:?} against {row:?}"))
}

fn audit_name(audit: Audit) -> String {
    format!("{audit:?}").to_lowercase()
}

#[test]
fn records_are_classed_as_in_the_specs() {
    let text = chapter("03-records.md");
    let mut seen = 0;
    for section in text.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap_or_default();
        let rows = rows(section);
        let opcodes = heading.split('`').filter_map(|part| part.strip_prefix("0x"));
        let opcodes = opcodes.filter_map(|digits| u8::from_str_radix(digits, 16).ok());
        for (position, opcode) in opcodes.enumerate() {
            let fields = classes::record(opcode);
            // the topics of a log have one row
            let is_log = (0xa0..=0xa4).contains(&opcode);
            let fields = if is_log { &fields[..1] } else { fields };
            assert!(is_log || rows.len() == fields.len(), "{heading}");
            for (field, row) in fields.iter().zip(&rows) {
                assert_eq!(differs(field, row, position), None, "{heading}");
                seen += 1;
            }
        }
    }
    assert!(seen > 80, "only {seen} fields");
}

#[test]
fn the_message_is_classed_as_in_the_specs() {
    let text = chapter("02-message-witness.md");
    let rows = rows(&text);
    for field in classes::MESSAGE {
        let name = format!("`{}`", field.name);
        let row = rows.iter().find(|row| row[1] == name).expect("each field has a row");
        if field.name != "stateAccessList" {
            assert_eq!(differs(&field, &row[1..], 0), None);
        }
    }
}
