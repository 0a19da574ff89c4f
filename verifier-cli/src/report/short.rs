//! What is not as it should be, in a few lines a finding: for whoever looks at many witnesses, or at a program's
//! output. The words are those of the whole report.

use iso_evm_explain::{Role, Told, open};
use iso_evm_verifier::Report;

use super::{findings::MOST, layout::filled};

/// What is false and what is open, in lines of this width.
pub(crate) fn remarks(report: &Report, told: &[Told], width: usize) -> Vec<String> {
    let mut lines = found(told, width);
    for what in open(report) {
        lines.extend(broken(&what, width, "", "  "));
    }
    lines
}

/// What is false: the title, with the cause marked; where it is; what the witness says, and what is true.
pub(crate) fn found(told: &[Told], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for one in told.iter().take(MOST) {
        let role = match one.role {
            Role::Cause { .. } => ", the cause",
            Role::Follows { .. } => ", which follows",
            Role::Behind { .. } => ", behind that",
            Role::Alone => "",
        };
        let title = format!("{} ({}){role}: {}", one.audit, one.kind, one.title);
        lines.extend(broken(&title, width, "", "  "));
        lines.extend(broken(&one.place, width, "  ", "    "));
        if let (Some(says), Some(truth)) = (&one.says, &one.truth) {
            let is = if one.is_cause() { "true is" } else { "computed is" };
            lines.extend(broken(&format!("says {says}, {is} {truth}"), width, "  ", "    "));
        }
    }
    if let Some(more) = told.len().checked_sub(MOST).filter(|more| *more > 0) {
        lines.push(format!("… and {more} more"));
    }
    lines
}

fn broken(text: &str, width: usize, first: &str, rest: &str) -> Vec<String> {
    filled(text, width, first, rest).lines().map(str::to_owned).collect()
}
