//! The audit on a real chain: the contracts and where they are, what their transactions cost, and
//! a node to send them to. Normative text: `specs/14-chain.md`.
//!
//! In the data's way this stands behind the witness: what the embedded engine runs in memory goes
//! to a chain from here. Only standard JSON-RPC is spoken.

pub mod chain;
pub mod contracts;
pub mod deploy;
pub mod execution;
pub mod fees;
pub mod host;
pub mod keys;
pub mod outbox;
pub mod plan;
pub mod probe;
pub mod register;
pub mod rules;
pub mod sender;
pub mod submit;
