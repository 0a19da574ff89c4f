//! Whole folders, archives and streams of witnesses at once. `specs/17-batch.md`.
//!
//! One thread reads, the others verify, each an item at a time. A witness's rows are written
//! together, as soon as they are known, so that a run that is killed has lost none, and goes on where
//! it was.

pub(crate) mod items;
mod results;
mod row;
mod summary;

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use iso_evm_verifier::{
    engines::Engines,
    hash::keccak256,
    verify::{self, Report, verify_opened},
};
use iso_evm_wire::Opened;
use iso_evm_witness::{Input, record};

pub use self::{
    items::size,
    row::{Row, rows},
    summary::{BatchCounts, BatchSummary},
};
use self::{
    items::{Content, Item, Met},
    results::Results,
};
use crate::{
    BatchError, ItemError, ReadLimit, reproducer,
    room::Room,
    workers::{self, locked},
};

/// How a batch is run.
#[derive(Clone, Debug, Default)]
pub struct BatchOptions {
    /// How each witness is verified.
    pub verify: verify::Options,
    /// Threads; all cores if `None`.
    pub jobs: Option<NonZeroUsize>,
    /// Bytes of files that are held at once, over all threads.
    pub read_limit: ReadLimit,
    /// Where the rows go, one JSON object a line; `-` for stdout.
    pub results: Option<PathBuf>,
    /// Whether to go on where the results end.
    pub resume: bool,
}

/// What happens during a run, as it happens.
///
/// The list is closed: whoever shows events must not miss a new one.
#[derive(Clone, Copy, Debug)]
pub enum BatchEvent<'a> {
    /// Bytes of the files given that were read.
    Read(u64),
    /// An item is verified, or is none that can be.
    Done(&'a Done),
}

/// What has become of an item.
#[derive(Debug)]
pub struct Done {
    /// The file, as it was found; within an archive, behind the archive's name.
    pub source: Arc<str>,
    /// Which of the source's containers.
    pub container: usize,
    /// What is said of it; an error if it cannot be verified.
    pub report: Result<Report, ItemError>,
}

/// Verifies all that is in `paths` and below. `observe` hears of each item as soon as its rows are
/// written, from any thread.
///
/// # Errors
///
/// If one of the paths cannot be read at all, if the results cannot be written, or if those to go on
/// with are none. What is wrong further in is in the rows.
pub fn run(
    paths: &[PathBuf],
    options: &BatchOptions,
    observe: &(impl Fn(BatchEvent<'_>) + Sync),
) -> Result<BatchSummary, BatchError> {
    let paths = items::expanded(paths)?;
    let (results, resumed) =
        Results::open(options.results.as_deref(), options.resume, &options.verify)?;
    let summary = Mutex::new(resumed.summary);
    let engines = Engines::default();
    let room = Room::new(options.read_limit);
    let feed = |send: &dyn Fn(Item) -> bool| {
        items::each(&paths, &room, |met| match met {
            Met::Read(bytes) => {
                observe(BatchEvent::Read(bytes));
                true
            }
            Met::Item(item) => resumed.keys.contains(&item.key()) || send(item),
        });
    };
    workers::each(options.jobs, feed, |item| {
        let done = verified(item, &engines, &options.verify);
        results.write(&rows(&done))?;
        locked(&summary).count(&done);
        observe(BatchEvent::Done(&done));
        Ok::<_, BatchError>(())
    })?;
    Ok(summary.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Verifies an item.
fn verified(item: Item, engines: &Engines, options: &verify::Options) -> Done {
    // The room is given back when all that was read is dropped.
    let Item { source, container, content, held: _held } = item;
    let file = || source.to_string();
    let report = witness(content, file).and_then(|witness| {
        verify_opened(engines.get(witness.rules), &witness, options).map_err(|error| {
            reproducer::unverified(Path::new("."), source.to_string(), &witness, error)
        })
    });
    Done { source, container, report }
}

/// The witness that an item is, or that is recorded of it.
pub(crate) fn witness(
    content: Content,
    file: impl Fn() -> String,
) -> Result<Opened<'static>, ItemError> {
    match content {
        Content::Witness(bytes) => Opened::decode(&bytes.into(), keccak256)
            .map_err(|error| ItemError::Container { file: file(), error }),
        Content::Input(json) => {
            let input = Input::parse(&json, None)
                .map_err(|error| ItemError::Input { file: file(), error: Box::new(error) })?;
            let recording = record(&input.execution)
                .map_err(|error| ItemError::Execute { file: file(), error: Box::new(error) })?;
            Ok(recording.witness(&input).into())
        }
        Content::Unreadable(error) => Err(error),
    }
}
