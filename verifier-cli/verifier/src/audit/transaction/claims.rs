//! Findings: the first false claim, and how claims are compared. `specs/07-verdicts.md`.
//!
//! In the data's way this stands between the rules and the report.

use super::{Finding, TransactionKind};
use crate::audit::word::AsWord;

/// The findings of an audit that goes on behind the first.
#[derive(Clone, Debug)]
pub struct Findings<K> {
    /// First false claim, if any was found.
    pub first: Option<Finding<K>>,
}

impl<K> Default for Findings<K> {
    fn default() -> Self {
        Self { first: None }
    }
}

impl<K> Findings<K> {
    /// Keeps the first.
    pub fn add(&mut self, finding: Finding<K>) {
        self.first.get_or_insert(finding);
    }
}

impl Findings<TransactionKind> {
    /// Adds a finding about the transaction if a claim is not what was computed.
    pub(super) fn compare<W: AsWord>(&mut self, kind: TransactionKind, expected: W, found: W) {
        let (expected, found) = (expected.word(), found.word());
        self.require(expected == found, kind, expected, found);
    }

    /// Adds a finding about the transaction if a rule does not hold. `expected` is the rule's bound.
    pub(super) fn require(
        &mut self,
        holds: bool,
        kind: TransactionKind,
        expected: impl AsWord,
        found: impl AsWord,
    ) {
        if !holds {
            let (expected, found) = (expected.word(), found.word());
            self.add(Finding { kind, message: None, record: None, expected, found });
        }
    }

    /// Adds a finding about the top message if a field of it is not what was computed.
    pub(super) fn compare_top<W: AsWord>(&mut self, kind: TransactionKind, expected: W, found: W) {
        let (expected, found) = (expected.word(), found.word());
        if expected != found {
            self.add(Finding { kind, message: Some(0), record: None, expected, found });
        }
    }
}
