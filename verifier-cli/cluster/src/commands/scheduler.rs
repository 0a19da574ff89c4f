//! `iso-cluster scheduler`: deals out the tasks of runs and queries.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Args;

use super::{Exit, cores, host, own_name, wait};
use crate::{
    error::ClusterError,
    options::Limits,
    service::{SCHEDULER_PORT, SchedulerOptions, scheduler},
};

/// Deal out the tasks of runs and queries to executors
#[derive(Debug, Args)]
#[command(after_help = "\
Whoever reaches a scheduler has its executors read any table and run any query. It keeps nothing on disk: a run that
loses its scheduler goes on with the next.")]
pub(super) struct Scheduler {
    /// The address that it listens on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// The port that it listens on
    #[arg(long, value_name = "PORT", default_value_t = SCHEDULER_PORT)]
    port: u16,
    /// The network is one's own: nothing on it is encrypted, and nobody is asked who he is
    #[arg(long)]
    insecure_network: bool,
    /// After how many seconds of silence an executor is lost, and its tasks are another's; one that is busy is
    /// heard of every 5
    #[arg(long, value_name = "SECONDS", default_value_t = 12, value_parser = clap::value_parser!(u64).range(6..))]
    executor_timeout: u64,
}

impl Scheduler {
    pub(super) fn run(self) -> Result<Exit, ClusterError> {
        ClusterError::reachable(self.bind, self.insecure_network)?;
        let host = host(own_name(), Limits::default())?;
        let address = SocketAddr::new(self.bind, self.port);
        let options = SchedulerOptions { address, executor_timeout: self.executor_timeout };
        wait(cores() + 1, scheduler(options, &host))?;
        Ok(Exit::Valid)
    }
}
