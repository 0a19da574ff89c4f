//! The one way by which text comes before a person. Names of files and of what is in archives, and
//! whatever an error repeats of a file or a node, are other people's: on a terminal they must not
//! move the cursor, clear the screen, or pass for a line of ours. `specs/17-batch.md`, section Names.
//!
//! What a program reads (`--json`, results, containers) is exact and does not come this way.

use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
};

use iso_evm_batch::{FileError, files};
use serde_json::json;
use tracing_subscriber::fmt::{
    format::Writer,
    time::{FormatTime, SystemTime},
};

use crate::report::layout::filled;
pub(crate) use iso_evm_explain::plain::{line, text};

/// Whether nothing is to be said but errors.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Whether what is said on stderr is JSON.
static AS_JSON: AtomicBool = AtomicBool::new(false);

/// How the line of an error begins, which is said in any case.
const ERROR: &str = "error: ";

/// Has notes and progress not said, from here on; or said again.
pub(crate) fn be_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Whether notes and progress are not said.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Has what is said on stderr written as JSON, an object a line, from here on; or as text again.
pub(crate) fn say_as_json(as_json: bool) {
    AS_JSON.store(as_json, Ordering::Relaxed);
}

/// A line as the log writes its own: the words by themselves, and how much they matter.
fn logged(line: &str) -> String {
    let (level, message) = match (line.strip_prefix(ERROR), line.strip_prefix("warning: ")) {
        (Some(error), _) => ("ERROR", error),
        (None, Some(warning)) => ("WARN", warning),
        (None, None) => ("INFO", line.strip_prefix("note: ").unwrap_or(line)),
    };
    let mut timestamp = String::new();
    // That writes to a string.
    let _ = SystemTime.format_time(&mut Writer::new(&mut timestamp));
    json!({"timestamp": timestamp, "level": level, "message": message}).to_string()
}

/// The fewest columns that a line may have.
const LEAST: u16 = 40;

/// How many columns a line on stdout may have: the terminal's; where there is none, `COLUMNS`'s, or 80.
pub(crate) fn width() -> usize {
    const DEFAULT: u16 = 80;
    let terminal = console::Term::stdout();
    let columns = if terminal.is_term() { terminal.size_checked() } else { None };
    let said = || std::env::var("COLUMNS").ok().and_then(|columns| so_many(&columns));
    let columns = columns.map(|(_, columns)| columns.max(LEAST)).or_else(said);
    columns.unwrap_or(DEFAULT).into()
}

/// The columns that somebody says there are, if so many can be.
fn so_many(columns: &str) -> Option<u16> {
    columns.parse().ok().filter(|columns| *columns >= LEAST)
}

/// Writes one line to stderr; if nobody reads it, nothing is lost. Where nobody wants notes, only an
/// error's.
pub(crate) fn say(text: &str) {
    if is_quiet() && !text.starts_with(ERROR) {
        return;
    }
    let said = if AS_JSON.load(Ordering::Relaxed) { logged(text).into() } else { line(text) };
    let _ = writeln!(anstream::stderr(), "{said}");
}

/// Tells something on stderr that is wanted, broken where it is too wide.
pub(crate) fn say_filled(text: &str) {
    if AS_JSON.load(Ordering::Relaxed) {
        say(text);
    } else if !is_quiet() {
        say_lines(filled(text, width(), "", "  ").trim_end());
    }
}

/// Writes lines of ours to stderr, wanted or not.
pub(crate) fn say_lines(lines: &str) {
    if AS_JSON.load(Ordering::Relaxed) {
        let _ = writeln!(anstream::stderr(), "{}", logged(lines));
    } else {
        let _ = writeln!(anstream::stderr(), "{}", text(lines));
    }
}

/// Writes lines for a person to stdout.
///
/// # Errors
///
/// If stdout cannot be written.
pub(crate) fn print_text(lines: &str) -> Result<(), FileError> {
    files::print(text(lines).as_bytes())
}

/// Writes text to stdout, in colour if that is a terminal and nobody minds (`NO_COLOR`).
///
/// # Errors
///
/// If stdout cannot be written.
pub(crate) fn print_coloured(text: &str) -> Result<(), FileError> {
    files::print_to(anstream::stdout().lock(), text.as_bytes())
}
