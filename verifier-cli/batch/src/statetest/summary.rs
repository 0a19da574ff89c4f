//! What a run over state tests has come to: counts by fork and by folder, what failed and why.

use std::{collections::BTreeMap, fmt, sync::Arc};

use iso_evm_verifier::verify::AuditSelection;
use iso_evm_wire::Fork;
use iso_evm_witness::input::{Document, state_test::Indexes};
use serde::{Serialize, Serializer};

use super::{Passed, Problem};

/// Numbers of cases by what they came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StateTestCounts {
    /// All that the file says is so, and every audit says valid.
    pub passed: usize,
    /// Number of cases of which something is not as it should be.
    pub failed: usize,
    /// Not checked: the fork is not audited.
    pub skipped: usize,
    /// Messages of the cases that passed.
    pub messages: usize,
    /// Segments that these were audited by; left out if they were audited whole.
    #[serde(skip_serializing_if = "none")]
    pub segments: usize,
}

/// Whether there are none.
fn none(count: &usize) -> bool {
    *count == 0
}

/// File and test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CaseName {
    /// The file, as it was found; within an archive, behind the archive's name.
    #[serde(serialize_with = "text")]
    pub file: Arc<str>,
    /// The test in it.
    #[serde(serialize_with = "text")]
    pub test: Arc<str>,
}

/// Shared text as text.
fn text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

impl CaseName {
    /// The folder of the file.
    pub fn folder(&self) -> &str {
        self.file.rsplit_once('/').map_or(".", |(folder, _)| folder)
    }
}

/// A case that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// File and test.
    #[serde(flatten)]
    pub name: CaseName,
    /// Fork whose rules apply.
    pub fork: Fork,
    /// Which data, gas limit and value.
    pub indexes: Indexes,
    /// First mismatch of the case.
    #[serde(flatten)]
    pub problem: Problem,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name: CaseName { file, test }, fork, indexes, problem } = self;
        write!(f, "{file}: {test}: {fork} {indexes}: {problem}")
    }
}

/// A file that holds no state tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnusableFile {
    /// Name of the file.
    #[serde(serialize_with = "text")]
    pub file: Arc<str>,
    /// What is wrong with the file.
    pub error: String,
    /// What it is, where it is something else that is known.
    #[serde(skip)]
    pub document: Option<Document>,
}

impl fmt::Display for UnusableFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.error)
    }
}

/// What a run has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StateTestSummary {
    /// The audits that cases were put before.
    pub selected: AuditSelection,
    /// The counts of all cases.
    #[serde(flatten)]
    pub total: StateTestCounts,
    /// Cases of each fork that is audited.
    pub forks: BTreeMap<Fork, StateTestCounts>,
    /// Cases of each folder.
    pub folders: BTreeMap<String, StateTestCounts>,
    /// How many were skipped, by reason.
    pub skips: BTreeMap<String, usize>,
    /// How many passed with a check left out, by check and reason.
    pub unchecked: BTreeMap<String, usize>,
    /// What failed, in order of name.
    pub failures: Vec<Failure>,
    /// Files that hold no state tests.
    pub unusable: Vec<UnusableFile>,
}

impl StateTestSummary {
    /// The number of cases, whatever has become of them.
    pub fn cases(&self) -> usize {
        self.total.passed + self.total.failed + self.total.skipped
    }

    pub(super) fn pass(&mut self, fork: Fork, folder: String, passed: Passed) {
        self.count(Some(fork), folder, |counts| {
            counts.passed += 1;
            counts.messages += passed.messages;
            counts.segments += passed.segments;
        });
        for unchecked in passed.unchecked {
            *self.unchecked.entry(unchecked).or_default() += 1;
        }
    }

    pub(super) fn fail(&mut self, folder: String, failure: Failure) {
        self.count(Some(failure.fork), folder, |counts| counts.failed += 1);
        self.failures.push(failure);
    }

    pub(super) fn skip(&mut self, folder: String, fork_name: &str) {
        self.count(None, folder, |counts| counts.skipped += 1);
        *self.skips.entry(format!("fork {fork_name} is not audited")).or_default() += 1;
    }

    fn count(&mut self, fork: Option<Fork>, folder: String, change: impl Fn(&mut StateTestCounts)) {
        change(&mut self.total);
        change(self.folders.entry(folder).or_default());
        if let Some(fork) = fork {
            change(self.forks.entry(fork).or_default());
        }
    }

    /// Failures come in the order in which threads find them.
    pub(super) fn sort(&mut self) {
        self.failures.sort_by(|one, other| {
            let key = |failure: &Failure| {
                let Indexes { data, gas, value } = failure.indexes;
                (failure.fork, data, gas, value)
            };
            one.name.cmp(&other.name).then_with(|| key(one).cmp(&key(other)))
        });
    }
}
