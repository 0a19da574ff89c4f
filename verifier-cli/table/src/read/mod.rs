//! Reads tables that anybody can have written: nothing that a file says of its own lengths is believed before it has
//! been looked at. `specs/24-tables.md`, section Reading.
//!
//! | what | where |
//! |---|---|
//! | the file's end, and what it says of the rest | [`footer`] |
//! | the pages of a column, each as large as may be held | [`pages`] |
//! | the rows of a table of witnesses | [`witnesses`] |
//! | the rows of results, of one's own | [`results`] |

mod compact;
mod footer;
mod header;
mod pages;
pub(crate) mod results;
pub(crate) mod witnesses;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::TableError;

pub use footer::MAGIC;

/// Does something by the library that reads Parquet. Where that gives up altogether at a file that is damaged, it is
/// an error like any other.
fn guarded<T>(what: impl FnOnce() -> Result<T, TableError>) -> Result<T, TableError> {
    let gave_up = TableError::NoTable { what: "what it says contradicts itself" };
    catch_unwind(AssertUnwindSafe(what)).unwrap_or(Err(gave_up))
}
