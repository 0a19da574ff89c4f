//! What is logged: `RUST_LOG` decides, or `-v` where it is not set, and of our own code alone.
//!
//! Libraries log what they are given: requests with signed transactions, URLs with keys. So what they
//! say is let through under no setting. `specs/14-chain.md`, section What is not said.

use std::{
    env,
    io::{self, IsTerminal},
};

use tracing::Level;
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt, registry,
    util::SubscriberInitExt,
};

/// How the names of our own crates begin.
const OURS: &str = "iso_evm_";

/// Logs to stderr, down to a level where `RUST_LOG` says none, as lines for people or a JSON object a line.
pub(super) fn log_to_stderr(level: Level, as_json: bool) {
    let ours = filter_fn(|metadata| metadata.target().starts_with(OURS));
    let asked = env::var_os(EnvFilter::DEFAULT_ENV).is_some_and(|said| !said.is_empty());
    let levels = if asked {
        EnvFilter::from_default_env()
    } else {
        EnvFilter::new(level.as_str().to_ascii_lowercase())
    };
    let lines = fmt::layer().with_writer(io::stderr);
    // A second command of one process finds the first one's log.
    let _ = if as_json {
        let lines = lines.json().flatten_event(true);
        registry().with(lines.with_filter(levels).with_filter(ours)).try_init()
    } else {
        // Where in our code a line is from is for who names that.
        let lines = lines.with_target(asked).with_ansi(io::stderr().is_terminal());
        registry().with(lines.with_filter(levels).with_filter(ours)).try_init()
    };
}
