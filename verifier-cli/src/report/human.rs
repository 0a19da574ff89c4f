//! What people read: a table of messages, what is false in words, what is open or did not run, what the
//! witness is about, and a last line that says what failed and what held. `specs/07-verdicts.md`.

use std::fmt::Write;

use alloy_primitives::U256;
use iso_evm_explain::{Told, last_lines, open, told};
use iso_evm_hypervisor::{Inconclusive, MessageVerdict};
use iso_evm_verifier::{
    audit::anchors::Anchor,
    verify::{Check, EngineKind, MessageReport, Report, Verdict},
};
use iso_evm_wire::Opened;

use super::{
    findings::findings,
    layout::{filled, labelled},
    messages::table,
    segments,
    text::{counted, thousands},
};

/// The report of `iso-verify`, in lines of this width. Colours are terminal escapes, for the stream to
/// take out.
pub(crate) fn human(report: &Report, witness: &Opened<'_>, width: usize) -> String {
    let mut text = String::new();
    if !report.messages.is_empty() {
        text += &table(report, width);
        text.push('\n');
    }
    text += &segments::tables(report, width);
    let told = told(witness, report);
    text += &findings(&told, width);
    for line in open(report) {
        text += &filled(&line, width, "", "  ");
    }
    about(&mut text, report, width);
    text += &conclusion(report, &told, width);
    text
}

/// What the witness claims to be about, and what audited it.
fn about(text: &mut String, report: &Report, width: usize) {
    let anchors = &report.anchors;
    let mut line = |label, said: &str| text.push_str(&labelled(label, said, width));
    line("chain", &format!("{}, fork {}", anchors.chain_id, anchors.fork));
    line("block", &anchor(anchors.block, "no header"));
    line("transaction", &anchor(anchors.transaction, "not signed"));
    line("  gas used", &thousands(U256::from(report.gas_used)));
    line("state root", &anchors.root.to_string());
    line("  after", &report.state_root_leave.to_string());
    if let Some(ancestors) = anchors.ancestors {
        line("ancestors", &format!("{ancestors} (given)"));
    }
    line("hypervisor", &report.hypervisor_code_hash.to_string());
    line("  bytes", &thousands(U256::from(report.hypervisor_size)));
    if let Some(engine) = engine(report) {
        line("engine", engine);
    }
    line("scope", &scope(report));
}

/// What the verdict is of: how many messages, what headers prove of the roots, what was not checked.
fn scope(report: &Report) -> String {
    let messages = counted(report.messages.len(), "message");
    let mut scope = format!("{messages}, roots {}", report.anchor.meaning());
    let unchecked: Vec<_> = report.unchecked().map(Check::name).collect();
    if !unchecked.is_empty() {
        let _ = write!(scope, ", not checked: {}", unchecked.join(", "));
    }
    scope
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

/// The last line: the verdict, which audits it is by, and how many checks they could not make; before it what it has
/// no room for.
fn conclusion(report: &Report, told: &[Told], width: usize) -> String {
    let verdict = report.verdict();
    let colour = match verdict {
        Verdict::Valid => 32,
        Verdict::Invalid => 31,
        Verdict::Inconclusive => 33,
    };
    let name = report.named(verdict).to_string();
    let mut lines = last_lines(report, told, width);
    let last = lines.pop().unwrap_or_default();
    let before: String = lines.iter().map(|line| filled(line, width, "", "  ")).collect();
    let last = filled(&last, width, "", "  ");
    match last.strip_prefix(&name) {
        Some(rest) => format!("{before}\u{1b}[1;{colour}m{name}\u{1b}[0m{rest}"),
        None => before + &last,
    }
}
