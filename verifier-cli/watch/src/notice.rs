//! A [`Notice`]: what somebody who does not look at a watcher must be told. Which events are such stands here, and
//! nowhere else. `specs/23-watch.md`, section Tell.
//!
//! In the data's way this stands between what is kept and who is told: a notice is kept in the same transaction as
//! what it is about.

use iso_evm_verifier::{hash::keccak256, report::json::finding};
use serde_json::{Value, json};

use crate::block::{AuditedBlock, Outcome};

/// The kind of a notice about a false claim.
const FINDING: &str = "finding";

/// The events that are told by their names. Of reorganisations those are told that are none of a chain's ordinary
/// course: [`is_told`] says which.
const TOLD: &[&str] = &[
    "reorganised",
    "node-disagrees",
    "behind",
    "commitment-false",
    "commitment-final",
    "challenge-held",
];

/// Something to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The notice's id: the same whenever it is told, and of the same thing.
    pub id: String,
    /// What it is about: the name of an event, or `finding`.
    pub kind: String,
    /// What there is to say.
    pub detail: Value,
}

impl Notice {
    /// What is to be told of a block: each false claim in it.
    pub fn of_block(block: &AuditedBlock) -> Vec<Self> {
        let mut notices = Vec::new();
        for (position, transaction) in block.transactions.iter().enumerate() {
            let Outcome::Audited(audited) = &transaction.outcome else { continue };
            for (index, claim) in audited.report.findings.iter().enumerate() {
                let (place, kind) = (&block.place, FINDING.to_owned());
                let id = keccak256(format!("{kind} {} {position} {index}", place.hash).as_bytes());
                let detail = json!({
                    "number": place.number,
                    "block": place.hash,
                    "position": position,
                    "transaction": transaction.hash,
                    "witness": audited.witness.hash,
                    "finding": finding(claim),
                });
                notices.push(Self { id: id.to_string(), kind, detail });
            }
        }
        notices
    }

    /// What is to be told of an event that is kept under an id, if anything is.
    pub fn of_event(id: &str, kind: &str, detail: &Value) -> Option<Self> {
        let (id, kind_of) = (id.to_owned(), kind.to_owned());
        is_told(kind, detail).then(|| Self { id, kind: kind_of, detail: detail.clone() })
    }

    /// What a receiver gets: the notice, with the chain that it is about and when that was, in milliseconds.
    pub(crate) fn body(&self, chain: Option<u64>, at: i64) -> String {
        let Self { id, kind, detail } = self;
        json!({"id": id, "kind": kind, "at": at, "chain": chain, "detail": detail}).to_string()
    }
}

/// Whether an event is told.
fn is_told(kind: &str, detail: &Value) -> bool {
    match kind {
        // A block that nobody had called final may go: chains do that.
        "reorganised" => detail.get("wasFinal") == Some(&Value::Bool(true)),
        // What is true becomes final.
        "commitment-final" => detail.get("judgement") == Some(&Value::from("false")),
        kind => TOLD.contains(&kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_reorganisation_is_not_told_and_one_of_a_final_block_is() {
        let told = |kind: &str, detail: Value| Notice::of_event("0x1", kind, &detail).is_some();
        assert!(!told("reorganised", json!({"wasFinal": false})));
        assert!(told("reorganised", json!({"wasFinal": true})));
        assert!(told("node-disagrees", json!({"node": 1})));
        assert!(told("behind", json!({"blocks": 17})));
        assert!(!told("node-silent", json!({"node": 1})));
        assert!(told("commitment-final", json!({"judgement": "false"})));
        assert!(!told("commitment-final", json!({"judgement": "same"})));
    }
}
