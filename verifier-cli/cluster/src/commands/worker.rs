//! `iso-cluster worker`: the process in which items are audited, started by whoever audits. Not for people.

use std::io;

use clap::Args;

use super::Exit;
use crate::{error::ClusterError, work::serve};

/// Audit the items that come on stdin, for an executor
#[derive(Debug, Args)]
pub(super) struct Worker {
    /// The most memory that it may have
    #[arg(long, value_name = "BYTES")]
    memory: u64,
}

impl Worker {
    pub(super) fn run(self) -> Result<Exit, ClusterError> {
        limit(self.memory);
        serve(io::stdin().lock(), io::stdout().lock()).map_err(ClusterError::io("the pipe"))?;
        Ok(Exit::Valid)
    }
}

/// Lets this process have so much memory, and be the first to go where the machine has none.
#[cfg(unix)]
fn limit(memory: u64) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Where it cannot be limited, the executor has only the time that an item may take.
    let _ = setrlimit(Resource::Data, Rlimit { current: Some(memory), maximum: Some(memory) });
    // Nobody looks at what is left of it.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

#[cfg(not(unix))]
fn limit(_: u64) {}
