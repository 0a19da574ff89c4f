//! `iso-witness record`: runs a transaction and writes its witness; with `--jsonl` one after the
//! other, as a stream.

use std::{
    io::{self, BufRead, Read, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use iso_evm_witness::{Fork, Input, Witness};

use super::say;
use crate::{
    Exit,
    error::CommandError,
    files::{self, MAX_SIZE},
};

/// Run a transaction and write its witness
#[derive(Debug, Args)]
pub(super) struct Record {
    /// INPUT.json: transaction, block and pre-state; `-` for stdin
    #[arg(required_unless_present = "jsonl")]
    input: Option<PathBuf>,
    /// Where the witness goes; `-` for stdout
    #[arg(short, long, value_name = "FILE", default_value = "witness.bin")]
    output: PathBuf,
    /// The fork's rules, if neither the file nor its chain tells
    #[arg(long, value_name = "NAME", value_parser = super::fork)]
    fork: Option<Fork>,
    /// One input a line from stdin, witnesses to stdout, one behind the other
    #[arg(long, conflicts_with_all = ["input", "output"])]
    jsonl: bool,
}

impl Record {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        if self.jsonl {
            return stream(io::stdin().lock(), io::stdout().lock(), self.fork);
        }
        // Only a stream goes without.
        let input = self.input.unwrap_or_default();
        let witness = record(&input, &files::read(&input)?, self.fork)?;
        let bytes = witness.encode();
        files::write(&self.output, &bytes)?;
        tracing::info!(
            messages = witness.messages.len(),
            bytes = bytes.len(),
            fork = %witness.fork,
            "recorded"
        );
        Ok(Exit::Valid)
    }
}

/// Records one input a line. A line that is none is told at once, and an error at the end.
fn stream(
    mut inputs: impl BufRead,
    mut witnesses: impl Write,
    fork: Option<Fork>,
) -> Result<Exit, CommandError> {
    let (mut number, mut lines, mut failed) = (0_usize, 0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = inputs.by_ref().take(MAX_SIZE + 1).read_until(b'\n', &mut line);
        read.map_err(|error| CommandError::Read { file: "stdin".to_owned(), error })?;
        if line.is_empty() {
            break;
        }
        number += 1;
        let name = PathBuf::from(format!("line {number}"));
        if line.len() as u64 > MAX_SIZE {
            // Where the next begins is not known.
            let file = files::name(&name);
            return Err(CommandError::Oversized { file, limit: MAX_SIZE });
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        lines += 1;
        let witness = match record(&name, &line, fork) {
            Ok(witness) => witness,
            Err(error) => {
                say(&format!("error: {error}"));
                failed += 1;
                continue;
            }
        };
        match witnesses.write_all(&witness.encode()).and_then(|()| witnesses.flush()) {
            Ok(()) => {}
            // Nobody reads on.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            Err(error) => return Err(CommandError::Write { file: "stdout".to_owned(), error }),
        }
    }
    if failed > 0 { Err(CommandError::Lines { failed, lines }) } else { Ok(Exit::Valid) }
}

/// The witness of an `INPUT.json`.
pub(super) fn record(
    path: &Path,
    json: &[u8],
    fork: Option<Fork>,
) -> Result<Witness, CommandError> {
    let file = || files::name(path);
    let input =
        Input::parse(json, fork).map_err(|error| CommandError::Input { file: file(), error })?;
    let recording = iso_evm_witness::record(&input.execution)
        .map_err(|error| CommandError::Execute { file: file(), error: Box::new(error) })?;
    Ok(Witness::new(&input, &recording))
}
