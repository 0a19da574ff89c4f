//! The table of records as people and other tools read it: tables of fields for
//! `specs/03-records.md`, and the JSON schema of a record in `specs/schemas/witness.schema.json`.

mod page;
mod schema;

pub use page::fields_table;
pub use schema::{Schema, record_schema};
