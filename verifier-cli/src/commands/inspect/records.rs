//! `inspect --records`: each record of a message by its name, with its fields, in 80 columns.

use std::fmt::Write;

use iso_evm_wire::{
    AccessWitness, Opened,
    records::{FrameKind, Record, RecordError, shape_of},
};
use serde_json::Value;

use super::value::{bytes, of_field, status};
use crate::report::text::{counted, thousands};

/// A message, what it says of its frame, and its records.
pub(super) fn records(witness: &Opened<'_>, index: usize) -> String {
    let mut text = String::new();
    let Some(opened) = witness.message(index) else {
        let length = counted(witness.messages[index].len(), "byte");
        let _ = writeln!(text, "message {index}: {length} that are no message\n");
        return text;
    };
    let (kind, message) = (opened.kind().map_or("?", FrameKind::name), opened.fields());
    let count = counted(opened.records().len(), "record");
    let _ = writeln!(text, "message {index}: {kind}, {count}");
    let gas = format!("{} of {}", thousands(message.gasUsed), thousands(message.gasAvailable));
    let said = [
        ("to", message.to.to_string()),
        ("context", message.context.to_string()),
        ("caller", message.caller.to_string()),
        ("value", thousands(message.callvalue)),
        ("gas", gas),
        ("status", status(&Value::String(format!("{:#x}", message.status)))),
        ("enter", message.stateRootEnter.to_string()),
        ("leave", message.stateRootLeave.to_string()),
    ];
    fields(&mut text, said.map(|(name, value)| (name, vec![value])).to_vec());
    let accesses = message.stateAccessList.iter().zip(opened.records());
    for (number, (access, record)) in accesses.enumerate() {
        let _ = writeln!(text, "record {number}: {}", mnemonic(access.opcode));
        fields(&mut text, of_record(access, record));
    }
    text.push('\n');
    text
}

/// The name of an opcode that has a record; of any other its number.
pub(super) fn mnemonic(opcode: u8) -> String {
    let known = shape_of(opcode).into_iter().flat_map(|shape| shape.opcodes);
    let known = known.into_iter().find(|known| known.byte == opcode);
    known.map_or_else(|| format!("{opcode:#04x}"), |known| known.mnemonic.to_owned())
}

/// A record's fields by their names, in the order of the table; of bytes that are no record, these.
pub(super) fn of_record(
    access: &AccessWitness,
    record: &Result<Record, RecordError>,
) -> Vec<(&'static str, Vec<String>)> {
    match (shape_of(access.opcode), record) {
        (Some(shape), Ok(record)) => {
            let values = by_name(record);
            let fields = shape.fields.iter();
            fields.map(|field| (field.name, of_field(field, &values[field.name]))).collect()
        }
        _ => vec![("no record", bytes(&Value::String(access.metadata.to_string())))],
    }
}

/// A record's fields as JSON.
pub(super) fn by_name(record: &Record) -> Value {
    serde_json::to_value(record).expect("only numbers, bytes and strings")
}

/// Names and values, these below one another.
fn fields(text: &mut String, fields: Vec<(&str, Vec<String>)>) {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, lines) in fields {
        let mut name = name;
        for line in lines {
            let _ = writeln!(text, " {name:width$} {line}");
            name = "";
        }
    }
}

#[cfg(test)]
mod tests {
    use iso_evm_wire::records::SHAPES;

    use super::super::value::COLUMNS;

    /// A blank, the name, a blank, a word: the widest field of the table fits 80 columns.
    #[test]
    fn every_record_of_the_table_fits_80_columns() {
        let names = SHAPES.iter().flat_map(|shape| shape.fields).map(|field| field.name.len());
        let widest = names.max().unwrap_or_default();
        assert!(widest > 0 && 1 + widest + 1 + COLUMNS <= 80, "{widest}");
    }
}
