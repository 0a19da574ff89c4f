//! How text comes before a person: with nothing in it that is not seen, since names and errors are other people's.
//! `specs/17-batch.md`, section Names.

use std::{
    io::Write as _,
    sync::atomic::{AtomicBool, Ordering},
};

pub(crate) use iso_evm_explain::plain::{line, text};

/// Whether nothing is to be said but errors.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Has notes and progress not said.
pub(crate) fn be_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Whether notes and progress are not said.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Writes one line to stderr; if nobody reads it, nothing is lost.
pub(crate) fn say(said: &str) {
    if !is_quiet() || said.starts_with("error: ") {
        let _ = writeln!(std::io::stderr(), "{}", line(said));
    }
}
