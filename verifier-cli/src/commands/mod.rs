//! The two binaries' commands, one file each, and what they share: arguments (`usage`), examples, how much
//! is said (`verbosity`, `log`).

use std::{ffi::OsString, path::Path};

use clap::Parser;
use iso_evm_verifier::EngineKind;
use iso_evm_wire::{Fork, Rules};

use self::{usage::Binary, verbosity::Verbosity};
use crate::{Exit, error::CommandError};

pub(crate) use crate::terminal::say;

mod assemble;
mod batch;
mod block_file;
mod block_name;
mod certified;
#[cfg(feature = "node")]
mod chain;
#[cfg(not(feature = "node"))]
#[path = "without_node.rs"]
mod chain;
mod check;
mod commit;
mod completions;
mod emit;
mod examples;
mod expect;
mod explain;
mod given;
mod headings;
mod inspect;
mod log;
mod man;
mod mutate;
mod node;
#[cfg(feature = "onchain")]
mod onchain;
mod pack;
mod record;
mod screen;
mod segments;
mod statetest;
mod tabled;
mod trace;
mod usage;
mod verbosity;
mod verify;
#[cfg(feature = "node")]
mod watch;
#[cfg(not(feature = "node"))]
#[path = "without_watch.rs"]
mod watch;
#[cfg(not(feature = "onchain"))]
mod without_onchain;
mod wording;
mod wrote;

#[cfg(feature = "onchain")]
use self::onchain::{Answer, Ask, Challenge, Cost, Deploy, Settle, Submit, verify_on};
#[cfg(not(feature = "onchain"))]
use self::without_onchain::{Answer, Ask, Challenge, Cost, Deploy, Settle, Submit, verify_on};

/// Record what a transaction did, inspect the record, assemble one
#[derive(Debug, Parser)]
#[command(name = "iso-witness", version, arg_required_else_help = true)]
struct IsoWitness {
    #[command(subcommand)]
    command: WitnessCommand,
    #[command(flatten)]
    verbosity: Verbosity,
}

#[derive(Debug, clap::Subcommand)]
enum WitnessCommand {
    Record(record::Record),
    Pack(pack::Pack),
    Inspect(inspect::Inspect),
    Assemble(assemble::Assemble),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Audit what a transaction is said to have done
#[derive(Debug, Parser)]
#[command(
    name = "iso-verify",
    version,
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Exit codes: 0 valid, 1 invalid, 2 unusable input or usage, 3 inconclusive."
)]
struct IsoVerify {
    #[command(subcommand)]
    command: Option<VerifyCommand>,
    #[command(flatten)]
    verify: verify::Verify,
    #[command(flatten)]
    verbosity: Verbosity,
}

#[derive(Debug, clap::Subcommand)]
enum VerifyCommand {
    Verify(verify::Verify),
    Explain(explain::Explain),
    Trace(trace::Trace),
    Batch(batch::Batch),
    Watch(Box<watch::Watch>),
    Check(check::Check),
    Checkpoints(segments::Checkpoints),
    Commit(commit::Commit),
    Emit(emit::Emit),
    Cost(Cost),
    Deploy(Deploy),
    Submit(Submit),
    Challenge(Challenge),
    Ask(Ask),
    Answer(Answer),
    Settle(Settle),
    Statetest(statetest::Statetest),
    Mutate(mutate::Mutate),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Runs `iso-witness`.
pub fn iso_witness(args: impl IntoIterator<Item = OsString>) -> Exit {
    usage::run::<IsoWitness>(args)
}

/// Runs `iso-verify`.
pub fn iso_verify(args: impl IntoIterator<Item = OsString>) -> Exit {
    usage::run::<IsoVerify>(args)
}

impl Binary for IsoWitness {
    fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    fn run(self) -> Result<Exit, CommandError> {
        match self.command {
            WitnessCommand::Record(command) => command.run(),
            WitnessCommand::Pack(command) => command.run(),
            WitnessCommand::Inspect(command) => command.run(),
            WitnessCommand::Assemble(command) => command.run(),
            WitnessCommand::Completions(command) => command.run(usage::commands::<Self>()),
            WitnessCommand::Man(command) => command.run(usage::commands::<Self>()),
        }
    }
}

impl Binary for IsoVerify {
    fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    fn run(self) -> Result<Exit, CommandError> {
        match self.command {
            Some(VerifyCommand::Verify(command)) => command.run(),
            Some(VerifyCommand::Batch(command)) => command.run(),
            Some(VerifyCommand::Watch(command)) => command.run(),
            Some(VerifyCommand::Check(command)) => command.run(),
            Some(VerifyCommand::Checkpoints(command)) => command.run(),
            Some(VerifyCommand::Commit(command)) => command.run(),
            Some(VerifyCommand::Emit(command)) => command.run(),
            Some(VerifyCommand::Cost(command)) => command.run(),
            Some(VerifyCommand::Deploy(command)) => command.run(),
            Some(VerifyCommand::Submit(command)) => command.run(),
            Some(VerifyCommand::Challenge(command)) => command.run(),
            Some(VerifyCommand::Ask(command)) => command.run(),
            Some(VerifyCommand::Answer(command)) => command.run(),
            Some(VerifyCommand::Settle(command)) => command.run(),
            Some(VerifyCommand::Statetest(command)) => command.run(),
            Some(VerifyCommand::Explain(command)) => command.run(),
            Some(VerifyCommand::Trace(command)) => command.run(),
            Some(VerifyCommand::Mutate(command)) => command.run(),
            Some(VerifyCommand::Completions(command)) => command.run(usage::commands::<Self>()),
            Some(VerifyCommand::Man(command)) => command.run(usage::commands::<Self>()),
            None => {
                let word = self.verify.file().and_then(Path::to_str).unwrap_or_default();
                match usage::mistyped(word, &usage::commands::<Self>()) {
                    Some(error) => Err(error),
                    None => self.verify.run(),
                }
            }
        }
    }
}

/// An engine's name as an argument.
fn engine(name: &str) -> Result<EngineKind, String> {
    let unknown =
        "expected hypervisor, native, both or, where a file is verified with --rpc-url, node";
    name.parse().map_err(|_| format!("unknown engine {name:?}: {unknown}"))
}

/// The name of rules as an argument: a fork of Ethereum, or an upgrade of the OP Stack.
fn rules(name: &str) -> Result<Rules, iso_evm_wire::fork::ForkError> {
    name.parse()
}

/// A fork's name as an argument.
fn fork(name: &str) -> Result<Fork, iso_evm_wire::fork::ForkError> {
    name.parse()
}
