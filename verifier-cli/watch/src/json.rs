//! Events as JSON, one object each: what programs read, and what the store keeps of them.
//! `specs/23-watch.md`, section Events.
//!
//! In the data's way this stands beside the words for people.

use iso_evm_verifier::{Verdict, report::json::finding};
use serde_json::{Map, Value, json};

use crate::{
    block::{AuditedBlock, Outcome, Place},
    commitment::{Commitment, CommitmentNews, L1News},
    event::{Event, NodeNews},
};

impl Event {
    /// The event as a JSON object, with its name in `event`.
    pub fn json(&self) -> Value {
        let fields = match self {
            Self::Block { block, again } => of_block(block, *again),
            Self::Back(place) => of_place(place),
            Self::Reorganised(reorganisation) => json!(reorganisation),
            Self::Heads(heads) => {
                let (latest, safe, finalized) = (heads.latest, heads.safe, heads.finalized);
                json!({"latest": latest, "safe": safe, "finalized": finalized})
            }
            Self::InStep { number } => json!({"number": number}),
            Self::Behind { blocks } => json!({"blocks": blocks}),
            Self::Node { node, what } => of_node(*node, what),
            Self::Commitment { commitment, what } => of_commitment(commitment, what),
            Self::L1(L1News::Silent { reason }) => json!({"reason": reason}),
            Self::L1(L1News::Answers) => json!({}),
        };
        let mut object = Map::from_iter([("event".to_owned(), json!(self.name()))]);
        if let Value::Object(fields) = fields {
            object.extend(fields);
        }
        Value::Object(object)
    }
}

fn of_place(place: &Place) -> Value {
    json!(place)
}

fn of_block(block: &AuditedBlock, again: bool) -> Value {
    let AuditedBlock { place, rules, transactions, problem, attempts, .. } = block;
    let mut findings = Vec::new();
    let mut unaudited = Vec::new();
    for (position, transaction) in transactions.iter().enumerate() {
        if let Outcome::Audited(audited) = &transaction.outcome {
            findings.extend(audited.report.findings.iter().map(|claim| {
                json!({"position": position, "transaction": transaction.hash, "finding": finding(claim)})
            }));
        }
        if let Some(reason) = transaction.outcome.reason() {
            unaudited.push(json!({
                "position": position,
                "transaction": transaction.hash,
                "status": transaction.outcome.name(),
                "reason": reason,
            }));
        }
    }
    let problem = problem.as_ref().map(|it| json!({"kind": it.kind.name(), "reason": it.reason}));
    json!({
        "number": place.number,
        "hash": place.hash,
        "parent": place.parent,
        "timestamp": place.timestamp,
        "fork": rules,
        "verdict": block.verdict(),
        "transactions": transactions.len(),
        "valid": block.count(Verdict::Valid),
        "invalid": block.count(Verdict::Invalid),
        "inconclusive": block.count(Verdict::Inconclusive),
        "unsampled": block.unsampled(),
        "findings": findings,
        "unaudited": unaudited,
        "problem": problem,
        "attempts": attempts,
        "again": again,
    })
}

fn of_node(node: usize, what: &NodeNews) -> Value {
    match what {
        NodeNews::Silent { reason } | NodeNews::Wrong { reason } => {
            json!({"node": node, "reason": reason})
        }
        NodeNews::Disagrees { number, expected, found } => {
            json!({"node": node, "number": number, "expected": expected, "found": found})
        }
        NodeNews::Lags { blocks } => json!({"node": node, "blocks": blocks}),
        NodeNews::Answers | NodeNews::Agrees | NodeNews::KeepsUp | NodeNews::Chosen => {
            json!({"node": node})
        }
    }
}

fn of_commitment(commitment: &Commitment, what: &CommitmentNews) -> Value {
    let more = match what {
        CommitmentNews::Made | CommitmentNews::Gone => json!({}),
        CommitmentNews::Same { block } => json!({"block": block}),
        CommitmentNews::False(found) => json!(found),
        CommitmentNews::OtherBlock { reason }
        | CommitmentNews::Unknown { reason }
        | CommitmentNews::Withheld { reason }
        | CommitmentNews::Held { reason } => json!({"reason": reason}),
        CommitmentNews::Convicted { by, own } => json!({"by": by, "own": own}),
        CommitmentNews::Final { judgement } => json!({"judgement": judgement}),
        CommitmentNews::Sent(sent) => json!(sent),
        CommitmentNews::Mined { what, hash, success, gas_used, paid } => json!({
            "what": what, "hash": hash, "success": success, "gasUsed": gas_used, "paid": paid
        }),
    };
    let mut fields = Map::from_iter([("commitment".to_owned(), json!(commitment))]);
    if let Value::Object(more) = more {
        fields.extend(more);
    }
    Value::Object(fields)
}
