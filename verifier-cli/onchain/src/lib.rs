//! The audit on a real chain: the contracts and where they are, what their transactions cost, who
//! signs them, and a node to send them to. Normative text: `specs/14-chain.md`.
//!
//! In the data's way this crate stands behind the witness: what the embedded engine runs in memory goes
//! to a chain from here, and so do the proofs that provers are given. Only standard JSON-RPC is spoken.
//! Whether a witness is one to send or to commit to is for whoever calls.
//!
//! | step | where |
//! |---|---|
//! | the contracts, with their addresses | [`contracts`], [`holds`] |
//! | what an audit costs, before anything is spent | [`plan`], on the [`host`] in memory |
//! | the chain behind a node | [`chain`], [`course`], [`rules`], [`fees`] |
//! | who signs | [`keys`], [`sender`] |
//! | what is ordered, and sent once | [`outbox`] |
//! | what is signed and kept before it is sent | [`unattended`] |
//! | contracts to the chain | [`deploy`] |
//! | messages to the chain, verdicts back | [`submit`] |
//! | what operators commit to, and how they are convicted | [`dispute`] |
//! | the execution audit by `eth_call` alone | [`execution`], [`probe`] |
//!
//! ```
//! use iso_evm_onchain::{
//!     contracts::{Archives, Contracts},
//!     plan::Plan,
//! };
//! use iso_evm_wire::Opened;
//! use iso_evm_witness::{Input, record};
//!
//! // The code stores 42.
//! let input = Input::parse(br#"{
//!     "fork": "osaka",
//!     "transaction": {"from": "0x1111111111111111111111111111111111111111",
//!         "to": "0x2222222222222222222222222222222222222222", "gas": "0x186a0"},
//!     "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x602a5f55"}}
//! }"#, None)?;
//! let witness = record(&input.execution)?.witness(&input);
//!
//! let plan = Plan::new(Contracts::new(Archives::CodeHash), witness.rules);
//! let costs = plan.costs(&Opened::of(&witness));
//! assert!(costs[0].fits_mempool() && costs[0].archive.is_some());
//! println!("{} gas, at {}", costs[0].total(), plan.hypervisor().address);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(test)]
mod addresses;
pub mod chain;
pub mod contracts;
pub mod course;
pub mod deploy;
pub mod dispute;
pub mod execution;
pub mod fees;
pub mod holds;
pub mod host;
pub mod keys;
pub mod outbox;
pub mod plan;
pub mod probe;
pub mod rules;
pub mod send_error;
pub mod sender;
pub mod submit;
pub mod unattended;
