//! The first line, and which message is at hand.

use alloy_primitives::U256;
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_verifier::{Report, Verdict, verify::Why};
use iso_evm_wire::Opened;

use super::Call;
use crate::words::{Told, form::thousands};

/// The message at hand: the first that a finding is about, causes first; none if all findings are about the
/// transaction as a whole. Where nothing is false, the first message whose audit is open; else, of a transaction
/// that failed, the one in which it failed; else the top one.
pub(super) fn at_hand(witness: &Opened<'_>, report: &Report, told: &[Told]) -> Option<usize> {
    let open = || report.messages.iter().position(|message| is_open(message).is_some());
    let index = if told.is_empty() {
        open().unwrap_or_else(|| failed(witness))
    } else {
        told.iter().find_map(|told| told.message)?
    };
    Some(index).filter(|index| *index < witness.messages.len())
}

/// The message from which a failure has come up: the last that failed within the last that failed, and so on.
fn failed(witness: &Opened<'_>) -> usize {
    let has_failed = |index: &usize| {
        let message = witness.message(*index);
        message.is_some_and(|message| message.fields().status != U256::from(1))
    };
    let tree = witness.tree();
    let mut at = 0;
    while has_failed(&at) {
        let mut children = (at + 1..tree.len()).filter(|index| tree[*index].parent == Some(at));
        // A failed child that its parent outlived did not bring it down unless it was the last thing.
        let Some(last) = children.next_back().filter(has_failed) else { break };
        at = last;
    }
    at
}

/// Why the execution audit of a message came to no end.
fn is_open(message: &iso_evm_verifier::MessageReport) -> Option<String> {
    match &message.execution.as_ref()?.verdict {
        MessageVerdict::Unavailable { archive } => {
            Some(format!("its code is not in the witness (no archive at {archive})"))
        }
        MessageVerdict::Inconclusive { reason } => Some(reason.to_string()),
        _ => None,
    }
}

/// What is open, or did not run, in sentences.
pub(super) fn open(report: &Report) -> Vec<String> {
    let messages = report.messages.iter().enumerate();
    let messages = messages.filter_map(|(index, message)| {
        Some(format!("execution: message {index}: {}", is_open(message)?))
    });
    let lacking = report.not_run.iter().filter(|not_run| not_run.why != Why::NotAsked);
    messages.chain(lacking.map(ToString::to_string)).collect()
}

/// The verdict, and the cause.
pub(super) fn headline(
    witness: &Opened<'_>,
    report: &Report,
    told: &[Told],
    calls: &[Call],
) -> String {
    let verdict = report.verdict();
    let name = report.named(verdict);
    let signer = other_signer(witness).map_or_else(String::new, |said| said + "; ");
    match verdict {
        Verdict::Invalid => match told.first() {
            Some(first) => format!("{name}: {signer}{}", cause(first)),
            None => name.to_string(),
        },
        Verdict::Inconclusive => match open(report).first() {
            Some(first) => format!("{name}: {signer}{first}"),
            None => name.to_string(),
        },
        Verdict::Valid => format!("{name}: {}", ended(witness, calls)),
    }
}

/// Whoever changes a signature, or what is signed, has another signer: all else that is found follows from that.
fn other_signer(witness: &Opened<'_>) -> Option<String> {
    let signer = witness.transaction.from();
    let origin = witness.message(0)?.fields().origin;
    (origin != signer).then(|| {
        format!("the transaction is signed by {signer}, and its messages say that {origin} sent it")
    })
}

/// A finding in one line.
fn cause(told: &Told) -> String {
    let title = told.title.trim_end_matches('.');
    let mut title = title.to_owned();
    // It goes on behind a colon.
    if let Some(first) = title.get(..1).map(str::to_lowercase)
        && title.chars().nth(1).is_some_and(|second| second.is_lowercase() || second == ' ')
    {
        title.replace_range(..1, &first);
    }
    let words = match (&told.says, &told.truth) {
        (Some(says), Some(truth)) => format!("; it says {says}, and true is {truth}"),
        _ => String::new(),
    };
    format!("{title}, in {}{words}", told.place)
}

/// How a transaction ended that is what it says.
fn ended(witness: &Opened<'_>, calls: &[Call]) -> String {
    let count = witness.messages.len();
    let messages = format!("{count} message{}", if count == 1 { "" } else { "s" });
    let gas = thousands(U256::from(witness.receipt.gas_used));
    if witness.receipt.success {
        return format!("the transaction succeeded, in {messages}, for {gas} gas");
    }
    let Some(call) = calls.get(failed(witness)) else {
        return format!("the transaction failed, for {gas} gas");
    };
    let with = call.returned.as_ref().map_or_else(String::new, |it| format!(": {it}"));
    format!(
        "the transaction failed, for {gas} gas; it came from message {}, which ended in {}{with}",
        call.index, call.status
    )
}
