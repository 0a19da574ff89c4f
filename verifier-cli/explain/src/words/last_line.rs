//! The last line of a report, with the same words on a terminal and in a page: the verdict, what did not hold, what
//! is open, what held. `specs/07-verdicts.md`.

use alloy_primitives::U256;
use iso_evm_verifier::{
    Report,
    verify::{Audit, AuditVerdict, Verdict},
};

use super::{Told, form::counted};

/// The verdict by its name, what did not hold, what is open, what held, and how many checks were not made.
pub fn last_line(report: &Report, told: &[Told]) -> String {
    joined(report, &parts(report, told))
}

/// The same where a line has room for so many characters: the last of these lines has the verdict, and what it has no
/// room for stands before it, what matters least first.
pub fn last_lines(report: &Report, told: &[Told], width: usize) -> Vec<String> {
    let mut parts = parts(report, told);
    let mut lines = Vec::new();
    while !parts.is_empty() && joined(report, &parts).chars().count() > width {
        lines.extend(parts.pop().map(|part| by_itself(&part)));
    }
    lines.push(joined(report, &parts));
    lines
}

fn joined(report: &Report, parts: &[String]) -> String {
    let name = report.named(report.verdict());
    if parts.is_empty() { name.to_string() } else { format!("{name}: {}", parts.join("; ")) }
}

/// A part in a line of its own, which may not pass for a verdict.
fn by_itself(part: &str) -> String {
    let labels = ["inconclusive: ", "not run: ", "valid: "];
    if labels.iter().any(|label| part.starts_with(label)) {
        return format!("audits {part}");
    }
    let is_number = part.starts_with(|first: char| first.is_ascii_digit());
    if is_number { part.to_owned() } else { format!("audits: {part}") }
}

/// What is said behind the verdict, what matters most first.
fn parts(report: &Report, told: &[Told]) -> Vec<String> {
    let unchecked = report.unchecked().count();
    let unmade = format!("{} not made", counted(U256::from(unchecked), "check"));
    // Nothing but valid audits.
    if report.audits.verdict(report.selected) == Verdict::Valid {
        let valid = names(report, AuditVerdict::Valid);
        return match (unchecked, report.verdict()) {
            (0, _) => vec![valid],
            (_, Verdict::Valid) => vec![valid, unmade],
            _ => vec![format!("{unmade}, where all are asked for"), format!("valid: {valid}")],
        };
    }
    let mut parts = said(report, told);
    if unchecked > 0 {
        parts.push(unmade);
    }
    parts
}

/// What did not hold, by audit, causes first, with the number of findings; what is open; what held.
fn said(report: &Report, told: &[Told]) -> Vec<String> {
    use AuditVerdict::{Inconclusive, Invalid, NotRun, Valid};
    let found = |audit: Audit| {
        let findings = told.iter().filter(|told| told.audit == audit);
        format!("{audit} ({})", findings.count())
    };
    let mut failed: Vec<_> =
        report.selected.audits().filter(|audit| report.audits.of(*audit) == Invalid).collect();
    failed.sort_by_key(|audit| told.iter().position(|told| told.audit == *audit));
    let failed: Vec<_> = failed.into_iter().map(found).collect();
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
