//! EVM witnesses and what audits say of them, as tables: Arrow arrays, and Parquet files.
//! Normative text: `specs/24-tables.md`.
//!
//! | what | where |
//! |---|---|
//! | a row of each table, as Rust values | [`WitnessRow`], [`TransactionRow`], [`MessageRow`], [`FindingRow`] |
//! | what is said of a witness, wherever it stands | [`Outcome`], [`Audited`], [`ErrorKind`] |
//! | rows to Arrow's arrays, and back | [`Row`], [`schema()`], [`batch()`], [`structs()`], [`read()`] |
//! | the name and version that a file says | [`Table`], [`VERSION`] |
//!
//! # Where it stands
//!
//! Between the report, whose facts the rows hold, and whoever keeps or queries them. It reads no other file
//! than tables, starts no thread, and audits nothing.

mod error;
mod row;
mod rows;
mod table;
mod value;

pub use error::TableError;
pub use row::{Column, Find, Row, batch, read, schema, structs};
pub use rows::{
    error_kind::ErrorKind,
    finding::{Finding, FindingRow},
    message::{Message, MessageRow},
    outcome::{Audited, NotRunRow, Outcome},
    transaction::TransactionRow,
    witness::WitnessRow,
};
pub use table::{Table, VERSION};
pub use value::{Bytes, Value};
