//! The binaries and their formats.

mod cli;
mod common;
mod damage;
mod hashes;
mod readme;
mod schema;
mod schemas;
mod statetest;
