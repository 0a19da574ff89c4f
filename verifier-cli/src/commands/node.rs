//! The options of commands that ask a node, and the progress that they show.

use std::{path::PathBuf, sync::Mutex, time::Duration};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::say;
use crate::{
    error::CommandError,
    node::{Event, Node, NodeOptions, Observer, default_folder},
};

/// The variable that gives the node's URL if no option does, as for cast.
const URL_VARIABLE: &str = "ETH_RPC_URL";

/// How to ask a node.
#[derive(Debug, Args)]
#[command(next_help_heading = "Node")]
pub(super) struct NodeArgs {
    /// The node's JSON-RPC, by HTTP; otherwise $ETH_RPC_URL
    #[arg(long, value_name = "URL")]
    pub(super) rpc_url: Option<String>,
    /// Where the node's answers are kept; by default in the user's cache folder
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    cache: Option<PathBuf>,
    /// Keep no answers, and use none
    #[arg(long)]
    no_cache: bool,
    /// Ask the cache alone
    #[arg(long, conflicts_with = "no_cache")]
    offline: bool,
    /// Do without eth_getProof: the access and transaction audits will not run
    #[arg(long)]
    no_proofs: bool,
    /// How long an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// How often a question is asked again
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(..=100))]
    retries: u32,
    /// How many questions are under way at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
}

impl NodeArgs {
    /// Whether a node is named, by the option or by the variable.
    pub(super) fn url(&self) -> Option<String> {
        node_url(self.rpc_url.as_deref())
    }

    /// The node; `option` is what needs it.
    pub(super) fn connect(
        self,
        option: &'static str,
        progress: &Progress,
    ) -> Result<Node, CommandError> {
        let url = self.url().ok_or(CommandError::Needs { option, needed: "--rpc-url" })?;
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

/// A node's URL, by the option or by the variable.
pub(super) fn node_url(option: Option<&str>) -> Option<String> {
    let variable = || std::env::var(URL_VARIABLE).ok().filter(|url| !url.is_empty());
    option.map(str::to_owned).or_else(variable)
}

/// The bar of what was asked and replayed, on a terminal; notices, each once.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// The bar of a command that ends with this many transactions, if that is known.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    fn observer(&self) -> Observer {
        let (bar, answers, said) = (self.bar.clone(), Mutex::new(0_u64), Mutex::new(Vec::new()));
        Observer::new(move |event| match event {
            Event::Answered { method } => {
                if let Ok(mut answers) = answers.lock() {
                    *answers += 1;
                    bar.set_message(format!("{answers} answers, {method}"));
                }
            }
            Event::Transaction { done, of } => {
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            }
            Event::Notice(text) => {
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
