//! The classes by which the lies about a message's own fields are judged are those that the table of
//! 02 names. Those of records are the table of records' own, and so is the table of 03.

use std::path::Path;

use super::classes::{self, Audit, Class, Field};
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

/// What is wrong with a row `[name, type, meaning, class, who checks]`, if anything.
fn differs(field: &Field, row: &[String]) -> Option<String> {
    let [name, kind, _, class, who] = row else { return Some(format!("{row:?}")) };
    // below 2^64, but a word as any other
    let word = field.name == "gasAvailable";
    let type_name = if word { "uint256".to_owned() } else { field.kind.to_string() };
    let (expected, checker) = match field.class {
        Class::Output(mismatch) => ("output", format!("`{}`", mismatch.name())),
        Class::Input(audit) => ("input", audit_name(audit)),
        Class::Other(audit) => ("other", audit_name(audit)),
    };
    let agrees = *name == format!("`{}`", field.name)
        && kind.contains(&type_name)
        && class.trim_start_matches('*').starts_with(expected)
        && who.contains(&checker);
    (!agrees).then(|| format!("{field:?} against {row:?}"))
}

fn audit_name(audit: Audit) -> String {
    format!("{audit:?}").to_lowercase()
}

#[test]
fn the_message_is_classed_as_in_the_specs() {
    let text = chapter("02-message-witness.md");
    let rows = rows(&text);
    for field in classes::MESSAGE {
        let name = format!("`{}`", field.name);
        let row = rows.iter().find(|row| row[1] == name).expect("each field has a row");
        if field.name != "stateAccessList" {
            assert_eq!(differs(&field, &row[1..]), None);
        }
    }
}
