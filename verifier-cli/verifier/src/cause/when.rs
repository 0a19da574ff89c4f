//! When what a finding is about came about, in the transaction's own time.

use std::collections::HashMap;

use iso_evm_wire::Opened;

use super::order::{Instant, instants};
use crate::verify::{Audit, FalseClaim};

/// The instants of a witness by their numbers.
#[derive(Debug)]
pub struct When {
    numbers: HashMap<Instant, usize>,
    end: usize,
}

impl When {
    /// The instants of a witness, as far as its messages tell of each other.
    pub fn of(witness: &Opened<'_>) -> Self {
        // 0 is before the top message.
        let numbers: HashMap<_, _> = instants(witness).into_iter().zip(1..).collect();
        let end = numbers.len() + 1;
        Self { numbers, end }
    }

    /// The number of the instant that a finding is about; of one about the transaction, its beginning or end.
    pub fn when(&self, claim: &FalseClaim) -> usize {
        let record = claim.record.and_then(|record| usize::try_from(record).ok());
        let name = claim.kind.name();
        let instant = match (claim.message, record) {
            (Some(message), Some(record)) => Instant::Record(message, record),
            // What a message is given is false from its beginning on.
            (Some(message), None) if claim.pc.is_none() && name != "state-root-leave" => {
                Instant::Entered(message)
            }
            (Some(message), None) => Instant::Left(message),
            (None, _) if claim.kind.audit() == Audit::Transaction && is_at_the_end(name) => {
                return self.end;
            }
            (None, _) => return 0,
        };
        let at = |instant| self.numbers.get(&instant).copied();
        // A record that is not there would have come before the message's end.
        let end = claim.message.and_then(|message| at(Instant::Left(message)));
        at(instant).or(end).unwrap_or(self.end)
    }
}

/// Whether what the transaction audit calls this follows the messages.
fn is_at_the_end(kind: &str) -> bool {
    let kinds = ["status", "gas-used", "logs", "bloom", "state-root-leave", "block-receipt"];
    kinds.contains(&kind) || kind.starts_with("deposit-")
}
