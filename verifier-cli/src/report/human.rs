//! What people read: a table of messages, what is wrong and what did not run, what the witness is
//! about, and a last line that says the verdict and its scope.

use std::fmt::Write;

use alloy_primitives::U256;
use comfy_table::{CellAlignment, Table, presets};
use iso_evm_hypervisor::{Inconclusive, MessageVerdict};
use iso_evm_verifier::{
    audit::anchors::Anchor,
    verify::{Audit, AuditVerdict, Check, EngineKind, MessageReport, Report, Verdict, Why},
};
use iso_evm_wire::records::FrameKind;

use super::segments;
use super::text::{MAX_INDENT, short, status, target, thousands};

/// The report of `iso-verify`. Colours are terminal escapes, for the stream to take out.
pub(crate) fn human(report: &Report) -> String {
    let mut text = String::new();
    if !report.messages.is_empty() {
        text.push_str(&table(report));
        text.push('\n');
    }
    text.push_str(&segments::tables(report));
    for line in remarks(report) {
        let _ = writeln!(text, "{line}");
    }
    about(&mut text, report);
    text.push_str(&conclusion(report));
    text.push('\n');
    text
}

fn table(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header([
        "#", "kind", "to", "status", "gas used", "records", "bytes", "host gas", "verdict",
    ]);
    for (index, message) in report.messages.iter().enumerate() {
        let claim = message.message.as_ref();
        let host_gas = message.execution.as_ref().filter(|_| report.engine != EngineKind::Native);
        let host_gas = host_gas.map(|audited| U256::from(audited.host_gas));
        let indent = " ".repeat(message.place.depth.unwrap_or_default().min(MAX_INDENT));
        table.add_row([
            index.to_string(),
            format!("{indent}{}", message.kind.map_or("?", FrameKind::name)),
            claim.map_or_else(unknown, |claim| short(target(claim.to, claim.context))),
            claim.map_or_else(unknown, |claim| status(claim.status)),
            claim.map_or_else(unknown, |claim| thousands(claim.gas_used)),
            claim.map_or_else(unknown, |claim| claim.records.to_string()),
            thousands(U256::from(message.witness_bytes)),
            host_gas.map_or_else(|| "-".to_owned(), thousands),
            report.named(message.verdict()).to_string(),
        ]);
    }
    for index in [0, 4, 5, 6, 7] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

fn unknown() -> String {
    "?".to_owned()
}

/// A line for each false claim, each message whose audit came to no end, and each audit or check
/// that could not run.
pub(crate) fn remarks(report: &Report) -> impl Iterator<Item = String> {
    let messages = report.messages.iter().enumerate();
    let open = messages.filter_map(|(index, message)| {
        Some(format!("{}: message {index}: {}", Audit::Execution, open_end(message)?))
    });
    let lacking = report.not_run.iter().filter(|not_run| not_run.why != Why::NotAsked);
    let findings = report.findings.iter().map(ToString::to_string);
    findings.chain(open).chain(lacking.map(ToString::to_string))
}

/// Why the execution audit of a message came to no end.
fn open_end(message: &MessageReport) -> Option<String> {
    match message.execution.as_ref()?.verdict {
        MessageVerdict::Unavailable { archive } => {
            Some(format!("unavailable: the code is not archived at {archive}"))
        }
        MessageVerdict::Inconclusive { reason } => Some(format!("inconclusive: {reason}")),
        MessageVerdict::Valid | MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. } => {
            None
        }
    }
}

/// What the witness claims to be about, and what audited it.
fn about(text: &mut String, report: &Report) {
    let anchors = &report.anchors;
    let _ = writeln!(text, "chain {}, fork {}", anchors.chain_id, anchors.fork);
    let _ = writeln!(text, "block {}", anchor(anchors.block, "no header"));
    let gas = thousands(U256::from(report.gas_used));
    let transaction = anchor(anchors.transaction, "not signed");
    let _ = writeln!(text, "transaction {transaction}, {gas} gas");
    let _ = writeln!(
        text,
        "state root {} → {} ({})",
        anchors.root,
        report.state_root_leave,
        anchors.source.meaning(),
    );
    if let Some(ancestors) = anchors.ancestors {
        let _ = writeln!(text, "ancestors given {ancestors}");
    }
    let size = thousands(U256::from(report.hypervisor_size));
    let _ = writeln!(text, "hypervisor {}, {size} bytes", report.hypervisor_code_hash);
    if let Some(engine) = engine(report) {
        let _ = writeln!(text, "engine {engine}");
    }
}

