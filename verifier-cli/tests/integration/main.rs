//! The binaries and their formats.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use iso_evm_testing::npm;

mod apart;
mod audits;
mod batch;
mod batch_paths;
mod block_file;
mod certificate;
mod chain;
mod cli;
mod common;
mod damage;
mod engine;
mod explain;
mod foreign;
mod hashes;
mod inspect;
// What people bring to be recorded, and what is said of it.
mod inputs;
mod lies;
mod measurements;
#[cfg(target_os = "linux")]
mod memory;
mod mutate;
mod node;
mod once;
mod pictures;
mod readme;
mod schema;
mod schemas;
mod segments;
mod statetest;
mod tables;
mod told;
mod trace;
mod usage;
mod verdicts;
#[cfg(unix)]
mod watch;
// Files that a command does not take, and which one does.
mod wrong_files;
