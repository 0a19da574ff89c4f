//! What a batch has come to, by verdict.

use std::collections::BTreeMap;

use iso_evm_verifier::{
    audit::anchors::RootSource,
    verify::{AuditSelection, Verdict},
};
use serde::Serialize;

use super::Done;

/// Numbers of items by their verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BatchCounts {
    /// Number of items that are valid.
    pub valid: u64,
    /// A claim is false.
    pub invalid: u64,
    /// An audit did not run, or came to no end.
    pub inconclusive: u64,
}

impl BatchCounts {
    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Valid => self.valid += 1,
            Verdict::Invalid => self.invalid += 1,
            Verdict::Inconclusive => self.inconclusive += 1,
        }
    }

    /// Number of all items.
    pub fn total(&self) -> u64 {
        self.valid + self.invalid + self.inconclusive
    }
}

/// What a batch has come to, an earlier run that it goes on from included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BatchSummary {
    /// What the verdicts are about.
    pub selected: AuditSelection,
    /// Whether a check that could not be made leaves a verdict open.
    pub strict: bool,
    /// How many witnesses there are of each verdict.
    pub witnesses: BatchCounts,
    /// How many messages there are of each verdict.
    pub messages: BatchCounts,
    /// In how many witnesses a check could not be made, by its name.
    pub unchecked: BTreeMap<String, u64>,
    /// In how many witnesses headers prove this of the state roots, by the name of the source.
    pub roots: BTreeMap<RootSource, u64>,
    /// Items that could not be verified.
    pub errors: u64,
    /// Items that an earlier run has done.
    pub resumed: u64,
}

impl BatchSummary {
    pub(super) fn count(&mut self, done: &Done) {
        match &done.report {
            Ok(report) => {
                self.witnesses.count(report.verdict());
                report.messages.iter().for_each(|message| self.messages.count(message.verdict()));
                report.unchecked().for_each(|check| self.uncheck(check.name()));
                *self.roots.entry(report.anchor).or_default() += 1;
            }
            Err(_) => self.errors += 1,
        }
    }

    /// Counts an item of an earlier run: an error if there is no verdict.
    pub(super) fn resume(
        &mut self,
        witness: Option<Verdict>,
        messages: impl Iterator<Item = Verdict>,
        unchecked: &[String],
        roots: Option<RootSource>,
    ) {
        self.resumed += 1;
        match witness {
            Some(verdict) => {
                self.witnesses.count(verdict);
                messages.for_each(|verdict| self.messages.count(verdict));
                unchecked.iter().for_each(|check| self.uncheck(check));
                roots.into_iter().for_each(|roots| *self.roots.entry(roots).or_default() += 1);
            }
            None => self.errors += 1,
        }
    }

    fn uncheck(&mut self, check: &str) {
        *self.unchecked.entry(check.to_owned()).or_default() += 1;
    }
}
