//! Provers, asked about claims that are made of real witnesses.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod files;
mod honest;
mod items;
mod large;
mod limits;
mod page;
mod places;
mod receipts;
mod sound;
mod vectors;

#[allow(dead_code, reason = "the tests of tries need more")]
#[path = "../mpt/random.rs"]
mod random;
