//! Which contracts, as arguments: how archives are found, who deploys, whose forks disputes go by, and what
//! they agree to.

use alloy_primitives::{Address, B256, U256};
use clap::Args;
use iso_evm_hypervisor::archive::DETERMINISTIC_DEPLOYER;
use iso_evm_onchain::{
    contracts::{Archives, Contracts, WINDOWS},
    dispute::Disputes,
};
use iso_evm_provers::dispute::Windows;
use iso_evm_wire::{Rules, Schedule};

use super::money::wei;
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
    /// The chain that disputes are about: mainnet, Holesky, Hoodi or Sepolia; OP Mainnet,
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
        let (schedule, windows) = (self.schedule()?, WINDOWS);
        Ok(Contracts { deployer: self.deployer, archives, schedule, windows })
    }

    /// When the chain's forks begin.
    fn schedule(&self) -> Result<Schedule, CommandError> {
        let schedule = match &self.schedule {
            Some(forks) => Schedule::parse(self.guest_chain, forks),
            None => Schedule::of_chain(self.guest_chain),
        };
        Ok(schedule?)
    }
}

/// What disputes agree to, for who deploys them
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Disputes")]
pub(super) struct WindowArgs {
    /// Seconds in which a commitment can be asked about, and at least be convicted [default: a week]
    #[arg(long, value_name = "SECONDS", default_value_t = WINDOWS.window, hide_default_value = true)]
    window: u64,
    /// Seconds in which what is asked for must be shown: at most a quarter of the window [default: a day]
    #[arg(long, value_name = "SECONDS", default_value_t = WINDOWS.answer_period, hide_default_value = true)]
    answer_period: u64,
    /// What an operator gives for each commitment, as 1ether or in wei [default: nothing]
    #[arg(long, value_name = "AMOUNT", default_value = "0", value_parser = wei, hide_default_value = true)]
    bond: u128,
    /// What a question costs, which goes to who answers it [default: nothing]
    #[arg(long, value_name = "AMOUNT", default_value = "0", value_parser = wei, hide_default_value = true)]
    deposit: u128,
    /// The state root that a commitment without a parent begins with [default: any]
    #[arg(long, value_name = "ROOT", default_value_t = B256::ZERO, hide_default_value = true)]
    anchor: B256,
}

impl WindowArgs {
    /// What they say.
    pub(super) fn windows(self) -> Windows {
        Windows {
            window: self.window,
            answer_period: self.answer_period,
            bond: U256::from(self.bond),
            deposit: U256::from(self.deposit),
            anchor: self.anchor,
        }
    }
}

/// Where disputes are
#[derive(Clone, Debug, Args)]
pub(in crate::commands) struct DisputeArgs {
    /// The contract for disputes [default: where `deploy` puts it]
    #[arg(long, value_name = "ADDR")]
    dispute: Option<Address>,
    #[command(flatten)]
    contracts: ContractArgs,
}

impl DisputeArgs {
    /// The disputes about blocks of these rules, as an account sees them.
    pub(super) fn disputes(self, rules: Rules, sender: Address) -> Result<Disputes, CommandError> {
        let contracts = self.contracts.contracts(Some(sender))?;
        contracts.goes_by(rules).map_err(iso_evm_onchain::dispute::DisputeError::from)?;
        let disputes = Disputes::new(contracts, rules);
        Ok(match self.dispute {
            Some(at) => disputes.at(at),
            None => disputes,
        })
    }

    /// The contracts alone.
    pub(in crate::commands) fn into_contracts(
        self,
        sender: Option<Address>,
    ) -> Result<Contracts, CommandError> {
        self.contracts.contracts(sender)
    }

    /// The newest rules of the chain that they are about.
    pub(super) fn newest(&self) -> Result<Rules, CommandError> {
        Ok(self.contracts.schedule()?.family().newest())
    }

    /// The contract, if it is named.
    #[cfg(feature = "node")]
    pub(in crate::commands) const fn address(&self) -> Option<Address> {
        self.dispute
    }

    /// Whether the contract is named.
    pub(in crate::commands) const fn is_given(&self) -> bool {
        self.dispute.is_some()
    }
}
