//! `iso-verify emit`: the emitted contracts, as bytes or as a listing.

use alloy_primitives::Address;
use clap::{Args, ValueEnum};
use iso_evm_batch::files;
use iso_evm_hypervisor::{
    ArchiveKey, ArchiveOptions, Contract, EmitOptions, emit_archive_factory, emit_audit,
    emit_segment, live,
};
use iso_evm_wire::{Fork, Rules};

use crate::{Exit, error::CommandError};

/// Print an emitted contract: one line of 0x hex, or the annotated listing
#[derive(Debug, Args)]
pub(super) struct Emit {
    /// Which contract
    contract: Which,
    /// The fork whose rules the guest runs under, as osaka or optimism/holocene; a live machine goes by
    /// the fork of Ethereum that an upgrade of the OP Stack has [audit, segment, live, live-static; default:
    /// osaka]
    #[arg(long, value_name = "NAME", value_parser = super::rules)]
    fork: Option<Rules>,
    /// The factory that deploys the archives [audit, segment; default: the factory by code hash, at its
    /// deterministic address]
    #[arg(long, value_name = "ADDR")]
    factory: Option<Address>,
    /// What an archive's address follows from
    #[arg(long, value_name = "KEY", default_value = "code-hash")]
    archive_key: Key,
    /// Whom the factory takes archives from [archive-factory, by account]
    #[arg(long, value_name = "ADDR")]
    registrar: Option<Address>,
    /// The live machine that the wrapper calls [live-static; default: that of the fork, at its
    /// deterministic address]
    #[arg(long, value_name = "ADDR")]
    hypervisor: Option<Address>,
    /// The init code that deploys it, instead of the runtime code
    #[arg(long)]
    initcode: bool,
    /// The annotated listing
    #[arg(long, conflicts_with = "initcode")]
    listing: bool,
}

/// What an archive's address follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Key {
    /// The code's hash: anyone may archive
    CodeHash,
    /// The account: the factory takes archives from its registrar only
    Account,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The hypervisor
    Audit,
    /// The segment machine, which audits a part of a message
    Segment,
    /// The factory that deploys archives
    ArchiveFactory,
    /// The live machine, which runs bytecode that it is delegate-called with
    Live,
    /// The wrapper whose view function runs bytecode by the live machine and changes nothing
    LiveStatic,
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
        let rules = self.fork.unwrap_or(Fork::NEWEST.into());
        let fork = rules.fork();
        self.refuse_meaningless()?;
        match self.contract {
            Which::Audit | Which::Segment => {
                let archive = match (self.factory, key) {
                    (Some(factory), key) => ArchiveOptions { key, factory },
                    (None, ArchiveKey::CodeHash) => ArchiveOptions::default(),
                    (None, ArchiveKey::Account) => {
                        let (option, needed) = ("--archive-key account", "--factory");
                        return Err(CommandError::Needs { option, needed });
                    }
                };
                let options = EmitOptions { rules, archive };
                Ok(match self.contract {
                    Which::Segment => emit_segment(&options),
                    _ => emit_audit(&options),
                })
            }
            Which::ArchiveFactory => match (key, self.registrar) {
                (ArchiveKey::CodeHash, Some(_)) => Err(CommandError::Meaningless {
                    option: "--registrar",
                    command: "emit archive-factory by code hash",
                }),
                (ArchiveKey::Account, None) => {
                    let (option, needed) = ("--archive-key account", "--registrar");
                    Err(CommandError::Needs { option, needed })
                }
                (key, registrar) => Ok(emit_archive_factory(key, registrar)),
            },
            Which::Live => Ok(live::emit_live(fork)),
            Which::LiveStatic => {
                let hypervisor = self.hypervisor.unwrap_or_else(|| live::address(fork));
                Ok(live::emit_static_wrapper(hypervisor))
            }
        }
    }

    /// An option that says nothing about the contract is an error.
    fn refuse_meaningless(&self) -> Result<(), CommandError> {
        use Which::{ArchiveFactory, Audit, Live, LiveStatic, Segment};
        let by_account = self.archive_key == Key::Account;
        let options: [(&str, bool, &[Which]); 5] = [
            ("--fork", self.fork.is_some(), &[Audit, Segment, Live, LiveStatic]),
            ("--factory", self.factory.is_some(), &[Audit, Segment]),
            ("--archive-key", by_account, &[Audit, Segment, ArchiveFactory]),
            ("--registrar", self.registrar.is_some(), &[ArchiveFactory]),
            ("--hypervisor", self.hypervisor.is_some(), &[LiveStatic]),
        ];
        let command = match self.contract {
            Audit => "emit audit",
            Segment => "emit segment",
            ArchiveFactory => "emit archive-factory",
            Live => "emit live",
            LiveStatic => "emit live-static",
        };
        for (option, given, contracts) in options {
            if given && !contracts.contains(&self.contract) {
                return Err(CommandError::Meaningless { option, command });
            }
        }
        if self.fork.is_some() && self.hypervisor.is_some() {
            let command = "emit live-static with --hypervisor";
            return Err(CommandError::Meaningless { option: "--fork", command });
        }
        Ok(())
    }
}