/// Who answered for the execution audit, if that was not the hypervisor here.
fn engine(report: &Report) -> Option<&'static str> {
    let limited = report.messages.iter().any(is_limited);
    match report.engine {
        EngineKind::Both if limited => {
            Some("native and hypervisor agree, where both came to an end")
        }
        engine => engine.in_words(),
    }
}

/// Whether an engine came to its limit, so that two were not compared.
fn is_limited(message: &MessageReport) -> bool {
    use Inconclusive::{GuestGasLimit, HostOutOfGas};
    let verdict = message.execution.as_ref().map(|audited| &audited.verdict);
    let Some(MessageVerdict::Inconclusive { reason }) = verdict else { return false };
    matches!(reason, GuestGasLimit | HostOutOfGas)
}

/// The hash, or the digest with the reason why there is no hash.
fn anchor(anchor: Anchor, lack: &str) -> String {
    match anchor {
        Anchor::Hash(hash) => hash.to_string(),
        Anchor::Digest(digest) => format!("{digest} (digest: {lack})"),
    }
}

/// The last line: the verdict, which audits it is by, and of what.
fn conclusion(report: &Report) -> String {
    let verdict = report.verdict();
    let colour = match verdict {
        Verdict::Valid => 32,
        Verdict::Invalid => 31,
        Verdict::Inconclusive => 33,
    };
    let name = report.named(verdict);
    let count = report.messages.len();
    let messages = format!("{count} message{}", if count == 1 { "" } else { "s" });
    let roots = format!("roots {}", report.anchor.meaning());
    let unchecked: Vec<_> = report.unchecked().map(Check::name).collect();
    let unchecked = (!unchecked.is_empty()).then(|| {
        let checks = if unchecked.len() == 1 { "check" } else { "checks" };
        format!("{} {checks} not made: {}", unchecked.len(), unchecked.join(", "))
    });
    let mut parts = said(report);
    if verdict == Verdict::Valid {
        // Nothing but valid audits.
        parts = vec![format!("{} of {messages}, {roots}", names(report, AuditVerdict::Valid))];
        parts.extend(unchecked);
    } else {
        // What leaves the verdict open if no audit does.
        parts.extend(unchecked);
        parts.push(format!("{messages}, {roots}"));
    }
    format!("\u{1b}[1;{colour}m{name}\u{1b}[0m: {}", parts.join("; "))
}

/// What did not hold, by audit, with the number of findings; what is open; what held.
fn said(report: &Report) -> Vec<String> {
    use AuditVerdict::{Inconclusive, Invalid, NotRun, Valid};
    let found = |audit: Audit| {
        let findings = report.findings.iter().filter(|claim| claim.kind.audit() == audit);
        format!("{audit} ({})", findings.count())
    };
    let failed = report.selected.audits().filter(|audit| report.audits.of(*audit) == Invalid);
    let failed: Vec<_> = failed.map(found).collect();
    let mut parts = Vec::new();
    if !failed.is_empty() {
        parts.push(failed.join(", "));
    }
    for (said, label) in
        [(Inconclusive, "inconclusive: "), (NotRun, "not run: "), (Valid, "valid: ")]
    {
        let names = names(report, said);
        // The verdict's own word stands in front already.
        let label = if parts.is_empty() && said == Inconclusive { "" } else { label };
        if !names.is_empty() {
            parts.push(format!("{label}{names}"));
        }
    }
    parts
}

/// The audits that were to run and said this.
fn names(report: &Report, said: AuditVerdict) -> String {
    let audits = report.selected.audits().filter(|audit| report.audits.of(*audit) == said);
    audits.map(Audit::name).collect::<Vec<_>>().join(", ")
}
