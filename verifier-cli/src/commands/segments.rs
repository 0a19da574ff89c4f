//! `--segments` of `iso-verify`: the execution audit in parts; and `iso-verify checkpoints`, which
//! writes where an operator cuts a message.

use std::path::{Path, PathBuf};

use clap::Args;
use iso_evm_batch::{
    apart::apart,
    files::{self, STANDARD},
};
use iso_evm_hypervisor::{Code, NativeEngine};
use iso_evm_verifier::{
    segments::Places,
    verify::{Options, Verdict, guest_gas_limit},
};
use iso_evm_wire::segment::{Checkpoint, ClaimedLeaf, Cut};

use iso_evm_witness::input::Document;

use super::{given::instead, verify::open};
use crate::{Exit, error::CommandError};

/// Whether and how messages are audited by their segments.
#[derive(Debug, Args)]
#[command(next_help_heading = "Segments")]
pub(super) struct BySegments {
    /// Audit each message by its segments: each by itself, and what they come to
    #[arg(long)]
    pub(super) segments: bool,
    /// Cut at every N gas, in place of where an operator does
    #[arg(long, value_name = "N", requires = "segments", conflicts_with = "checkpoints",
        value_parser = clap::value_parser!(u64).range(1..))]
    stride: Option<u64>,
    /// Hold the segments of --message against the checkpoints in this file, as `iso-verify checkpoints`
    /// writes it, or as an operator committed to them
    #[arg(long, value_name = "FILE", requires = "segments")]
    checkpoints: Option<PathBuf>,
    /// The message that --checkpoints are of
    #[arg(long, value_name = "N", default_value_t = 0, requires = "checkpoints")]
    message: usize,
}

impl BySegments {
    /// The file that says what was claimed.
    pub(super) fn file(&self) -> Option<&Path> {
        self.checkpoints.as_deref()
    }

    /// What was claimed, where a file says it.
    pub(super) fn claimed(&self, by_node: bool) -> Result<Option<Vec<ClaimedLeaf>>, CommandError> {
        if self.segments && by_node {
            let (option, command) = ("--segments", "a run with --rpc-url");
            return Err(CommandError::Meaningless { option, command });
        }
        self.checkpoints.as_deref().map(read_claims).transpose()
    }

    /// Where a message is cut.
    pub(super) fn places<'a>(
        &self,
        index: usize,
        claimed: Option<&'a [ClaimedLeaf]>,
    ) -> Places<'a> {
        match claimed {
            Some(claimed) if index == self.message => Places::Claimed(claimed),
            _ => Places::By(cut(self.stride)),
        }
    }
}

pub(super) fn cut(stride: Option<u64>) -> Cut {
    stride.map_or_else(Cut::default, Cut::Stride)
}

/// The checkpoints in a file.
pub(super) fn read_claims(file: &Path) -> Result<Vec<ClaimedLeaf>, CommandError> {
    let bytes = files::read_unpacked(file)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let error = CommandError::Checkpoints { file: files::name(file), error };
        instead(file, &bytes, &[Document::Checkpoints], "a list of checkpoints", error)
    })
}

/// Write the checkpoints at which an operator cuts a message, as JSON
#[derive(Debug, Args)]
pub(super) struct Checkpoints {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    /// Which message
    #[arg(long, value_name = "N", default_value_t = 0)]
    message: usize,
    /// Cut at every N gas, in place of where an operator does
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    stride: Option<u64>,
    /// Where to write them; `-` for stdout
    #[arg(short, long, value_name = "FILE", default_value = STANDARD)]
    output: PathBuf,
}

impl Checkpoints {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        apart(&self.output, [&self.file])?;
        let witness = open(&self.file)?;
        let Some(message) = witness.message(self.message) else {
            let (file, index) = (files::name(&self.file), self.message);
            return Err(CommandError::NoMessage { file, index, count: witness.messages.len() });
        };
        let code = message.code_hash().and_then(|hash| witness.codes.get(&hash));
        let code = code.map(|code| Code::new(code.clone()));
        let mut checkpoints: Vec<Checkpoint> = Vec::new();
        let limit = guest_gas_limit(&witness, &Options::default());
        let native = NativeEngine::new(witness.rules);
        let bytes = &witness.messages[self.message].bytes();
        let cut = cut(self.stride);
        let verdict = native.cut_within(bytes, code.as_ref(), cut, limit, &mut |cutting| {
            checkpoints.extend(cutting.end);
        });
        let json = serde_json::to_string_pretty(&checkpoints)
            .expect("only numbers and strings, and strings as keys");
        files::write(&self.output, format!("{json}\n").as_bytes())?;
        Ok(Verdict::from(&verdict).into())
    }
}
