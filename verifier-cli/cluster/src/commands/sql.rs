//! `iso-cluster sql`: a query over tables of witnesses and results.

use clap::Args;

use super::{Exit, cores, host, own_name, print, wait};
use crate::{
    error::ClusterError,
    options::Limits,
    service::SchedulerUrl,
    session::Engine,
    sql::{QueryOptions, json, query, shown},
    terminal::text,
};

/// Ask tables of witnesses and results, with audit(witness) and mutate(witness, seed, count)
#[derive(Debug, Args)]
#[command(after_help = "\
Tables: witnesses, where the source is; transactions, messages and findings, where the results are.

Examples:
  iso-cluster sql 'SELECT verdict, count(*) FROM transactions GROUP BY verdict' --results results
  iso-cluster sql \"SELECT id FROM witnesses WHERE audit(witness)['verdict'] <> 'valid'\" --source witnesses")]
pub(super) struct Sql {
    /// The query
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// Where the witnesses are: a folder with Parquet files, or s3://BUCKET/PATH
    #[arg(long, value_name = "SRC")]
    source: Option<String>,
    /// Where results are: a folder, or s3://BUCKET/PATH
    #[arg(long, value_name = "DST")]
    results: Option<String>,
    /// Have the executors of this scheduler run it
    #[arg(long, value_name = "URL")]
    scheduler: Option<SchedulerUrl>,
    /// The network between is one's own: nothing on it is encrypted, and nobody is asked who he is
    #[arg(long, requires = "scheduler")]
    insecure_network: bool,
    /// In how many parts it is cut [default: as many as there are cores; 16 with a scheduler]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// How many rows are read at once
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    batch_rows: u32,
    /// The rows as JSON, an object a line
    #[arg(long)]
    json: bool,
}

/// In how many parts a query is cut for executors.
const WITH_A_SCHEDULER: usize = 16;

impl Sql {
    pub(super) fn run(self) -> Result<Exit, ClusterError> {
        if let Some(scheduler) = &self.scheduler {
            scheduler.reachable(self.insecure_network)?;
        }
        let host = host(own_name(), Limits::default())?;
        let (engine, parts) = match self.scheduler {
            Some(url) => (Engine::Cluster(url), WITH_A_SCHEDULER),
            None => (Engine::Here, cores()),
        };
        let parts = self.jobs.map_or(parts, usize::from);
        let (source, results) = (self.source, self.results);
        let batch_rows = self.batch_rows as usize;
        let options =
            QueryOptions { query: self.query, source, results, engine, parts, batch_rows };
        let rows = wait(cores() + 2, query(options, &host))?;
        let failed = |error| ClusterError::from(datafusion::common::DataFusionError::from(error));
        let said = if self.json {
            json(&rows).map_err(failed)?
        } else {
            let shown = shown(&rows).map_err(failed)?;
            format!("{}\n", text(&shown)).into_bytes()
        };
        print(&said)?;
        Ok(Exit::Valid)
    }
}
