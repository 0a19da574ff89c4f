//! What a person reads of a watcher: a line for each block, more for what was found in it, and notes about the
//! chain and its nodes.

mod commitments;

use iso_evm_verifier::{FalseClaim, Verdict};
use iso_evm_watch::{
    AuditedBlock, AuditedTransaction, Event, L1News, NodeNews, Outcome, Reorganisation, Store,
    Totals,
};

use crate::{
    error::CommandError,
    terminal::{print_text, say},
};

/// Prints an event: what is about blocks to stdout, what is about nodes to stderr.
pub(super) fn print(event: &Event, store: &mut Store) -> Result<(), CommandError> {
    match event {
        Event::Block { block, again } => {
            let mut lines = of_block(block, *again);
            for transaction in &block.transactions {
                lines.push_str(&of_transaction(transaction, store));
            }
            print_text(&lines)?;
        }
        Event::Back(place) => {
            print_text(&format!("block {} {} is back\n", place.number, place.hash))?;
        }
        Event::Reorganised(reorganisation) => print_text(&of_reorganisation(reorganisation))?,
        Event::InStep { number } => say(&format!("note: in step with the chain at block {number}")),
        Event::Behind { blocks } => say(&format!("note: {blocks} blocks behind the chain")),
        Event::Node { node, what } => say(&format!("note: node {}: {}", node + 1, of_node(what))),
        Event::Commitment { commitment, what } => commitments::print(commitment, what)?,
        Event::L1(L1News::Silent { reason }) => {
            say(&format!("note: the node of L1: no answer: {reason}"));
        }
        Event::L1(L1News::Answers) => say("note: the node of L1: it answers again"),
        Event::Heads(_) => {}
    }
    Ok(())
}

/// Prints how many there are on the chain, as far as it is audited.
pub(super) fn print_totals(store: &mut Store) -> Result<(), CommandError> {
    let Totals { blocks, valid, invalid, inconclusive, unsampled } = store.totals()?;
    let unsampled = match unsampled {
        0 => String::new(),
        count => format!(", {count} not in the sample"),
    };
    print_text(&format!(
        "blocks: {blocks}\ntransactions: {valid} valid, {invalid} invalid, {inconclusive} \
         inconclusive{unsampled}\n"
    ))?;
    Ok(())
}

fn of_block(block: &AuditedBlock, again: bool) -> String {
    let counted = [
        (block.count(Verdict::Valid), "valid"),
        (block.count(Verdict::Invalid), "invalid"),
        (block.count(Verdict::Inconclusive), "inconclusive"),
        (block.unsampled(), "not in the sample"),
    ];
    let counted = counted.iter().filter(|(count, _)| *count > 0);
    let counted: Vec<_> = counted.map(|(count, what)| format!("{count} {what}")).collect();
    let transactions = match block.transactions.len() {
        0 if block.problem.is_some() => String::new(),
        0 => ": no transactions".to_owned(),
        _ => format!(": {}", counted.join(", ")),
    };
    let again = if again { ", tried again" } else { "" };
    let mut lines =
        format!("block {} {}{again}{transactions}\n", block.place.number, block.place.hash);
    if let Some(problem) = &block.problem {
        lines.push_str(&format!("  inconclusive: {}\n", problem.reason));
    }
    lines
}

/// What is to be said of a transaction that is not valid.
fn of_transaction(transaction: &AuditedTransaction, store: &Store) -> String {
    let what = match &transaction.outcome {
        Outcome::Audited(audited) => match audited.report.verdict() {
            Verdict::Valid => return String::new(),
            Verdict::Invalid => {
                let kinds: Vec<_> = audited.report.findings.iter().map(named).collect();
                format!("invalid: {}", kinds.join(", "))
            }
            Verdict::Inconclusive => {
                let reasons = audited.report.not_run.iter().map(|it| it.why.to_string());
                let mut reasons: Vec<_> = reasons.collect();
                reasons.dedup();
                format!("inconclusive: {}", reasons.join("; "))
            }
        },
        Outcome::Unverified { reason, .. } | Outcome::Unrecorded { reason } => {
            format!("inconclusive: {reason}")
        }
        Outcome::Unsampled => return String::new(),
    };
    let witness = transaction.outcome.witness().map(|witness| store.witness_path(witness.hash));
    let witness = witness.filter(|path| path.exists());
    let witness = witness.map(|path| format!("\n    {}", path.display())).unwrap_or_default();
    format!("  {} {what}{witness}\n", transaction.hash)
}

fn named(claim: &FalseClaim) -> String {
    format!("{} ({})", claim.kind.name(), claim.kind.audit().name())
}

fn of_reorganisation(reorganisation: &Reorganisation) -> String {
    let Reorganisation { common, gone, was_final } = reorganisation;
    let (Some(first), Some(last)) = (gone.first(), gone.last()) else { return String::new() };
    let gone = if first.number == last.number {
        format!("block {} is gone", first.number)
    } else {
        format!("blocks {} to {} are gone", first.number, last.number)
    };
    let common = match common {
        Some(number) => format!("the chain goes on from block {number}"),
        None => "the chain has no block in common with what is kept".to_owned(),
    };
    let was_final = if *was_final { "; the node had called it final" } else { "" };
    format!("reorganised: {gone}, {common}{was_final}\n")
}

fn of_node(what: &NodeNews) -> String {
    match what {
        NodeNews::Silent { reason } => format!("no answer: {reason}"),
        NodeNews::Answers => "it answers again".to_owned(),
        NodeNews::Disagrees { number, expected, found } => format!(
            "it has another chain: its block {number} is {found}, that of the chain is {expected}"
        ),
        NodeNews::Agrees => "it has the same chain again".to_owned(),
        NodeNews::Lags { blocks } => format!("it is {blocks} blocks behind"),
        NodeNews::KeepsUp => "it keeps up again".to_owned(),
        NodeNews::Chosen => "it is asked from here on".to_owned(),
        NodeNews::Wrong { reason } => reason.clone(),
    }
}
