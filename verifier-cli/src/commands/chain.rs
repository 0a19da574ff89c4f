//! `iso-witness record` from a node: transactions and blocks of its chain, and the progress that is shown.

use std::{path::Path, sync::Mutex, time::Duration};

use alloy_primitives::B256;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use iso_evm_node::{
    Node, NodeError, NodeEvent, NodeOptions, Observer, RecordedTransaction, default_folder,
    record_block, record_given, record_numbered_block, record_transaction, record_whole,
};
use iso_evm_witness::input::{Another, BareBlock, BareTransaction, ChainsBlock};

use super::{
    block_file::write_block,
    block_name::{BlockName, Place},
    given::Wanted,
    node::{NodeArgs, node_url},
    say,
};
use crate::{advice, error::CommandError};

/// The chain that a node is one of.
#[derive(Debug)]
pub(super) struct Chain {
    node: Node,
    progress: Progress,
}

impl NodeArgs {
    /// Whether a node is named, by the option or by the variable.
    pub(super) fn is_named(&self) -> bool {
        node_url(self.rpc_url.as_deref()).is_some()
    }

    /// The chain of the node; `what` is what needs it.
    pub(super) fn chain(&self, what: &'static str) -> Result<Chain, CommandError> {
        let url = node_url(self.rpc_url.as_deref())
            .ok_or(CommandError::Needs { option: what, needed: "--rpc-url" })?;
        let progress = Progress::new();
        let cache = if self.no_cache { None } else { self.cache.clone().or_else(default_folder) };
        let options = NodeOptions {
            timeout: Duration::from_secs(self.timeout),
            retries: self.retries,
            concurrency: self.concurrency.into(),
            cache,
            offline: self.offline,
            no_proofs: self.no_proofs,
            observer: progress.observer(),
        };
        Ok(Chain { node: Node::connect(&url, options)?, progress })
    }
}

impl Chain {
    /// The witness of a transaction of the chain. Whoever is strict has it in a block.
    pub(super) fn transaction(
        &self,
        hash: B256,
        wanted: Wanted,
    ) -> Result<RecordedTransaction, CommandError> {
        if wanted.strict {
            self.node.find(hash)?;
        }
        let recorded = record_transaction(&self.node, hash, wanted.rules);
        recorded.map_err(|error| hinted(error, false))
    }

    /// The witness of a transaction that was brought: where it is in the chain, or would come next.
    pub(super) fn bare(
        &self,
        bare: &BareTransaction,
        wanted: Wanted,
    ) -> Result<RecordedTransaction, CommandError> {
        let found = self.node.chain_id()?;
        if let Some(expected) = bare.chain_id.filter(|chain| *chain != found) {
            return Err(NodeError::Chain { expected, found }.into());
        }
        let hash = bare.hash.ok_or(NodeError::Unsigned)?;
        if wanted.strict || bare.transaction.hash().is_none() {
            return self.transaction(hash, wanted);
        }
        let recorded = record_given(&self.node, &bare.transaction, wanted.rules);
        recorded.map_err(|error| hinted(error, false))
    }

    /// Writes the witnesses of the block that was brought, as [`Self::block`]; another one is refused before
    /// anything of it is run. `refused` says so.
    pub(super) fn bare_block(
        &self,
        bare: &BareBlock,
        folder: Option<&Path>,
        wanted: Wanted,
        refused: impl Fn(Another) -> CommandError,
    ) -> Result<(), CommandError> {
        let (name, hash) = match (bare.name.hash, bare.name.number) {
            (Some(hash), _) => (format!("block-{hash}"), hash),
            (None, Some(number)) => (format!("block-{number}"), self.node.block_hash(number)?),
            (None, None) => return Err(CommandError::Nameless),
        };
        let folder = wanted.format.place(folder, &name);
        let block = self.node.block(hash, wanted.rules)?;
        let chains = ChainsBlock {
            rules: block.rules,
            header: &block.header,
            transactions: &block.transactions,
            hashes: &block.hashes,
        };
        bare.held_against(chains).map_err(refused)?;
        let recorded = record_whole(&self.node, &block).map_err(|error| hinted(error, true))?;
        self.aside(|| write_block(&folder, &source(hash), recorded, wanted.format))
    }

    /// Whether a hash is that of a block.
    pub(super) fn is_block(&self, hash: B256) -> bool {
        self.node.has_block(hash)
    }

