//! The segments of messages, as people read them: a table for each message, the segments in order, and the
//! first that is false by its name.

use std::fmt::Write;

use alloy_primitives::U256;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use iso_evm_verifier::{
    segments::{MessageSegments, Row},
    verify::{EngineKind, Report},
};

use super::{
    layout::filled,
    messages::fits,
    text::{counted, thousands},
};

/// Segments of a message that a table holds at most: the first ones, the last, and all that are not
/// valid.
const MOST: usize = 40;

/// The columns; the last but one and those before it stand at the right.
const COLUMNS: [&str; 8] =
    ["#", "from gas", "to gas", "own gas", "records", "bytes", "host gas", "verdict"];

/// Columns that are left out where there is no room, one after the other.
const NARROWER: [&str; 4] = ["bytes", "records", "host gas", "own gas"];

/// A table for each message that has segments, in lines of this width; nothing if messages were audited whole.
pub(crate) fn tables(report: &Report, width: usize) -> String {
    let mut text = String::new();
    for (index, message) in report.segments.iter().flatten().enumerate() {
        let count = message.rows.len();
        let hash = message.hash.map_or_else(String::new, |hash| format!(", message hash {hash}"));
        let about = format!("message {index}: {}{hash}", counted(count, "segment"));
        text += &filled(&about, width, "", "  ");
        if count > 0 {
            let _ = writeln!(text, "{}", fitted(report, message, width));
        }
        if let Some(first) = message.first_false() {
            let said = &message.rows[first].said;
            let about = format!("message {index}: the first false segment is {first}: {said}");
            text += &filled(&about, width, "", "  ");
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The table with as many of its columns as there is room for.
fn fitted(report: &Report, message: &MessageSegments, width: usize) -> String {
    let mut whole = table(report, message, &[]);
    for left_out in 1..=NARROWER.len() {
        if fits(&whole.to_string(), width) {
            break;
        }
        whole = table(report, message, &NARROWER[..left_out]);
    }
    if !fits(&whole.to_string(), width) {
        whole.set_content_arrangement(ContentArrangement::Dynamic);
        whole.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    }
    whole.to_string()
}

fn table(report: &Report, message: &MessageSegments, without: &[&str]) -> Table {
    let is_shown = |column: &usize| !without.contains(&COLUMNS[*column]);
    let columns: Vec<_> = (0..COLUMNS.len()).filter(is_shown).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header(columns.iter().map(|column| COLUMNS[*column]));
    let rows = &message.rows;
    let shown =
        |index: usize, row: &Row| index < MOST || index + 1 == rows.len() || row.said.is_false();
    let mut left_out = 0;
    for (index, row) in rows.iter().enumerate() {
        if !shown(index, row) {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            table.add_row(["…".to_owned(), format!("{left_out} more")]);
            left_out = 0;
        }
        let end = row.end.map(|end| thousands(U256::from(end.leaf().gas_used.0)));
        let host_gas = (report.engine != EngineKind::Native).then_some(row.host_gas);
        let cells = [
            index.to_string(),
            thousands(U256::from(row.start.gas_used.0)),
            end.unwrap_or_else(|| "end".to_owned()),
            thousands(U256::from(row.own_gas)),
            row.records.to_string(),
            thousands(U256::from(row.input_bytes)),
            host_gas.map_or_else(|| "-".to_owned(), |gas| thousands(U256::from(gas))),
            row.said.to_string(),
        ];
        table.add_row(columns.iter().map(|column| cells[*column].clone()));
    }
    for index in 0..columns.len() - 1 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
