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
    let name = report.named(report.verdict());
    let unchecked = report.unchecked().count();
    let unmade = format!("{} not made", counted(U256::from(unchecked), "check"));
    // Nothing but valid audits.
    if report.audits.verdict(report.selected) == Verdict::Valid {
        let valid = names(report, AuditVerdict::Valid);
        return match (unchecked, report.verdict()) {
            (0, _) => format!("{name}: {valid}"),
            (_, Verdict::Valid) => format!("{name}: {valid}; {unmade}"),
            _ => format!("{name}: {unmade}, where --strict asks for all; valid: {valid}"),
        };
    }
    let mut parts = said(report, told);
    if unchecked > 0 {
        parts.push(unmade);
    }
    format!("{name}: {}", parts.join("; "))
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
