//! `iso-verify commit`: what an operator claims of a transaction, under one hash.

use std::path::PathBuf;

use clap::Args;
use iso_evm_batch::{
    ItemError,
    apart::apart,
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

use super::say;
#[cfg(feature = "onchain")]
use super::{
    block_name::BlockName,
    onchain::{AtHand, Named, Post},
};
use crate::{Exit, error::CommandError, report::remarks, terminal};

/// Write what an operator claims of a transaction, or of a block, as JSON: the root that is committed to, and all
/// items under it; with a chain, commit to it there
#[derive(Debug, Args)]
#[command(
    after_help = "FILE is committed to on the chain at --rpc-url. With --block, that is the node of the chain whose block \
                  it is, and --l1-rpc-url the one where it is committed to.\n\n\
                  Without a chain the claim of a witness that is false is written all the same, with a warning on \
                  stderr; on a chain nothing is committed to that the four audits do not prove. \
                  Exit codes: 0 written or committed, 2 unusable input or usage."
)]
pub(super) struct Commit {
    /// A witness.bin, or an INPUT.json that is recorded first; or the folder of a block's witnesses; `-` for stdin
    #[cfg_attr(feature = "onchain", arg(required_unless_present = "block"))]
    #[cfg_attr(not(feature = "onchain"), arg(required = true))]
    file: Option<PathBuf>,
    /// Where to write the claim; the root then goes to stdout. `-` for stdout, which is the default without a
    /// chain
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A block of the node's chain instead of a file: by number, hash, or latest, safe, finalized
    #[cfg(feature = "onchain")]
    #[arg(long, value_name = "N", conflicts_with = "file")]
    block: Option<BlockName>,
    /// The node of the chain where the block is committed to [default: none, nothing is committed to]
    #[cfg(feature = "onchain")]
    #[arg(long, value_name = "URL")]
    l1_rpc_url: Option<String>,
    #[cfg(feature = "onchain")]
    #[command(flatten)]
    post: Post,
}

impl Commit {
    #[cfg(feature = "onchain")]
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let posts = self.l1_rpc_url.is_some() || (self.block.is_none() && self.post.is_meant());
        if self.post.is_json() && !posts {
            let needed = "a chain to commit to: --rpc-url, or with --block --l1-rpc-url";
            return Err(CommandError::Needs { option: "--json", needed });
        }
        self.apart()?;
        let (at_hand, post) = match self.block {
            Some(block) => {
                let at_hand = of_block(block, self.post.node())?;
                (at_hand, self.post.at(self.l1_rpc_url)?)
            }
            None if self.l1_rpc_url.is_some() => {
                return Err(CommandError::Needs { option: "--l1-rpc-url", needed: "--block" });
            }
            None => (AtHand::open(&self.file.unwrap_or_default())?, self.post),
        };
        let posts = post.is_meant();
        if posts && self.output.as_ref().is_some_and(|output| output.as_os_str() == STANDARD) {
            let (option, command) =
                ("--output -", "a commitment to a chain, which says there what became of it");
            return Err(CommandError::Meaningless { option, command });
        }
        write(&at_hand.claimed, self.output, posts)?;
        if posts {
            return post.run(&at_hand);
        }
        for Named { name, witness } in &at_hand.witnesses {
            warn(witness, name)?;
        }
        Ok(Exit::Valid)
    }

    #[cfg(not(feature = "onchain"))]
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        self.apart()?;
        let path = self.file.unwrap_or_default();
        let witness = super::verify::open(&path)?;
        let limit = guest_gas_limit(&witness, &Options::default()).unwrap_or(UNANCHORED);
        let claimed = claim(&Subject::new(&witness), limit)
            .ok_or_else(|| CommandError::NoClaim { file: files::name(&path) })?
            .of_run();
        write(&claimed, self.output, false)?;
        warn(&witness, &files::name(&path))?;
        Ok(Exit::Valid)
    }

    /// Checks that the claim is not written where the witnesses are.
    fn apart(&self) -> Result<(), CommandError> {
        let (Some(output), Some(file)) = (&self.output, &self.file) else { return Ok(()) };
        apart(output, [file])?;
        // What cannot be listed is told when it is read.
        let entries = std::fs::read_dir(file).into_iter().flatten().flatten();
        let witnesses = entries.map(|entry| entry.path());
        let is_witness = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "bin");
        Ok(apart(output, witnesses.filter(is_witness))?)
    }
}

/// Records a block from a node, and claims what it did.
#[cfg(feature = "onchain")]
fn of_block(block: BlockName, node: Option<&str>) -> Result<AtHand, CommandError> {
    let chain = super::node::NodeArgs::of(node).chain("--block")?;
    let (name, recorded) = chain.recorded(block)?;
    let named = |recorded: iso_evm_witness::block_file::RecordedTransaction| Named {
        name: format!("transaction {} of {name}", recorded.index),
        witness: recorded.witness.into(),
    };
    AtHand::of(&name, recorded.into_iter().map(named).collect())
}

/// Says on stderr what is false in a witness, and what is open: whoever commits to what is false is convicted.
fn warn(witness: &Opened<'_>, name: &str) -> Result<(), CommandError> {
    let engine = Engine::new(witness.rules);
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let mut report = verify_opened(&engine, witness, &options)
        .map_err(|error| ItemError::Verify { file: name.to_owned(), error: Box::new(error) })?;
    let verdict = report.named(report.verdict());
    match report.verdict() {
        Verdict::Valid => return Ok(()),
        Verdict::Invalid => {
            say(&format!("warning: {name} is {verdict}: whoever commits to this is convicted"));
        }
        Verdict::Inconclusive => say(&format!("warning: {name} is {verdict}")),
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
