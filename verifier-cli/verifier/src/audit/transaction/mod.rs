//! The transaction audit: what comes before the top message and after it.
//! `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way `begin` stands in front of the walk over the records and `end` behind it.
//! `begin` checks the rules and brings the state to where the top message starts; what that message
//! must be follows. `end` pays back and out, and compares final root and receipt. A false claim stops
//! neither: facts are compared with the true state, which goes on from effects.
//!
//! # What is compared, and in which order
//!
//! 1. Rules that need no state: `signature` (if there is one), `chain-id`, `fork` (if there
//!    is a header and the chain's schedule is known), `type`,
//!    `nonce` below 2^64 − 1, `gas-limit`, `intrinsic-gas` (the floor too), `fee`, `initcode`, `blob`,
//!    `authorization`, `blob-base-fee` (if there is a header), `ancestor`;
//!    `block-transaction` and `block-receipt` (if there are the paths).
//! 2. The sender: `nonce`, `sender-code`, `funds`. Then gas and blob gas are bought and the fees of the
//!    OP Stack paid, the nonce grows, and authorisations are applied.
//! 3. The top message: that there is one if and only if code runs (`message`), then `kind`, `origin`,
//!    `gas-price`, `caller`, `to`, `context`, `value`, `calldata`, `gas`, `static`. The walk compares
//!    its root at entry (`state-root-enter`) and its code's hash (the access audit's `code-hash`).
//! 4. The end: `status`, `gas-used`, and where the receipt has them `logs` and `bloom`; then
//!    `deposit-nonce` and `deposit-version`; then refund, fees and deletions are done, and
//!    `state-root-leave`.
//!
//! A deposit of the OP Stack is in its block whatever it is. Of step 1 only `fork`, `type` and
//! `gas-limit` are asked of it, and what is about its block; of step 2 nothing: it mints, and its
//! sender's nonce grows. If it is invalid, there is no message, and its end is that.

mod authorizations;
mod begin;
mod blobs;
mod claims;
mod deposit;
mod end;
mod fees;
mod gas;
mod inclusion;
mod message;
mod price;
mod receipt;
mod rules;
mod schedule;
mod signature;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
mod top;
mod warmth;

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_wire::{Witness, records::FrameKind};

pub(super) use begin::begin;
pub use claims::Findings;
pub(super) use end::end;
use fees::Fees;
pub(super) use inclusion::Included;
pub use inclusion::is_included;
pub use schedule::{Unanchored, unanchored};
pub(crate) use signature::signer;

use super::{Finding, Missing, TransactionKind};

/// What a transaction's top call or creation is, or came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Top {
    /// The top call or creation runs code: there is a message.
    Message(TopMessage),
    /// The top call or creation runs no code (an account without any, a precompile, a collision), and
    /// ended so.
    Ended(TopEnd),
    /// There is none: the transaction is a deposit that is invalid, and in its block all the same.
    Invalid,
}

/// What was charged before the top message.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) enum Charge {
    /// Gas, and on the OP Stack fees beside it.
    Gas(Option<Fees>),
    /// Nothing: it is a deposit.
    Nothing {
        /// The sender's nonce before.
        nonce: u64,
    },
}

/// What the top message must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopMessage {
    /// Call or create.
    pub kind: FrameKind,
    /// The account called, or the new one: who gets the value.
    pub target: Address,
    /// Whose code runs, delegation followed; zero in a creation.
    pub to: Address,
    /// Who sent the transaction.
    pub caller: Address,
    /// Value, in wei.
    pub value: U256,
    /// Hash of the code that runs.
    pub code_hash: B256,
    /// Calldata or initcode.
    pub call_data: Bytes,
    /// Gas limit less intrinsic gas.
    pub gas: u64,
    /// Effective gas price.
    pub gas_price: U256,
}

/// How the top call or creation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopEnd {
    /// 0 exceptional halt, 1 success, 2 revert.
    pub status: u8,
    /// Gas that it spent of what it got.
    pub gas_used: u64,
}

/// Whether the sender is given, and nothing in the transaction proves it: then that one check is not
/// made.
pub fn sender_is_given(witness: &Witness) -> bool {
    witness.transaction.sender_is_given()
}
