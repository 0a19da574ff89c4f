//! Under which heading an option stands in `--help`, in one table for all commands. A command with few options has
//! one list, as it is.

use clap::{Arg, Command};

/// Options up to which a command has one list.
const FEW: usize = 12;

/// The headings, and the options that stand under each, by the names of the fields that they are read into.
const HEADINGS: [(&str, &[&str]); 9] = [
    (
        "Input",
        &[
            "tx",
            "block",
            "jsonl",
            "fork",
            "artifacts",
            "message",
            "witness",
            "item",
            "transaction",
            "index",
            "from",
            "until",
            "once",
            "sample",
            "claims",
        ],
    ),
    ("Audits", &["engine", "audit", "strict"]),
    ("Segments", &["segments", "stride", "checkpoints", "segment"]),
    ("Limits", &["host_gas_limit", "guest_gas_limit", "read_limit", "jobs"]),
    (
        "Output",
        &[
            "output",
            "json",
            "full",
            "certificate",
            "results",
            "resume",
            "format",
            "dry_run",
            "db",
            "witnesses",
            "keep_witnesses",
            "proofs",
        ],
    ),
    ("See and tell", &["serve", "webhook"]),
    (
        "Node",
        &[
            "rpc_url",
            "ws_url",
            "l1_rpc_url",
            "l1_from",
            "settled",
            "chain",
            "from_block",
            "cache",
            "no_cache",
            "offline",
            "no_proofs",
            "timeout",
            "retries",
            "concurrency",
            "poll",
            "confirmations",
            "behind",
        ],
    ),
    (
        "Who sends, and on which terms",
        &[
            "private_key_file",
            "keystore",
            "unlocked",
            "password_file",
            "max_fee_per_gas",
            "max_priority_fee",
            "challenge",
            "max_spend",
            "bump_after",
            "yes",
        ],
    ),
    (
        "Contracts and disputes",
        &[
            "hypervisor",
            "machine",
            "dispute",
            "operator",
            "commit",
            "parent",
            "unproved",
            "archive",
            "archive_key",
            "registrar",
            "deployer",
            "new_deployer",
            "guest_chain",
            "schedule",
        ],
    ),
];

/// A command and those below it, with the options of each that has many in groups.
pub(super) fn with_headings(command: Command) -> Command {
    let options = command.get_arguments().filter(|arg| arg.get_long().is_some()).count();
    let of = command.get_name().to_owned();
    // A watcher's nodes are asked for the chain, not for verdicts.
    let asks_node = of != "watch" && command.get_arguments().any(|arg| arg.get_id() == "rpc_url");
    let many = options > FEW;
    command.mut_subcommands(with_headings).mut_args(|arg| {
        let arg = if many { grouped(&of, arg) } else { arg };
        if asks_node && arg.get_id() == "engine" {
            let engines = "hypervisor, native or both; with --rpc-url also node";
            return arg.help(format!("Who answers for the execution audit: {engines}"));
        }
        arg
    })
}

fn grouped(command: &str, arg: Arg) -> Arg {
    if arg.is_positional() {
        return arg;
    }
    let id = match (command, arg.get_id().as_str()) {
        // The message of `verify` is that of the segments; what `record` refuses is its input.
        ("verify" | "iso-verify", "message") => "segment",
        ("record", "strict") => "fork",
        (_, id) => id,
    };
    let mut headings = HEADINGS.iter();
    match headings.find(|(_, options)| options.contains(&id)) {
        Some((heading, _)) => arg.help_heading(*heading),
        None => arg,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::{IsoVerify, IsoWitness};

    /// Of a command with many options none is left in one long list.
    #[test]
    fn every_option_of_a_large_command_has_a_heading() {
        let mut large = 0;
        for binary in [IsoWitness::command(), IsoVerify::command()] {
            let binary = with_headings(binary);
            for command in std::iter::once(&binary).chain(binary.get_subcommands()) {
                let options = || command.get_arguments().filter(|arg| arg.get_long().is_some());
                if options().count() <= FEW {
                    continue;
                }
                large += 1;
                for option in options() {
                    let (name, id) = (command.get_name(), option.get_id());
                    assert!(option.get_help_heading().is_some(), "{name}: {id}");
                }
            }
        }
        assert!(large >= 5, "{large}");
    }

    #[test]
    fn an_option_stands_under_one_heading() {
        let mut all: Vec<_> = HEADINGS.iter().flat_map(|(_, options)| *options).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
