//! The page against the command line's libraries, against an EVM that is not ours, and in a browser.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod agreement;
mod browser;
mod machine;
mod module;
mod support;
mod views;
mod wasm;
