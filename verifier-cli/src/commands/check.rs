//! `iso-verify check`: a stranger makes a certificate again.

use std::path::PathBuf;

use clap::Args;

use super::verify::read;
use crate::{
    Exit,
    certificate::{Certificate, Difference},
    error::CommandError,
    files,
    reproducer::command_error,
    verify::verify,
};

/// Make a certificate again from its witness
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the certificate is true and says valid, 1 it is not true or says \
                  invalid, 2 unusable input or usage, 3 it is true and says inconclusive."
)]
pub(super) struct Check {
    /// The certificate
    certificate: PathBuf,
    /// The witness.bin that it is about, or the INPUT.json that it was recorded of
    witness: PathBuf,
    /// What differs, as JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let file = files::name(&self.certificate);
        let certificate = Certificate::parse(&files::read(&self.certificate)?)
            .map_err(|error| CommandError::Certificate { file, error })?;
        let witness = read(&self.witness)?;
        let options = certificate.options();
        let report = verify(&witness, &options).map_err(|error| {
            command_error(".".as_ref(), files::name(&self.witness), &witness, error)
        })?;
        let again = Certificate::new(&report, &options);
        if again.tool != certificate.tool {
            let (theirs, ours) = (&certificate.tool, &again.tool);
            super::say(&format!("made by version {theirs}, checked by version {ours}"));
        }
        let differences = certificate.differences(&again);
        let text = if self.json {
            let json = serde_json::json!({
                "reproduced": differences.is_empty(),
                "verdict": report.verdict(),
                "differences": differences,
            });
            format!("{json:#}\n")
        } else if differences.is_empty() {
            format!("reproduced: {}\n", report.verdict().name())
        } else {
            let lines = differences.iter().map(|Difference { field, certificate, found }| {
                format!("{field}: the certificate says {certificate}, the witness gives {found}\n")
            });
            lines.collect()
        };
        files::print(text.as_bytes())?;
        Ok(if differences.is_empty() { report.verdict().into() } else { Exit::Invalid })
    }
}
