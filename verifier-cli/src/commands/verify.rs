//! `iso-verify FILE`: the audits of a witness. An `INPUT.json` is recorded first.

use std::path::{Path, PathBuf};

use clap::Args;
use iso_evm_witness::Witness;

use super::{record::record, say};
use crate::{
    Exit,
    error::CommandError,
    files,
    report::{self, reason},
    verify::{Options, verify},
};

/// Audit a witness
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    /// The report as JSON
    #[arg(long)]
    json: bool,
    /// The most gas that the audit of one message may take on the host
    #[arg(long, value_name = "N")]
    host_gas_limit: Option<u64>,
}

impl Verify {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let witness = read_witness(&self.file)?;
        let report = verify(&witness, &Options { host_gas_limit: self.host_gas_limit })
            .map_err(|error| CommandError::Verify { file: files::name(&self.file), error })?;
        if self.json {
            // What the report has no field for.
            for (index, message) in report.messages.iter().enumerate() {
                if let Some(reason) = reason(message) {
                    say(&format!("message {index}: {reason}"));
                }
            }
            let json = serde_json::to_string_pretty(&report::json(&report))
                .expect("only numbers and strings, and strings as keys");
            files::print(format!("{json}\n").as_bytes())?;
        } else {
            files::print_coloured(&report::human(&report))?;
        }
        Ok(report.verdict().into())
    }
}

/// The witness of a file; that of an `INPUT.json` is recorded first.
pub(super) fn read_witness(file: &Path) -> Result<Witness, CommandError> {
    let bytes = files::read(file)?;
    if is_json(&bytes) {
        return record(file, &bytes, None);
    }
    Witness::decode(&bytes)
        .map_err(|error| CommandError::Container { file: files::name(file), error })
}

/// JSON begins with a bracket, after white space; a `witness.bin` never does.
fn is_json(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}
