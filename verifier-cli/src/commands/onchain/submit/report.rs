//! What `submit` says of what became of messages.

use std::fmt::Write;

use alloy_primitives::{Address, B256, U64, U256};
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_onchain::{
    plan::Told,
    submit::{Submitted, SubmittedSegment, VerdictSource},
};
use iso_evm_verifier::{
    report::json::{JsonMismatch, mismatch},
    verify::{Audit, FalseClaim, NamedVerdict, Verdict},
};
use serde::Serialize;

use crate::{commands::onchain::chain::JsonTransaction, report::text::thousands};

/// What a program reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) verdict: NamedVerdict,
    pub(super) chain_id: u64,
    pub(super) sender: Address,
    pub(super) hypervisor: Address,
    pub(super) machine: Address,
    pub(super) dry_run: bool,
    pub(super) gas_used: U64,
    pub(super) messages: Vec<Row>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    index: usize,
    hash: B256,
    verdict: NamedVerdict,
    mismatch: Option<JsonMismatch>,
    reason: Option<String>,
    source: VerdictSource,
    predicted_gas: U64,
    segments: Vec<Segment>,
    transactions: Vec<JsonTransaction>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Segment {
    index: u64,
    from_gas: U64,
    to_gas: Option<U64>,
    predicted_gas: U64,
    outcome: &'static str,
}

/// A verdict of a chain: a hypervisor runs the execution audit alone.
pub(super) fn on_a_chain(verdict: Verdict) -> NamedVerdict {
    NamedVerdict::of(Audit::Execution, verdict)
}

pub(super) fn gas_used(submitted: &[Submitted]) -> u64 {
    let transactions = submitted.iter().flat_map(|message| &message.transactions);
    transactions.map(|(_, transaction)| transaction.gas_used).sum()
}

pub(super) fn row(submitted: &Submitted) -> Row {
    let claim = FalseClaim::of_message(submitted.index, &submitted.verdict);
    let transactions = submitted.transactions.iter();
    Row {
        index: submitted.index,
        hash: submitted.hash,
        verdict: on_a_chain(Verdict::from(&submitted.verdict)),
        mismatch: claim.as_ref().map(mismatch),
        reason: reason(&submitted.verdict),
        source: submitted.source,
        predicted_gas: U64::from(submitted.audit_gas),
        segments: submitted.segments.iter().map(segment).collect(),
        transactions: transactions
            .map(|(what, transaction)| JsonTransaction::new(what, transaction))
            .collect(),
    }
}

fn segment(submitted: &SubmittedSegment) -> Segment {
    Segment {
        index: submitted.index,
        from_gas: U64::from(submitted.from),
        to_gas: submitted.to.map(U64::from),
        predicted_gas: U64::from(submitted.gas),
        outcome: outcome(&submitted.told),
    }
}

/// What became of a segment, in a word.
const fn outcome(told: &Told) -> &'static str {
    match told {
        Told::Held => "held",
        Told::False(_) => "false",
        Told::NotProven(_) => "not proven",
    }
}

/// Why there is no verdict, if so.
fn reason(verdict: &MessageVerdict) -> Option<String> {
    match verdict {
        MessageVerdict::Unavailable { archive } if archive.is_zero() => {
            Some("the code beside the message is not the code that it runs".to_owned())
        }
        MessageVerdict::Unavailable { archive } => {
            Some(format!("the archive {archive} is missing or holds other code"))
        }
        MessageVerdict::Inconclusive { reason } => Some(reason.to_string()),
        MessageVerdict::Valid | MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. } => {
            None
        }
    }
}

pub(super) fn human(submitted: &[Submitted], verdict: Verdict, chain_id: u64) -> String {
    let mut text = String::new();
    for message in submitted {
        let index = message.index;
        for (what, transaction) in &message.transactions {
            let gas = thousands(U256::from(transaction.gas_used));
            let _ = writeln!(text, "message {index}: {what} {}, {gas} gas", transaction.hash);
        }
        for segment in &message.segments {
            let SubmittedSegment { index: number, from, to, told, .. } = segment;
            let from = thousands(U256::from(*from));
            let to = to.map_or_else(|| "the end".to_owned(), |to| thousands(U256::from(to)));
            let outcome = outcome(told);
            let _ =
                writeln!(text, "message {index}: segment {number}, gas {from} to {to}: {outcome}");
        }
        let name = on_a_chain(Verdict::from(&message.verdict));
        let source = match message.source {
            VerdictSource::Transaction => "",
            VerdictSource::Call => ", by a call: nothing was sent",
            VerdictSource::Prediction => ", so that nothing was sent",
        };
        let why = FalseClaim::of_message(index, &message.verdict)
            .map(|claim| format!(": {claim}"))
            .or_else(|| reason(&message.verdict).map(|reason| format!(": {reason}")))
            .unwrap_or_default();
        let _ = writeln!(text, "message {index}: {name}{why}{source}");
    }
    let gas = thousands(U256::from(gas_used(submitted)));
    let (name, count) = (on_a_chain(verdict), submitted.len());
    let plural = if count == 1 { "" } else { "s" };
    let _ = writeln!(text, "{name}: {count} message{plural} on chain {chain_id}, {gas} gas");
    text
}
