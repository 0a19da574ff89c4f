//! The Solidity package for contracts that act on final commitments: `contracts/consumer`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod abi;
mod claims;
mod interface;
mod packed;
mod proofs;
mod runners;
mod tools;
