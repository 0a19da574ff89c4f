//! What is open, in words: messages whose audit came to no end, audits and checks that did not run. A report and
//! an explanation say it with the same words.

use iso_evm_verifier::{
    Audit, NotRun, Report,
    verify::{Why, open_end},
};

use super::name;

/// A line for each message whose audit came to no end, and each audit or check that could not run.
pub fn open(report: &Report) -> Vec<String> {
    let messages = report.messages.iter().enumerate();
    let messages = messages.filter_map(|(index, message)| {
        let why = open_end(&message.execution.as_ref()?.verdict)?;
        Some(format!("{}: message {index}: {why}", Audit::Execution))
    });
    let lacking = report.not_run.iter().filter(|not_run| not_run.why != Why::NotAsked);
    messages.chain(lacking.map(|not_run| lack(report, not_run))).collect()
}

/// Why something did not run; where the execution audit has found why, that is named.
fn lack(report: &Report, not_run: &NotRun) -> String {
    let message = match &not_run.why {
        Why::Lacks(missing) => missing.message(),
        _ => None,
    };
    let found = report.findings.iter().find(|claim| {
        message.is_some() && claim.message == message && claim.kind.audit() == Audit::Execution
    });
    match found {
        Some(claim) => format!("{not_run}, because of {}", name(claim)),
        None => not_run.to_string(),
    }
}
