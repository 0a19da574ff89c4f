//! `iso-verify batch`: whole folders, archives and streams.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use clap::{Args, ValueEnum};
use iso_evm_batch::{
    READ_LIMIT, ReadLimit,
    batch::{self, BatchCounts, BatchEvent, BatchOptions, BatchSummary, Done, Format},
    files::{self, STANDARD},
};
use iso_evm_explain::{last_line, told};
use iso_evm_verifier::{
    audit::anchors::RootSource,
    engines::Engines,
    verify::{Options, Verdict},
};

use super::{expect::Expect, say, screen::Screen, verify::Judged};
use crate::{
    Exit, advice,
    error::CommandError,
    report::{layout::filled, remarks},
    terminal::{self, is_quiet},
};

/// Audit many witnesses: folders, patterns, archives, streams
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: of all witnesses the worst counts, in the order 2, 1, 3, 0.")]
pub(super) struct Batch {
    /// Witnesses or inputs, files with an input a line, .parquet tables of witnesses, folders, patterns,
    /// .tar.zst and .tar.gz archives; `-` for containers or inputs from stdin
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
    /// Where the results go: a file with a line of JSON for each message, `-` for stdout; or a folder of
    /// tables
    #[arg(long, value_name = "PATH")]
    results: Option<PathBuf>,
    /// Lines or tables [default: tables where --results is a folder, or ends in / or .parquet]
    #[arg(long, value_name = "NAME", value_enum, requires = "results")]
    format: Option<ResultsFormat>,
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
        if to_stdout && self.format == Some(ResultsFormat::Parquet) {
            let (option, command) = ("--format parquet", "--results -");
            return Err(CommandError::Meaningless { option, command });
        }
        let options = BatchOptions {
            verify: Options { expected: self.expect.expected(), ..self.judged.options(false)? },
            jobs: self.jobs,
            read_limit: ReadLimit { bytes: self.read_limit, name: Some("--read-limit") },
            results: self.results,
            format: self.format.map(Format::from),
            resume: self.resume,
        };
        let screen = Screen::new(|| batch::size(&self.paths));
        let messages = AtomicU64::new(0);
        let (teller, false_one) = (Teller::new(&options.verify), AtomicBool::new(false));
        let show = |event: BatchEvent<'_>| match event {
            BatchEvent::Read(bytes) => screen.read(bytes),
            BatchEvent::Done(done) => {
                let count = done.report.as_ref().map_or(0, |report| report.messages.len() as u64);
                let count = messages.fetch_add(count, Ordering::Relaxed) + count;
                screen.message(|elapsed| rate(count, elapsed));
                let said = teller.said(done);
                screen.lines(&said.notes, true);
                screen.lines(&said.lines, said.is_error || self.json || to_stdout);
                false_one.fetch_or(said.is_false, Ordering::Relaxed);
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
        if false_one.into_inner() && !self.json {
            say("iso-verify explain FILE says of one what happened and where it went wrong");
        }
        Ok(exit(&summary))
    }
}

/// How results are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ResultsFormat {
    /// A line of JSON for each message
    Jsonl,
    /// Tables of transactions, messages and findings
    Parquet,
}

impl From<ResultsFormat> for Format {
    fn from(format: ResultsFormat) -> Self {
        match format {
            ResultsFormat::Jsonl => Self::Lines,
            ResultsFormat::Parquet => Self::Tables,
        }
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

/// Tells of items what is not as it should be, in the words of the report.
struct Teller<'a> {
    options: &'a Options,
    engines: Engines,
}

/// What is said of an item, in lines.
#[derive(Default)]
struct Said {
    /// What an input gives in vain, or does not give.
    notes: Vec<String>,
    lines: Vec<String>,
    /// Whether the lines are an error.
    is_error: bool,
    /// Whether something is false.
    is_false: bool,
}

impl<'a> Teller<'a> {
    fn new(options: &'a Options) -> Self {
        Self { options, engines: Engines::default() }
    }

    fn said(&self, done: &Done) -> Said {
        let Done { place, notes, report, witness, .. } = done;
        let notes = notes.iter().map(|note| format!("note: {place}: {note}")).collect();
        let (report, witness) = match (report, witness) {
            (Ok(report), Some(witness)) if report.verdict() != Verdict::Valid => (report, witness),
            (Ok(_), _) => return Said { notes, ..Said::default() },
            // It names its place itself.
            (Err(error), _) => {
                let lines = vec![format!("error: {}", advice::item(error))];
                return Said { notes, lines, is_error: true, is_false: false };
            }
        };
        // Causes take a dozen verifications: only where somebody reads of them.
        let is_false = report.verdict() == Verdict::Invalid;
        let mut report = report.clone();
        if is_false && !is_quiet() {
            report.look_for_causes(self.engines.get(witness.rules), witness, self.options);
        }
        let told = told(witness, &report);
        let width = terminal::width();
        let place = place.to_string();
        let first = format!("{}: {}", terminal::line(&place), last_line(&report, &told));
        let mut lines: Vec<_> =
            filled(&first, width, "", "    ").lines().map(str::to_owned).collect();
        let indented = remarks(&report, &told, width.saturating_sub(2)).into_iter();
        lines.extend(indented.map(|line| format!("  {line}")));
        Said { notes, lines, is_error: false, is_false }
    }
}

/// What was not checked, two lines of counts, and what else there was; the counts of witnesses alone for
/// who wants no more.
fn human(summary: &BatchSummary, quiet: bool) -> String {
    let counts = |counts: &BatchCounts| {
        let BatchCounts { valid, invalid, inconclusive } = counts;
        format!("{valid} valid, {invalid} invalid, {inconclusive} inconclusive")
    };
    let BatchSummary { selected, witnesses, messages, unchecked, roots, errors, resumed, .. } =
        summary;
    let mut text = String::new();
    if !quiet {
        if !roots.is_empty() {
            text += &filled(&proved(roots), terminal::width(), "", "  ");
        }
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

/// What headers prove of the roots, and in how many witnesses.
fn proved(roots: &BTreeMap<RootSource, u64>) -> String {
    let told = roots.iter().map(|(source, count)| format!("{}: in {count}", source.meaning()));
    format!("roots {}", told.collect::<Vec<_>>().join("; "))
}
