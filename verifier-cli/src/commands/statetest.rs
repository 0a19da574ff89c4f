//! `iso-verify statetest`: official state tests, under all audits.

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use clap::Args;
use iso_evm_batch::{
    READ_LIMIT, ReadLimit, files,
    statetest::{self, CaseAudit, StateTestEvent, StateTestOptions, StateTestSummary},
};
use iso_evm_verifier::verify::{Audit, EngineKind};
use iso_evm_wire::Fork;

use super::{screen::Screen, segments::cut, verify::selection};
use crate::{Exit, advice, error::CommandError, report::text::counted, terminal};

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
    /// Bytes of files that are held at once, over all threads; a larger file is unusable
    #[arg(long, value_name = "BYTES", default_value_t = READ_LIMIT)]
    read_limit: u64,
    /// Who answers for the execution audit: hypervisor, native or both
    #[arg(long, value_name = "NAME", default_value_t, value_parser = super::engine)]
    engine: EngineKind,
    /// Only these audits [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    audit: Vec<Audit>,
    /// Audit each message by its segments, cut as an operator cuts it
    #[arg(long)]
    segments: bool,
    /// Cut at every N gas [with --segments]
    #[arg(long, value_name = "N", requires = "segments", value_parser = clap::value_parser!(u64).range(1..))]
    stride: Option<u64>,
    /// Counts by fork and by folder, and the failures, as JSON; one line for each failure then
    /// goes to stderr
    #[arg(long)]
    json: bool,
}

impl Statetest {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        if self.engine.asks_node() {
            let (option, command) = ("--engine node", "statetest");
            return Err(CommandError::Meaningless { option, command });
        }
        let options = StateTestOptions {
            fork: self.fork,
            filter: self.filter,
            jobs: self.jobs,
            read_limit: ReadLimit { bytes: self.read_limit, name: Some("--read-limit") },
            audit: CaseAudit {
                engine: self.engine,
                audits: selection(&self.audit),
                cut: self.segments.then(|| cut(self.stride)),
            },
        };
        let shown = Shown::new(&self.paths, self.json);
        let summary = statetest::run(&self.paths, &options, &|event| shown.show(event))?;
        shown.screen.close()?;
        if summary.cases() == 0 && summary.unusable.is_empty() {
            return Err(CommandError::NoCase);
        }
        let text = if self.json {
            let json = serde_json::to_string_pretty(&summary);
            json.expect("only numbers and strings, and strings as keys")
        } else {
            let told = !terminal::is_quiet();
            for (reason, count) in summary.skips.iter().filter(|_| told) {
                let reason = terminal::line(reason);
                terminal::print_text(&format!("{reason}: {count} skipped\n"))?;
            }
            for (check, count) in summary.unchecked.iter().filter(|_| told) {
                files::print(format!("{check}: in {count} that passed\n").as_bytes())?;
            }
            if self.segments && told {
                let segments = counted(summary.total.segments, "segment");
                files::print(format!("{segments}\n").as_bytes())?;
            }
            let (total, selected) = (summary.total, summary.selected);
            let (passed, failed, skipped) = (total.passed, total.failed, total.skipped);
            format!("{passed} passed{selected}, {failed} failed, {skipped} skipped")
        };
        files::print(format!("{text}\n").as_bytes())?;
        Ok(exit(&summary))
    }
}

/// A file that cannot be used is worse than a case that fails.
fn exit(summary: &StateTestSummary) -> Exit {
    if !summary.unusable.is_empty() {
        Exit::Unusable
    } else if summary.failures.iter().any(|failure| !failure.problem.open) {
        Exit::Invalid
    } else if summary.total.failed > 0 {
        Exit::Inconclusive
    } else {
        Exit::Valid
    }
}

/// Lines and a bar, with the counts so far.
struct Shown {
    screen: Screen,
    json: bool,
    passed: AtomicUsize,
    failed: AtomicUsize,
}

impl Shown {
    fn new(paths: &[PathBuf], json: bool) -> Self {
        let screen = Screen::new(|| Some(statetest::size(paths)));
        Self { screen, json, passed: AtomicUsize::new(0), failed: AtomicUsize::new(0) }
    }

    fn show(&self, event: StateTestEvent<'_>) {
        match event {
            StateTestEvent::Read(bytes) => self.screen.read(bytes),
            StateTestEvent::Passed => self.count(&self.passed),
            StateTestEvent::Failed(failure) => {
                self.count(&self.failed);
                self.screen.line(&format!("{failure}"), self.json);
            }
            StateTestEvent::Unusable(unusable) => {
                self.screen.line(&format!("error: {}", advice::state_tests(unusable)), true)
            }
        }
    }

    fn count(&self, counter: &AtomicUsize) {
        counter.fetch_add(1, Ordering::Relaxed);
        self.screen.message(|_| {
            let (passed, failed) =
                (self.passed.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed));
            format!("{passed} passed, {failed} failed")
        });
    }
}
