//! `iso-verify batch`: whole folders, archives and streams.

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use clap::Args;
use iso_evm_batch::{
    READ_LIMIT, ReadLimit,
    batch::{self, BatchCounts, BatchEvent, BatchOptions, BatchSummary, Done},
    files::{self, STANDARD},
};
use iso_evm_verifier::verify::{Options, Verdict};

use super::{expect::Expect, screen::Screen, verify::Judged};
use crate::{
    Exit, advice,
    error::CommandError,
    report::remarks,
    terminal::{self, is_quiet},
};

/// Audit many witnesses: folders, patterns, archives, streams
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: of all witnesses the worst counts, in the order 2, 1, 3, 0.")]
pub(super) struct Batch {
    /// Witnesses or inputs, files with an input a line, folders, patterns, .tar.zst and .tar.gz archives;
    /// `-` for containers or inputs from stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    judged: Judged,
    /// Number of threads [default: one for each core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Bytes of files that are held at once, over all threads; a larger file is unusable
    #[arg(long, value_name = "BYTES", default_value_t = READ_LIMIT)]
    read_limit: u64,
    /// Where one line of JSON for each message goes; `-` for stdout
    #[arg(long, value_name = "FILE.jsonl")]
    results: Option<PathBuf>,
    /// Go on where the results end
    #[arg(long, requires = "results")]
    resume: bool,
    /// The summary as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    expect: Expect,
}

impl Batch {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let to_stdout = self.results.as_ref().is_some_and(|path| path.as_os_str() == STANDARD);
        if to_stdout && self.resume {
            let (option, command) = ("--resume", "--results -");
            return Err(CommandError::Meaningless { option, command });
        }
        let options = BatchOptions {
            verify: Options { expected: self.expect.expected(), ..self.judged.options(false)? },
            jobs: self.jobs,
            read_limit: ReadLimit { bytes: self.read_limit, name: Some("--read-limit") },
            results: self.results,
            resume: self.resume,
        };
        let screen = Screen::new(|| batch::size(&self.paths));
        let messages = AtomicU64::new(0);
        let show = |event: BatchEvent<'_>| match event {
            BatchEvent::Read(bytes) => screen.read(bytes),
            BatchEvent::Done(done) => {
                let count = done.report.as_ref().map_or(0, |report| report.messages.len() as u64);
                let count = messages.fetch_add(count, Ordering::Relaxed) + count;
                screen.message(|elapsed| rate(count, elapsed));
                told(done, |line, is_error| screen.line(line, is_error || self.json || to_stdout));
            }
        };
        let summary = batch::run(&self.paths, &options, &show);
        screen.close()?;
        let summary = summary?;
        let text = if self.json {
            serde_json::to_string_pretty(&summary).expect("only numbers")
        } else {
            human(&summary, is_quiet())
        };
        if to_stdout {
            terminal::say_lines(&text);
        } else {
            files::print(format!("{text}\n").as_bytes())?;
        }
        Ok(exit(&summary))
    }
}

/// The worst counts.
fn exit(summary: &BatchSummary) -> Exit {
    let BatchCounts { invalid, inconclusive, .. } = summary.witnesses;
    let met = [
        (summary.errors > 0, Exit::Unusable),
        (invalid > 0, Exit::Invalid),
        (inconclusive > 0, Exit::Inconclusive),
    ];
    met.into_iter().find(|(met, _)| *met).map_or(Exit::Valid, |(_, exit)| exit)
}

/// Messages, and how many a second.
fn rate(messages: u64, elapsed: Duration) -> String {
    let per_second = messages as f64 / elapsed.as_secs_f64().max(0.001);
    format!("{messages} messages, {per_second:.0}/s")
}

/// A line for each thing that is not valid; whether it is an error.
fn told(done: &Done, line: impl Fn(&str, bool)) {
    let Done { place, notes, report } = done;
    for note in notes {
        line(&format!("note: {place}: {note}"), true);
    }
    match report {
        Ok(report) if report.verdict() == Verdict::Valid => {}
        Ok(report) => {
            let verdict = report.named(report.verdict());
            for remark in remarks(report) {
                line(&format!("{place}: {verdict}: {remark}"), false);
            }
        }
        // It names its place itself.
        Err(error) => line(&format!("error: {}", advice::item(error)), true),
    }
}

/// What was not checked, two lines of counts, and what else there was; the counts of witnesses alone for
/// who wants no more.
fn human(summary: &BatchSummary, quiet: bool) -> String {
    let counts = |counts: &BatchCounts| {
        let BatchCounts { valid, invalid, inconclusive } = counts;
        format!("{valid} valid, {invalid} invalid, {inconclusive} inconclusive")
    };
    let BatchSummary { selected, witnesses, messages, unchecked, errors, resumed, .. } = summary;
    let mut text = String::new();
    if !quiet {
        for (check, count) in unchecked {
            text.push_str(&format!("{check} not checked: in {count}\n"));
        }
        text.push_str(&format!("messages{selected}: {}\n", counts(messages)));
    }
    text.push_str(&format!("witnesses{selected}: {}, {errors} unusable", counts(witnesses)));
    if *resumed > 0 {
        text.push_str(&format!("; {resumed} of an earlier run"));
    }
    text
}
