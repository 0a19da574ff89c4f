//! Why a command could not do its work. One line each, which says what is wrong and where.

use std::{fmt, io, net::IpAddr};

use datafusion::{common::DataFusionError, parquet::errors::ParquetError};
use iso_evm_table::TableError;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClusterError {
    /// A place that is none.
    #[error("{place}: a folder or a URL that begins with s3:// is expected: {what}")]
    Place {
        /// The place.
        place: String,
        /// What is wrong with the place.
        what: String,
    },
    /// A store that does not answer, or not so.
    #[error("{place}: {error}")]
    Store {
        /// The place.
        place: String,
        /// What the store says.
        error: object_store::Error,
    },
    /// Nothing to audit.
    #[error(
        "{place}: there is no table of witnesses in it: files are taken whose names end in .parquet"
    )]
    Nothing {
        /// The place.
        place: String,
    },
    /// A table that is none.
    #[error("{file}: {error}")]
    Table {
        /// Name of the file.
        file: String,
        /// What is wrong with the table.
        error: TableError,
    },
    /// A file that cannot be read or written as Parquet.
    #[error("{file}: {error}")]
    Parquet {
        /// Name of the file.
        file: String,
        /// What is wrong with the file.
        error: ParquetError,
    },
    /// Results to go on with that were made in another way.
    #[error("{file}: it was written with {option} {before}, and now it is {now}")]
    OtherOptions {
        /// Name of the file.
        file: String,
        /// What was another.
        option: String,
        /// What it was.
        before: String,
        /// What it is now.
        now: String,
    },
    /// Results that another run writes.
    #[error("{place}: another run writes its results there")]
    Busy {
        /// The place.
        place: String,
    },
    /// What is written would be read.
    #[error("{place}: its files are read, and results would be written among them")]
    IsRead {
        /// The place.
        place: String,
    },
    /// A query that does not run.
    #[error("{}", Plain(.0))]
    Query(#[from] DataFusionError),
    /// A run that came to an end before all was done.
    #[error("stopped, {done} of {all} done, which are kept: {why}; the same command goes on")]
    Stopped {
        /// How many are done.
        done: u64,
        /// How many there are.
        all: u64,
        /// What happened.
        why: String,
    },
    /// An address that others can reach.
    #[error(
        "{address}: not an address of this machine alone, and whoever reaches a scheduler or an executor has it read \
         any table and run any query: there is neither encryption nor a password. Use 127.0.0.1, or a private network \
         that nobody else is in, and say so (--insecure-network)"
    )]
    Reachable {
        /// The address.
        address: String,
    },
    /// The URL of a scheduler that is none.
    #[error("{url}: the URL of a scheduler is expected, as http://127.0.0.1:50050")]
    Scheduler {
        /// The URL.
        url: String,
    },
    /// A service that does not run.
    #[error("{what}: {error}")]
    Service {
        /// Which service.
        what: &'static str,
        /// What Ballista says.
        error: String,
    },
    /// What the system says.
    #[error("{what}: {error}")]
    Io {
        /// What was to be done.
        what: String,
        /// Error of the operating system.
        error: io::Error,
    },
    /// Options that go together badly.
    #[error("{option} has no meaning for {command}")]
    Meaningless {
        /// The option.
        option: &'static str,
        /// What has no use for the option.
        command: &'static str,
    },
}

impl ClusterError {
    /// What the system said of something that was to be done.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }

    /// What a store said of a place.
    pub(crate) fn store(place: impl fmt::Display) -> impl FnOnce(object_store::Error) -> Self {
        let place = place.to_string();
        move |error| Self::Store { place, error }
    }

    /// What Parquet's reader said of a file: a store that fails, or the file's own fault.
    pub(crate) fn parquet(file: &str, error: ParquetError) -> Self {
        match error {
            ParquetError::External(cause) => match cause.downcast::<object_store::Error>() {
                Ok(error) => Self::Store { place: file.to_owned(), error: *error },
                Err(cause) => {
                    Self::Parquet { file: file.to_owned(), error: ParquetError::External(cause) }
                }
            },
            error => Self::Parquet { file: file.to_owned(), error },
        }
    }

    /// An address that only this machine has, or one of which it is said that others may have it.
    pub(crate) fn reachable(address: IpAddr, allowed: bool) -> Result<(), Self> {
        if address.is_loopback() || allowed {
            return Ok(());
        }
        Err(Self::Reachable { address: address.to_string() })
    }
}

/// What DataFusion says, without the wrapping.
pub(crate) struct Plain<'a>(pub(crate) &'a DataFusionError);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.find_root() {
            DataFusionError::External(error) => error.fmt(f),
            root => f.write_str(&root.message()),
        }
    }
}
