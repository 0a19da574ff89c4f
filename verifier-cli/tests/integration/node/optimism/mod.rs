//! Blocks of the OP Stack from a node: what a block file holds, asked for by JSON-RPC, gives the same
//! witnesses.

mod anvil;
mod chain;
mod fake;
mod fixtures;
mod lies;
mod made_up;
