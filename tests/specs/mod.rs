//! What is generated in `specs/`: made again from the code and compared with the committed files.
//! `ISO_BLESS=1` writes the files instead. And what pages and sources say of each other.

mod artifacts;
mod chains;
mod names;
mod pages;
mod records;
mod vectors;
mod vectors_beside;
mod vectors_false;
mod vectors_segments;
mod vectors_true;

use crate::harness::blessed;

/// A file of `specs/`, from this crate's folder.
fn path(name: &str) -> String {
    format!("../specs/{name}")
}

/// The committed text of a file in `specs/`; empty if there is none.
pub(crate) fn committed(name: &str) -> String {
    blessed::committed(&path(name))
}

/// Compares a file in `specs/` with what it must hold, or writes it.
fn compare(name: &str, expected: &str) {
    blessed::compare(&path(name), expected);
}
