//! Official state tests: every case is recorded, compared with what its file says, and its witness
//! put before the four audits. `specs/11-state-tests.md`.
//!
//! [`run`] goes over files, folders and archives: one thread reads, a pool checks, a short queue
//! between them bounds the memory.

mod check;
mod problem;
mod source;
mod summary;

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc},
    thread,
};

use iso_evm_hypervisor::Engine;
use iso_evm_witness::{
    Fork,
    input::state_test::{self, Case},
};
use rayon::iter::{ParallelBridge, ParallelIterator};

pub use self::{
    check::{Passed, check},
    problem::Problem,
    source::{Progress, size},
    summary::{CaseName, Counts, Failure, Summary, Unusable},
};
use crate::{error::CommandError, verify::AuditSelection};

/// Cases that are read ahead of the checks.
const QUEUE: usize = 64;

/// Which cases, and on how many threads.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only this fork's cases.
    pub fork: Option<Fork>,
    /// Only cases whose file or test has this in its name.
    pub filter: Option<String>,
    /// Threads; all cores if `None`.
    pub jobs: Option<NonZeroUsize>,
    /// Which audits.
    pub audits: AuditSelection,
}

/// What happens during a run, as it happens.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// So many bytes of the files given are read.
    Read(u64),
    /// A case has passed.
    Passed,
    /// A case has failed.
    Failed(&'a Failure),
    /// A file holds no state tests, or cannot be read.
    Unusable(&'a Unusable),
}

/// The hypervisor of every fork, each emitted when it is first asked for.
#[derive(Debug, Default)]
pub struct Engines([OnceLock<Engine>; Fork::ALL.len()]);

impl Engines {
    /// The hypervisor of a fork.
    pub fn get(&self, fork: Fork) -> &Engine {
        self.0[usize::from(fork.number())].get_or_init(|| Engine::new(fork))
    }
}

/// A case on its way to the checks.
struct Queued {
    name: CaseName,
    fork: Fork,
    case: Case,
}

/// Checks all cases in `paths` and below. `observe` hears of each as soon as it is known, from any
/// thread.
///
/// # Errors
///
/// If one of the paths cannot be read at all. What is wrong further in is in the summary.
pub fn run(
    paths: &[PathBuf],
    options: &Options,
    observe: &(impl Fn(Event<'_>) + Sync),
) -> Result<Summary, CommandError> {
    source::exist(paths)?;
    let summary = Mutex::new(Summary::default());
    let engines = Engines::default();
    let threads = options.jobs.map_or(0, NonZeroUsize::get);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let (sender, receiver) = mpsc::sync_channel(QUEUE);
    thread::scope(|scope| {
        let queue = move |queued| sender.send(queued).is_ok();
        scope.spawn(|| read(paths, options, queue, &summary, observe));
        pool.install(|| {
            receiver.into_iter().par_bridge().for_each(|Queued { name, fork, case }| {
                let checked = check(&case, engines.get(fork), options.audits);
                let folder = name.folder().to_owned();
                let failure = match checked {
                    Ok(passed) => {
                        locked(&summary).pass(fork, folder, passed);
                        return observe(Event::Passed);
                    }
                    Err(problem) => Failure { name, fork, indexes: case.indexes, problem },
                };
                observe(Event::Failed(&failure));
                locked(&summary).fail(folder, failure);
            });
        });
    });
    let mut summary = summary.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.sort();
    Ok(summary)
}

/// Reads all files and queues their cases.
fn read(
    paths: &[PathBuf],
    options: &Options,
    queue: impl Fn(Queued) -> bool,
    summary: &Mutex<Summary>,
    observe: &(impl Fn(Event<'_>) + Sync),
) {
    source::each(paths, |progress| {
        let (file, read) = match progress {
            Progress::Read(bytes) => {
                observe(Event::Read(bytes));
                return true;
            }
            Progress::File(file, read) => (file, read),
        };
        let json = read.map_err(|error| error.to_string());
        let cases =
            json.and_then(|json| state_test::cases(&json).map_err(|error| error.to_string()));
        let cases = match cases {
            Ok(cases) => cases,
            Err(error) => {
                let unusable = Unusable { file, error };
                observe(Event::Unusable(&unusable));
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
                Ok(fork) => queue(Queued { name, fork, case }),
                Err(_) => {
                    locked(summary).skip(name.folder().to_owned(), &case.fork_name);
                    true
                }
            }
        })
    });
}

/// The summary is whole whenever it is not locked: no update can panic half-way.
fn locked(summary: &Mutex<Summary>) -> MutexGuard<'_, Summary> {
    summary.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Options {
    fn selects(&self, name: &CaseName, case: &Case) -> bool {
        let named = |part: &String| name.file.contains(part) || name.test.contains(part);
        self.filter.as_ref().is_none_or(named)
            && self.fork.is_none_or(|fork| case.fork() == Ok(fork))
    }
}
