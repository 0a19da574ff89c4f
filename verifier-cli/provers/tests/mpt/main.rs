//! The tries of the provers against another implementation of them, alloy's, which builds a trie anew
//! from all that it holds.
//!
//! `ISO_SEARCH` multiplies the rounds of what is random.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod accounts;
mod cases;
mod differential;
mod garbage;
mod gas;
mod least;
mod malformed;
mod missing;
mod model;
mod probe;
mod random;
