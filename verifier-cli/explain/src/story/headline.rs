//! The first line, and which message is at hand.

use alloy_primitives::U256;
use iso_evm_verifier::{Report, Verdict, cause::order::opens, verify::open_end};
use iso_evm_wire::Opened;

use super::Call;
use crate::{
    runs::Runs,
    words::{
        Told,
        form::{counted, status, thousands},
        open::open,
    },
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
    let open = || report.messages.iter().position(is_open);
    let index = if told.is_empty() {
        open().unwrap_or_else(|| failed(witness, runs))
    } else {
        told.iter().find_map(|told| told.message)?
    };
    Some(index).filter(|index| *index < witness.messages.len())
}

/// The message from which a failure has come up: a message that reverts with what its last call reverted with, or with
/// an error that has this in it, has passed that on, and so has that one. Whatever halts, or reverts with words of its
/// own alone, failed by itself.
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
        let is_of = |last: &usize| reverted(*last).is_some_and(|inner| passes_on(&data, &inner));
        let Some(last) = children.next_back().filter(is_of) else { break };
        at = last;
    }
    at
}

/// Whether what a message reverts with is another's, or has that among the arguments of an error, as bytes: behind
/// their length, in whole words behind the selector.
fn passes_on(data: &[u8], inner: &[u8]) -> bool {
    const SELECTOR: usize = 4;
    const WORD: usize = 32;
    let Some(arguments) = data.get(SELECTOR..).filter(|_| data != inner) else {
        return data == inner;
    };
    let length = U256::from(inner.len()).to_be_bytes::<WORD>();
    let words = arguments.chunks_exact(WORD).enumerate();
    let mut lengths = words.filter(|(_, word)| *word == length).map(|(index, _)| index);
    lengths.any(|index| arguments[(index + 1) * WORD..].starts_with(inner))
}

/// Whether the execution audit of a message came to no end.
fn is_open(message: &iso_evm_verifier::MessageReport) -> bool {
    message.execution.as_ref().is_some_and(|audited| open_end(&audited.verdict).is_some())
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
            Some(first) => format!("{name}: {signer}{}", cause(first, runs)),
            None => name.to_string(),
        },
        Verdict::Inconclusive => {
            // Nothing may be left out, and all that was not left out holds.
            let holds = report.audits.verdict(report.selected) == Verdict::Valid;
            let but = if holds { "its audits hold, and a check was not made: " } else { "" };
            match open(report).first() {
                Some(first) => format!("{name}: {signer}{but}{first}"),
                None => name.to_string(),
            }
        }
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
        let opened = counted(U256::from(opened), "message");
        let are = if count == 1 { "is" } else { "are" };
        format!("its records open {opened} below the top one, and there {are} {count}")
    })
}

/// A finding in one line, with the reason of a halt where the run tells one.
fn cause(told: &Told, runs: &Runs) -> String {
    let halts = told.kind == "status" && told.truth == Some(status(U256::ZERO));
    let halt = told.message.filter(|_| halts).and_then(|index| runs.of_message(index)?.halt);
    told.sentence_with(&halt.map_or_else(String::new, |halt| format!(" ({halt})")))
}

/// How a transaction ended that is what it says.
fn ended(witness: &Opened<'_>, calls: &[Call], runs: &Runs) -> String {
    let messages = counted(U256::from(witness.messages.len()), "message");
    let gas = thousands(U256::from(witness.receipt.gas_used));
    if witness.receipt.success {
        return format!("the transaction succeeded, in {messages}, for {gas} gas");
    }
    let Some(call) = calls.get(failed(witness, runs)) else {
        return format!("the transaction failed, for {gas} gas");
    };
    let halt = runs.of_message(call.index).and_then(|run| Some((run.halt?, run.pc)));
    let with = match (&call.returned, halt) {
        (Some(returned), _) => format!(": {returned}"),
        (None, Some((halt, pc))) => format!(": {halt}, at pc {pc}"),
        (None, None) => String::new(),
    };
    format!(
        "the transaction failed, for {gas} gas; it came from message {}, which ended in {}{with}",
        call.index, call.status
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_has_anothers_bytes_among_its_arguments_passes_it_on() {
        let word = |number: usize| U256::from(number).to_be_bytes::<32>();
        let inner = [0xab_u8; 36];
        let wrapped = |length: usize| {
            let head = [word(9), word(64), word(length)].concat();
            [&[1_u8, 2, 3, 4][..], &head, &inner, &[0; 28]].concat()
        };
        assert!(passes_on(&inner, &inner));
        assert!(passes_on(&wrapped(36), &inner));
        // Other bytes that begin so, others altogether, and what is too short for any.
        assert!(!passes_on(&wrapped(37), &inner));
        assert!(!passes_on(&wrapped(36), &[0xab; 35]));
        assert!(!passes_on(&wrapped(36), &[0xac; 36]));
        assert!(!passes_on(&[1, 2], &inner) && !passes_on(&[1, 2, 3, 4, 5], &inner));
        assert!(!passes_on(&wrapped(36)[..100], &inner));
    }
}
