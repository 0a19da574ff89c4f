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
    FileError, ItemError,
    files::{self, MAX_SIZE},
};
use iso_evm_wire::{
    Rules, Witness,
    transaction::{TransactionDefaults, TransactionFields},
};
use iso_evm_witness::{Input, block_file::BlockFile};

use super::{block, block_file, node::NodeArgs, say, transaction};
use crate::{Exit, error::CommandError};

/// Run a transaction and write its witness
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["input", "tx", "block", "jsonl"]))]
pub(super) struct Record {
    /// INPUT.json: transaction, block and pre-state; or a block file: a block with the trie nodes,
    /// codes and headers that it looks up, one witness a transaction; with --rpc-url, a bare
    /// transaction as the node or `cast tx --json` prints it; any of them may be compressed by
    /// zstd; `-` for stdin
    input: Option<PathBuf>,
    /// A transaction of the node's chain
    #[arg(long, value_name = "HASH")]
    tx: Option<B256>,
    /// A block of the node's chain, by number or hash: one witness a transaction
    #[arg(long, value_name = "N")]
    block: Option<BlockName>,
    /// Where the witness goes, `-` for stdout; of a block a folder, on stdout one witness behind the
    /// other [default: witness.bin, or block-N]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The fork's rules, if neither the file nor its chain tells
    #[arg(long, value_name = "NAME", value_parser = super::rules)]
    fork: Option<Rules>,
    /// One input a line from stdin, witnesses to stdout, one behind the other
    #[arg(long, conflicts_with = "output")]
    jsonl: bool,
    #[command(flatten)]
    node: NodeArgs,
}

/// A block as an argument.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "node"), allow(dead_code, reason = "an option that is told as absent"))]
pub(super) enum BlockName {
    Number(u64),
    Hash(B256),
}

impl std::str::FromStr for BlockName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() == 66 {
            return text.parse().map(Self::Hash).map_err(|error| error.to_string());
        }
        let number = match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => text.parse(),
        };
        number.map(Self::Number).map_err(|error| format!("a block is a number or a hash: {error}"))
    }
}

impl Record {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        if self.jsonl {
            return stream(io::stdin().lock(), io::stdout().lock(), self.fork);
        }
        let output = self.output.clone();
        let file = output.clone().unwrap_or_else(|| PathBuf::from("witness.bin"));
        match (&self.input, self.tx, self.block) {
            (Some(input), ..) => {
                let json = files::read_unpacked(input)?;
                if BlockFile::is_one(&json) {
                    self.of_its_own_state()?;
                    block_file::record(input, &json, output, self.fork)?;
                    return Ok(Exit::Valid);
                }
                let witness = match bare(input, &json)? {
                    Some((chain, hash)) => {
                        transaction(self.node, "a bare transaction", hash, chain, self.fork)?
                    }
                    None => {
                        self.of_its_own_state()?;
                        record(input, &json, self.fork)?
                    }
                };
                write(&file, &witness)?;
            }
            (None, Some(hash), _) => {
                let witness = transaction(self.node, "--tx", hash, None, self.fork)?;
                write(&file, &witness)?;
            }
            (None, None, Some(name)) => block(self.node, name, output, self.fork)?,
            // clap asks for one of them, and a stream has ended above.
            (None, None, None) => {}
        }
        Ok(Exit::Valid)
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

pub(super) fn write(path: &Path, witness: &Witness) -> Result<(), CommandError> {
    let bytes = encoded(path, witness)?;
    files::write(path, &bytes)?;
    tracing::info!(
        messages = witness.messages.len(),
        bytes = bytes.len(),
        fork = %witness.rules,
        "recorded"
    );
    Ok(())
}

/// The bytes of a witness, if they are no more than can be read again.
fn encoded(path: &Path, witness: &Witness) -> Result<Vec<u8>, CommandError> {
    let bytes = witness.encode();
    if bytes.len() as u64 > MAX_SIZE {
        return Err(FileError::Oversized { file: files::name(path), limit: MAX_SIZE }.into());
    }
    Ok(bytes)
}

/// A transaction that stands in a file by itself.
type Bare = (Option<u64>, B256);

/// Chain and hash of a transaction that stands in a file by itself; `None` if the file is something
/// else.
fn bare(path: &Path, json: &[u8]) -> Result<Option<Bare>, CommandError> {
    let value: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_slice(json);
    let Ok(object) = value else { return Ok(None) };
    let has = |key: &str| object.contains_key(key);
    if !has("hash") || !has("from") || has("transaction") || has("prestate") || has("genesis") {
        return Ok(None);
    }
    let file = || files::name(path);
    let failed = |error| CommandError::Transaction { file: file(), error };
    let fields: TransactionFields = serde_json::from_slice(json)
        .map_err(|error| ItemError::Input { file: file(), error: Box::new(error.into()) })?;
    fields.type_number().map_err(failed)?;
    let chain = fields.chain();
    let chain_id = chain.unwrap_or_default();
    let defaults = TransactionDefaults { chain_id, gas: 0, gas_price: 0 };
    let transaction = fields.into_transaction(defaults).map_err(failed)?;
    Ok(transaction.hash().map(|hash| (chain, hash)))
}

/// Records one input a line. A line that is none is told at once, and an error at the end.
fn stream(
    mut inputs: impl BufRead,
    mut witnesses: impl Write,
    fork: Option<Rules>,
) -> Result<Exit, CommandError> {
    let (mut number, mut lines, mut failed) = (0_usize, 0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
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
        let recorded = record(&name, &line, fork).and_then(|witness| encoded(&name, &witness));
        let witness = match recorded {
            Ok(witness) => witness,
            Err(error) => {
                say(&format!("error: {error}"));
                failed += 1;
                continue;
            }
        };
        match witnesses.write_all(&witness).and_then(|()| witnesses.flush()) {
            Ok(()) => {}
            // Nobody reads on.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            Err(error) => return Err(FileError::Write { file: "stdout".to_owned(), error }.into()),
        }
    }
    if failed > 0 { Err(CommandError::Lines { failed, lines }) } else { Ok(Exit::Valid) }
}

/// The witness of an `INPUT.json`.
pub(super) fn record(
    path: &Path,
    json: &[u8],
    fork: Option<Rules>,
) -> Result<Witness, CommandError> {
    let file = || files::name(path);
    let input = Input::parse(json, fork)
        .map_err(|error| ItemError::Input { file: file(), error: Box::new(error) })?;
    let recording = iso_evm_witness::record(&input.execution)
        .map_err(|error| ItemError::Execute { file: file(), error: Box::new(error) })?;
    Ok(recording.witness(&input))
}
