//! `iso-verify emit`: the emitted contracts, as bytes, as a listing, or with all that they are known by.

use alloy_primitives::{Address, B256, Bytes, keccak256};
use clap::{Args, ValueEnum};
use iso_evm_batch::files;
use iso_evm_hypervisor::{
    ArchiveKey, ArchiveOptions, Contract, EmitOptions, archive::DETERMINISTIC_DEPLOYER,
    emit_archive_factory, emit_audit, emit_segment, live,
};
use iso_evm_wire::{Fork, Rules};
use serde::Serialize;

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
    /// Code and init code with their hashes, address, and what the contract was emitted for, as JSON
    #[arg(long, conflicts_with_all = ["initcode", "listing"])]
    json: bool,
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

impl Which {
    /// The contract's name, as in the artifacts.
    const fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Segment => "segment",
            Self::ArchiveFactory => "archive-factory",
            Self::Live => "live",
            Self::LiveStatic => "live-static",
        }
    }

    /// The command that emits it.
    const fn command(self) -> &'static str {
        match self {
            Self::Audit => "emit audit",
            Self::Segment => "emit segment",
            Self::ArchiveFactory => "emit archive-factory",
            Self::Live => "emit live",
            Self::LiveStatic => "emit live-static",
        }
    }

    /// Whether archives are looked for by it, or made.
    const fn knows_archives(self) -> bool {
        matches!(self, Self::Audit | Self::Segment | Self::ArchiveFactory)
    }
}

/// What a program reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    contract: &'static str,
    fork: Option<Rules>,
    archive_key: Option<&'static str>,
    factory: Option<Address>,
    registrar: Option<Address>,
    hypervisor: Option<Address>,
    address: Address,
    code_hash: B256,
    size: usize,
    initcode_hash: B256,
    initcode_size: usize,
    code: Bytes,
    initcode: Bytes,
}

impl Emit {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let contract = self.contract()?;
        let text = if self.json {
            let json = serde_json::to_string_pretty(&self.document(contract));
            json.expect("only numbers and strings")
        } else if self.listing {
            contract.listing()
        } else if self.initcode {
            contract.initcode().to_string()
        } else {
            contract.code.to_string()
        };
        files::print(format!("{}\n", text.trim()).as_bytes())?;
        Ok(Exit::Valid)
    }

    /// What a program reads of a contract that was emitted by these options.
    fn document(&self, contract: Contract) -> Document {
        use Which::{Audit, Live, LiveStatic, Segment};
        let (which, rules) = (self.contract, self.rules());
        let fork = match which {
            Audit | Segment => Some(rules),
            Live => Some(rules.fork().into()),
            LiveStatic if self.hypervisor.is_none() => Some(rules.fork().into()),
            _ => None,
        };
        let audits = matches!(which, Audit | Segment);
        let (initcode, code_hash) = (contract.initcode(), contract.code_hash());
        let initcode_hash = keccak256(&initcode);
        Document {
            contract: which.name(),
            fork,
            archive_key: which.knows_archives().then_some(match self.archive_key {
                Key::CodeHash => "code-hash",
                Key::Account => "account",
            }),
            factory: audits.then(|| self.factory.unwrap_or(ArchiveOptions::default().factory)),
            registrar: self.registrar,
            hypervisor: (which == LiveStatic)
                .then(|| self.hypervisor.unwrap_or_else(|| live::address(rules.fork()))),
            address: DETERMINISTIC_DEPLOYER.create2(B256::ZERO, initcode_hash),
            code_hash,
            size: contract.code.len(),
            initcode_hash,
            initcode_size: initcode.len(),
            code: contract.code,
            initcode,
        }
    }

    /// The rules that the guest runs under.
    fn rules(&self) -> Rules {
        self.fork.unwrap_or(Fork::NEWEST.into())
    }

    fn contract(&self) -> Result<Contract, CommandError> {
        let key = match self.archive_key {
            Key::CodeHash => ArchiveKey::CodeHash,
            Key::Account => ArchiveKey::Account,
        };
        let rules = self.rules();
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
        let command = self.contract.command();
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
