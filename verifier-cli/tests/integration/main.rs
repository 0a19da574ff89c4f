//! The binaries and their formats.

mod cli;
mod common;
mod damage;
mod readme;
mod schema;
mod schemas;
