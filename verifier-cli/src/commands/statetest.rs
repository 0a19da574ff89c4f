//! `iso-verify statetest`: official state tests, under all audits.

use std::{
    io::{self, IsTerminal},
    num::NonZeroUsize,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use iso_evm_witness::Fork;

use super::{say, verify::selection};
use crate::{
    Exit,
    error::CommandError,
    files,
    statetest::{self, Event, Options, Summary},
    verify::Audit,
};

/// Record and audit official state tests
#[derive(Debug, Args)]
pub(super) struct Statetest {
    /// GeneralStateTest files, folders of them, or .tar.zst and .tar.gz archives
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only the cases of this fork
    #[arg(long, value_name = "NAME", value_parser = super::fork)]
    fork: Option<Fork>,
    /// Only cases with this text in the name of their file or test
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Number of threads [default: one for each core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Only these audits [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    audit: Vec<Audit>,
    /// Counts by fork and by folder, and the failures, as JSON; one line for each failure then
    /// goes to stderr
    #[arg(long)]
    json: bool,
}

impl Statetest {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let options = Options {
            fork: self.fork,
            filter: self.filter,
            jobs: self.jobs,
            audits: selection(&self.audit),
        };
        let screen = Screen::new(&self.paths, self.json);
        let summary = statetest::run(&self.paths, &options, &|event| screen.show(event))?;
        screen.close()?;
        if summary.cases() == 0 && summary.unusable.is_empty() {
            return Err(CommandError::NoCase);
        }
        let text = if self.json {
            let json = serde_json::to_string_pretty(&summary);
            json.expect("only numbers and strings, and strings as keys")
        } else {
            for (reason, count) in &summary.skips {
                files::print(format!("{reason}: {count} skipped\n").as_bytes())?;
            }
            for (check, count) in &summary.unchecked {
                files::print(format!("{check}: in {count} that passed\n").as_bytes())?;
            }
            let total = summary.total;
            format!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped)
        };
        files::print(format!("{text}\n").as_bytes())?;
        Ok(exit(&summary))
    }
}

/// A file that cannot be used is worse than a case that fails.
fn exit(summary: &Summary) -> Exit {
    if !summary.unusable.is_empty() {
        Exit::Unusable
    } else if summary.total.failed > 0 {
        Exit::Invalid
    } else {
        Exit::Valid
    }
}

/// Where a run shows: lines at once, and a bar if somebody watches.
struct Screen {
    bar: ProgressBar,
    json: bool,
    passed: AtomicUsize,
    failed: AtomicUsize,
    /// What went wrong with stdout first.
    broken: Mutex<Option<CommandError>>,
}

impl Screen {
    fn new(paths: &[PathBuf], json: bool) -> Self {
        const STYLE: &str = "{elapsed_precise} {wide_bar} {bytes}/{total_bytes} {msg}";
        let bar = if io::stderr().is_terminal() {
            let length = Some(statetest::size(paths));
            let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::with_template(STYLE).expect("a template that parses"));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        } else {
            ProgressBar::hidden()
        };
        let (passed, failed, broken) = Default::default();
        Self { bar, json, passed, failed, broken }
    }

    fn show(&self, event: Event<'_>) {
        match event {
            Event::Read(bytes) => self.bar.inc(bytes),
            Event::Passed => self.count(&self.passed),
            Event::Failed(failure) => {
                self.count(&self.failed);
                self.line(&format!("{failure}"), self.json);
            }
            Event::Unusable(unusable) => self.line(&format!("error: {unusable}"), true),
        }
    }

    fn count(&self, counter: &AtomicUsize) {
        counter.fetch_add(1, Ordering::Relaxed);
        if !self.bar.is_hidden() {
            let (passed, failed) =
                (self.passed.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed));
            self.bar.set_message(format!("{passed} passed, {failed} failed"));
        }
    }

    /// Writes a line out at once: an interrupted run has lost none.
    fn line(&self, line: &str, to_stderr: bool) {
        self.bar.suspend(|| {
            if to_stderr {
                say(line);
            } else if let Err(error) = files::print(format!("{line}\n").as_bytes())
                && let Ok(mut broken) = self.broken.lock()
            {
                broken.get_or_insert(error);
            }
        });
    }

    fn close(self) -> Result<(), CommandError> {
        self.bar.finish_and_clear();
        match self.broken.into_inner() {
            Ok(Some(error)) => Err(error),
            _ => Ok(()),
        }
    }
}
