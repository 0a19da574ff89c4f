//! The table of messages: as many of its columns as there is room for.

use alloy_primitives::U256;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use iso_evm_verifier::verify::{Audit, AuditVerdict, EngineKind, MessageReport, Report, Verdict};
use iso_evm_wire::records::FrameKind;

use super::text::{short, status, target, thousands};

/// A column, and whether its cells stand at the right.
const COLUMNS: [(&str, bool); 9] = [
    ("#", true),
    ("kind", false),
    ("to", false),
    ("status", false),
    ("gas used", true),
    ("records", true),
    ("bytes", true),
    ("host gas", true),
    ("verdict", false),
];

/// Ways to make the table narrower, one after the other: a column that goes, or the deepest indentation.
const NARROWER: [(&str, usize); 9] = [
    ("", 12),
    ("bytes", 12),
    ("records", 12),
    ("", 4),
    ("host gas", 4),
    ("", 0),
    ("gas used", 0),
    ("to", 0),
    ("status", 0),
];

/// The table of messages, no wider than this: what has no room in what is left goes on in a line below.
pub(super) fn table(report: &Report, width: usize) -> String {
    let mut left_out = Vec::new();
    let mut text = String::new();
    for (column, indent) in NARROWER {
        left_out.push(column);
        text = with(report, &left_out, indent).to_string();
        if fits(&text, width) {
            break;
        }
    }
    if !fits(&text, width) {
        let mut table = with(report, &left_out, 0);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        text = table.to_string();
    }
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Whether no line is wider.
pub(super) fn fits(text: &str, width: usize) -> bool {
    text.lines().all(|line| line.trim_end().chars().count() <= width)
}

fn with(report: &Report, left_out: &[&str], indent: usize) -> Table {
    let columns: Vec<_> =
        COLUMNS.iter().enumerate().filter(|(_, (name, _))| !left_out.contains(name)).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header(columns.iter().map(|(_, (name, _))| *name));
    for (index, message) in report.messages.iter().enumerate() {
        let cells = cells(report, index, message, indent);
        table.add_row(columns.iter().map(|(column, _)| cells[*column].clone()));
    }
    for (place, (_, (_, right))) in columns.iter().enumerate() {
        if let Some(column) = table.column_mut(place).filter(|_| *right) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// What is said of a message by itself. Where another message is false by an audit that tells its first finding
/// alone, this one was not found false, and no more is known.
fn verdict(report: &Report, message: &MessageReport) -> String {
    use AuditVerdict::{Invalid, Valid};
    let own = match (&message.mismatch, &message.execution) {
        (Some(_), _) => Verdict::Invalid,
        (None, Some(audited)) => Verdict::from(&audited.verdict),
        (None, None) => Verdict::Valid,
    };
    let said = |audit| report.audits.of(audit);
    let selected = || report.selected.audits();
    let tells_first = |audit| matches!(audit, Audit::Access | Audit::Tree);
    // What is false of the transaction is false of no message.
    let holds =
        |audit| said(audit) == Valid || audit == Audit::Transaction && said(audit) == Invalid;
    if own != Verdict::Valid {
        report.named(own).to_string()
    } else if selected().filter(|audit| *audit != Audit::Execution).all(holds) {
        report.named(Verdict::Valid).to_string()
    } else if selected().any(|audit| tells_first(audit) && said(audit) == Invalid) {
        "no finding".to_owned()
    } else {
        report.named(Verdict::Inconclusive).to_string()
    }
}

/// What is said of a message, in the order of the columns.
fn cells(report: &Report, index: usize, message: &MessageReport, indent: usize) -> [String; 9] {
    let claim = message.message.as_ref();
    let host_gas = message.execution.as_ref().filter(|_| report.engine != EngineKind::Native);
    let host_gas = host_gas.map(|audited| U256::from(audited.host_gas));
    let indent = " ".repeat(message.place.depth.unwrap_or_default().min(indent));
    let unknown = || "?".to_owned();
    [
        index.to_string(),
        format!("{indent}{}", message.kind.map_or("?", FrameKind::name)),
        claim.map_or_else(unknown, |claim| short(target(claim.to, claim.context))),
        claim.map_or_else(unknown, |claim| status(claim.status)),
        claim.map_or_else(unknown, |claim| column(claim.gas_used)),
        claim.map_or_else(unknown, |claim| claim.records.to_string()),
        thousands(U256::from(message.witness_bytes)),
        host_gas.map_or_else(|| "-".to_owned(), thousands),
        verdict(report, message),
    ]
}

/// A number in a column: of one that no gas can be the ends.
fn column(number: U256) -> String {
    if number.bit_len() <= 64 {
        return thousands(number);
    }
    let hex = format!("{number:#x}");
    format!("{}…{}", &hex[..6], &hex[hex.len() - 4..])
}
