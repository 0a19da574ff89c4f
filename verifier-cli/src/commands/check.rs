//! `iso-verify check`: a stranger makes a certificate again.

use std::path::PathBuf;

use clap::Args;

use super::{expect::Expect, say, verify::read};
use crate::{
    Exit,
    audit::anchors::Expected,
    certificate::{Certificate, Difference},
    error::CommandError,
    files,
    reproducer::command_error,
    verify::{Verdict, verify},
};

/// Make a certificate again from its witness
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the certificate is true and says valid, 1 it is not true or says \
                  invalid, 2 unusable input or usage, 3 it is true and says inconclusive, or rests \
                  on hashes of ancestors that only it expects."
)]
pub(super) struct Check {
    /// The certificate
    certificate: PathBuf,
    /// The witness.bin that it is about, or the INPUT.json that it was recorded of
    witness: PathBuf,
    /// What differs, as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    expect: Expect,
}

impl Check {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let file = files::name(&self.certificate);
        let certificate = Certificate::parse(&files::read(&self.certificate)?)
            .map_err(|error| CommandError::Certificate { file, error })?;
        let witness = read(&self.witness)?;
        let mut options = certificate.options();
        let expected = self.expect.expected();
        let (given, ours) = (options.expected.ancestors, expected.ancestors);
        options.expected = Expected { ancestors: ours.or(given), ..expected };
        if certificate.engine.asks_node() {
            say(&format!(
                "made with a node ({}), checked by the {} here",
                certificate.engine, options.engine
            ));
        }
        let report = verify(&witness, &options).map_err(|error| {
            command_error(".".as_ref(), files::name(&self.witness), &witness, error)
        })?;
        let again = Certificate::new(&report, &options).without_node(&certificate);
        if again.tool != certificate.tool {
            let (theirs, ours) = (&certificate.tool, &again.tool);
            say(&format!("made by version {theirs}, checked by version {ours}"));
        }
        let differences = certificate.differences(&again);
        // What somebody else expected proves nothing to whoever checks.
        let believed =
            report.verdict() == Verdict::Valid && certificate.ancestors_expected && ours.is_none();
        let verdict = if believed { Verdict::Inconclusive } else { report.verdict() };
        if believed {
            say(
                "the hashes of ancestors are what the certificate expects: --expect-ancestors says \
                 that you do",
            );
        }
        let text = if self.json {
            let json = serde_json::json!({
                "reproduced": differences.is_empty(),
                "verdict": report.named(verdict),
                "differences": differences,
            });
            format!("{json:#}\n")
        } else if differences.is_empty() {
            format!("reproduced: {}\n", report.named(verdict))
        } else {
            let lines = differences.iter().map(|Difference { field, certificate, found }| {
                format!("{field}: the certificate says {certificate}, the witness gives {found}\n")
            });
            lines.collect()
        };
        files::print(text.as_bytes())?;
        Ok(if differences.is_empty() { verdict.into() } else { Exit::Invalid })
    }
}
