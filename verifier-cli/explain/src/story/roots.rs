//! The state roots of a message as a line of events: each record that led to another.

use alloy_primitives::B256;
use iso_evm_wire::{Opened, records::Record};
use serde::Serialize;

use crate::words::record::title;

/// An event after which the state has this root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RootEvent {
    /// Index of the record; none at the message's beginning and end.
    pub record: Option<usize>,
    /// What happened.
    pub what: String,
    /// The root behind it, as the witness says.
    pub root: B256,
    /// Whether it is another than before.
    pub changed: bool,
}

/// What a message says of the state's root, from its beginning to its end.
pub(super) fn roots(witness: &Opened<'_>, index: usize) -> Vec<RootEvent> {
    let Some(message) = witness.message(index) else { return Vec::new() };
    let fields = message.fields();
    let mut root = fields.stateRootEnter;
    let begins =
        RootEvent { record: None, what: "the message begins".to_owned(), root, changed: false };
    let mut events = vec![begins];
    for (at, record) in message.records().iter().enumerate() {
        let Ok(record) = record else { continue };
        let Some(behind) = root_of(record).filter(|root| !root.is_zero()) else { continue };
        let changed = behind != root;
        root = behind;
        events.push(RootEvent { record: Some(at), what: title(record), root, changed });
    }
    let leaves = fields.stateRootLeave;
    let what = if fields.status == alloy_primitives::U256::from(1) {
        "the message ends"
    } else {
        "the message ends, and all that it did is undone"
    };
    let changed = leaves != root;
    events.push(RootEvent { record: None, what: what.to_owned(), root: leaves, changed });
    events
}

/// The root that a record tells, if its kind does.
const fn root_of(record: &Record) -> Option<B256> {
    match record {
        Record::Sstore(record) => Some(record.stateRoot),
        Record::Call(_, record) => Some(record.stateRoot),
        Record::Create(record) => Some(record.stateRoot),
        Record::Create2(record) => Some(record.stateRoot),
        Record::Selfdestruct(record) => Some(record.stateRoot),
        _ => None,
    }
}
