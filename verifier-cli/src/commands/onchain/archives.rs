//! Which contracts, as arguments: how archives are found, who deploys, and whose forks the register
//! goes by.

use alloy_primitives::Address;
use clap::Args;
use iso_evm_hypervisor::archive::DETERMINISTIC_DEPLOYER;
use iso_evm_onchain::contracts::{Archives, Contracts};
use iso_evm_wire::Schedule;

use crate::{commands::emit::Key, error::CommandError};

/// Which contracts
#[derive(Clone, Debug, Args)]
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
    /// The chain that the register's messages are of: mainnet, Holesky, Hoodi or Sepolia; OP Mainnet,
    /// OP Sepolia, Base or Base Sepolia; any other with --schedule
    #[arg(long, value_name = "ID", default_value_t = 1)]
    guest_chain: u64,
    /// When that chain's forks begin, FORK=N[,FORK=N…], as osaka=0 or optimism/jovian=0: by block
    /// number up to Paris and for optimism/bedrock, by time from there on, or as said (FORK=block:N,
    /// FORK=time:N)
    #[arg(long, value_name = "FORKS")]
    schedule: Option<String>,
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
        let schedule = match &self.schedule {
            Some(forks) => Schedule::parse(self.guest_chain, forks),
            None => Schedule::of_chain(self.guest_chain),
        };
        Ok(Contracts { deployer: self.deployer, archives, schedule: schedule? })
    }
}
