//! `iso-witness inspect`: what a witness says, nothing verified.

use std::path::PathBuf;

use alloy_primitives::hex;
use clap::Args;
use iso_evm_batch::{ItemError, files};
use iso_evm_verifier::hash::keccak256;
use iso_evm_wire::Opened;

use crate::{Exit, error::CommandError, report};

/// Print a witness: the call tree, or all of it
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// A witness.bin; `-` for stdin
    witness: PathBuf,
    /// The whole witness as JSON, from which `assemble` makes the same bytes
    #[arg(long, conflicts_with = "abi")]
    json: bool,
    /// The hypervisor's calldata for message N, as 0x hex
    #[arg(long, value_name = "N")]
    abi: Option<usize>,
}

impl Inspect {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let file = || files::name(&self.witness);
        let witness = Opened::decode(&files::read(&self.witness)?.into(), keccak256)
            .map_err(|error| ItemError::Container { file: file(), error })?;
        let text = if let Some(index) = self.abi {
            let count = witness.messages.len();
            let message = witness.messages.get(index);
            let message =
                message.ok_or_else(|| CommandError::NoMessage { file: file(), index, count })?;
            hex::encode_prefixed(message.bytes()) + "\n"
        } else if self.json {
            witness.to_json() + "\n"
        } else {
            report::tree(&witness)
        };
        files::print(text.as_bytes())?;
        Ok(Exit::Valid)
    }
}
