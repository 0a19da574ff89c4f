//! `iso-verify commit`: what an operator claims of a transaction, under one hash.

use std::path::{Path, PathBuf};

use clap::Args;
use iso_evm_batch::{
    ItemError,
    files::{self, STANDARD},
};
use iso_evm_explain::told;
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::verify::{EngineKind, Options, Verdict, verify_opened};
#[cfg(not(feature = "onchain"))]
use iso_evm_verifier::{
    audit::Subject,
    claim::claim,
    verify::{UNANCHORED, guest_gas_limit},
};
use iso_evm_wire::Opened;

#[cfg(feature = "onchain")]
use super::onchain::{AtHand, Post};
use super::say;
use crate::{Exit, error::CommandError, report::remarks, terminal};

/// Write what an operator claims of a transaction, as JSON: the root that is committed to, and all items
/// under it; with --rpc-url, commit to it on a chain
#[derive(Debug, Args)]
#[command(
    after_help = "Without a chain the claim of a witness that is false is written all the same, with a warning on \
                  stderr; on a chain nothing is committed to that the four audits do not prove. \
                  Exit codes: 0 written or committed, 2 unusable input or usage."
)]
pub(super) struct Commit {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    /// Where to write the claim; the root then goes to stdout. `-` for stdout, which is the default without a
    /// chain
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[cfg(feature = "onchain")]
    #[command(flatten)]
    post: Post,
}

impl Commit {
    #[cfg(feature = "onchain")]
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let at_hand = AtHand::open(&self.file)?;
        let posts = self.post.is_meant();
        if posts && self.output.as_ref().is_some_and(|output| output.as_os_str() == STANDARD) {
            let (option, command) =
                ("--output -", "a commitment to a chain, which says there what became of it");
            return Err(CommandError::Meaningless { option, command });
        }
        write(at_hand.claimed(), self.output, posts)?;
        if let AtHand::Witness(witness, _) = &at_hand
            && !posts
        {
            warn(witness, &self.file)?;
        }
        if posts { self.post.run(&at_hand, &self.file) } else { Ok(Exit::Valid) }
    }

    #[cfg(not(feature = "onchain"))]
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let witness = super::verify::open(&self.file)?;
        let limit = guest_gas_limit(&witness, &Options::default()).unwrap_or(UNANCHORED);
        let claimed = claim(&Subject::new(&witness), limit)
            .ok_or_else(|| CommandError::NoClaim { file: files::name(&self.file) })?
            .of_run();
        write(&claimed, self.output, false)?;
        warn(&witness, &self.file)?;
        Ok(Exit::Valid)
    }
}

/// Says on stderr what is false in a witness, and what is open: whoever commits to what is false is convicted.
fn warn(witness: &Opened<'_>, file: &Path) -> Result<(), CommandError> {
    let engine = Engine::new(witness.rules);
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let mut report = verify_opened(&engine, witness, &options)
        .map_err(|error| ItemError::Verify { file: files::name(file), error: Box::new(error) })?;
    let verdict = report.named(report.verdict());
    match report.verdict() {
        Verdict::Valid => return Ok(()),
        Verdict::Invalid => {
            say(&format!(
                "warning: the witness is {verdict}: whoever commits to this is convicted"
            ));
        }
        Verdict::Inconclusive => say(&format!("warning: the witness is {verdict}")),
    }
    report.look_for_causes(&engine, witness, &options);
    for line in remarks(&report, &told(witness, &report), terminal::width()) {
        say(&line);
    }
    Ok(())
}

/// Writes a claim; with a chain only where a file is named.
fn write(
    claimed: &iso_evm_verifier::claim::ClaimedBlock,
    output: Option<PathBuf>,
    posts: bool,
) -> Result<(), CommandError> {
    let output = match output {
        Some(output) => output,
        None if posts => return Ok(()),
        None => PathBuf::from(STANDARD),
    };
    let json = serde_json::to_string_pretty(claimed)
        .expect("only numbers and strings, and strings as keys");
    files::write(&output, format!("{json}\n").as_bytes())?;
    if output.as_os_str() != STANDARD && !posts {
        files::print(format!("{}\n", claimed.root()).as_bytes())?;
    }
    Ok(())
}
