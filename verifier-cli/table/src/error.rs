//! Why a table is not read or written. One line each, which says what is wrong and where.

use std::io;

use parquet::errors::ParquetError;

/// Why a table is not read or written. Whose it is, whoever names files tells.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A column that must be there is not.
    #[error("it has no column {name}, which holds {expected}")]
    NoColumn {
        /// Name of the column.
        name: String,
        /// What the column must hold.
        expected: String,
    },
    /// A column that holds something else.
    #[error("column {name} holds {found}, and {expected} is expected")]
    Type {
        /// Name of the column.
        name: String,
        /// What the column holds.
        found: String,
        /// What the column must hold.
        expected: String,
    },
    /// Two columns of one name.
    #[error("it has two columns {name}")]
    TwoColumns {
        /// Name of the columns.
        name: String,
    },
    /// A cell without a value, in a column that must have one.
    #[error("column {name} has no value in row {row}, and must have one")]
    Null {
        /// Name of the column.
        name: String,
        /// The row, from 0.
        row: usize,
    },
    /// A table of another kind.
    #[error("it is a table of {found}, and one of {expected} is expected")]
    Kind {
        /// What the table is of.
        found: String,
        /// What it must be of.
        expected: &'static str,
    },
    /// A table of another version.
    #[error("it is a table of version {found}, and version {expected} is read")]
    Version {
        /// The version that the file says.
        found: String,
        /// The version that is read.
        expected: u32,
    },
    /// A file that is no table.
    #[error("it is no Parquet file: {what}")]
    NoTable {
        /// What is wrong with the file.
        what: &'static str,
    },
    /// A part of a file that is larger than what may be held.
    #[error("{what} is {found} bytes long, and at most {limit} are read")]
    Oversized {
        /// The part.
        what: String,
        /// Its length in bytes.
        found: u64,
        /// The most that is read.
        limit: u64,
    },
    /// Something of Parquet's that is not read here.
    #[error("column {name}: {what} {found} is not read")]
    Unread {
        /// Name of the column.
        name: String,
        /// What it is of Parquet's.
        what: &'static str,
        /// By what name.
        found: String,
    },
    /// A file that contradicts itself.
    #[error("column {name}: {what}")]
    Damaged {
        /// Name of the column.
        name: String,
        /// What is wrong with it.
        what: String,
    },
    /// What the Parquet library says.
    #[error("it cannot be taken apart: {0}")]
    Parquet(#[from] ParquetError),
    /// What the system says.
    #[error(transparent)]
    Io(#[from] io::Error),
}
