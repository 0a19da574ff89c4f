//! The OP Stack: what its chains do otherwise than Ethereum. `specs/18-chains.md`.
//!
//! What a message may do follows from a fork of Ethereum all the same; that, and what else an upgrade
//! of the OP Stack changes, stands here, each rule with the page of the OP Stack's specification that
//! has it (<https://specs.optimism.io>). Recorder and audits go by this module, and what only one of
//! them does stands there: the run itself, and the order in which claims are compared.

pub mod base_fee;
pub mod fastlz;
mod fees;
mod l1_block;
pub mod precompiles;
pub mod predeploys;
mod upgrade;

pub use base_fee::{BaseFeeError, BaseFeeParameters};
pub use l1_block::{DataPrice, L1Block};
pub use upgrade::{Change, Upgrade};

#[cfg(test)]
mod tests;
