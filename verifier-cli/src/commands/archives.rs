//! How archives are found, as an argument.

use alloy_primitives::Address;
use clap::{Args, ValueEnum};

use crate::{error::CommandError, onchain::contracts::Archives};

/// How archives are found
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ArchiveArgs {
    /// What an archive's address follows from
    #[arg(long, value_name = "KEY", default_value = "code-hash")]
    archive_key: Key,
    /// Whom the factory takes archives from, by account [default: the account that sends]
    #[arg(long, value_name = "ADDR")]
    registrar: Option<Address>,
}

/// What an archive's address follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Key {
    /// The code's hash: anyone may archive
    CodeHash,
    /// The account: the factory takes archives from its registrar only
    Account,
}

impl ArchiveArgs {
    /// The archives. `sender` is the registrar if no other is named.
    pub(super) fn archives(self, sender: Option<Address>) -> Result<Archives, CommandError> {
        match (self.archive_key, self.registrar.or(sender)) {
            (Key::CodeHash, _) if self.registrar.is_some() => Err(CommandError::Meaningless {
                option: "--registrar",
                command: "archives by code hash",
            }),
            (Key::CodeHash, _) => Ok(Archives::CodeHash),
            (Key::Account, Some(registrar)) => Ok(Archives::Account { registrar }),
            (Key::Account, None) => {
                Err(CommandError::Needs { option: "--archive-key account", needed: "--registrar" })
            }
        }
    }
}
