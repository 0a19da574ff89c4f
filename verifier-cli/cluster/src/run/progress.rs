//! [`Progress`]: how far a run is, by whom, and how long it still takes; on stderr, over and over on one line of a
//! terminal, and as a line every so often elsewhere.

use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use super::Rows;
use crate::{
    source::Counts,
    terminal::{is_quiet, line},
};

/// How often a line is written where nobody looks on.
const EVERY: Duration = Duration::from_secs(10);

/// How far a run is.
#[derive(Debug)]
pub(super) struct Progress {
    rows: u64,
    /// Rows that need no audit.
    passed_over: u64,
    done: u64,
    by_executor: BTreeMap<String, u64>,
    begun: Instant,
    shown: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    pub(super) fn new(rows: u64) -> Self {
        Self {
            rows,
            passed_over: 0,
            done: 0,
            by_executor: BTreeMap::new(),
            begun: Instant::now(),
            shown: None,
            is_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Rows that need no audit.
    pub(super) const fn passed_over(&mut self, counts: Counts) {
        self.passed_over = counts.resumed + counts.repeated + counts.nameless;
    }

    /// Rows that are audited.
    pub(super) fn done(&mut self, rows: &Rows) {
        self.done += rows.len() as u64;
        for (name, count) in rows.by_executor() {
            *self.by_executor.entry(name).or_default() += count;
        }
    }

    /// How many rows are done, those of earlier runs included, and how many there are.
    pub(super) const fn counts(&self) -> (u64, u64) {
        (self.done + self.passed_over, self.rows)
    }

    pub(super) fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    pub(super) fn executors(&self) -> BTreeMap<String, u64> {
        self.by_executor.clone()
    }

    /// Shows it, if it is time.
    pub(super) fn show(&mut self) {
        let is_early = self.shown.is_some_and(|shown| !self.is_terminal && shown.elapsed() < EVERY);
        if is_quiet() || is_early || (self.shown.is_none() && self.seconds() < 1.0) {
            return;
        }
        self.shown = Some(Instant::now());
        let said = self.said();
        let said = line(&said);
        let (begin, end) = if self.is_terminal { ("\r\u{1b}[K", "") } else { ("", "\n") };
        let mut stderr = std::io::stderr();
        let _ = write!(stderr, "{begin}{said}{end}").and_then(|()| stderr.flush());
    }

    /// Leaves the line.
    pub(super) fn end(&self) {
        if self.is_terminal && self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }

    fn said(&self) -> String {
        let (done, all) = self.counts();
        let rate = self.done as f64 / self.seconds().max(0.001);
        let left = match all.saturating_sub(done) as f64 / rate {
            seconds if seconds.is_finite() => duration(seconds as u64),
            _ => "?".to_owned(),
        };
        let seconds = self.seconds().max(0.001);
        let by = |(name, count): (&String, &u64)| {
            format!("{name} {count} ({:.0}/s)", *count as f64 / seconds)
        };
        let by: Vec<String> = self.by_executor.iter().map(by).collect();
        let by = if by.is_empty() { String::new() } else { format!("; {}", by.join(", ")) };
        format!("{done} of {all}, {rate:.0}/s, {left} left{by}")
    }
}

/// Seconds as a person says them.
fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_said_as_a_person_would() {
        for (seconds, said) in
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7260, "2 h 1 min")]
        {
            assert_eq!(duration(seconds), said);
        }
    }
}
