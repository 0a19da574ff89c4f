//! Findings, and the words in them. `specs/07-verdicts.md`.
//!
//! In the data's way this stands between the rules and the report.

use alloy_primitives::{Address, B256, U256};

use super::{Finding, TransactionKind};

/// The findings of an audit that goes on behind the first.
#[derive(Clone, Debug)]
pub struct Findings<K> {
    /// The first.
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
    pub(super) fn compare<W: Word>(&mut self, kind: TransactionKind, expected: W, found: W) {
        let (expected, found) = (expected.word(), found.word());
        self.require(expected == found, kind, expected, found);
    }

    /// Adds a finding about the transaction if a rule does not hold. `expected` is the rule's bound.
    pub(super) fn require(
        &mut self,
        holds: bool,
        kind: TransactionKind,
        expected: impl Word,
        found: impl Word,
    ) {
        if !holds {
            let (expected, found) = (expected.word(), found.word());
            self.add(Finding { kind, message: None, record: None, expected, found });
        }
    }

    /// Adds a finding about the top message if a field of it is not what was computed.
    pub(super) fn compare_top<W: Word>(&mut self, kind: TransactionKind, expected: W, found: W) {
        let (expected, found) = (expected.word(), found.word());
        if expected != found {
            self.add(Finding { kind, message: Some(0), record: None, expected, found });
        }
    }
}

/// What a finding can tell in a word: addresses stand to the right, numbers are big-endian.
pub(super) trait Word {
    /// The word.
    fn word(self) -> B256;
}

impl Word for B256 {
    fn word(self) -> B256 {
        self
    }
}

impl Word for U256 {
    fn word(self) -> B256 {
        self.into()
    }
}

impl Word for u128 {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl Word for u64 {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl Word for u8 {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl Word for usize {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl Word for bool {
    fn word(self) -> B256 {
        u8::from(self).word()
    }
}

impl Word for Address {
    fn word(self) -> B256 {
        self.into_word()
    }
}
