//! The file of results: rows are appended, those of one item in one go; a run that was killed left
//! at most its last item torn, which is cut off before the next goes on.

use std::{
    collections::HashSet,
    fs::File,
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    sync::{Mutex, PoisonError},
};

use iso_evm_verifier::{audit::anchors::RootSource, verify::NamedVerdict};
use serde::Deserialize;

use super::{
    BatchOptions, Done, Format,
    place::{Key, Place, key, key_of_id},
    row::rows,
    settings::Settings,
    summary::BatchSummary,
    tables::Tables,
};
use crate::{
    BatchError, FileError,
    files::{self, STANDARD},
    workers::locked,
};

/// Where rows go.
#[derive(Debug)]
pub(super) enum Results {
    Nowhere,
    Stdout,
    File(Mutex<File>, String),
    Tables(Mutex<Tables>),
}

/// What an earlier run has done.
#[derive(Debug, Default)]
pub(super) struct Resumed {
    pub(super) keys: HashSet<Key>,
    /// Whether items are known by their ids alone.
    pub(super) by_id: bool,
    pub(super) summary: BatchSummary,
}

/// What is looked at of a row that was written before.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a row of results")]
struct Written {
    source: String,
    container: usize,
    #[serde(default)]
    id: Option<String>,
    of: usize,
    error: Option<String>,
    verdict: Option<NamedVerdict>,
    witness: Option<WrittenWhole>,
    options: Settings,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "what is said of the witness")]
struct WrittenWhole {
    verdict: NamedVerdict,
    not_run: Vec<WrittenNotRun>,
    anchors: WrittenAnchors,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "what the witness is about")]
struct WrittenAnchors {
    source: RootSource,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a check that was not made")]
struct WrittenNotRun {
    check: Option<String>,
}

impl Results {
    /// Opens the results: anew, or to go on behind what is there.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written, or holds something else, rows that were made by other
    /// settings among it.
    pub(super) fn open(
        options: &BatchOptions,
        settings: &Settings,
    ) -> Result<(Self, Resumed), BatchError> {
        let BatchOptions { verify, resume, .. } = options;
        let resume = *resume;
        let mut resumed = Resumed::default();
        (resumed.summary.selected, resumed.summary.strict) = (verify.audits, verify.strict);
        let Some(path) = options.results.as_deref() else { return Ok((Self::Nowhere, resumed)) };
        if path.as_os_str() == STANDARD {
            return Ok((Self::Stdout, resumed));
        }
        if options.format.unwrap_or_else(|| Format::of(path)) == Format::Tables {
            let tables = Tables::open(path, resume, settings, &mut resumed)?;
            return Ok((Self::Tables(Mutex::new(tables)), resumed));
        }
        let name = files::name(path);
        let failed = |error| FileError::Write { file: name.clone(), error };
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(!resume)
            .open(path)
            .map_err(failed)?;
        if resume {
            let whole = resumed.read(&file, &name, settings)?;
            file.set_len(whole).map_err(failed)?;
            file.seek(SeekFrom::Start(whole)).map_err(failed)?;
        }
        Ok((Self::File(Mutex::new(file), name), resumed))
    }

    /// Writes the rows of one item, all at once; those of tables with others.
    pub(super) fn write(&self, done: &Done, settings: &Settings) -> Result<(), BatchError> {
        match self {
            Self::Nowhere => {}
            Self::Stdout => files::print(&lines(done, settings))?,
            Self::File(file, name) => {
                let lines = lines(done, settings);
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                let written = file.write_all(&lines);
                written.map_err(|error| FileError::Write { file: name.clone(), error })?;
            }
            Self::Tables(tables) => locked(tables).add(done)?,
        }
        Ok(())
    }

    /// Writes what waits.
    pub(super) fn finish(&self) -> Result<(), BatchError> {
        match self {
            Self::Tables(tables) => locked(tables).finish(),
            Self::Nowhere | Self::Stdout | Self::File(..) => Ok(()),
        }
    }
}

/// The rows of an item, a line each.
fn lines(done: &Done, settings: &Settings) -> Vec<u8> {
    let mut lines = Vec::new();
    for row in rows(done, settings) {
        serde_json::to_writer(&mut lines, &row).expect("only numbers and strings");
        lines.push(b'\n');
    }
    lines
}

impl Resumed {
    /// Whether an earlier run has done an item.
    pub(super) fn contains(&self, place: &Place) -> bool {
        let key = if self.by_id { key_of_id(&place.id()) } else { place.key() };
        self.keys.contains(&key)
    }

    /// Reads the rows of all items that are whole, and gives the length of these rows.
    fn read(&mut self, file: &File, name: &str, settings: &Settings) -> Result<u64, BatchError> {
        let mut reader = BufReader::new(file);
        let (mut position, mut whole, mut number) = (0, 0, 0);
        let mut group: Vec<Written> = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line);
            let length =
                length.map_err(|error| FileError::Read { file: name.to_owned(), error })?;
            // The last line may be torn.
            if length == 0 || line.last() != Some(&b'\n') {
                return Ok(whole);
            }
            position += length as u64;
            number += 1;
            let file = || name.to_owned();
            let row: Written = serde_json::from_slice(&line)
                .map_err(|error| BatchError::NoRow { file: file(), line: number, error })?;
            if let Some((option, before, now)) = settings.first_other(&row.options) {
                let (file, line) = (file(), number);
                return Err(BatchError::OtherOptions { file, line, option, before, now });
            }
            // An item that another follows was torn in a run before the last.
            let follows = group
                .first()
                .is_none_or(|first| first.source == row.source && first.container == row.container);
            if !follows {
                group.clear();
            }
            group.push(row);
            if group.len() >= group[0].of.max(1) {
                self.done(&group);
                group.clear();
                whole = position;
            }
        }
    }

    /// Counts an item whose rows are all there.
    fn done(&mut self, rows: &[Written]) {
        let Some(first) = rows.first() else { return };
        let of_place = || key(&first.source, first.container);
        self.keys.insert(first.id.as_deref().map_or_else(of_place, key_of_id));
        let whole = first.witness.as_ref().filter(|_| first.error.is_none());
        let unchecked = whole.into_iter().flat_map(|whole| &whole.not_run);
        let unchecked: Vec<_> = unchecked.filter_map(|not_run| not_run.check.clone()).collect();
        let messages = rows.iter().filter(|row| row.of > 0).filter_map(|row| row.verdict);
        let messages = messages.map(|named| named.verdict);
        let roots = whole.map(|whole| whole.anchors.source);
        let verdict = whole.map(|whole| whole.verdict.verdict);
        self.summary.resume(verdict, messages, &unchecked, roots);
    }
}
