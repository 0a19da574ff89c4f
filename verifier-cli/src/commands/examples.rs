//! The examples in `--help`: of every command of both binaries, in one table.
//!
//! Names that begin with `$` stand for what is too long for a line: the hash of a transaction or a
//! commitment, an account.

use clap::{Command, builder::StyledStr};

/// A line that somebody could type, and what it does.
struct Example {
    does: &'static str,
    line: &'static str,
}

/// The examples of a command: its binary, its name (none for the binary itself), and the lines.
type Examples = (&'static str, &'static str, &'static [Example]);

/// An example: what it does, and the line.
const fn example(does: &'static str, line: &'static str) -> Example {
    Example { does, line }
}

const EXAMPLES: &[Examples] = &[
    (
        "iso-witness",
        "",
        &[
            example("Record a transaction, and look at it", "iso-witness record input.json"),
            example("", "iso-witness inspect witness.bin"),
        ],
    ),
    (
        "iso-witness",
        "record",
        &[
            example("Record a transaction from a file", "iso-witness record input.json"),
            example(
                "Record a transaction of a node's chain",
                "iso-witness record --rpc-url http://127.0.0.1:8545 --tx $HASH -o tx.bin",
            ),
            example(
                "Record a block, one witness for each transaction",
                "iso-witness record --rpc-url http://127.0.0.1:8545 --block 22500123",
            ),
            example(
                "A range of blocks, a table each",
                "iso-witness record --rpc-url A --block 9000..9999 -o tables --format parquet",
            ),
            example("One input a line, one witness behind the other", "iso-witness record --jsonl"),
        ],
    ),
    (
        "iso-witness",
        "pack",
        &[
            example(
                "One table of all in a folder",
                "iso-witness pack witnesses -o witnesses.parquet",
            ),
            example("Of an input a line", "iso-witness pack inputs.jsonl -o witnesses.parquet"),
        ],
    ),
    (
        "iso-witness",
        "inspect",
        &[
            example("Print the call tree", "iso-witness inspect witness.bin"),
            example(
                "Print the records of message 3",
                "iso-witness inspect witness.bin --records --message 3",
            ),
            example("Say what differs", "iso-witness inspect --diff mine.bin theirs.bin"),
            example("The whole witness, to be changed", "iso-witness inspect --json witness.bin"),
        ],
    ),
    (
        "iso-witness",
        "assemble",
        &[example(
            "Make a witness of what was changed by hand",
            "iso-witness assemble witness.json -o changed.bin",
        )],
    ),
    ("iso-witness", "completions", &[example("For this shell", "iso-witness completions bash")]),
    ("iso-witness", "man", &[example("For man", "iso-witness man share/man/man1")]),
    (
        "iso-verify",
        "",
        &[
            example("Audit a witness", "iso-verify witness.bin"),
            example("Audit all in a folder", "iso-verify batch witnesses"),
        ],
    ),
    (
        "iso-verify",
        "verify",
        &[
            example("Audit a witness, or what an input records", "iso-verify verify witness.bin"),
            example("Nothing but the verdict", "iso-verify verify -q witness.bin"),
            example(
                "Audit it only if it is about this transaction",
                "iso-verify verify witness.bin --expect-transaction $HASH",
            ),
            example(
                "Ask both engines, and certify what they say",
                "iso-verify verify witness.bin --engine both --certificate certificate.json",
            ),
        ],
    ),
    (
        "iso-verify",
        "explain",
        &[
            example("Say what happened, and where it went wrong", "iso-verify explain witness.bin"),
            example(
                "With the lines and names of the Solidity that ran",
                "iso-verify explain witness.bin --artifacts out",
            ),
            example("All that there is to say", "iso-verify explain witness.bin --full"),
            example("A page to send on", "iso-verify explain witness.bin -o report.html"),
        ],
    ),
    (
        "iso-verify",
        "trace",
        &[
            example("Every step, a line each", "iso-verify trace witness.bin"),
            example(
                "Where another client's trace parts from it",
                "iso-verify trace witness.bin --diff geth.jsonl",
            ),
        ],
    ),
    (
        "iso-verify",
        "batch",
        &[
            example(
                "Audit all in a folder, a line of JSON for each message",
                "iso-verify batch witnesses --results results.jsonl",
            ),
            example(
                "Go on where it was killed",
                "iso-verify batch witnesses --results results.jsonl --resume",
            ),
            example(
                "Audit a table of witnesses, and write tables of what it came to",
                "iso-verify batch witnesses.parquet --results results/",
            ),
            example("Record and audit an input a line", "iso-verify batch inputs.jsonl"),
            example("Only what is of this chain", "iso-verify batch *.bin --expect-chain 1"),
        ],
    ),
    (
        "iso-verify",
        "watch",
        &[
            example(
                "Follow a chain, and audit every block from now on",
                "iso-verify watch --rpc-url http://127.0.0.1:8545",
            ),
            example(
                "What there is of it, once",
                "iso-verify watch --rpc-url http://127.0.0.1:8545 --from 9000 --once",
            ),
            example(
                "By two nodes, a tenth of all transactions, in PostgreSQL",
                "iso-verify watch --rpc-url A --rpc-url B --sample 0.1 --db postgres://db/w",
            ),
            example(
                "With a status page and metrics, telling of what is false",
                "iso-verify watch --rpc-url A --serve 9100 --webhook https://alerts/iso",
            ),
            example(
                "And hold against it what operators commit to on another chain",
                "iso-verify watch --rpc-url L2 --l1-rpc-url L1 --dispute $ACCOUNT",
            ),
        ],
    ),
    (
        "iso-verify",
        "check",
        &[example(
            "Make a stranger's certificate again",
            "iso-verify check certificate.json witness.bin",
        )],
    ),
    (
        "iso-verify",
        "checkpoints",
        &[example(
            "Where message 0 is cut",
            "iso-verify checkpoints witness.bin --message 0 -o checkpoints.json",
        )],
    ),
    (
        "iso-verify",
        "commit",
        &[
            example(
                "Write what is claimed, with its root",
                "iso-verify commit witness.bin -o claim.json",
            ),
            example(
                "Stand by a block of one chain on another",
                "iso-verify commit --rpc-url $L2 --block safe --l1-rpc-url $L1 --dry-run",
            ),
        ],
    ),
    (
        "iso-verify",
        "emit",
        &[
            example("The hypervisor's code", "iso-verify emit audit --fork osaka"),
            example("With hashes and init code", "iso-verify emit audit --fork osaka --json"),
            example("Every instruction annotated", "iso-verify emit live --listing"),
        ],
    ),
    ("iso-verify", "cost", &[example("What a chain would charge", "iso-verify cost witness.bin")]),
    (
        "iso-verify",
        "deploy",
        &[example(
            "To a chain, as the account of a keystore",
            "iso-verify deploy --chain sepolia --keystore key.json --fork osaka",
        )],
    ),
    (
        "iso-verify",
        "submit",
        &[
            example(
                "Commit, and have it judged in a dispute",
                "iso-verify submit witness.bin --dispute $ACCOUNT --commit",
            ),
            example(
                "Ask the hypervisor on a chain, and send nothing",
                "iso-verify submit witness.bin --hypervisor $ACCOUNT --dry-run",
            ),
        ],
    ),
    (
        "iso-verify",
        "challenge",
        &[
            example(
                "Look, in memory alone, whether it would convict",
                "iso-verify challenge witness.bin --dry-run",
            ),
            example(
                "Hold a claim against a witness of one's own",
                "iso-verify challenge claim.json --witness mine.bin --operator $ACCOUNT",
            ),
        ],
    ),
    (
        "iso-verify",
        "ask",
        &[example(
            "For record 7 of the top message",
            "iso-verify ask claim.json --item record --index 7 --operator $ACCOUNT",
        )],
    ),
    (
        "iso-verify",
        "answer",
        &[example("All that was asked for", "iso-verify answer witness.bin --from-block 9000")],
    ),
    (
        "iso-verify",
        "settle",
        &[example("Say what is due, and do nothing", "iso-verify settle $HASH --dry-run")],
    ),
    (
        "iso-verify",
        "statetest",
        &[
            example("All in a folder or archive", "iso-verify statetest tests.tar.gz"),
            example(
                "Those of one fork and name",
                "iso-verify statetest tests --fork prague --filter stCallCodes",
            ),
        ],
    ),
    (
        "iso-verify",
        "mutate",
        &[example(
            "Change everything, and see which audit finds it",
            "iso-verify mutate witness.bin --count 100 --seed 7",
        )],
    ),
    ("iso-verify", "completions", &[example("For this shell", "iso-verify completions zsh")]),
    ("iso-verify", "man", &[example("For man", "iso-verify man share/man/man1")]),
];

/// A binary's commands, each with its examples before what else its help ends with.
pub(super) fn with_examples(mut binary: Command) -> Command {
    let name = binary.get_name().to_owned();
    for (of, command, examples) in EXAMPLES.iter().filter(|(of, ..)| *of == name) {
        debug_assert_eq!(*of, name);
        binary = if command.is_empty() {
            with(binary, examples)
        } else {
            binary.mut_subcommand(command, |command| with(command, examples))
        };
    }
    binary
}

fn with(command: Command, examples: &[Example]) -> Command {
    let mut text = "Examples:\n".to_owned();
    for Example { does, line } in examples {
        if !does.is_empty() {
            text.push_str(&format!("  {does}:\n"));
        }
        text.push_str(&format!("    {line}\n"));
    }
    if let Some(after) = command.get_after_help().map(StyledStr::to_string) {
        text.push_str(&format!("\n{after}"));
    }
    command.after_help(text.trim_end().to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::commands::{IsoVerify, IsoWitness, usage};

    /// A line as a shell would hand it on.
    fn arguments(line: &str) -> Vec<String> {
        let word = |word: &str| match word {
            "$HASH" => format!("0x{}", "ab".repeat(32)),
            "$ACCOUNT" => format!("0x{}", "cd".repeat(20)),
            word => word.to_owned(),
        };
        line.split(' ').map(word).collect()
    }

    fn parses(line: &str) -> Result<(), String> {
        let arguments = arguments(line);
        let parsed = match arguments[0].as_str() {
            "iso-witness" => IsoWitness::try_parse_from(&arguments).map(drop),
            "iso-verify" => IsoVerify::try_parse_from(&arguments).map(drop),
            other => return Err(format!("no binary {other}")),
        };
        parsed.map_err(|error| error.to_string())
    }

    #[test]
    fn every_example_is_a_line_that_can_be_typed() {
        for (binary, command, examples) in EXAMPLES {
            for Example { line, .. } in *examples {
                assert!(line.starts_with(&format!("{binary} {command}")), "{line}");
                assert!(line.len() <= 76, "{line}: {} columns", line.len() + 4);
                parses(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            }
        }
        assert!(parses("iso-verify batch in --nonsense").is_err());
    }

    #[test]
    fn a_command_stands_once_in_the_table() {
        let mut names: Vec<_> = EXAMPLES.iter().map(|(of, command, _)| (*of, *command)).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn every_command_has_examples_in_its_help() {
        let binaries = [
            (IsoWitness::command(), usage::commands::<IsoWitness>()),
            (IsoVerify::command(), usage::commands::<IsoVerify>()),
        ];
        for (plain, with_examples) in binaries {
            let mut all = vec![(plain.clone(), with_examples.clone())];
            let with = |name: &str| with_examples.find_subcommand(name).unwrap().clone();
            let subcommands = plain.get_subcommands();
            all.extend(subcommands.map(|plain| (plain.clone(), with(plain.get_name()))));
            for (plain, mut with_examples) in all {
                let name = plain.get_name();
                let help = with_examples.render_long_help().to_string();
                assert!(help.contains("Examples:\n  "), "{name}: {help}");
                // What stood there before stands there still.
                let before = plain.get_after_help().map(ToString::to_string).unwrap_or_default();
                let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(words(&help).contains(&words(&before)), "{name}");
            }
        }
    }
}
