//! What the report says of each message.

use std::collections::HashMap;

use iso_evm_hypervisor::Audited;
use iso_evm_wire::{Opened, OpenedMessage, StoredMessage, container::Place};

use super::{FalseClaim, MessageReport};

/// The messages, each with what is said of it. `proved`: whether all audits but the execution audit,
/// which speaks of each, have come to *valid*.
pub(super) fn reports(
    opened: &Opened<'_>,
    execution: Option<Vec<Audited>>,
    findings: &[FalseClaim],
    proved: bool,
) -> Vec<MessageReport> {
    let places = opened.tree().into_iter().zip(&opened.messages);
    let mut execution = execution.map(Vec::into_iter);
    let mut mismatches: HashMap<usize, FalseClaim> = HashMap::new();
    for claim in findings {
        if let Some(message) = claim.message {
            mismatches.entry(message).or_insert(*claim);
        }
    }
    let report = |(index, (place, stored)): (usize, (Place, &StoredMessage))| {
        let message = opened.message(index);
        MessageReport {
            place,
            kind: message.and_then(OpenedMessage::kind),
            message: message.map(|message| message.fields().into()),
            witness_bytes: stored.len(),
            execution: execution.as_mut().and_then(Iterator::next),
            mismatch: mismatches.remove(&index),
            proved,
        }
    };
    places.enumerate().map(report).collect()
}
