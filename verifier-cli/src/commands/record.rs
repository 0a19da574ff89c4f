//! `iso-witness record`: runs a transaction, from a file or on the state that a node gives, and
//! writes its witness; of a block, the witnesses of all its transactions; with `--jsonl` one after the
//! other, as a stream.

use std::{
    io::{self, BufRead, Read, Write},
    path::{Path, PathBuf},
};

use alloy_primitives::B256;
use clap::{ArgGroup, Args};
use iso_evm_batch::{
    FileError,
    apart::apart,
    files::{self, MAX_SIZE, STANDARD},
};
use iso_evm_wire::{Rules, Witness};
use iso_evm_witness::input::Document;

use super::{
    block_file,
    block_name::BlockName,
    chain::Chain,
    given::{Given, Wanted},
    node::NodeArgs,
    say,
    tabled::{self, WitnessFormat},
    wrote::Wrote,
};
use crate::{Exit, error::CommandError};

/// Run a transaction and write its witness
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["input", "tx", "block", "jsonl"]))]
pub(super) struct Record {
    /// INPUT.json: transaction, block and pre-state; or a block file: a block with the trie nodes,
    /// codes and headers that it looks up, one witness a transaction; with --rpc-url, a transaction by
    /// itself, as a node, cast, ethers, viem or web3.py prints it or as raw hex, its hash, or a block;
    /// any of them may be compressed by zstd; `-` for stdin; raw hex and a hash may stand here
    /// themselves
    input: Option<PathBuf>,
    /// A transaction of the node's chain; one that is in no block yet is recorded on the state after
    /// the newest block
    #[arg(long, value_name = "HASH")]
    tx: Option<B256>,
    /// A block of the node's chain, one witness a transaction: by number, hash, or latest, safe,
    /// finalized, earliest; or a range A..B, each block in its own folder
    #[arg(long, value_name = "N")]
    block: Option<BlockName>,
    /// Where the witness goes, `-` for stdout; of a block a folder, of a range the folder of folders, on
    /// stdout one witness behind the other [default: witness.bin, or block-N]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Files, or one table for each block [default: a table where -o ends in .parquet]
    #[arg(long, value_name = "NAME", value_enum, conflicts_with = "jsonl")]
    format: Option<WitnessFormat>,
    /// The fork's rules, if neither the file nor its chain tells
    #[arg(long, value_name = "NAME", value_parser = super::rules)]
    fork: Option<Rules>,
    /// Refuse an input of which a field is not used, or stands at a default, and a transaction that is
    /// in no block
    #[arg(long)]
    strict: bool,
    /// One input a line from stdin, witnesses to stdout, one behind the other; with --rpc-url also
    /// transactions and hashes
    #[arg(long, conflicts_with = "output")]
    jsonl: bool,
    #[command(flatten)]
    node: NodeArgs,
}

impl Record {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let format = WitnessFormat::of(self.format, self.output.as_deref());
        let wanted = Wanted { rules: self.fork, strict: self.strict, format };
        if let (Some(output), Some(input)) = (&self.output, &self.input) {
            apart(output, [input])?;
        }
        if self.jsonl {
            let chain = self.node.is_named().then(|| self.node.chain("--jsonl")).transpose()?;
            return stream(io::stdin().lock(), io::stdout().lock(), chain.as_ref(), wanted);
        }
        match (&self.input, self.tx, self.block) {
            (Some(input), ..) => self.given(&Given::of_argument(input)?, wanted)?,
            (None, Some(hash), _) => {
                let recorded = self.node.chain("--tx")?.transaction(hash, wanted)?;
                self.write(recorded.witness, wanted)?;
            }
            (None, None, Some(name)) => {
                self.node.chain("--block")?.block(name, self.output.as_deref(), wanted)?;
            }
            // clap asks for one of them, and a stream has ended above.
            (None, None, None) => {}
        }
        Ok(Exit::Valid)
    }

    /// Records what was given: by itself, or from the node if one is named.
    fn given(&self, given: &Given, wanted: Wanted) -> Result<(), CommandError> {
        let document = given.document()?;
        match document {
            Document::BlockFile => {
                self.of_its_own_state()?;
                let output = self.output.as_deref();
                return block_file::record(&given.name, &given.bytes, output, wanted);
            }
            Document::Block(_) if self.node.is_named() => {
                let chain = self.node.chain("a block by itself")?;
                return given.block(&chain, self.output.as_deref(), wanted);
            }
            Document::Transaction | Document::RawTransaction(_) | Document::Hash(_)
                if self.node.is_named() =>
            {
                let chain = self.node.chain("a transaction by itself")?;
                if let Document::Hash(hash) = document
                    && chain.is_block(hash)
                {
                    let name = BlockName::Hash(hash);
                    return chain.block(name, self.output.as_deref(), wanted);
                }
                let witness = given.witness(Some(&chain), wanted)?;
                // What it shows is gone before anything is said.
                drop(chain);
                return self.write(witness, wanted);
            }
            Document::Input | Document::TracerTest => self.of_its_own_state()?,
            _ => {}
        }
        self.write(given.witness(None, wanted)?, wanted)
    }

    fn write(&self, witness: Witness, wanted: Wanted) -> Result<(), CommandError> {
        let name = match wanted.format {
            WitnessFormat::Bin => "witness.bin",
            WitnessFormat::Parquet => "witness.parquet",
        };
        let file = self.output.as_deref().unwrap_or(Path::new(name));
        apart(file, &self.input)?;
        let mut wrote = Wrote::default();
        match wanted.format {
            WitnessFormat::Bin => wrote.add(&witness, write(file, &witness)?),
            WitnessFormat::Parquet => {
                let source = self.input.as_deref().map_or_else(|| "node".to_owned(), files::name);
                tabled::write_one(file, &source, witness, &mut wrote)?;
            }
        }
        wrote.say(file);
        Ok(())
    }

    /// Makes sure that no node was named: nobody would ask it.
    const fn of_its_own_state(&self) -> Result<(), CommandError> {
        if self.node.rpc_url.is_none() {
            return Ok(());
        }
        let command = "an input that has its own state";
        Err(CommandError::Meaningless { option: "--rpc-url", command })
    }
}

