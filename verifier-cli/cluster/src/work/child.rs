//! The process in which items are audited: it reads them from stdin, and writes to stdout that each is done and, when
//! they end, their rows. An item that ends it is the executor's to tell.

use std::{
    io::{self, BufReader, Read, Write},
    sync::Arc,
    time::Instant,
};

use datafusion::arrow::{
    array::{ArrayRef, AsArray, RecordBatch, StructArray},
    datatypes::{Field, Fields},
    error::ArrowError,
    ipc::{reader::StreamReader, writer::StreamWriter},
};
use iso_evm_table::{Audited, ErrorKind, Message, Row as _, Value as _, schema};
use iso_evm_verifier::{
    engines::Engines,
    hash::keccak256,
    verify::{VerifyError, verify_opened},
};
use iso_evm_wire::Opened;

use super::{
    mutants::Mutants,
    process::End,
    wire::{self, Answer, Sent, Task},
};
use crate::options::{AuditOptions, Limits};

/// Answers until no more is sent.
///
/// # Errors
///
/// If a pipe is torn, or what comes through it is nothing that is sent.
pub(crate) fn serve(from: impl Read, mut to: impl Write) -> io::Result<()> {
    let mut from = BufReader::with_capacity(1 << 16, from);
    let engines = Engines::default();
    let mut task = Task::Audit(AuditOptions::default());
    let mut rows = None;
    while let Some(sent) = wire::read_sent(&mut from)? {
        let answer = match sent {
            Sent::Item(other, bytes) => {
                task = other.unwrap_or(task);
                let rows = rows.get_or_insert_with(|| Rows::new(&task));
                rows.add(&task, bytes, &engines);
                Answer::Done
            }
            Sent::End => {
                let rows = rows.take().unwrap_or_else(|| Rows::new(&task)).finish();
                Answer::Rows(encode(&rows).map_err(io::Error::other)?)
            }
        };
        wire::write_answer(&mut to, &answer)?;
    }
    Ok(())
}

/// Rows that come to be, one for each item.
#[derive(Debug)]
pub(super) enum Rows {
    /// Of audits: what is said of each witness, and of its messages.
    Audits(Vec<Audited>, Vec<Vec<Message>>),
    /// Of mutants.
    Mutants(Vec<Mutants>),
}

impl Rows {
    /// No rows of a task yet.
    pub(super) const fn new(task: &Task) -> Self {
        match task {
            Task::Audit(_) => Self::Audits(Vec::new(), Vec::new()),
            Task::Mutate { .. } => Self::Mutants(Vec::new()),
        }
    }

    /// Does a task with an item.
    fn add(&mut self, task: &Task, bytes: Vec<u8>, engines: &Engines) {
        match (self, task) {
            (Self::Audits(audits, messages), Task::Audit(options)) => {
                let (audited, of_it) = audit(bytes, options, engines);
                audits.push(audited);
                messages.push(of_it);
            }
            (Self::Mutants(mutants), Task::Mutate { seed, count }) => {
                mutants.push(Mutants::of(bytes, *seed, *count));
            }
            // Whoever sends items of two kinds ends them in between.
            (rows, _) => {
                rows.unusable(ErrorKind::Unreadable, "it was sent with another task".to_owned())
            }
        }
    }

    /// Says of an item that there is nothing to say.
    pub(super) fn unusable(&mut self, kind: ErrorKind, error: String) {
        match self {
            Self::Audits(audits, messages) => {
                audits.push(Audited::unusable(kind, error, 0.0));
                messages.push(Vec::new());
            }
            Self::Mutants(mutants) => mutants.push(Mutants::unusable(kind, error)),
        }
    }

    /// Says of an item how it ended its process, twice.
    pub(super) fn ended(&mut self, end: &End, limits: Limits) {
        let Limits { memory, seconds, .. } = limits;
        let error = match end {
            End::Died(how) => format!(
                "the process that it was audited in ended twice, the last time by {how}; it may have {memory} bytes \
                 of memory"
            ),
            End::Late => format!("it took longer than {seconds} seconds, twice"),
        };
        self.unusable(ErrorKind::Killed, error);
    }

