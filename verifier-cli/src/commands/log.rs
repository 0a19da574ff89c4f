//! What is logged: `RUST_LOG` decides, errors alone if it is not set, and of our own code alone.
//!
//! Libraries log what they are given: requests with signed transactions, URLs with keys. So what they
//! say is let through under no setting. `specs/14-chain.md`, section What is not said.

use std::io;

use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt, registry,
    util::SubscriberInitExt,
};

/// How the names of our own crates begin.
const OURS: &str = "iso_evm_";

/// Logs to stderr.
pub(super) fn log_to_stderr() {
    let ours = filter_fn(|metadata| metadata.target().starts_with(OURS));
    let lines = fmt::layer().with_writer(io::stderr);
    let lines = lines.with_filter(EnvFilter::from_default_env()).with_filter(ours);
    // A second command of one process finds the first one's log.
    let _ = registry().with(lines).try_init();
}
