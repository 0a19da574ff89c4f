//! Messages cut into segments by the native engine: what each is given suffices and nothing of it is
//! spare, each leads to the next, and a lie is found in the segment that it is in.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod bounds;
mod chain;
mod lies;
mod program;
mod starts;
mod whole;
mod withheld;
