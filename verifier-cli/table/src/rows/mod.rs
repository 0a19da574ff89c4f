//! The tables, each in a file of its own. What of it stands wherever the table's key does not is a row of its
//! own there, so that a function of SQL returns the same columns as the files have.

pub(crate) mod done;
pub(crate) mod error_kind;
pub(crate) mod finding;
pub(crate) mod message;
pub(crate) mod outcome;
pub(crate) mod transaction;
pub(crate) mod witness;
