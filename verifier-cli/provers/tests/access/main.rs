//! The provers of the access audit: what they are given is a claim that is made by hand, in which one
//! thing is false, or none.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "the tests of tries need more")]
#[path = "../mpt/model.rs"]
mod model;

#[allow(dead_code, reason = "the tests of tries need more")]
#[path = "../mpt/random.rs"]
mod random;

mod answer;
mod asking;
mod canonical;
mod claim;
mod effect;
mod frames;
mod gas;
mod random_writes;
mod read_calls;
mod reads;
mod records;
mod unbound;
mod world;
mod writes;
