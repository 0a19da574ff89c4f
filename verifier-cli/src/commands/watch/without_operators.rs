//! What stands for the options about operators, in a build without the feature `onchain`: it says so.

use std::path::Path;

use clap::Args;
use iso_evm_watch::Watcher;

use crate::error::CommandError;

/// What operators commit to
#[derive(Debug, Args)]
pub(super) struct Operators {
    /// Not in this build: it is without the feature `onchain`
    #[arg(long, value_name = "URL")]
    l1_rpc_url: Option<String>,
    /// Not in this build: it is without the feature `onchain`
    #[arg(long)]
    challenge: bool,
}

impl Operators {
    /// Says what this build is without, if it is asked for.
    pub(super) fn watched(self, watcher: Watcher, _: &Path) -> Result<Watcher, CommandError> {
        let absent = |what| Err(CommandError::Absent { what, feature: "onchain" });
        match (self.l1_rpc_url, self.challenge) {
            (Some(_), _) => absent("--l1-rpc-url"),
            (None, true) => absent("--challenge"),
            (None, false) => Ok(watcher),
        }
    }
}
