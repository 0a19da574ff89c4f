//! The commands that put audits on a chain, and those parts of others that ask one.

mod archives;
mod chain;
mod commitment;
mod consent;
mod cost;
mod deploy;
mod dispute;
mod money;
mod proofs;
mod proved;
mod submit;
mod verify;

#[cfg(feature = "node")]
pub(super) use self::{archives::DisputeArgs, chain::TermsArgs, money::wei};
pub(super) use self::{
    cost::Cost,
    deploy::Deploy,
    dispute::{Answer, Ask, AtHand, Challenge, Named, Post, Settle},
    submit::Submit,
    verify::verify_on,
};
