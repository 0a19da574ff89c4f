//! `iso-witness assemble`: the exact inverse of `iso-witness inspect --json`.

use std::path::PathBuf;

use clap::Args;
use iso_evm_batch::{apart::apart, files};
use iso_evm_wire::Witness;
use iso_evm_witness::input::Document;

use super::given::instead;
use crate::{Exit, error::CommandError};

/// Make a witness of its JSON form
#[derive(Debug, Args)]
pub(super) struct Assemble {
    /// What `inspect --json` printed; `-` for stdin
    witness: PathBuf,
    /// Where the witness goes; `-` for stdout
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Assemble {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        apart(&self.output, [&self.witness])?;
        let json = files::read_unpacked(&self.witness)?;
        let witness = Witness::from_json(&json).map_err(|error| {
            let error = CommandError::Json { file: files::name(&self.witness), error };
            let expected = "a witness in its JSON form";
            instead(&self.witness, &json, &[Document::WitnessJson], expected, error)
        })?;
        files::write(&self.output, &witness.encode())?;
        Ok(Exit::Valid)
    }
}
