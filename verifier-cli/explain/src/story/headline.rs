//! The first line, and which message is at hand.

use alloy_primitives::U256;
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_verifier::{Report, Verdict, cause::order::opens, verify::Why};
use iso_evm_wire::Opened;

use super::Call;
use crate::{
    runs::Runs,
    words::{Role, Told, form::thousands},
};

/// The message at hand: the first that a finding is about, causes first; none if all findings are about the
/// transaction as a whole. Where nothing is false, the first message whose audit is open; else, of a transaction
/// that failed, the one in which it failed; else the top one.
pub(super) fn at_hand(
    witness: &Opened<'_>,
    report: &Report,
    told: &[Told],
    runs: &Runs,
) -> Option<usize> {
    let open = || report.messages.iter().position(|message| is_open(message).is_some());
    let index = if told.is_empty() {
        open().unwrap_or_else(|| failed(witness, runs))
    } else {
        told.iter().find_map(|told| told.message)?
    };
    Some(index).filter(|index| *index < witness.messages.len())
}

/// The message from which a failure has come up: a message that reverts with what its last call reverted with has
/// passed that on, and so has that one. Whatever halts, or reverts with words of its own, failed by itself.
fn failed(witness: &Opened<'_>, runs: &Runs) -> usize {
    let reverted = |index: usize| {
        let fields = witness.message(index)?.fields();
        let data = runs.of_message(index)?.output.clone()?;
        (fields.status == U256::from(2) && !data.is_empty()).then_some(data)
    };
    let tree = witness.tree();
    let mut at = 0;
    while let Some(data) = reverted(at) {
        let mut children = (at + 1..tree.len()).filter(|index| tree[*index].parent == Some(at));
        let Some(last) = children.next_back().filter(|last| reverted(*last) == Some(data)) else {
            break;
        };
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
    runs: &Runs,
) -> String {
    let verdict = report.verdict();
    let name = report.named(verdict);
    let first = other_signer(witness).or_else(|| miscounted(witness));
    let signer = first.map_or_else(String::new, |said| said + "; ");
    match verdict {
        Verdict::Invalid => match told.first() {
            Some(first) => format!("{name}: {signer}{}", cause(first)),
            None => name.to_string(),
        },
        Verdict::Inconclusive => match open(report).first() {
            Some(first) => format!("{name}: {signer}{first}"),
            None => name.to_string(),
        },
        Verdict::Valid => format!("{name}: {}", ended(witness, calls, runs)),
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

/// Where there are more messages than records open, or fewer, one stands for another.
fn miscounted(witness: &Opened<'_>) -> Option<String> {
    let records = witness.opened().iter().flatten().flat_map(|message| message.records());
    let opened = records.flatten().filter(|record| opens(record)).count();
    let (count, all) = (witness.messages.len().checked_sub(1)?, witness.opened());
    (opened != count && all.iter().all(Result::is_ok)).then(|| {
        format!("its records open {opened} messages below the top one, and there are {count}")
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
        (Some(says), Some(truth)) if matches!(told.role, Role::Cause { .. }) => {
            format!("; it says {says}, and true is {truth}")
        }
        (Some(says), Some(truth)) => format!("; it says {says}, and {truth} is computed"),
        _ => String::new(),
    };
    format!("{title}, in {}{words}", told.place)
}

/// How a transaction ended that is what it says.
fn ended(witness: &Opened<'_>, calls: &[Call], runs: &Runs) -> String {
    let count = witness.messages.len();
    let messages = format!("{count} message{}", if count == 1 { "" } else { "s" });
    let gas = thousands(U256::from(witness.receipt.gas_used));
    if witness.receipt.success {
        return format!("the transaction succeeded, in {messages}, for {gas} gas");
    }
    let Some(call) = calls.get(failed(witness, runs)) else {
        return format!("the transaction failed, for {gas} gas");
    };
    let with = call.returned.as_ref().map_or_else(String::new, |it| format!(": {it}"));
    format!(
        "the transaction failed, for {gas} gas; it came from message {}, which ended in {}{with}",
        call.index, call.status
    )
}
