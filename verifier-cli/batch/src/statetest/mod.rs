//! Official state tests: every case is recorded, compared with what its file says, and its witness
//! put before the four audits. `specs/11-state-tests.md`.
//!
//! [`run`] goes over files, folders and archives: one thread reads, the others check, each
//! a case at a time.

mod check;
mod problem;
mod summary;

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use iso_evm_verifier::engines::Engines;
use iso_evm_wire::Fork;
use iso_evm_witness::input::{
    Document,
    document::recognise,
    state_test::{self, Case},
};

pub use self::{
    check::{CaseAudit, Passed, check},
    problem::Problem,
    summary::{CaseName, Failure, StateTestCounts, StateTestSummary, UnusableFile},
};
use crate::{
    BatchError, ReadLimit,
    room::{self, Counted, Held, Room},
    source::{self, Progress},
    walk::Endings,
    workers::{self, locked},
};

/// Which cases, and on how many threads.
#[derive(Clone, Debug, Default)]
pub struct StateTestOptions {
    /// Only this fork's cases.
    pub fork: Option<Fork>,
    /// Only cases whose file or test has this in its name.
    pub filter: Option<String>,
    /// Threads; all cores if `None`.
    pub jobs: Option<NonZeroUsize>,
    /// Bytes of files that are held at once, over all threads.
    pub read_limit: ReadLimit,
    /// How each case is audited.
    pub audit: CaseAudit,
}

/// What happens during a run, as it happens.
///
/// The list is closed: whoever shows events must not miss a new one.
#[derive(Clone, Copy, Debug)]
pub enum StateTestEvent<'a> {
    /// Bytes of the files given that were read.
    Read(u64),
    /// A case has passed.
    Passed,
    /// A case has failed.
    Failed(&'a Failure),
    /// A file holds no state tests, or cannot be read.
    Unusable(&'a UnusableFile),
}

/// State tests are JSON.
const ENDINGS: Endings = &[".json"];

/// Bytes on disk of all files that a run reads.
pub fn size(paths: &[PathBuf]) -> u64 {
    source::size(paths, ENDINGS)
}

/// A case on its way to the checks.
struct Queued {
    name: CaseName,
    fork: Fork,
    case: Case,
    /// Room for the file that it is from.
    _held: Arc<Held>,
}

/// Checks all cases in `paths` and below. `observe` hears of each as soon as it is known, from any
/// thread.
///
/// # Errors
///
/// If one of the paths cannot be read at all. What is wrong further in is in the summary.
pub fn run(
    paths: &[PathBuf],
    options: &StateTestOptions,
    observe: &(impl Fn(StateTestEvent<'_>) + Sync),
) -> Result<StateTestSummary, BatchError> {
    source::exist(paths)?;
    let summary =
        StateTestSummary { selected: options.audit.audits, ..StateTestSummary::default() };
    let summary = Mutex::new(summary);
    let engines = Engines::default();
    let feed = |queue: &dyn Fn(Queued) -> bool| read(paths, options, queue, &summary, observe);
    workers::each(options.jobs, feed, |Queued { name, fork, case, _held }| {
        let checked = check(&case, engines.get(fork.into()), &options.audit);
        let folder = name.folder().to_owned();
        match checked {
            Ok(passed) => {
                locked(&summary).pass(fork, folder, passed);
                observe(StateTestEvent::Passed);
            }
            Err(problem) => {
                let failure = Failure { name, fork, indexes: case.indexes, problem };
                observe(StateTestEvent::Failed(&failure));
                locked(&summary).fail(folder, failure);
            }
        }
        Ok::<_, BatchError>(())
    })?;
    let mut summary = summary.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.sort();
    Ok(summary)
}

/// Reads all files and queues their cases.
fn read(
    paths: &[PathBuf],
    options: &StateTestOptions,
    queue: &dyn Fn(Queued) -> bool,
    summary: &Mutex<StateTestSummary>,
    observe: &(impl Fn(StateTestEvent<'_>) + Sync),
) {
    let room = Room::new(options.read_limit);
    source::each(paths, ENDINGS, &room, |progress| {
        let (file, read) = match progress {
            Progress::Read(bytes) => {
                observe(StateTestEvent::Read(bytes));
                return true;
            }
            Progress::File(file, read) => (file, read),
            // No table holds state tests.
            Progress::Table(..) => return true,
        };
        let held = Mutex::new(room.hold());
        let json = read
            .and_then(|read| room::whole(Counted::new(read, &held), u64::MAX))
            .map_err(|error| (error.to_string(), None));
        let held = Arc::new(locked(&held).take());
        let cases = json.and_then(|json| {
            state_test::cases(&json).map_err(|error| no_tests(&json, &error.to_string()))
        });
        let cases = match cases {
            Ok(cases) => cases,
            Err((error, document)) => {
                let unusable = UnusableFile { file, error, document };
                observe(StateTestEvent::Unusable(&unusable));
                locked(summary).unusable.push(unusable);
                return true;
            }
        };
        cases.into_iter().all(|case| {
            let name = CaseName { file: file.clone(), test: case.test.clone() };
            if !options.selects(&name, &case) {
                return true;
            }
            match case.fork() {
                Ok(fork) => queue(Queued { name, fork, case, _held: held.clone() }),
                Err(_) => {
                    locked(summary).skip(name.folder().to_owned(), &case.fork_name);
                    true
                }
            }
        })
    });
}

/// What is said of a file that holds no state tests: what it is, where that is known.
fn no_tests(json: &[u8], error: &str) -> (String, Option<Document>) {
    match recognise(json) {
        Ok((document, _)) if !matches!(document, Document::StateTest | Document::Unknown) => {
            (format!("this is {document}, and a file of state tests is expected"), Some(document))
        }
        _ => (error.to_owned(), None),
    }
}

impl StateTestOptions {
    fn selects(&self, name: &CaseName, case: &Case) -> bool {
        let named = |part: &String| name.file.contains(part) || name.test.contains(part);
        self.filter.as_ref().is_none_or(named)
            && self.fork.is_none_or(|fork| case.fork() == Ok(fork))
    }
}
