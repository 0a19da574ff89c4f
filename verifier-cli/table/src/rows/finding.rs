//! [`FindingRow`]: the table of findings, a row for each claim that an audit found false.
//! `specs/24-tables.md`, section Findings.

use alloy_primitives::B256;
use iso_evm_explain::{Role, told};
use iso_evm_verifier::Report;
use iso_evm_wire::Opened;

use crate::row::rows;

rows! {
    /// A row of the table of findings.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FindingRow {
        /// The item's id.
        pub id: String,
        ..
        /// What was found.
        pub finding: Finding,
    }
}

rows! {
    /// A claim that an audit found false.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Finding {
        /// Which of the report's findings it is, from 0.
        pub index: u64,
        /// The audit that found it.
        pub audit: String,
        /// What is false, by its name.
        pub code: String,
        /// The message that it is about; none if it is about the transaction.
        pub message: Option<u64>,
        /// The record of the message.
        pub record: Option<u64>,
        /// Offset in the guest's code, where the audit had come to one.
        pub pc: Option<u64>,
        /// What is false, in a sentence.
        pub title: String,
        /// Where it is.
        pub place: String,
        /// What the witness says, in words.
        pub said: Option<String>,
        /// What is computed, in words.
        pub computed: Option<String>,
        /// What the witness says, as a word; of byte strings their keccak256.
        pub said_word: Option<B256>,
        /// What is computed, as a word.
        pub computed_word: Option<B256>,
        /// The finding that this one follows from, or stands behind; none if there is none, or nobody looked.
        pub cause: Option<u64>,
    }
}

impl Finding {
    /// What a report found, in its order.
    pub fn all(witness: &Opened<'_>, report: &Report) -> Vec<Self> {
        if report.findings.is_empty() {
            return Vec::new();
        }
        let mut told = told(witness, report);
        told.sort_unstable_by_key(|told| told.finding);
        let findings = told.into_iter().filter_map(|told| {
            let words = report.findings.get(told.finding)?.words;
            let cause = match told.role {
                Role::Follows { from } | Role::Behind { of: from } => Some(from as u64),
                Role::Cause { .. } | Role::Alone => None,
            };
            Some(Self {
                index: told.finding as u64,
                audit: told.audit.name().to_owned(),
                code: told.kind.to_owned(),
                message: told.message.map(|message| message as u64),
                record: told.record.map(|record| record as u64),
                pc: told.pc,
                title: told.title,
                place: told.place,
                said: told.says,
                computed: told.truth,
                said_word: words.map(|words| words.found),
                computed_word: words.map(|words| words.expected),
                cause,
            })
        });
        findings.collect()
    }

    /// The rows of an item's findings.
    pub fn rows(id: &str, findings: Vec<Self>) -> Vec<FindingRow> {
        let findings = findings.into_iter();
        findings.map(|finding| FindingRow { id: id.to_owned(), finding }).collect()
    }
}
