//! `iso-verify emit`: the emitted contracts, as bytes or as a listing.

use alloy_primitives::Address;
use clap::{Args, ValueEnum};
use iso_evm_hypervisor::{
    ArchiveKey, ArchiveOptions, Contract, EmitOptions, emit_archive_factory, emit_audit,
};
use iso_evm_witness::Fork;

use super::archives::Key;
use crate::{Exit, error::CommandError, files};

/// Print an emitted contract: one line of 0x hex, or the annotated listing
#[derive(Debug, Args)]
pub(super) struct Emit {
    /// Which contract
    contract: Which,
    /// The fork whose rules the guest runs under [audit; default: osaka]
    #[arg(long, value_name = "NAME", value_parser = super::fork)]
    fork: Option<Fork>,
    /// The factory that deploys the archives [audit; default: the factory by code hash, at its
    /// deterministic address]
    #[arg(long, value_name = "ADDR")]
    factory: Option<Address>,
    /// What an archive's address follows from
    #[arg(long, value_name = "KEY", default_value = "code-hash")]
    archive_key: Key,
    /// Whom the factory takes archives from [archive-factory, by account]
    #[arg(long, value_name = "ADDR")]
    registrar: Option<Address>,
    /// The init code that deploys it, instead of the runtime code
    #[arg(long)]
    initcode: bool,
    /// The annotated listing
    #[arg(long, conflicts_with = "initcode")]
    listing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The hypervisor
    Audit,
    /// The factory that deploys archives
    ArchiveFactory,
}

impl Emit {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let contract = self.contract()?;
        let text = if self.listing {
            contract.listing()
        } else if self.initcode {
            contract.initcode().to_string()
        } else {
            contract.code.to_string()
        };
        files::print(format!("{}\n", text.trim()).as_bytes())?;
        Ok(Exit::Valid)
    }

    fn contract(&self) -> Result<Contract, CommandError> {
        let key = match self.archive_key {
            Key::CodeHash => ArchiveKey::CodeHash,
            Key::Account => ArchiveKey::Account,
        };
        let meaningless = |option, command| Err(CommandError::Meaningless { option, command });
        match self.contract {
            Which::Audit => {
                if self.registrar.is_some() {
                    return meaningless("--registrar", "emit audit");
                }
                let archive = match (self.factory, key) {
                    (Some(factory), key) => ArchiveOptions { key, factory },
                    (None, ArchiveKey::CodeHash) => ArchiveOptions::default(),
                    (None, ArchiveKey::Account) => {
                        let (option, needed) = ("--archive-key account", "--factory");
                        return Err(CommandError::Needs { option, needed });
                    }
                };
                Ok(emit_audit(&EmitOptions { fork: self.fork.unwrap_or(Fork::Osaka), archive }))
            }
            Which::ArchiveFactory => match (self.fork, self.factory, key, self.registrar) {
                (Some(_), ..) => meaningless("--fork", "emit archive-factory"),
                (_, Some(_), ..) => meaningless("--factory", "emit archive-factory"),
                (.., ArchiveKey::CodeHash, Some(_)) => {
                    meaningless("--registrar", "emit archive-factory by code hash")
                }
                (.., ArchiveKey::Account, None) => {
                    let (option, needed) = ("--archive-key account", "--registrar");
                    Err(CommandError::Needs { option, needed })
                }
                (.., registrar) => Ok(emit_archive_factory(key, registrar)),
            },
        }
    }
}
