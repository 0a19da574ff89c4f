//! The provers of pairs, precompiles, shapes and segments, on claims made by hand.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, reason = "what claims are made with is shared with other tests")]

mod claimed;
mod fixtures;
mod host;
mod pair;
mod precompile;
mod random;
mod segment;
mod shape;
