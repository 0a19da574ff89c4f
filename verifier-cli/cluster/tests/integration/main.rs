//! `iso-cluster` as a person runs it: whole processes, on loopback, some of them killed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

/// Processes of a cluster, and waiting for them.
mod processes;
/// Witnesses, tables of them, and what is said of them in tables of results.
mod tables;

/// What others reach, and what they are kept from.
mod addresses;
/// A scheduler and two executors, some of which are killed.
mod cluster;
/// The examples for other engines.
mod elsewhere;
/// The queries of the specification.
mod page;
/// Items that are no witness, too large, endless or fatal.
mod poison;
/// Runs that are killed, and go on.
mod resume;
/// Runs of which each does a part.
mod shards;
/// A store that speaks S3.
mod stores;
