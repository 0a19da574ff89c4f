//! The two binaries' commands, one file each, and what they share: arguments, errors, exit codes.

use std::ffi::OsString;

use clap::{Parser, error::ErrorKind};
use iso_evm_batch::files;
use iso_evm_verifier::EngineKind;
use iso_evm_wire::{Fork, Rules};

use crate::{
    Exit,
    error::CommandError,
    terminal::{self, say_lines},
};

pub(crate) use crate::terminal::say;

mod assemble;
mod batch;
mod block_file;
mod block_name;
#[cfg(feature = "node")]
mod chain;
#[cfg(not(feature = "node"))]
#[path = "without_node.rs"]
mod chain;
mod check;
mod commit;
mod emit;
mod expect;
mod given;
mod inspect;
mod log;
mod mutate;
mod node;
#[cfg(feature = "onchain")]
mod onchain;
mod record;
mod screen;
mod segments;
mod statetest;
mod verify;
#[cfg(not(feature = "onchain"))]
mod without_onchain;
mod wrote;

#[cfg(feature = "onchain")]
use self::onchain::{Answer, Ask, Challenge, Cost, Deploy, Settle, Submit, verify_on};
#[cfg(not(feature = "onchain"))]
use self::without_onchain::{Answer, Ask, Challenge, Cost, Deploy, Settle, Submit, verify_on};

/// Record what a transaction did, inspect the record, assemble one
#[derive(Debug, Parser)]
#[command(name = "iso-witness", version, arg_required_else_help = true)]
enum IsoWitness {
    Record(record::Record),
    Inspect(inspect::Inspect),
    Assemble(assemble::Assemble),
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
}

#[derive(Debug, clap::Subcommand)]
enum VerifyCommand {
    Batch(batch::Batch),
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
}

/// Runs `iso-witness`.
pub fn iso_witness(args: impl IntoIterator<Item = OsString>) -> Exit {
    run(args, |command: IsoWitness| match command {
        IsoWitness::Record(command) => command.run(),
        IsoWitness::Inspect(command) => command.run(),
        IsoWitness::Assemble(command) => command.run(),
    })
}

/// Runs `iso-verify`.
pub fn iso_verify(args: impl IntoIterator<Item = OsString>) -> Exit {
    run(args, |command: IsoVerify| match command.command {
        Some(VerifyCommand::Batch(command)) => command.run(),
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
        Some(VerifyCommand::Mutate(command)) => command.run(),
        None => command.verify.run(),
    })
}

/// Parses the arguments, runs the command, reports an error.
fn run<C: Parser>(
    args: impl IntoIterator<Item = OsString>,
    command: impl FnOnce(C) -> Result<Exit, CommandError>,
) -> Exit {
    log::log_to_stderr();
    let args: Vec<OsString> = args.into_iter().collect();
    let keys = keys(&args);
    let hide = |text: String| keys.iter().fold(text, |text, key| text.replace(key, "…"));
    let json = args.iter().any(|arg| arg == "--json");
    match C::try_parse_from(&args) {
        Ok(parsed) => match command(parsed) {
            Ok(exit) => exit,
            Err(error) => {
                let is_usage = matches!(error, CommandError::Usage(_));
                let error = hide(error.to_string());
                tell(&error, json, if is_usage { say_lines } else { say });
                Exit::Unusable
            }
        },
        Err(usage) => {
            // Help and version come this way too.
            let text = hide(usage.render().to_string());
            // Names of files can come to stand there too.
            let is_plain = terminal::text(&text) == text;
            if keys.is_empty() && is_plain {
                let _ = usage.print();
            } else {
                say_lines(text.trim_end());
            }
            match usage.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Exit::Valid,
                _ if json => print_error(&first_line(&text)),
                _ => {}
            }
            Exit::Unusable
        }
    }
}

/// Tells an error: on stderr, and with `--json` as an object on stdout too.
fn tell(error: &str, json: bool, say: fn(&str)) {
    say(&format!("error: {error}"));
    if json {
        print_error(error);
    }
}

/// An error as JSON. One about stdout cannot be written there.
fn print_error(error: &str) {
    let error = serde_json::json!({ "error": error });
    let _ = files::print(format!("{error}\n").as_bytes());
}

/// What may be a private key among the arguments of a command that takes one, given where a file or
/// an account belongs: 32 bytes in hex. No error repeats it.
fn keys(args: &[OsString]) -> Vec<String> {
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let options = ["--private-key", "--unlocked", "--keystore", "--password"];
    let takes = |arg: &str| options.iter().any(|option| arg.starts_with(option));
    if !args.iter().any(|arg| takes(arg)) {
        return Vec::new();
    }
    let values = args.iter().map(|arg| arg.rsplit_once('=').map_or(&**arg, |(_, value)| value));
    let digits = values.map(|value| value.strip_prefix("0x").unwrap_or(value));
    let is_key =
        |text: &&str| text.len() >= 60 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    digits.filter(is_key).map(str::to_owned).collect()
}

/// The line of a usage error that says what is wrong.
fn first_line(usage: &str) -> String {
    let line = usage.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

/// An engine's name as an argument.
fn engine(name: &str) -> Result<EngineKind, String> {
    let unknown = "expected hypervisor, native, both or, with --rpc-url, node";
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
