//! The segments of messages, as people read them: a table for each message, the segments in order, and the
//! first that is false by its name.

use std::fmt::Write;

use alloy_primitives::U256;
use comfy_table::{CellAlignment, Table, presets};
use iso_evm_verifier::{
    segments::{MessageSegments, Row},
    verify::{EngineKind, Report},
};

use super::text::{counted, thousands};

/// Segments of a message that a table holds at most: the first ones, the last, and all that are not
/// valid.
const MOST: usize = 40;

/// A table for each message that has segments; nothing if messages were audited whole.
pub(crate) fn tables(report: &Report) -> String {
    let mut text = String::new();
    for (index, message) in report.segments.iter().flatten().enumerate() {
        let count = message.rows.len();
        let hash = message.hash.map_or_else(String::new, |hash| format!(", message hash {hash}"));
        let _ = writeln!(text, "message {index}: {}{hash}", counted(count, "segment"));
        if count > 0 {
            let _ = writeln!(text, "{}", table(report, message));
        }
        if let Some(first) = message.first_false() {
            let said = &message.rows[first].said;
            let _ = writeln!(text, "message {index}: the first false segment is {first}: {said}");
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn table(report: &Report, message: &MessageSegments) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header([
        "#", "from gas", "to gas", "own gas", "records", "bytes", "host gas", "verdict",
    ]);
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
        table.add_row([
            index.to_string(),
            thousands(U256::from(row.start.gas_used.0)),
            end.unwrap_or_else(|| "end".to_owned()),
            thousands(U256::from(row.own_gas)),
            row.records.to_string(),
            thousands(U256::from(row.input_bytes)),
            host_gas.map_or_else(|| "-".to_owned(), |gas| thousands(U256::from(gas))),
            row.said.to_string(),
        ]);
    }
    for index in 0..7 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}
