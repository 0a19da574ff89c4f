//! Why nothing was kept. One line, which says what is wrong with the database or the witnesses' folder.

use std::{error::Error as _, io};

/// Why the store did not keep or give what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite does not do it.
    #[error("the database: {}", in_words_of_sqlite(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL does not do it.
    #[error("the database: {}", in_words(.0))]
    Postgres(#[from] postgres::Error),
    /// Another watcher has the database.
    #[error("the database is in use by another watcher")]
    InUse,
    /// The file that keeps other watchers away cannot be had.
    #[error("{file}: {error}")]
    Lock {
        /// Name of the file.
        file: String,
        /// Error of the operating system.
        error: io::Error,
    },
    /// A newer version has made the tables.
    #[error("the database has tables of version {found}, and this program knows {known}")]
    Newer {
        /// Version of the tables.
        found: u64,
        /// The version that is known.
        known: u64,
    },
    /// What is kept is of another chain.
    #[error("the database is about {expected}, and the node is one of {found}")]
    OtherChain {
        /// The chain that the database is about.
        expected: String,
        /// The node's chain.
        found: String,
    },
    /// What is kept is about commitments to another contract.
    #[error("the database is about commitments to {expected}, not to {found}")]
    OtherContract {
        /// The contract that the database is about.
        expected: String,
        /// The one that is asked for.
        found: String,
    },
    /// A column holds what is never written there.
    #[error("the database: expected {expected}, found {found}: somebody else has written into it")]
    Cell {
        /// What is written there.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// A file is not written.
    #[error("{file}: {error}")]
    File {
        /// Name of the file.
        file: String,
        /// Error of the operating system.
        error: io::Error,
    },
    /// A witness is not written or removed.
    #[error("{file}: {error}")]
    Witness {
        /// Name of the file or folder.
        file: String,
        /// Error of the operating system.
        error: io::Error,
    },
}

/// The words of PostgreSQL's server, which the error itself leaves out.
fn in_words(error: &postgres::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// The words of SQLite without the statement, which is ours.
fn in_words_of_sqlite(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, None) => code.to_string(),
        rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
        error => error.to_string(),
    }
}