/// Writes a witness; how many bytes it has.
pub(super) fn write(path: &Path, witness: &Witness) -> Result<usize, CommandError> {
    let bytes = encoded(path, witness)?;
    files::write(path, &bytes)?;
    tracing::info!(
        messages = witness.messages.len(),
        bytes = bytes.len(),
        fork = %witness.rules,
        "recorded"
    );
    Ok(bytes.len())
}

/// The bytes of a witness, if they are no more than can be read again.
fn encoded(path: &Path, witness: &Witness) -> Result<Vec<u8>, CommandError> {
    let bytes = witness.encode();
    if bytes.len() as u64 > MAX_SIZE {
        return Err(FileError::Oversized { file: files::name(path), limit: MAX_SIZE }.into());
    }
    Ok(bytes)
}

/// Records one input a line. A line that is none is told at once, and an error at the end.
fn stream(
    mut inputs: impl BufRead,
    mut witnesses: impl Write,
    chain: Option<&Chain>,
    wanted: Wanted,
) -> Result<Exit, CommandError> {
    let (mut number, mut lines, mut failed) = (0_usize, 0, 0);
    let mut wrote = Wrote::default();
    loop {
        let mut line = Vec::new();
        let read = inputs.by_ref().take(MAX_SIZE + 1).read_until(b'\n', &mut line);
        read.map_err(|error| FileError::Read { file: "stdin".to_owned(), error })?;
        if line.is_empty() {
            break;
        }
        number += 1;
        let name = PathBuf::from(format!("line {number}"));
        if line.len() as u64 > MAX_SIZE {
            // Where the next begins is not known.
            let file = files::name(&name);
            return Err(FileError::Oversized { file, limit: MAX_SIZE }.into());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        lines += 1;
        let given = Given { name, bytes: line };
        let recorded = given.witness(chain, wanted).and_then(|witness| {
            let bytes = encoded(&given.name, &witness)?;
            Ok((witness, bytes))
        });
        let (witness, bytes) = match recorded {
            Ok(recorded) => recorded,
            Err(error) => {
                // A node's error does not name the line by itself.
                let name = files::name(&given.name) + ": ";
                let error = error.to_string();
                let place = if error.starts_with(&name) { String::new() } else { name };
                aside(chain, || say(&format!("error: {place}{error}")));
                failed += 1;
                continue;
            }
        };
        match witnesses.write_all(&bytes).and_then(|()| witnesses.flush()) {
            Ok(()) => wrote.add(&witness, bytes.len()),
            // Nobody reads on.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            Err(error) => return Err(FileError::Write { file: "stdout".to_owned(), error }.into()),
        }
    }
    aside(chain, || wrote.say_all(Path::new(STANDARD)));
    if failed > 0 { Err(CommandError::Lines { failed, lines }) } else { Ok(Exit::Valid) }
}

/// Says something while what a chain shows is not there.
fn aside(chain: Option<&Chain>, tell: impl FnOnce()) {
    match chain {
        Some(chain) => chain.aside(tell),
        None => tell(),
    }
}
