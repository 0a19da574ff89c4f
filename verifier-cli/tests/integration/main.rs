//! The binaries and their formats.

mod cli;
mod common;
mod schema;
mod schemas;
