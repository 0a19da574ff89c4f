//! The options of commands that ask a node.

use std::path::PathBuf;

use clap::Args;

/// The variable that gives the node's URL if no option does, as for cast.
#[cfg(any(feature = "node", feature = "onchain"))]
const URL_VARIABLE: &str = "ETH_RPC_URL";

/// How to ask a node.
#[derive(Debug, Args)]
#[command(next_help_heading = "Node")]
#[cfg_attr(not(feature = "node"), allow(dead_code, reason = "options that are told as absent"))]
pub(super) struct NodeArgs {
    /// The node's JSON-RPC, by HTTP; otherwise $ETH_RPC_URL
    #[arg(long, value_name = "URL")]
    pub(super) rpc_url: Option<String>,
    /// Where the node's answers are kept; by default in the user's cache folder
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(super) cache: Option<PathBuf>,
    /// Keep no answers, and use none
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Ask the cache alone
    #[arg(long, conflicts_with = "no_cache")]
    pub(super) offline: bool,
    /// Do without eth_getProof: the access and transaction audits will not run
    #[arg(long)]
    pub(super) no_proofs: bool,
    /// How long an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(super) timeout: u64,
    /// How often a question is asked again
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(..=100))]
    pub(super) retries: u32,
    /// How many questions are under way at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) concurrency: u16,
}

impl NodeArgs {
    /// All as it is by default, but which node.
    #[cfg(feature = "onchain")]
    pub(super) fn of(rpc_url: Option<&str>) -> Self {
        use clap::{Command, FromArgMatches};

        let none = Self::augment_args(Command::new("node")).get_matches_from(["node"]);
        let by_default = Self::from_arg_matches(&none).expect("every option has a default");
        Self { rpc_url: rpc_url.map(str::to_owned), ..by_default }
    }
}

/// A node's URL, by the option or by the variable.
#[cfg(any(feature = "node", feature = "onchain"))]
pub(super) fn node_url(option: Option<&str>) -> Option<String> {
    let variable = || std::env::var(URL_VARIABLE).ok().filter(|url| !url.is_empty());
    option.map(str::to_owned).or_else(variable)
}
