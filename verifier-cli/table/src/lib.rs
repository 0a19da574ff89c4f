//! EVM witnesses and what audits say of them, as tables: Arrow arrays, and Parquet files.
//! Normative text: `specs/24-tables.md`.
//!
//! | what | where |
//! |---|---|
//! | a row of each table, as Rust values | [`WitnessRow`], [`TransactionRow`], [`MessageRow`], [`FindingRow`] |
//! | what is said of a witness, wherever it stands | [`Outcome`], [`Audited`], [`ErrorKind`] |
//! | rows to Arrow's arrays, and back | [`Row`], [`schema()`], [`batch()`], [`structs()`], [`read()`] |
//! | the name and version that a file says | [`Table`], [`VERSION`] |
//! | a table of witnesses that anybody wrote, in bounded memory | [`Witnesses`] |
//! | a file that comes into its place whole | [`TableWriter`] |
//! | a folder of results: parts that are whole, and how it goes on | [`Folder`], [`Part`] |
//!
//! # Where it stands
//!
//! Between the report, whose facts the rows hold, and whoever keeps or queries them. It reads no other file
//! than tables, starts no thread, and audits nothing.

mod error;
mod folder;
mod read;
mod row;
mod rows;
mod table;
mod value;
mod write;

pub use error::TableError;
pub use folder::{Folder, FolderError, Part};
pub use read::{
    MAGIC,
    results::Results,
    witnesses::{WitnessCell, Witnesses},
};
pub use row::{Column, Find, Row, batch, read, schema, structs};
pub use rows::{
    done::DoneRow,
    error_kind::ErrorKind,
    finding::{Finding, FindingRow},
    message::{Message, MessageRow},
    outcome::{Audited, NotRunRow, Outcome},
    transaction::TransactionRow,
    witness::WitnessRow,
};
pub use table::{Table, VERSION};
pub use value::{Bytes, Value};
pub use write::{GROUP_BYTES, TableWriter};
