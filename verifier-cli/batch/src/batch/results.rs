//! The file of results: rows are appended, those of one item in one go; a run that was killed left
//! at most its last item torn, which is cut off before the next goes on.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use iso_evm_verifier::verify::{self, NamedVerdict};
use serde::Deserialize;

use super::{
    items::{self, Key},
    row::Row,
    summary::BatchSummary,
};
use crate::{
    FileError,
    files::{self, STANDARD},
};

/// Where rows go.
#[derive(Debug)]
pub(super) enum Results {
    Nowhere,
    Stdout,
    File(Mutex<File>, String),
}

/// What an earlier run has done.
#[derive(Debug, Default)]
pub(super) struct Resumed {
    pub(super) keys: HashSet<Key>,
    pub(super) summary: BatchSummary,
}

/// What is looked at of a row that was written before.
#[derive(Debug, Deserialize)]
struct Written {
    source: String,
    container: usize,
    of: usize,
    error: Option<String>,
    verdict: Option<NamedVerdict>,
    witness: Option<WrittenWhole>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenWhole {
    verdict: NamedVerdict,
    strict: bool,
    not_run: Vec<WrittenNotRun>,
}

#[derive(Debug, Deserialize)]
struct WrittenNotRun {
    check: Option<String>,
}

impl Results {
    /// Opens the results: anew, or to go on behind what is there.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written, or holds something else, verdicts about something else
    /// among it.
    pub(super) fn open(
        path: Option<&Path>,
        resume: bool,
        options: &verify::Options,
    ) -> Result<(Self, Resumed), FileError> {
        let mut resumed = Resumed::default();
        (resumed.summary.selected, resumed.summary.strict) = (options.audits, options.strict);
        let Some(path) = path else { return Ok((Self::Nowhere, resumed)) };
        if path.as_os_str() == STANDARD {
            return Ok((Self::Stdout, resumed));
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
            let whole = resumed.read(&file, &name)?;
            file.set_len(whole).map_err(failed)?;
            file.seek(SeekFrom::Start(whole)).map_err(failed)?;
        }
        Ok((Self::File(Mutex::new(file), name), resumed))
    }

    /// Writes the rows of one item, all at once.
    pub(super) fn write(&self, rows: &[Row]) -> Result<(), FileError> {
        if matches!(self, Self::Nowhere) {
            return Ok(());
        }
        let mut lines = Vec::new();
        for row in rows {
            serde_json::to_writer(&mut lines, row).expect("only numbers and strings");
            lines.push(b'\n');
        }
        match self {
            Self::Nowhere => Ok(()),
            Self::Stdout => files::print(&lines),
            Self::File(file, name) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                let written = file.write_all(&lines);
                written.map_err(|error| FileError::Write { file: name.clone(), error })
            }
        }
    }
}

impl Resumed {
    /// Reads the rows of all items that are whole, and gives the length of these rows.
    fn read(&mut self, file: &File, name: &str) -> Result<u64, FileError> {
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
            let refuse = |why: String| {
                let error = io::Error::new(io::ErrorKind::InvalidData, why);
                FileError::Read { file: name.to_owned(), error }
            };
            let row: Written = serde_json::from_slice(&line)
                .map_err(|error| refuse(format!("line {number} is no row of results: {error}")))?;
            if row.witness.as_ref().is_some_and(|whole| !self.goes_on(whole)) {
                return Err(refuse(format!(
                    "line {number} is a verdict by other audits, or not as strict: begin anew"
                )));
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

    /// Whether a verdict of before is about the same as those to come.
    fn goes_on(&self, whole: &WrittenWhole) -> bool {
        let BatchSummary { selected, strict, .. } = self.summary;
        (whole.verdict.selected, whole.strict) == (selected, strict)
    }

    /// Counts an item whose rows are all there.
    fn done(&mut self, rows: &[Written]) {
        let Some(first) = rows.first() else { return };
        self.keys.insert(items::key(&first.source, first.container));
        let whole = first.witness.as_ref().filter(|_| first.error.is_none());
        let unchecked = whole.into_iter().flat_map(|whole| &whole.not_run);
        let unchecked: Vec<_> = unchecked.filter_map(|not_run| not_run.check.clone()).collect();
        let messages = rows.iter().filter(|row| row.of > 0).filter_map(|row| row.verdict);
        let messages = messages.map(|named| named.verdict);
        self.summary.resume(whole.map(|whole| whole.verdict.verdict), messages, &unchecked);
    }
}
