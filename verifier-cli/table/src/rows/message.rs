//! [`MessageRow`]: the table of messages, a row for each message of each witness.
//! `specs/24-tables.md`, section Messages.

use alloy_primitives::{Address, U256};
use iso_evm_verifier::Report;
use iso_evm_wire::Opened;

use crate::row::rows;

rows! {
    /// A row of the table of messages.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MessageRow {
        /// The item's id.
        pub id: String,
        ..
        /// What is said of the message.
        pub message: Message,
    }
}

rows! {
    /// What is said of a message. What it claims has no value where its bytes are no message; a number that is
    /// claimed to be 2^64 or more has none either.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Message {
        /// Which message it is, in pre-order, from 0.
        pub index: u64,
        /// The message that called it.
        pub parent: Option<u64>,
        /// How deep it stands in the call tree, from 0.
        pub depth: Option<u64>,
        /// The kind of frame, as the opening record says.
        pub kind: Option<String>,
        /// Who called.
        pub caller: Option<Address>,
        /// The account whose code runs; zero in a creation.
        pub to: Option<Address>,
        /// The account that the code runs as.
        pub context: Option<Address>,
        /// 0 exceptional halt, 1 success, 2 revert.
        pub status: Option<u64>,
        /// Gas that it starts with.
        pub gas_available: Option<u64>,
        /// Gas that it spent.
        pub gas_used: Option<u64>,
        /// Number of its records.
        pub records: Option<u64>,
        /// Length of its bytes.
        pub witness_bytes: u64,
        /// Gas that the hypervisor took, if it was the engine.
        pub host_gas: Option<u64>,
        /// The verdict by its name.
        pub verdict: String,
        /// The first false claim that is about it, by its name.
        pub mismatch: Option<String>,
    }
}

impl Message {
    /// What a report says of each message of a witness.
    pub fn all(witness: &Opened<'_>, report: &Report) -> Vec<Self> {
        let messages = report.messages.iter().enumerate();
        let message = |(index, said): (usize, &iso_evm_verifier::verify::MessageReport)| {
            let claimed = said.message.as_ref();
            let host_gas = said.execution.as_ref().map(|audited| audited.host_gas);
            Self {
                index: index as u64,
                parent: said.place.parent.map(|parent| parent as u64),
                depth: said.place.depth.map(|depth| depth as u64),
                kind: said.kind.map(|kind| kind.name().to_owned()),
                caller: witness.message(index).map(|message| message.fields().caller),
                to: claimed.map(|claimed| claimed.to),
                context: claimed.map(|claimed| claimed.context),
                status: claimed.and_then(|claimed| number(claimed.status)),
                gas_available: claimed.and_then(|claimed| number(claimed.gas_available)),
                gas_used: claimed.and_then(|claimed| number(claimed.gas_used)),
                records: claimed.map(|claimed| claimed.records as u64),
                witness_bytes: said.witness_bytes as u64,
                // Each run takes some.
                host_gas: host_gas.filter(|gas| *gas > 0),
                verdict: report.named(said.verdict()).to_string(),
                mismatch: said.mismatch.as_ref().map(|claim| claim.kind.name().to_owned()),
            }
        };
        messages.map(message).collect()
    }

    /// The rows of an item's messages.
    pub fn rows(id: &str, witness: &Opened<'_>, report: &Report) -> Vec<MessageRow> {
        let messages = Self::all(witness, report).into_iter();
        messages.map(|message| MessageRow { id: id.to_owned(), message }).collect()
    }
}

/// A number that is claimed, if it fits.
fn number(word: U256) -> Option<u64> {
    u64::try_from(word).ok()
}
