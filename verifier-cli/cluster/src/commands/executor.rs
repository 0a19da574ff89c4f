//! `iso-cluster executor`: runs the tasks of a scheduler.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use clap::Args;

use super::{Exit, cores, host, judged::Item, own_name, wait};
use crate::{
    error::ClusterError,
    service::{ExecutorOptions, SchedulerUrl, executor},
};

/// Run the tasks of a scheduler
#[derive(Debug, Args)]
#[command(after_help = "\
Reads what jobs name: local folders must be there under the same path; credentials of stores come from its own
environment.")]
pub(super) struct Executor {
    /// The scheduler
    #[arg(long, value_name = "URL")]
    scheduler: SchedulerUrl,
    /// The address at which results are fetched from it
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// The port at which results are fetched from it
    #[arg(long, value_name = "PORT", default_value_t = 50_051)]
    port: u16,
    /// The address under which the others reach it [default: the one that it listens on]
    #[arg(long, value_name = "ADDRESS")]
    advertise: Option<IpAddr>,
    /// The network is one's own: nothing on it is encrypted, and nobody is asked who he is
    #[arg(long)]
    insecure_network: bool,
    /// How many tasks it runs at once [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    slots: Option<u16>,
    /// Its name, which no other has [default: the machine's, and the number of the process]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where it keeps what it has made until that is fetched [default: a temporary folder]
    #[arg(long, value_name = "DIR")]
    work_dir: Option<PathBuf>,
    #[command(flatten)]
    item: Item,
}

impl Executor {
    pub(super) fn run(self) -> Result<Exit, ClusterError> {
        self.scheduler.reachable(self.insecure_network)?;
        ClusterError::reachable(self.bind, self.insecure_network)?;
        let host = host(self.name.unwrap_or_else(own_name), self.item.limits())?;
        let temporary = tempfile::tempdir().map_err(ClusterError::io("a temporary folder"))?;
        let folder = self.work_dir.unwrap_or_else(|| temporary.path().to_owned());
        let slots = self.slots.map_or_else(cores, usize::from);
        let options = ExecutorOptions {
            scheduler: self.scheduler,
            address: SocketAddr::new(self.bind, self.port),
            advertised: self.advertise.unwrap_or(self.bind),
            slots,
            folder,
        };
        wait(cores() + 1, executor(options, &host))?;
        Ok(Exit::Valid)
    }
}
