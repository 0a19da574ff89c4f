//! The records of a witness in the order in which they happened, a child's between those of its parent.

use iso_evm_wire::{
    Opened,
    records::{Outcome, Record},
};

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instant {
    /// A message begins.
    Entered(usize),
    /// A record is taken: its message and its index there. Of a call, before its callee.
    Record(usize, usize),
    /// A message ends.
    Left(usize),
}

/// All instants of a witness, as far as its messages tell of each other.
pub fn instants(witness: &Opened<'_>) -> Vec<Instant> {
    let mut instants = Vec::new();
    let mut next = 1;
    // Messages that are open, and their next records.
    let mut open = Vec::new();
    if !witness.messages.is_empty() {
        instants.push(Instant::Entered(0));
        open.push((0, 0));
    }
    while let Some((message, record)) = open.last_mut() {
        let records = witness.message(*message).map(|opened| opened.records()).unwrap_or_default();
        let Some(taken) = records.get(*record) else {
            instants.push(Instant::Left(*message));
            open.pop();
            continue;
        };
        instants.push(Instant::Record(*message, *record));
        *record += 1;
        if taken.as_ref().is_ok_and(opens) && next < witness.messages.len() {
            instants.push(Instant::Entered(next));
            open.push((next, 0));
            next += 1;
        }
    }
    instants
}

/// Whether a record opens a message.
pub fn opens(record: &Record) -> bool {
    outcome(record) == Some(Outcome::Child as u8)
}

/// What became of a call or creation; none of another record.
fn outcome(record: &Record) -> Option<u8> {
    match record {
        Record::Call(_, record) => Some(record.outcome),
        Record::Create(record) => Some(record.outcome),
        Record::Create2(record) => Some(record.outcome),
        _ => None,
    }
}
