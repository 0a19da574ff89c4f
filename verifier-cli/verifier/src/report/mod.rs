//! What programs read of a [`Report`](crate::Report).

pub mod json;

pub use json::{JsonReport, json};
