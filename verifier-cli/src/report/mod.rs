//! What the commands print of a [`Report`](crate::Report): JSON for programs, a table for people.

mod human;
mod json;

pub(crate) use human::reason;
pub(crate) use human::thousands;
pub use human::{human, tree};
pub use json::{JsonReport, json};
