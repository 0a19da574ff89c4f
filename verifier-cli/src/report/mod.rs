//! What the commands print of a [`Report`](crate::Report): JSON for programs, a table for people;
//! and the call tree of a witness.

mod call_tree;
mod human;
pub(crate) mod json;
pub(crate) mod text;

pub use call_tree::tree;
pub use human::human;
pub(crate) use human::remarks;
pub(crate) use json::{JsonMismatch, mismatch};
pub use json::{JsonReport, json};
