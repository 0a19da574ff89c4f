//! `iso-witness record --tx` and `--block`: transactions of a node's chain, and the progress that is
//! shown.

use std::{path::PathBuf, sync::Mutex, time::Duration};

use alloy_primitives::B256;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use iso_evm_node::{
    Node, NodeError, NodeEvent, NodeOptions, Observer, default_folder, record_block,
    record_transaction,
};
use iso_evm_wire::{Rules, Witness};

use super::{
    block_file::write_block,
    node::{NodeArgs, node_url},
    record::BlockName,
    say,
};
use crate::{advice, error::CommandError};

/// The witness of a transaction of a node's chain, which may have to be a certain one; `option` is
/// what asks for it.
pub(super) fn transaction(
    node: NodeArgs,
    option: &'static str,
    hash: B256,
    chain: Option<u64>,
    fork: Option<Rules>,
) -> Result<Witness, CommandError> {
    let progress = Progress::new();
    let node = node.connect(option, &progress)?;
    let found = node.chain_id()?;
    if let Some(expected) = chain.filter(|chain| *chain != found) {
        return Err(NodeError::Chain { expected, found }.into());
    }
    let recorded = record_transaction(&node, hash, fork);
    Ok(recorded.map_err(|error| hinted(error, false))?.witness)
}

/// Writes the witnesses of a block, when all are there.
pub(super) fn block(
    node: NodeArgs,
    block: BlockName,
    folder: Option<PathBuf>,
    fork: Option<Rules>,
) -> Result<(), CommandError> {
    let progress = Progress::new();
    let node = node.connect("--block", &progress)?;
    let (hash, name) = match block {
        BlockName::Number(number) => (node.block_hash(number)?, format!("block-{number}")),
        BlockName::Hash(hash) => (hash, format!("block-{hash}")),
    };
    let folder = folder.unwrap_or_else(|| PathBuf::from(name));
    let recorded = record_block(&node, hash, fork).map_err(|error| hinted(error, true))?;
    drop(progress);
    write_block(&folder, recorded)
}

/// An error with the option that would have worked, where there is one.
fn hinted(error: NodeError, block: bool) -> CommandError {
    match advice::hint(&error, block) {
        Some(hint) => CommandError::Hinted { error, hint },
        None => error.into(),
    }
}

impl NodeArgs {
    /// The node; `option` is what needs it.
    fn connect(self, option: &'static str, progress: &Progress) -> Result<Node, CommandError> {
        let url = node_url(self.rpc_url.as_deref())
            .ok_or(CommandError::Needs { option, needed: "--rpc-url" })?;
        let cache = if self.no_cache { None } else { self.cache.or_else(default_folder) };
        let options = NodeOptions {
            timeout: Duration::from_secs(self.timeout),
            retries: self.retries,
            concurrency: self.concurrency.into(),
            cache,
            offline: self.offline,
            no_proofs: self.no_proofs,
            observer: progress.observer(),
        };
        Ok(Node::connect(&url, options)?)
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
        let style = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
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
