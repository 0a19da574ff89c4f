//! The commands of the two binaries: `iso-witness` (record, inspect, assemble) and `iso-verify` (audit
//! a witness, batches of them, a whole chain, state tests; emit, deploy and submit to contracts).
//!
//! A binary is glue: what is done is done by the libraries that it puts together. Arguments, exit
//! codes, what people read, and which option mends an error are here and nowhere else.
//!
//! | what | where |
//! |---|---|
//! | one file a command | `commands` |
//! | what people read of a verdict | `report` |
//! | how text comes before a person | `terminal` |
//! | why a command could not do its work, and what mends it | [`CommandError`], `advice` |
//! | how it ended | [`Exit`] |
//! | recorder, contract, audits | [`iso_evm_witness`], [`iso_evm_hypervisor`], [`iso_evm_verifier`] |
//! | many at once | [`iso_evm_batch`] |
//! | from a node, to a chain | `iso_evm_node`, `iso_evm_onchain`: features `node` and `onchain` |
//! | a chain followed | `iso_evm_watch`: feature `node` |
//!
//! # How a command ends
//!
//! ```
//! use iso_evm_cli::Exit;
//! use iso_evm_verifier::Verdict;
//!
//! // A false claim is worse than one that nothing is known of: of several files the worst counts.
//! assert_eq!(Exit::from(Verdict::Invalid).worst(Exit::Inconclusive), Exit::Invalid);
//! assert_eq!(Exit::Invalid as u8, 1);
//! ```

mod advice;
pub mod commands;
mod error;
mod exit_code;
mod report;
mod terminal;

pub use error::CommandError;
pub use exit_code::Exit;
