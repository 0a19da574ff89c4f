//! The provers of the transaction audit: what they are given is a claim of a real witness, in which one
//! thing is false, or none.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod blocks;
mod bytes;
mod calls;
mod case;
mod court;
mod gas;
mod honest;
mod last_nonce;
mod leaf;
mod numbers;
mod proofs;
mod receipts;
mod removals;
mod rules;
mod steps;
mod top;
