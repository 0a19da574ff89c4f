//! Why a file cannot be read or written, why an item is no witness that can be verified, and why a run
//! comes to no end. One line each, which says what is wrong and where.

use std::io;

use iso_evm_table::{ErrorKind, FolderError, TableError};
use iso_evm_verifier::VerifyError;
use iso_evm_wire::container::ContainerError;
use iso_evm_witness::{execute::ExecuteError, input::InputError};

/// Why a file is not read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// A file that cannot be read.
    #[error("{file}: cannot be read: {error}")]
    Read {
        /// Name of the file.
        file: String,
        /// Error of the operating system.
        error: io::Error,
    },
    /// A folder, where a file is read.
    #[error("{file}: this is a folder, and a file is expected")]
    Folder {
        /// Name of the folder.
        file: String,
    },
    /// A file that cannot be written.
    #[error("{file}: cannot be written: {error}")]
    Write {
        /// Name of the file.
        file: String,
        /// Error of the operating system.
        error: io::Error,
    },
    /// A file that would be read and written.
    #[error("{file}: this file is read and cannot be written")]
    IsRead {
        /// Name of the file, as it would be written.
        file: String,
    },
    /// A file above [`MAX_SIZE`](crate::files::MAX_SIZE).
    #[error("{file}: larger than {limit} bytes")]
    Oversized {
        /// Name of the file.
        file: String,
        /// Largest size that is allowed, in bytes.
        limit: u64,
    },
    /// A file with nothing in it.
    #[error("{file}: empty")]
    Empty {
        /// Name of the file.
        file: String,
    },
    /// A folder or archive of which no file is taken.
    #[error(
        "{file}: there is nothing in it to verify: files are taken whose names end in .bin, .json \
         or .parquet, and of a folder archives"
    )]
    Nothing {
        /// Name of the folder or archive.
        file: String,
    },
    /// A pattern that is none.
    #[error("{file}: not a pattern: {what}")]
    Pattern {
        /// The pattern.
        file: String,
        /// What is wrong with the pattern.
        what: &'static str,
    },
    /// A pattern that matches nothing.
    #[error("{file}: no file has a name that this pattern matches")]
    NoMatch {
        /// The pattern.
        file: String,
    },
}

/// Why there is no report of a file or of a part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// The item cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A table that cannot be read, or not from a row on.
    #[error("{file}: {error}")]
    Table {
        /// Name of the table, or of the row.
        file: String,
        /// What is wrong with it.
        error: TableError,
    },
    /// A row that nothing names.
    #[error("{file}: the row has no id")]
    NoId {
        /// Name of the row.
        file: String,
    },
    /// A row that is named as another.
    #[error("{file}: an earlier row has the same id: {id}")]
    SameId {
        /// Name of the row.
        file: String,
        /// The id.
        id: String,
    },
    /// A row without a witness.
    #[error("{file}: the row has no witness")]
    NoWitness {
        /// Name of the row.
        file: String,
    },
    /// Not an `INPUT.json`.
    #[error("{file}: {error}")]
    Input {
        /// Name of the file.
        file: String,
        /// What is wrong with the input.
        error: Box<InputError>,
    },
    /// An input of which something is to be said, where that is not wanted.
    #[error("{file}: refused, where nothing may be left unsaid: {note}{}", others(*.more))]
    Noted {
        /// Name of the file.
        file: String,
        /// What is to be said first.
        note: String,
        /// How many other notes there are.
        more: usize,
    },
    /// A transaction that does not run.
    #[error("{file}: {error}")]
    Execute {
        /// Name of the file.
        file: String,
        /// Why the input cannot be executed.
        error: Box<ExecuteError>,
    },
    /// Not a `witness.bin`.
    #[error("{file}: {error}")]
    Container {
        /// Name of the file.
        file: String,
        /// What is wrong with the container.
        error: ContainerError,
    },
    /// A witness that cannot be verified.
    #[error("{file}: {error}")]
    Verify {
        /// Name of the file.
        file: String,
        /// Why the witness cannot be verified.
        error: Box<VerifyError>,
    },
    /// The two engines do not say the same of a message.
    #[error("{file}: {error}; saved as {reproducer}")]
    EnginesDiffer {
        /// Name of the file.
        file: String,
        /// Which message, and what they say.
        error: Box<VerifyError>,
        /// Where the witness is, for a second look.
        reproducer: String,
    },
}

impl ItemError {
    /// Why there is no report, in a word.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::File(FileError::Oversized { .. })
            | Self::Table { error: TableError::Oversized { .. }, .. } => ErrorKind::TooLarge,
            Self::File(FileError::Read { error, .. })
                if error.kind() == io::ErrorKind::FileTooLarge =>
            {
                ErrorKind::TooLarge
            }
            Self::File(_) | Self::Table { .. } => ErrorKind::Unreadable,
            Self::NoId { .. } | Self::SameId { .. } => ErrorKind::Id,
            Self::NoWitness { .. } | Self::Container { .. } => ErrorKind::Container,
            Self::Input { .. } | Self::Noted { .. } => ErrorKind::Input,
            Self::Execute { .. } => ErrorKind::Execution,
            Self::EnginesDiffer { .. } => ErrorKind::EnginesDiffer,
            Self::Verify { error, .. } => match **error {
                VerifyError::Hash { .. } => ErrorKind::Hash,
                VerifyError::Anchor(_) => ErrorKind::Expected,
                VerifyError::EnginesDiffer { .. }
                | VerifyError::SegmentEnginesDiffer { .. }
                | VerifyError::PartsDiffer { .. }
                | VerifyError::NodeDiffers(_) => ErrorKind::EnginesDiffer,
                _ => ErrorKind::Engine,
            },
        }
    }
}

/// Why a run over many files comes to no end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// A path that is not there, or results that cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Results to go on with that are none.
    #[error("{file}: line {line} is no row of results: {error}")]
    NoRow {
        /// Name of the file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with the JSON.
        error: serde_json::Error,
    },
    /// Results to go on with that were made in another way.
    #[error("{file}: line {line} was written with {option} {before}, and now it is {now}")]
    OtherOptions {
        /// Name of the file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What was another, by its name in the row.
        option: String,
        /// What it was, as in the row.
        before: String,
        /// What it is now, in the same form.
        now: String,
    },
    /// Tables to go on with that were made in another way.
    #[error("{file}: it was written with {option} {before}, and now it is {now}")]
    OtherTableOptions {
        /// Name of the file.
        file: String,
        /// What was another, by its name in the options.
        option: String,
        /// What it was.
        before: String,
        /// What it is now, in the same form.
        now: String,
    },
    /// Tables to go on with that do not say by what they were made.
    #[error("{file}: it does not say by what options it was written")]
    NoOptions {
        /// Name of the file.
        file: String,
    },
    /// A folder of tables that cannot be written, or not gone on with.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A table that cannot be written.
    #[error("{file}: cannot be written: {error}")]
    Table {
        /// Name of the table.
        file: String,
        /// What is wrong.
        error: TableError,
    },
    /// Threads that the system does not give.
    #[error("no threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// How many more there are, behind the first.
fn others(more: usize) -> String {
    if more == 0 { String::new() } else { format!(" (and {more} more)") }
}
