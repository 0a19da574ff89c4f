//! `iso-witness record`: runs a transaction and writes its witness.

use std::path::{Path, PathBuf};

use clap::Args;
use iso_evm_witness::{Fork, Input, Witness};

use crate::{Exit, error::CommandError, files};

/// Run a transaction and write its witness
#[derive(Debug, Args)]
pub(super) struct Record {
    /// INPUT.json: transaction, block and pre-state; `-` for stdin
    input: PathBuf,
    /// Where the witness goes; `-` for stdout
    #[arg(short, long, value_name = "FILE", default_value = "witness.bin")]
    output: PathBuf,
    /// The fork's rules, if neither the file nor its chain tells
    #[arg(long, value_name = "NAME", value_parser = super::fork)]
    fork: Option<Fork>,
}

impl Record {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let witness = record(&self.input, &files::read(&self.input)?, self.fork)?;
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
