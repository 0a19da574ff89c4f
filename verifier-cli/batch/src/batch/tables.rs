//! [`Tables`]: results as tables. Rows are gathered, and come into their places by parts, each of which is whole.
//! `specs/24-tables.md`, section Results.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use iso_evm_table::{
    DoneRow, Finding, Folder, FolderError, Message, Outcome, Part, Results, TransactionRow,
};
use iso_evm_verifier::{
    audit::anchors::RootSource,
    verify::{NamedVerdict, Verdict},
};

use super::{Done, place::key_of_id, results::Resumed, settings::Settings};
use crate::BatchError;

/// Rows of a part, unless a single item has more.
const ROWS: usize = 1 << 13;

/// How long rows wait for others at first; twice as long each time.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// How long rows wait for others at most.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Where rows go that become tables.
#[derive(Debug)]
pub(super) struct Tables {
    folder: Folder,
    part: Part,
    /// When the part began, and how long it may go on.
    since: Instant,
    wait: Duration,
}

impl Tables {
    /// Opens a folder: anew, or to go on with what is there.
    ///
    /// # Errors
    ///
    /// If it cannot be written to, if there are results in it with which it does not go on, or if these were made by
    /// other settings.
    pub(super) fn open(
        path: &Path,
        resume: bool,
        settings: &Settings,
        resumed: &mut Resumed,
    ) -> Result<Self, BatchError> {
        let options = serde_json::to_string(settings).expect("only numbers and strings");
        let folder = match resume {
            false => Folder::begin(path, options)?,
            true => Folder::resume(path, options, |file, rows: Results<DoneRow>| {
                same_settings(file, rows.options(), settings)?;
                for rows in rows {
                    let of_file = |error| FolderError::Table { file: file.to_owned(), error };
                    rows.map_err(of_file)?.into_iter().for_each(|row| resumed.row(row));
                }
                Ok::<_, BatchError>(())
            })?,
        };
        let (part, since) = (Part::default(), Instant::now());
        Ok(Self { folder, part, since, wait: FIRST_WAIT })
    }

    /// Adds the rows of an item. They are written with others.
    pub(super) fn add(&mut self, done: &Done) -> Result<(), BatchError> {
        if self.part.rows() == 0 {
            self.since = Instant::now();
        }
        let id = done.place.id();
        let outcome = match (&done.report, &done.witness) {
            (Ok(report), Some(witness)) => {
                let findings = Finding::all(witness, report);
                self.part.findings.extend(Finding::rows(&id, findings));
                self.part.messages.extend(Message::rows(&id, witness, report));
                Outcome::of(witness, report, done.seconds)
            }
            (Err(error), _) => Outcome::unusable(error.kind(), error.to_string(), done.seconds),
            // Of what there is a report there is a witness.
            (Ok(_), None) => return Ok(()),
        };
        let outcome = Outcome { notes: done.notes.clone(), ..outcome };
        let source = done.place.source.to_string();
        self.part.transactions.push(TransactionRow { id, source, outcome });
        if self.part.rows() >= ROWS || self.since.elapsed() >= self.wait {
            self.finish()?;
            self.wait = LONGEST_WAIT.min(self.wait * 2);
        }
        Ok(())
    }

    /// Writes the rows that wait.
    pub(super) fn finish(&mut self) -> Result<(), BatchError> {
        let part = std::mem::take(&mut self.part);
        if part.rows() > 0 {
            self.folder.write(part)?;
        }
        Ok(())
    }
}

/// Checks that a file was made by these settings.
fn same_settings(file: &str, said: Option<&str>, settings: &Settings) -> Result<(), BatchError> {
    let before = said.and_then(|said| serde_json::from_str::<Settings>(said).ok());
    let Some(before) = before else {
        return Err(BatchError::NoOptions { file: file.to_owned() });
    };
    match settings.first_other(&before) {
        Some((option, before, now)) => {
            Err(BatchError::OtherTableOptions { file: file.to_owned(), option, before, now })
        }
        None => Ok(()),
    }
}

impl Resumed {
    /// Counts an item whose row is there.
    fn row(&mut self, row: DoneRow) {
        self.by_id = true;
        self.keys.insert(key_of_id(&row.id));
        let named = row.verdict.as_deref().and_then(|name| name.parse::<NamedVerdict>().ok());
        let count = |count: Option<u64>| count.unwrap_or_default();
        let (invalid, open) = (count(row.invalid_messages), count(row.inconclusive_messages));
        let valid = count(row.message_count).saturating_sub(invalid).saturating_sub(open);
        let counts =
            [(Verdict::Valid, valid), (Verdict::Invalid, invalid), (Verdict::Inconclusive, open)];
        let messages =
            counts.into_iter().flat_map(|(verdict, count)| (0..count).map(move |_| verdict));
        let unchecked: Vec<_> = row.not_run.into_iter().filter_map(|one| one.check).collect();
        let roots = row
            .roots
            .and_then(|name| RootSource::ALL.into_iter().find(|source| source.name() == name));
        let verdict = named.map(|named| named.verdict);
        self.summary.resume(verdict, messages, &unchecked, roots);
    }
}
