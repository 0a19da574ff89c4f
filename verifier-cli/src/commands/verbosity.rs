//! `-q` and `-v`: how much is said beside what a command is for.

use std::time::Instant;

use clap::{ArgAction, Args};
use tracing::Level;

use crate::terminal;

/// How much is said.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "How much is said")]
pub(super) struct Verbosity {
    /// Nothing but the verdict, or what else was asked for, and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// What is done, and how long it takes; given twice, in detail
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

impl Verbosity {
    /// The flags by their names, as they may stand before a command.
    pub(super) fn is_one(text: &str) -> bool {
        let is_short = text.strip_prefix("-v").is_some_and(|more| more.bytes().all(|v| v == b'v'));
        is_short || ["-q", "--quiet", "--verbose"].contains(&text)
    }

    /// Has it so from here on.
    pub(super) fn begin(self) {
        terminal::be_quiet(self.quiet);
        super::log::log_to_stderr(match self.verbose {
            0 => Level::ERROR,
            1 => Level::INFO,
            2 => Level::DEBUG,
            _ => Level::TRACE,
        });
    }
}

/// Does something, and logs how long it took.
pub(super) fn timed<T>(what: &'static str, run: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = run();
    let seconds = begun.elapsed().as_secs_f64();
    tracing::info!("{what}: {seconds:.3} s");
    done
}
