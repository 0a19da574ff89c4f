//! Which contracts, as arguments: how archives are found, and who deploys.

use alloy_primitives::Address;
use clap::{Args, ValueEnum};
use iso_evm_hypervisor::archive::DETERMINISTIC_DEPLOYER;

use crate::{
    error::CommandError,
    onchain::contracts::{Archives, Contracts},
};

/// Which contracts
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ContractArgs {
    /// What an archive's address follows from
    #[arg(long, value_name = "KEY", default_value = "code-hash")]
    archive_key: Key,
    /// Whom the factory takes archives from, by account [default: the account that sends]
    #[arg(long, value_name = "ADDR")]
    registrar: Option<Address>,
    /// Who deploys by CREATE2
    #[arg(long, value_name = "ADDR", default_value_t = DETERMINISTIC_DEPLOYER)]
    deployer: Address,
}

/// What an archive's address follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Key {
    /// The code's hash: anyone may archive
    CodeHash,
    /// The account: the factory takes archives from its registrar only
    Account,
}

impl ContractArgs {
    /// The contracts. `sender` is the registrar if no other is named.
    pub(super) fn contracts(self, sender: Option<Address>) -> Result<Contracts, CommandError> {
        let archives = match (self.archive_key, self.registrar, self.registrar.or(sender)) {
            (Key::CodeHash, Some(_), _) => {
                return Err(CommandError::Meaningless {
                    option: "--registrar",
                    command: "archives by code hash",
                });
            }
            (Key::CodeHash, None, _) => Archives::CodeHash,
            (Key::Account, _, Some(registrar)) => Archives::Account { registrar },
            (Key::Account, _, None) => {
                let (option, needed) = ("--archive-key account", "--registrar");
                return Err(CommandError::Needs { option, needed });
            }
        };
        Ok(Contracts { deployer: self.deployer, archives })
    }
}
