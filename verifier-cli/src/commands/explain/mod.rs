//! `iso-verify explain FILE`: what happened, and where it went wrong, for a person. `specs/22-explanations.md`.

mod artifacts;

use std::path::{Path, PathBuf};

use clap::Args;
use iso_evm_batch::{apart::apart, files, reproducer::unverified};
use iso_evm_explain::{Story, Within, page, story};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::verify::verify_opened;

use super::{
    say,
    verify::{Judged, open},
};
use crate::{
    Exit,
    error::CommandError,
    report::{self, Detail, layout::filled},
    terminal::{self, is_quiet},
};

/// Explain a witness to a person: what is false and why, the call tree, a message from within
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    /// The message that is shown from within [default: where it went wrong, else the first]
    #[arg(long, value_name = "N")]
    message: Option<usize>,
    /// What a Solidity compiler put out: solc's standard JSON, Foundry's out/, Hardhat's artifacts/; a file or a
    /// folder, any number of times
    #[arg(long, value_name = "PATH")]
    artifacts: Vec<PathBuf>,
    /// Write one HTML file that shows all of it, and lets a reader walk the steps; `-` for stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The explanation as JSON
    #[arg(long, conflicts_with = "output")]
    json: bool,
    /// All findings, calls, records and roots, in place of what matters most
    #[arg(long, conflicts_with_all = ["output", "json"])]
    full: bool,
    #[command(flatten)]
    judged: Judged,
}

impl Explain {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let options = self.judged.options(false)?;
        if let Some(output) = &self.output {
            apart(output, self.artifacts.iter().chain([&self.file]))?;
        }
        let witness = open(&self.file)?;
        let file = files::name(&self.file);
        let count = witness.messages.len();
        if let Some(index) = self.message.filter(|index| *index >= count) {
            return Err(CommandError::NoMessage { file, index, count });
        }
        let artifacts = artifacts::read(&self.artifacts)?;
        let engine = Engine::new(witness.rules);
        let mut report = verify_opened(&engine, &witness, &options)
            .map_err(|error| unverified(Path::new("."), file, &witness, error))?;
        report.look_for_causes(&engine, &witness, &options);
        let artifacts = artifacts.as_ref();
        if let Some(path) = &self.output {
            let told = story(&engine, &witness, &report, artifacts, Within::All);
            let headline = headline(&told);
            let page = page::of_story(&engine, &witness, &report, artifacts, self.message, told);
            files::write(path, page.as_bytes())?;
            // What the file is, if it goes where the verdict would.
            if path.as_os_str() == files::STANDARD {
                headline.lines().for_each(say);
            } else {
                terminal::print_text(&headline)?;
            }
            return Ok(report.verdict().into());
        }
        let within = self.message.map_or(Within::AtHand, Within::Message);
        let told = story(&engine, &witness, &report, artifacts, within);
        if self.json {
            let json = serde_json::to_string_pretty(&told)
                .expect("only numbers and strings, and strings as keys");
            files::print(format!("{json}\n").as_bytes())?;
        } else if is_quiet() {
            terminal::print_text(&headline(&told))?;
        } else {
            let detail = if self.full { Detail::FULL } else { Detail::BRIEF };
            terminal::print_text(&report::story(&told, &detail, terminal::width()))?;
        }
        Ok(report.verdict().into())
    }
}

/// The verdict with the cause, in lines that fit.
fn headline(told: &Story) -> String {
    filled(&told.headline, terminal::width(), "", "  ")
}
