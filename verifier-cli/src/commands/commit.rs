//! `iso-verify commit`: what an operator claims of a transaction, under one hash.

use std::path::PathBuf;

use clap::Args;
use iso_evm_batch::files::{self, STANDARD};
use iso_evm_verifier::{
    audit::Subject,
    claim::claim,
    verify::{Options, UNANCHORED, guest_gas_limit},
};

use super::verify::open;
use crate::{Exit, error::CommandError};

/// Write what an operator claims of a transaction, as JSON: the root that is committed to, and all items
/// under it
#[derive(Debug, Args)]
#[command(
    after_help = "The witness is taken at its word: `iso-verify FILE` says whether it is true. \
                        Exit codes: 0 written, 2 unusable input or usage."
)]
pub(super) struct Commit {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    /// Where to write the claim; the root then goes to stdout. `-` for stdout
    #[arg(short, long, value_name = "FILE", default_value = STANDARD)]
    output: PathBuf,
}

impl Commit {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let witness = open(&self.file)?;
        let limit = guest_gas_limit(&witness, &Options::default()).unwrap_or(UNANCHORED);
        let claimed = claim(&Subject::new(&witness), limit)
            .ok_or_else(|| CommandError::NoClaim { file: files::name(&self.file) })?
            .of_run();
        let json = serde_json::to_string_pretty(&claimed)
            .expect("only numbers and strings, and strings as keys");
        files::write(&self.output, format!("{json}\n").as_bytes())?;
        if self.output.as_os_str() != STANDARD {
            files::print(format!("{}\n", claimed.root()).as_bytes())?;
        }
        Ok(Exit::Valid)
    }
}
