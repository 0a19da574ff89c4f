//! The one way by which text comes before a person. Names of files and of what is in archives, and
//! whatever an error repeats of a file or a node, are other people's: on a terminal they must not
//! move the cursor, clear the screen, or pass for a line of ours. `specs/17-batch.md`, section Names.
//!
//! What a program reads (`--json`, results, containers) is exact and does not come this way.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
};

use iso_evm_batch::{FileError, files};

/// Whether nothing is to be said but errors.
static QUIET: AtomicBool = AtomicBool::new(false);

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

/// One line, with nothing in it that is not to be seen: what is not is written as Rust would.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Lines of ours: whatever of other people's is in them has been made one line of before.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    escaped(text, |character| character == '\n')
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let hides = |character: char| is_unseen(character) && !keep(character);
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' | '\t' | '\r' if hides(character) => seen.extend(character.escape_default()),
            character if hides(character) => {
                let _ = write!(seen, "\\u{{{:x}}}", u32::from(character));
            }
            character => seen.push(character),
        }
    }
    Cow::Owned(seen)
}

/// Control characters (C0, DEL, C1), and those that are not seen themselves and change how others
/// are: separators of lines, marks of direction, joiners, tags.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// How many columns a line on stdout may have: the terminal's, or 80 where there is none.
pub(crate) fn width() -> usize {
    const DEFAULT: u16 = 80;
    const LEAST: u16 = 40;
    let terminal = console::Term::stdout();
    let columns = if terminal.is_term() { terminal.size_checked() } else { None };
    columns.map_or(DEFAULT, |(_, columns)| columns.max(LEAST)).into()
}

/// Writes one line to stderr; if nobody reads it, nothing is lost. Where nobody wants notes, only an
/// error's.
pub(crate) fn say(text: &str) {
    if is_quiet() && !text.starts_with(ERROR) {
        return;
    }
    let _ = writeln!(anstream::stderr(), "{}", line(text));
}

/// Writes lines of ours to stderr, wanted or not.
pub(crate) fn say_lines(lines: &str) {
    let _ = writeln!(anstream::stderr(), "{}", text(lines));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unseen_is_left() {
        for (foreign, shown) in [
            ("a name.bin", "a name.bin"),
            ("größe, 中文, 🙂", "größe, 中文, 🙂"),
            ("a\u{1b}[2J\u{1b}[1;1H\nvalid", "a\\u{1b}[2J\\u{1b}[1;1H\\nvalid"),
            ("a\rb\tc\0", "a\\rb\\tc\\u{0}"),
            ("\u{9b}2J\u{7f}", "\\u{9b}2J\\u{7f}"),
            ("\u{202e}nib.dab", "\\u{202e}nib.dab"),
            ("a\u{2028}b\u{200b}c\u{e0041}", "a\\u{2028}b\\u{200b}c\\u{e0041}"),
        ] {
            assert_eq!(line(foreign), shown);
            assert_eq!(line(shown), shown);
        }
        assert_eq!(text("one\n\u{1b}two"), "one\n\\u{1b}two");
    }
}
