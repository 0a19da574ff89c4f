//! The tables of `specs/24-tables.md` say the columns that there are; `ISO_BLESS=1` writes them anew.

use std::{env, fs, path::PathBuf};

use arrow_schema::DataType;
use iso_evm_table::{ErrorKind, FindingRow, MessageRow, Row, TransactionRow, WitnessRow};

/// The columns of a table, a line each.
fn columns<R: Row>() -> String {
    let mut text = "| column | type | what it says |\n|---|---|---|\n".to_owned();
    for column in R::columns() {
        let optional = if column.nullable { "?" } else { "" };
        let data_type = name(&column.data_type);
        text += &format!("| `{}` | {data_type}{optional} | {} |\n", column.name, column.meaning);
    }
    text
}

fn name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 => "utf8".to_owned(),
        DataType::UInt64 => "uint64".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Binary => "binary".to_owned(),
        DataType::FixedSizeBinary(length) => format!("binary({length})"),
        DataType::List(element) => format!("list of {}", name(element.data_type())),
        DataType::Struct(_) => "struct".to_owned(),
        other => panic!("the page has no word for {other}"),
    }
}

fn errors() -> String {
    let mut text = "| `error_kind` | what it says |\n|---|---|\n".to_owned();
    for kind in ErrorKind::ALL {
        text += &format!("| `{kind}` | {} |\n", kind.meaning());
    }
    text
}

#[test]
fn the_page_has_the_columns_that_there_are() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../specs/24-tables.md");
    let found = fs::read_to_string(&path).unwrap();
    let mut expected = found.clone();
    for (block, table) in [
        ("witnesses", columns::<WitnessRow>()),
        ("transactions", columns::<TransactionRow>()),
        ("errors", errors()),
        ("messages", columns::<MessageRow>()),
        ("findings", columns::<FindingRow>()),
    ] {
        let begin = format!("<!-- generated: {block} -->\n");
        let start = expected.find(&begin).unwrap() + begin.len();
        let end = start + expected[start..].find("<!-- end -->").unwrap();
        expected.replace_range(start..end, &format!("\n{table}\n"));
    }
    if env::var_os("ISO_BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
        return;
    }
    assert!(found == expected, "specs/24-tables.md differs from the code: ISO_BLESS=1 writes it");
}
