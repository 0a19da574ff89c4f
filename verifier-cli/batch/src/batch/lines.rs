//! Inputs as text: one a file, or one a line. `specs/17-batch.md`, section Batch.

use std::{
    io::{self, BufRead},
    sync::Mutex,
};

use serde::de::IgnoredAny;

use crate::{
    files::{self, MAX_SIZE},
    room::{self, Counted, Held},
    workers::locked,
};

/// How the names of files end that have an input a line, whatever is in them.
const ENDINGS: [&str; 2] = [".jsonl", ".ndjson"];

/// What is met: which input it is, its line if its source has one a line, and what was read.
type Met = (usize, Option<u64>, io::Result<Vec<u8>>);

/// Hands on each input of a source, until `meet` says `false`. A source has an input a line if its name
/// says so, or if its first line is a whole JSON object and not all there is.
pub(super) fn each(
    source: &str,
    mut read: impl BufRead,
    held: &Mutex<Held>,
    mut meet: impl FnMut(usize, Option<u64>, io::Result<Vec<u8>>) -> bool,
) -> bool {
    let mut meet = |(container, line, read): Met| meet(container, line, read);
    let mut lines = Lines { number: 0, container: 0 };
    if ENDINGS.iter().any(|ending| source.ends_with(ending)) {
        return lines.rest(read, held, meet);
    }
    let first = match room::line(&mut read, held, MAX_SIZE) {
        Ok(mut first) => {
            files::leave_out_mark(&mut first);
            first
        }
        Err(error) => return meet((0, None, Err(error))),
    };
    if !is_whole(&first) {
        let all = room::rest(first, Counted::new(read, held), MAX_SIZE);
        return meet((0, None, all));
    }
    let mut blank = 0;
    match is_over(&mut read, &mut blank) {
        Ok(true) => meet((0, None, Ok(first))),
        Ok(false) => {
            lines = Lines { number: 1 + blank, container: 1 };
            meet((0, Some(1), Ok(first))) && lines.rest(read, held, meet)
        }
        Err(error) => meet((0, None, Err(error))),
    }
}

/// How many lines were read, and how many of them held something.
struct Lines {
    number: u64,
    container: usize,
}

impl Lines {
    /// Hands on what stands on each line from here on. What cannot be read ends it, but for a line that is
    /// too long.
    fn rest(
        mut self,
        mut read: impl BufRead,
        held: &Mutex<Held>,
        mut meet: impl FnMut(Met) -> bool,
    ) -> bool {
        loop {
            self.number += 1;
            let mut line = room::line(&mut read, held, MAX_SIZE);
            if let (1, Ok(first)) = (self.number, &mut line) {
                files::leave_out_mark(first);
            }
            let is_last = match &line {
                Ok(line) if line.is_empty() => return true,
                Ok(line) if line.iter().all(u8::is_ascii_whitespace) => {
                    drop(locked(held).take());
                    continue;
                }
                Ok(_) => false,
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    skip_line(&mut read).is_err()
                }
                Err(_) => true,
            };
            if !meet((self.container, Some(self.number), line)) {
                return false;
            }
            if is_last {
                return true;
            }
            self.container += 1;
        }
    }
}

/// Whether a line is a JSON object by itself.
fn is_whole(line: &[u8]) -> bool {
    files::is_json(line) && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Whether nothing follows but white space, which is read; counts the lines of it.
fn is_over(read: &mut impl BufRead, lines: &mut u64) -> io::Result<bool> {
    loop {
        let bytes = read.fill_buf()?;
        if bytes.is_empty() {
            return Ok(true);
        }
        let blank = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
        let length = blank.unwrap_or(bytes.len());
        *lines += bytes[..length].iter().filter(|byte| **byte == b'\n').count() as u64;
        read.consume(length);
        if blank.is_some() {
            return Ok(false);
        }
    }
}

/// Reads to the end of a line, and keeps nothing of it.
fn skip_line(read: &mut impl BufRead) -> io::Result<()> {
    loop {
        let bytes = read.fill_buf()?;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(bytes.len(), |end| end + 1);
        let is_over = length == 0 || end.is_some();
        read.consume(length);
        if is_over {
            return Ok(());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{ReadLimit, room::Room};

    /// What is met of a text: which, on which line, and the text without its white space, or the error.
    fn met(source: &str, text: &str) -> Vec<(usize, Option<u64>, String)> {
        let room = Room::new(ReadLimit { bytes: 1_000, name: None });
        let held = Mutex::new(room.hold());
        let mut all = Vec::new();
        // As little at a time as a pipe may give.
        let read = io::BufReader::with_capacity(3, text.as_bytes());
        assert!(each(source, read, &held, |container, line, read| {
            drop(locked(&held).take());
            let text = read.map(|bytes| String::from_utf8(bytes).unwrap().trim().to_owned());
            all.push((container, line, text.unwrap_or_else(|error| error.to_string())));
            true
        }));
        all
    }

    #[test]
    fn an_input_a_line_is_told_from_one_on_many_lines() {
        let one = |text: &str| vec![(0, None, text.to_owned())];
        assert_eq!(met("a.json", "{\n  \"a\": 1\n}\n"), one("{\n  \"a\": 1\n}"));
        assert_eq!(met("a.json", "{\"a\": 1}\n\n  \n"), one("{\"a\": 1}"));
        assert_eq!(met("a.json", ""), one(""));
        assert_eq!(met("a.json", "{\"a\"\n"), one("{\"a\""));
        let two = vec![(0, Some(1), "{\"a\": 1}".into()), (1, Some(4), "{".into())];
        assert_eq!(met("stdin", "{\"a\": 1}\r\n\n \n{\n"), two);
        assert_eq!(met("a.json", "\u{feff}{\n\"a\": 1}"), one("{\n\"a\": 1}"));
        assert_eq!(met("stdin", "\u{feff}{\"a\": 1}\r\n\n \n{\n"), two);
        assert_eq!(met("a.jsonl", "\u{feff}{}\n"), [(0, Some(1), "{}".to_owned())]);
        assert_eq!(met("a.jsonl", "\u{feff}"), []);
        // Its name says so, whatever is in it.
        let of_name = vec![(0, Some(2), "0x12".to_owned()), (1, Some(3), "{}".into())];
        assert_eq!(met("a.jsonl", "\n0x12\n{}"), of_name);
        assert_eq!(met("a.jsonl", "\n"), []);
    }

    #[test]
    fn a_line_that_is_too_long_costs_nothing_but_itself() {
        let text = format!("{{}}\n{}\n{{}}\n", "x".repeat(2_000));
        let all = met("a.jsonl", &text);
        let lines: Vec<_> = all.iter().map(|(container, line, _)| (*container, *line)).collect();
        assert_eq!(lines, [(0, Some(1)), (1, Some(2)), (2, Some(3))]);
        assert!(all[1].2.contains("larger than 1000 bytes"), "{all:?}");
        assert_eq!(all[2].2, "{}");
    }
}
