//! Tables, written and read.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
// Rows of a true and of a false witness, there and back.
mod rows;
// Files that nobody means well with.
mod hostile;
// Folders of results, and runs that end anywhere.
mod folder;
// The tables of `specs/24-tables.md`.
mod specs;