    /// The rows as one array of structs.
    pub(super) fn finish(self) -> ArrayRef {
        Arc::new(match self {
            Self::Audits(audits, messages) => {
                let length = audits.len();
                let mut arrays = Audited::arrays(&audits.iter().collect::<Vec<_>>());
                arrays.push(Vec::<Message>::array(&messages.iter().collect::<Vec<_>>()));
                StructArray::try_new_with_length(audited_fields(), arrays, None, length)
                    .expect("each array is of its column's type and has a cell for each row")
            }
            Self::Mutants(mutants) => Mutants::structs(&mutants),
        })
    }
}

/// The columns of what the process says of an audit: those of the tables, messages last.
pub(crate) fn audited_fields() -> Fields {
    let messages = Field::new("messages", Vec::<Message>::data_type(), false);
    schema::<Audited>().iter().cloned().chain([Arc::new(messages)]).collect()
}

/// Audits a witness.
fn audit(bytes: Vec<u8>, options: &AuditOptions, engines: &Engines) -> (Audited, Vec<Message>) {
    let begun = Instant::now();
    let seconds = || begun.elapsed().as_secs_f64();
    let witness = match Opened::decode(&bytes.into(), keccak256) {
        Ok(witness) => witness,
        Err(error) => {
            return (
                Audited::unusable(ErrorKind::Container, error.to_string(), seconds()),
                Vec::new(),
            );
        }
    };
    match verify_opened(engines.get(witness.rules), &witness, &options.verify()) {
        Ok(report) => {
            let messages = Message::all(&witness, &report);
            (Audited::of(&witness, &report, seconds()), messages)
        }
        Err(error) => (Audited::unusable(kind(&error), error.to_string(), seconds()), Vec::new()),
    }
}

/// Why a witness could not be verified, in a word.
const fn kind(error: &VerifyError) -> ErrorKind {
    match error {
        VerifyError::Hash { .. } => ErrorKind::Hash,
        VerifyError::Anchor(_) => ErrorKind::Expected,
        VerifyError::EnginesDiffer { .. }
        | VerifyError::SegmentEnginesDiffer { .. }
        | VerifyError::PartsDiffer { .. } => ErrorKind::EnginesDiffer,
        _ => ErrorKind::Engine,
    }
}

/// Rows as bytes for a pipe.
fn encode(rows: &ArrayRef) -> Result<Vec<u8>, ArrowError> {
    let batch = RecordBatch::from(rows.as_struct());
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema())?;
    writer.write(&batch)?;
    writer.into_inner()
}

/// The rows that came through a pipe.
pub(super) fn decode(bytes: &[u8]) -> Result<StructArray, ArrowError> {
    let mut reader = StreamReader::try_new(bytes, None)?;
    let batch = reader.next().transpose()?;
    let none = || ArrowError::IpcError("there are none".to_owned());
    batch.map(StructArray::from).ok_or_else(none)
}

/// The rows of items that are not audited, each the same.
pub(crate) fn unusable(kind: ErrorKind, error: &str, length: usize) -> ArrayRef {
    let mut rows = Rows::Audits(Vec::new(), Vec::new());
    (0..length).for_each(|_| rows.unusable(kind, error.to_owned()));
    rows.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_witness_is_a_row_among_the_others_and_comes_through_the_pipe() {
        let witness = include_bytes!("../../../../tests/fixtures/plain-transfer.witness.bin");
        let task = Task::Audit(AuditOptions::default());
        let mut pipe = Vec::new();
        wire::write_item(&mut pipe, Some(&task), witness).unwrap();
        wire::write_item(&mut pipe, None, b"none").unwrap();
        wire::write_end(&mut pipe).unwrap();
        let mut answered = Vec::new();
        serve(&pipe[..], &mut answered).unwrap();
        let mut from = &answered[..];
        for _ in 0..2 {
            assert_eq!(wire::read_answer(&mut from).unwrap(), Some(Answer::Done));
        }
        let Some(Answer::Rows(rows)) = wire::read_answer(&mut from).unwrap() else {
            panic!("no rows")
        };
        let rows = decode(&rows).unwrap();
        assert_eq!(rows.fields(), &audited_fields());
        let read: Vec<Audited> = iso_evm_table::read(&rows).unwrap();
        assert_eq!(read[0].outcome.verdict.as_deref(), Some("valid"));
        assert_eq!(read[1].outcome.error_kind.as_deref(), Some("container"));
    }
}
