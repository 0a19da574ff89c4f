//! What stands for the commands and the option that need the feature `onchain`, in a build without it: it
//! says so.

use std::ffi::OsString;

use clap::Args;
use iso_evm_verifier::{Options, Report};
use iso_evm_wire::Opened;

use super::verify::Unverified;
use crate::{Exit, error::CommandError};

/// A command that this build is without, whatever stands behind it.
macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident = $command:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Args)]
        pub(super) struct $name {
            #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
            _arguments: Vec<OsString>,
        }

        impl $name {
            pub(super) fn run(self) -> Result<Exit, CommandError> {
                Err(CommandError::Absent { what: $command, feature: "onchain" })
            }
        }
    )+};
}

commands! {
    /// Not in this build: it is without the feature `onchain`
    Cost = "cost";
    /// Not in this build: it is without the feature `onchain`
    Deploy = "deploy";
    /// Not in this build: it is without the feature `onchain`
    Submit = "submit";
    /// Not in this build: it is without the feature `onchain`
    Challenge = "challenge";
    /// Not in this build: it is without the feature `onchain`
    Ask = "ask";
    /// Not in this build: it is without the feature `onchain`
    Answer = "answer";
    /// Not in this build: it is without the feature `onchain`
    Settle = "settle";
}

/// `iso-verify FILE --rpc-url`.
pub(super) fn verify_on(_: &str, _: &Opened<'_>, _: &Options) -> Result<Report, Unverified> {
    Err(CommandError::Absent { what: "--rpc-url", feature: "onchain" }.into())
}
