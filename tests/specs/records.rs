//! The tables of fields in 03, and the schema of a record: both as the table of records says.

use iso_evm_hypervisor::MismatchKind;
use iso_evm_testing::measurements::replaced;
use iso_evm_wire::records::{
    RecordShape, SHAPES,
    describe::{fields_table, record_schema},
};

use super::{committed, compare};

/// The marks of the tables: the names of the types that each is of.
fn blocks(page: &str) -> Vec<&str> {
    let marks = page.lines().filter_map(|line| line.strip_prefix("<!-- generated: "));
    marks.filter_map(|line| line.strip_suffix(" -->")).collect()
}

/// The records of a block, in the order of the table.
fn shapes_of(block: &str) -> Vec<&'static RecordShape> {
    let of = |shape: &&RecordShape| block.split(' ').any(|name| name == shape.name);
    SHAPES.iter().filter(of).collect()
}

#[test]
fn fields_of_records() {
    let mut page = committed("03-records.md");
    let text = page.clone();
    let mut shown: Vec<&RecordShape> = Vec::new();
    for block in blocks(&text) {
        let shapes = shapes_of(block);
        assert!(!shapes.is_empty(), "{block}");
        // Records in one table have as many fields each.
        assert!(shapes.iter().all(|shape| shape.fields.len() == shapes[0].fields.len()), "{block}");
        page = replaced(&page, block, &fields_table(&shapes));
        shown.extend(shapes);
    }
    let count = |shape: &RecordShape| shown.iter().filter(|other| **other == shape).count();
    assert!(SHAPES.iter().all(|shape| count(shape) == 1), "each record has its table");
    compare("03-records.md", &page);
}

/// Each section says by name and byte which opcodes its records are of.
#[test]
fn opcodes_of_records() {
    let text = committed("03-records.md");
    for section in text.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap_or_default();
        for shape in blocks(section).into_iter().flat_map(shapes_of) {
            // A heading names the first and the last of the logs.
            let ends = [shape.opcodes.first(), shape.opcodes.last()];
            let opcodes = if shape.name == "LogRecord" { &[] } else { shape.opcodes };
            for opcode in opcodes.iter().chain(ends.into_iter().flatten()) {
                let byte = format!("`{:#04x}`", opcode.byte);
                let name = format!("`{}` {byte}", opcode.mnemonic);
                let named = heading.contains(&name) || opcode.byte == 0 && heading.contains(&byte);
                assert!(named, "{heading}: {name}");
            }
        }
    }
}

/// A mismatch that the table names is one of the execution audit's.
#[test]
fn mismatches_of_records() {
    for shape in SHAPES {
        for field in shape.fields {
            let Some(name) = field.rule.mismatch else { continue };
            let known = MismatchKind::ALL.iter().any(|kind| kind.name() == name);
            assert!(known, "{} {}: {name}", shape.name, field.name);
        }
    }
}

#[test]
fn schema_of_a_record() {
    let name = "schemas/witness.schema.json";
    let page = committed(name);
    let start = "\n    \"record\": ";
    let (before, _) = page.split_once(start).expect("the record is the last definition");
    let record = serde_json::to_string_pretty(&record_schema(SHAPES)).expect("plain JSON");
    let record = record.replace('\n', "\n    ");
    compare(name, &format!("{before}{start}{record}\n  }}\n}}\n"));
}
