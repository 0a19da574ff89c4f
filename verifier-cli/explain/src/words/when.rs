//! When what a finding is about came about, in the transaction's own time.

use std::collections::HashMap;

use iso_evm_verifier::Audit;
use iso_evm_wire::Opened;

use super::Told;
use crate::order::{Instant, instants};

/// The instants of a witness by their numbers.
#[derive(Debug)]
pub(super) struct When {
    numbers: HashMap<Instant, usize>,
    end: usize,
}

impl When {
    pub(super) fn of(witness: &Opened<'_>) -> Self {
        // 0 is before the top message.
        let numbers: HashMap<_, _> = instants(witness).into_iter().zip(1..).collect();
        let end = numbers.len() + 1;
        Self { numbers, end }
    }

    /// The number of the instant that a finding is about; of one about the transaction, its beginning or end.
    pub(super) fn when(&self, told: &Told) -> usize {
        let instant = match (told.message, told.record) {
            (Some(message), Some(record)) => Instant::Record(message, record),
            // What a message is given is false from its beginning on.
            (Some(message), None) if told.pc.is_none() && told.kind != "state-root-leave" => {
                Instant::Entered(message)
            }
            (Some(message), None) => Instant::Left(message),
            (None, _) if told.audit == Audit::Transaction && is_at_the_end(told.kind) => {
                return self.end;
            }
            (None, _) => return 0,
        };
        let at = |instant| self.numbers.get(&instant).copied();
        // A record that is not there would have come before the message's end.
        let end = told.message.and_then(|message| at(Instant::Left(message)));
        at(instant).or(end).unwrap_or(self.end)
    }
}

/// Whether what the transaction audit calls this follows the messages.
fn is_at_the_end(kind: &str) -> bool {
    let kinds = ["status", "gas-used", "logs", "bloom", "state-root-leave", "block-receipt"];
    kinds.contains(&kind) || kind.starts_with("deposit-")
}
