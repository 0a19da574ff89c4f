//! `AuditDispute`: each of its rules, and random calls by several actors at random times.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, reason = "what claims are made with is shared with other tests")]

mod asking;
mod chain;
#[path = "../tree/claimed.rs"]
mod claimed;
mod court;
mod fuzz;
mod judged;
mod machine;
mod nowhere;
#[path = "../tree/random.rs"]
mod random;
