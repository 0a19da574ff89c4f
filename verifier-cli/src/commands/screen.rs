//! Where a long run shows: lines at once, and a bar if somebody watches.

use std::{
    io::{self, IsTerminal},
    sync::Mutex,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use iso_evm_batch::FileError;

use super::say;
use crate::{error::CommandError, terminal};

/// Lines, and a bar below them on stderr.
pub(super) struct Screen {
    bar: ProgressBar,
    /// What went wrong with stdout first.
    broken: Mutex<Option<FileError>>,
}

impl Screen {
    /// A bar over so many bytes, with rate and time left; without a length, of a stream, only what
    /// is done. `length` is asked for only if somebody watches.
    pub(super) fn new(length: impl FnOnce() -> Option<u64>) -> Self {
        const BAR: &str = "{elapsed_precise} {wide_bar} {bytes}/{total_bytes} \
                           {bytes_per_sec} {eta} left {msg}";
        const SPINNER: &str = "{elapsed_precise} {spinner} {msg}";
        let bar = if io::stderr().is_terminal() && !terminal::is_quiet() {
            let length = length();
            let style = if length.is_some() { BAR } else { SPINNER };
            let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::with_template(style).expect("a template that parses"));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        } else {
            ProgressBar::hidden()
        };
        Self { bar, broken: Mutex::default() }
    }

    /// Shows that so many bytes more were read.
    pub(super) fn read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// What has come of it up to now, if somebody watches.
    pub(super) fn message(&self, message: impl FnOnce(Duration) -> String) {
        if !self.bar.is_hidden() {
            self.bar.set_message(message(self.bar.elapsed()));
        }
    }

    /// Writes a line out at once, and no more than one line, whatever names are in it: an interrupted
    /// run has lost none.
    pub(super) fn line(&self, line: &str, to_stderr: bool) {
        self.lines(&[line.to_owned()], to_stderr);
    }

    /// The same of lines that belong together: none of another item comes between them.
    ///
    /// Where only the verdict is wanted, a line of an error goes out alone.
    pub(super) fn lines(&self, lines: &[String], to_stderr: bool) {
        if lines.is_empty() || terminal::is_quiet() && !to_stderr {
            return;
        }
        self.bar.suspend(|| {
            // One at a time, on whatever they go to.
            let Ok(mut broken) = self.broken.lock() else { return };
            if to_stderr {
                lines.iter().for_each(|line| say(line));
                return;
            }
            let one_each = lines.iter().map(|line| terminal::line(line).into_owned() + "\n");
            if let Err(error) = terminal::print_text(&one_each.collect::<String>()) {
                broken.get_or_insert(error);
            }
        });
    }

    /// Takes the bar away.
    pub(super) fn close(self) -> Result<(), CommandError> {
        self.bar.finish_and_clear();
        match self.broken.into_inner() {
            Ok(Some(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }
}