    /// Writes the witnesses of a block, when all are there; of several blocks, one after the other, as
    /// far as they go well.
    pub(super) fn block(
        &self,
        name: BlockName,
        folder: Option<&Path>,
        wanted: Wanted,
    ) -> Result<(), CommandError> {
        match name {
            BlockName::Hash(hash) => {
                let folder = wanted.format.place(folder, &format!("block-{hash}"));
                self.one_block(None, hash, &folder, wanted)
            }
            BlockName::At(place) => {
                let (number, hash) = self.place(place)?;
                let folder = wanted.format.place(folder, &format!("block-{number}"));
                self.one_block(Some(number), hash, &folder, wanted)
            }
            BlockName::Range(from, to) => {
                let (from, to) = (self.number(from)?, self.number(to)?);
                if from > to {
                    return Err(CommandError::Backwards { from, to });
                }
                self.blocks(from, to, folder, wanted)
            }
        }
    }

    /// The witnesses of a block, and what it is called. Not of a range.
    #[cfg(feature = "onchain")]
    pub(super) fn recorded(
        &self,
        name: BlockName,
    ) -> Result<(String, Vec<RecordedTransaction>), CommandError> {
        let (called, recorded) = match name {
            BlockName::Hash(hash) => (hash.to_string(), record_block(&self.node, hash, None)),
            BlockName::At(place) => {
                let (number, hash) = self.place(place)?;
                let recorded = record_numbered_block(&self.node, number, hash, None);
                (number.to_string(), recorded)
            }
            BlockName::Range(..) => {
                let (option, command) = ("a range", "a commitment, which is to one block");
                return Err(CommandError::Meaningless { option, command });
            }
        };
        Ok((format!("block {called}"), recorded.map_err(|error| hinted(error, true))?))
    }

    /// Records one block after the other, each into a folder of its own.
    fn blocks(
        &self,
        from: u64,
        to: u64,
        folder: Option<&Path>,
        wanted: Wanted,
    ) -> Result<(), CommandError> {
        for number in from..=to {
            self.progress.block(number, to);
            let folder = wanted.format.place_within(folder, &format!("block-{number}"));
            let recorded = (self.place(Place::Number(number)))
                .and_then(|(number, hash)| self.one_block(Some(number), hash, &folder, wanted));
            recorded.map_err(|error| CommandError::OfRange {
                number,
                from,
                to,
                error: Box::new(error),
            })?;
        }
        Ok(())
    }

    /// Does something while no progress is shown.
    pub(super) fn aside<T>(&self, tell: impl FnOnce() -> T) -> T {
        self.progress.bar.suspend(tell)
    }

    /// Records the block of a hash, and of a number if it was asked for by one.
    fn one_block(
        &self,
        number: Option<u64>,
        hash: B256,
        folder: &Path,
        wanted: Wanted,
    ) -> Result<(), CommandError> {
        let recorded = match number {
            Some(number) => record_numbered_block(&self.node, number, hash, wanted.rules),
            None => record_block(&self.node, hash, wanted.rules),
        };
        let recorded = recorded.map_err(|error| hinted(error, true))?;
        self.aside(|| write_block(folder, &source(hash), recorded, wanted.format))
    }

    /// Number of the block of a place.
    fn number(&self, place: Place) -> Result<u64, CommandError> {
        Ok(match place {
            Place::Number(number) => number,
            Place::Tag(tag) => self.node.tagged(tag)?.0,
        })
    }

    /// Number and hash of the block of a place.
    fn place(&self, place: Place) -> Result<(u64, B256), CommandError> {
        Ok(match place {
            Place::Number(number) => (number, self.node.block_hash(number)?),
            Place::Tag(tag) => self.node.tagged(tag)?,
        })
    }
}

/// Where the witnesses of a block of a chain came from.
fn source(block: B256) -> String {
    format!("block {block}")
}

/// An error with the option that would have worked, where there is one.
fn hinted(error: NodeError, block: bool) -> CommandError {
    match advice::hint(&error, block) {
        Some(hint) => CommandError::Hinted { error: Box::new(error), hint },
        None => error.into(),
    }
}

/// The bar of what was asked and replayed, on a terminal; notices, each once.
#[derive(Debug)]
struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// The bar of a command that ends with this many transactions, if that is known.
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner} {prefix}{msg} {wide_bar} {pos}/{len}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    /// Shows which block of several it is at.
    fn block(&self, number: u64, last: u64) {
        self.bar.set_prefix(format!("block {number} to {last}: "));
    }

    fn observer(&self) -> Observer<NodeEvent> {
        let (bar, answers, said) = (self.bar.clone(), Mutex::new(0_u64), Mutex::new(Vec::new()));
        Observer::new(move |event| match event {
            NodeEvent::Answered { method } => {
                if let Ok(mut answers) = answers.lock() {
                    *answers += 1;
                    bar.set_message(format!("{answers} answers, {method}"));
                }
            }
            NodeEvent::Transaction { done, of } => {
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            }
            NodeEvent::Notice(text) => {
                let Ok(mut said) = said.lock() else { return };
                if !said.contains(&text) {
                    bar.suspend(|| say(&format!("note: {text}")));
                    said.push(text);
                }
            }
        })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
