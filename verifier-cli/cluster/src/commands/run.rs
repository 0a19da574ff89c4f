//! `iso-cluster run`: a table of witnesses, audited to tables of results.

use clap::Args;

use super::{Exit, cores, host, judged::Judged, own_name, print, wait};
use crate::{
    error::ClusterError,
    run::{RunOptions, Summary, run},
    service::SchedulerUrl,
    session::Engine,
    shard::Shard,
    source::Sizes,
};

/// Audit every witness of a table that is not audited yet
#[derive(Debug, Args)]
#[command(after_help = "\
Goes on where an earlier run with the same results ended, however that was.

Examples:
  iso-cluster run witnesses results
  iso-cluster run s3://chain/witnesses s3://chain/results --engine native
  iso-cluster run witnesses results --scheduler http://127.0.0.1:50050
  iso-cluster run witnesses results --shard $SLURM_ARRAY_TASK_ID/100

Exit codes: of all witnesses the worst counts, in the order 2, 1, 3, 0.")]
pub(super) struct Run {
    /// Where the witnesses are: a folder with Parquet files, or s3://BUCKET/PATH
    #[arg(value_name = "SRC")]
    source: String,
    /// Where the results go: a folder, or s3://BUCKET/PATH
    #[arg(value_name = "DST")]
    results: String,
    /// Have the executors of this scheduler audit
    #[arg(long, value_name = "URL")]
    scheduler: Option<SchedulerUrl>,
    /// The network between is one's own: nothing on it is encrypted, and nobody is asked who he is
    #[arg(long, requires = "scheduler")]
    insecure_network: bool,
    /// How many units are audited, or wait for an executor, at once [default: one more than there are cores; 32
    /// with a scheduler]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Only this part of the units, of so many, from 0
    #[arg(long, value_name = "I/N", default_value = "0/1", hide_default_value = true)]
    shard: Shard,
    /// About how many bytes of witnesses are audited together
    #[arg(long, value_name = "BYTES", default_value_t = 32 << 20, value_parser = clap::value_parser!(u64).range(1..))]
    unit_bytes: u64,
    /// About how many bytes of witnesses are in memory at once, for each unit
    #[arg(long, value_name = "BYTES", default_value_t = 8 << 20, value_parser = clap::value_parser!(u64).range(1..))]
    batch_bytes: u64,
    /// The summary as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judged: Judged,
}

/// How many units wait for an executor.
const WITH_A_SCHEDULER: usize = 32;

impl Run {
    pub(super) fn run(self) -> Result<Exit, ClusterError> {
        if let Some(scheduler) = &self.scheduler {
            scheduler.reachable(self.insecure_network)?;
        }
        let audit = self.judged.options()?;
        let host = host(own_name(), audit.limits)?;
        let (engine, jobs) = match self.scheduler {
            Some(url) => (Engine::Cluster(url), WITH_A_SCHEDULER),
            None => (Engine::Here, cores() + 1),
        };
        let jobs = self.jobs.map_or(jobs, usize::from);
        let sizes = Sizes { unit: self.unit_bytes, batch: self.batch_bytes };
        let (source, results, shard) = (self.source, self.results, self.shard);
        let options = RunOptions { source, results, engine, jobs, audit, sizes, shard };
        // Each audit holds a thread, as long as it takes.
        let summary = wait(jobs.min(cores() * 4) + 2, run(options, &host))?;
        let text = if self.json {
            serde_json::to_string_pretty(&summary).expect("only numbers and names")
        } else {
            summary.to_string()
        };
        print(format!("{text}\n").as_bytes())?;
        Ok(exit(&summary))
    }
}

/// The worst counts.
fn exit(summary: &Summary) -> Exit {
    let Summary { all, rows, unreadable_files, .. } = summary;
    let met = [
        (all.unusable() + rows.nameless + unreadable_files > 0, Exit::Unusable),
        (all.of("invalid") > 0, Exit::Invalid),
        (all.of("inconclusive") > 0, Exit::Inconclusive),
    ];
    met.into_iter().find(|(met, _)| *met).map_or(Exit::Valid, |(_, exit)| exit)
}
