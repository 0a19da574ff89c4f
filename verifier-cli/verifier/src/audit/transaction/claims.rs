//! Findings: the first false claim, and how claims are compared. `specs/07-verdicts.md`.
//!
//! In the data's way this stands between the rules and the report.

use alloy_primitives::B256;

use super::{Finding, TransactionKind};
use crate::audit::{
    trie::{Later, Root},
    word::AsWord,
};

/// The findings of an audit that goes on behind the first.
#[derive(Clone, Debug)]
pub struct Findings<K> {
    /// First false claim, if any was found.
    pub first: Option<Finding<K>>,
    /// Claims of roots that wait for their hashes, and behind them what was found false since.
    open: Vec<Open<K>>,
}

/// A claim that may be the first false one.
#[derive(Clone, Debug)]
struct Open<K> {
    /// What is found if it is false; `expected` is still to come if there is a root.
    finding: Finding<K>,
    root: Option<Root>,
}

impl<K> Default for Findings<K> {
    fn default() -> Self {
        Self { first: None, open: Vec::new() }
    }
}

impl<K> Findings<K> {
    /// Keeps the first.
    pub fn add(&mut self, finding: Finding<K>) {
        match self.open.last() {
            None => _ = self.first.get_or_insert(finding),
            // Those behind one that is false for certain are not the first.
            Some(Open { root: None, .. }) => {}
            Some(Open { root: Some(_), .. }) => self.open.push(Open { finding, root: None }),
        }
    }

    /// Has a claim of a root compared once that is hashed; of the finding all is known but what was
    /// expected.
    pub fn claim(&mut self, root: Root, finding: Finding<K>) {
        let decided =
            self.first.is_some() || self.open.last().is_some_and(|last| last.root.is_none());
        if !decided {
            self.open.push(Open { finding, root: Some(root) });
        }
    }

    /// Compares the claims that wait.
    pub fn settle(&mut self, later: &mut Later) {
        for Open { finding, root } in self.open.drain(..) {
            let expected = root.map_or(finding.expected, |root| later.hash(root));
            if root.is_none() || expected != finding.found {
                self.first.get_or_insert(Finding { expected, ..finding });
                break;
            }
        }
        self.open.clear();
    }
}

impl Findings<TransactionKind> {
    /// [`Self::compare`] of a root that need not be hashed yet.
    pub(super) fn compare_root(&mut self, kind: TransactionKind, expected: Root, found: B256) {
        let unknown = B256::ZERO;
        let finding = Finding { kind, message: None, record: None, expected: unknown, found };
        self.claim(expected, finding);
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: B256 = B256::repeat_byte(7);

    fn finding(record: usize, found: B256) -> Finding<TransactionKind> {
        let (kind, expected) = (TransactionKind::StateRootLeave, B256::ZERO);
        Finding { kind, message: Some(0), record: Some(record), expected, found }
    }

    /// The record of the first false claim, and what was expected of it. Each step is a claim of a root that
    /// says this, or something that is false at once.
    fn first(steps: &[Option<B256>]) -> Option<(Option<usize>, B256)> {
        let mut findings = Findings::default();
        for (record, step) in steps.iter().enumerate() {
            match step {
                Some(found) => findings.claim(ROOT.into(), finding(record, *found)),
                None => findings.add(finding(record, B256::ZERO)),
            }
        }
        findings.settle(&mut Later::default());
        findings.first.map(|first| (first.record, first.expected))
    }

    #[test]
    fn a_root_that_is_compared_later_keeps_its_place() {
        let (right, wrong) = (Some(ROOT), Some(B256::ZERO));
        assert_eq!(first(&[]), None);
        assert_eq!(first(&[right, right]), None);
        assert_eq!(first(&[right, wrong, wrong]), Some((Some(1), ROOT)));
        assert_eq!(first(&[wrong, None]), Some((Some(0), ROOT)));
        assert_eq!(first(&[right, None, wrong, None]), Some((Some(1), B256::ZERO)));
        assert_eq!(first(&[None, wrong]), Some((Some(0), B256::ZERO)));
    }

    #[test]
    fn what_was_settled_stays_the_first() {
        let (mut findings, later) = (Findings::default(), &mut Later::default());
        findings.claim(ROOT.into(), finding(0, ROOT));
        findings.settle(later);
        assert_eq!(findings.first, None);
        findings.claim(ROOT.into(), finding(1, B256::ZERO));
        findings.settle(later);
        findings.add(finding(2, B256::ZERO));
        findings.claim(ROOT.into(), finding(3, B256::ZERO));
        findings.settle(later);
        assert_eq!(findings.first.and_then(|first| first.record), Some(1));
    }
}
