//! Provers, asked about claims that are made of real witnesses.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod honest;
