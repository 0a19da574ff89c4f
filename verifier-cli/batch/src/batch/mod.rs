//! Whole folders, archives and streams of witnesses at once. `specs/17-batch.md`.
//!
//! One thread reads, the others verify, each an item at a time. A witness's rows are written
//! together, as soon as they are known, so that a run that is killed has lost none, and goes on where
//! it was.

mod format;
pub(crate) mod items;
mod lines;
pub(crate) mod paths;
mod place;
mod results;
mod row;
mod settings;
mod summary;
mod table_rows;
mod tables;

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use iso_evm_verifier::{
    engines::Engines,
    hash::CRYPTO,
    verify::{self, Report, verify_opened},
};
use iso_evm_wire::Opened;
use iso_evm_witness::{Input, record};

pub use self::{
    format::Format,
    paths::size,
    place::Place,
    row::{Row, rows},
    settings::Settings,
    summary::{BatchCounts, BatchSummary},
};
use self::{
    items::{Content, Item, Met},
    results::Results,
};
use crate::{
    BatchError, ItemError, ReadLimit, reproducer,
    room::Room,
    source,
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
    /// Where the rows go: a file, a folder of tables, or `-` for stdout.
    pub results: Option<PathBuf>,
    /// How they are written down; as [`Format::of`] says if `None`.
    pub format: Option<Format>,
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
    /// Which item it is.
    pub place: Place,
    /// What an input gives in vain, or does not give, a line each.
    pub notes: Vec<String>,
    /// What is said of it; an error if it cannot be verified.
    pub report: Result<Report, ItemError>,
    /// What the report is about, for whoever explains it.
    pub witness: Option<Opened<'static>>,
    /// Seconds from when the item was taken up until this was known.
    pub seconds: f64,
}

/// Verifies all that is in `paths` and below. `observe` hears of each item as soon as its rows are
/// written, or wait to become a part of tables, from any thread.
///
/// # Errors
///
/// If one of the paths is not there, or there is nothing in any, if the results cannot be written, or if
/// those to go on with are none or were made by other options. What is wrong further in is in the rows.
pub fn run(
    paths: &[PathBuf],
    options: &BatchOptions,
    observe: &(impl Fn(BatchEvent<'_>) + Sync),
) -> Result<BatchSummary, BatchError> {
    let paths = paths::expanded(paths)?;
    if let Some(results) = &options.results {
        let plain = paths::plain(&paths);
        match options.format.unwrap_or_else(|| Format::of(results)) {
            Format::Lines => source::apart_from(results, &plain, items::ENDINGS)?,
            Format::Tables => source::folder_apart_from(results, &plain)?,
        }
    }
    let settings = Settings::from(options);
    let (results, mut resumed) = Results::open(options, &settings)?;
    let summary = Mutex::new(std::mem::take(&mut resumed.summary));
    let engines = Engines::default();
    let room = Room::new(options.read_limit);
    let feed = |send: &dyn Fn(Item) -> bool| {
        items::each(&paths, &room, |met| match met {
            Met::Read(bytes) => {
                observe(BatchEvent::Read(bytes));
                true
            }
            Met::Item(item) => resumed.contains(&item.place) || send(item),
        });
    };
    let ended = workers::each(options.jobs, feed, |item| {
        // The room is given back when all that was read is dropped.
        let Item { place, content, held: _held } = item;
        let done = verified(place, content, &engines, &options.verify);
        results.write(&done, &settings)?;
        locked(&summary).count(&done);
        observe(BatchEvent::Done(&done));
        Ok::<_, BatchError>(())
    });
    // What was done is not lost, whatever came behind it.
    results.finish()?;
    ended?;
    Ok(summary.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Verifies an item.
fn verified(place: Place, content: Content, engines: &Engines, options: &verify::Options) -> Done {
    let begun = Instant::now();
    let file = || place.to_string();
    let mut notes = Vec::new();
    let verified =
        witness(content, options.strict, &mut notes, file).and_then(|witness| match verify_opened(
            engines.get(witness.rules),
            &witness,
            options,
        ) {
            Ok(report) => Ok((report, witness)),
            Err(error) => Err(reproducer::unverified(Path::new("."), file(), &witness, error)),
        });
    let (report, witness) = match verified {
        Ok((report, witness)) => (Ok(report), Some(witness)),
        Err(error) => (Err(error), None),
    };
    Done { place, notes, report, witness, seconds: begun.elapsed().as_secs_f64() }
}

/// The witness that an item is, or that is recorded of it, with what is to be said of that. `strict`: an
/// input of which anything is to be said is refused.
pub(crate) fn witness(
    content: Content,
    strict: bool,
    notes: &mut Vec<String>,
    file: impl Fn() -> String,
) -> Result<Opened<'static>, ItemError> {
    match content {
        Content::Witness(bytes) => Opened::decode(&bytes.into(), CRYPTO)
            .map_err(|error| ItemError::Container { file: file(), error }),
        Content::Input(json) => {
            let (input, found) = Input::read(&json, None)
                .map_err(|error| ItemError::Input { file: file(), error: Box::new(error) })?;
            if let Some(first) = found.first().filter(|_| strict) {
                let (note, more) = (first.to_string(), found.len() - 1);
                return Err(ItemError::Noted { file: file(), note, more });
            }
            notes.extend(found.iter().map(ToString::to_string));
            let recording = record(&input.execution)
                .map_err(|error| ItemError::Execute { file: file(), error: Box::new(error) })?;
            Ok(recording.witness(&input).into())
        }
        Content::Unreadable(error) => Err(error),
    }
}
