//! The report's file: what is in it and how large it is, its steps read back, and how it is in a real browser.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod browser;
mod file;
mod steps;
mod subjects;
