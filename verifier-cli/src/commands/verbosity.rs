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
    /// How the log is written, and what else is said on stderr: text, or json, one object a line
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", value_parser = format)]
    log_format: Format,
}

/// How what is said on stderr is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// A format, as an argument.
fn format(name: &str) -> Result<Format, String> {
    match name {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        _ => Err(format!("unknown format {name:?}: expected text or json")),
    }
}

impl Verbosity {
    /// The flags by their names, as they may stand before a command.
    pub(super) fn is_one(text: &str) -> bool {
        let is_short = text.strip_prefix("-v").is_some_and(|more| more.bytes().all(|v| v == b'v'));
        let is_format = text.starts_with("--log-format=");
        is_short || is_format || ["-q", "--quiet", "--verbose"].contains(&text)
    }

    /// Has it so from here on.
    pub(super) fn begin(self) {
        terminal::be_quiet(self.quiet);
        let is_json = self.log_format == Format::Json;
        terminal::say_as_json(is_json);
        let level = match self.verbose {
            0 => Level::ERROR,
            1 => Level::INFO,
            2 => Level::DEBUG,
            _ => Level::TRACE,
        };
        super::log::log_to_stderr(level, is_json);
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
