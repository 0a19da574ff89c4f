//! The two services of a cluster, Ballista's own with our functions and stores: [`scheduler`], which has the queries and
//! deals out their tasks, and [`executor`], which runs them. `specs/25-cluster.md`, section Cluster.
//!
//! Neither asks who is there, and nothing is encrypted: Ballista has no such thing of its own. So both listen on
//! addresses of this machine alone, unless it is said that the network is one's own.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    sync::Arc,
};

use ballista_core::{
    config::TaskSchedulingPolicy, registry::BallistaFunctionRegistry,
    utils::default_session_builder,
};
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::{
    cluster::BallistaCluster, config::SchedulerConfig, scheduler_process::start_server,
};
use datafusion::{
    common::Result as QueryResult,
    execution::{SessionState, SessionStateBuilder},
    logical_expr::registry::FunctionRegistry as _,
    prelude::SessionConfig,
};
use url::{Host as UrlHost, Url};

use crate::{
    error::ClusterError,
    functions::{Host, functions},
    session::{config, runtime},
    store::Stores,
    terminal::say,
};

/// Where a scheduler is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchedulerUrl(Url);

/// The port of a scheduler, if its URL names none.
pub(crate) const SCHEDULER_PORT: u16 = 50_050;

impl SchedulerUrl {
    /// The URL.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host, as it is connected to.
    fn host(&self) -> String {
        self.0.host_str().unwrap_or_default().to_owned()
    }

    fn port(&self) -> u16 {
        self.0.port().unwrap_or(SCHEDULER_PORT)
    }

    /// Checks that it is on this machine, or that the network is one's own.
    ///
    /// # Errors
    ///
    /// If it is not, and nobody says so.
    pub(crate) fn reachable(&self, is_own_network: bool) -> Result<(), ClusterError> {
        let is_here = match self.0.host() {
            Some(UrlHost::Domain(name)) => name == "localhost",
            Some(UrlHost::Ipv4(address)) => address.is_loopback(),
            Some(UrlHost::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if is_here || is_own_network {
            return Ok(());
        }
        Err(ClusterError::Reachable { address: self.host() })
    }
}

impl FromStr for SchedulerUrl {
    type Err = ClusterError;

    fn from_str(text: &str) -> Result<Self, ClusterError> {
        let refused = || ClusterError::Scheduler { url: text.to_owned() };
        let url = Url::parse(text).map_err(|_| refused())?;
        if url.scheme() != "http"
            || url.host().is_none()
            || url.path() != "/"
            || !url.username().is_empty()
        {
            return Err(refused());
        }
        Ok(Self(url))
    }
}

impl fmt::Display for SchedulerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}:{}", self.host(), self.port())
    }
}

/// What a scheduler is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SchedulerOptions {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// After how many seconds of silence an executor counts as lost.
    pub(crate) executor_timeout: u64,
}

/// How often executors that were silent for too long are looked for, in seconds.
const LOOK_FOR_LOST: u64 = 1;
/// How long what a finished job has left is kept, in seconds: clients fetch it at once.
const FINISHED_KEPT: u64 = 120;

/// Runs a scheduler until it is ended.
///
/// # Errors
///
/// If it cannot listen.
pub(crate) async fn scheduler(options: SchedulerOptions, host: &Host) -> Result<(), ClusterError> {
    let failed = |error: &dyn fmt::Display| ClusterError::Service {
        what: "scheduler",
        error: error.to_string(),
    };
    let SchedulerOptions { address, executor_timeout } = options;
    let (host, stores) = (host.clone(), Arc::new(Stores::default()));
    let session = move |config: SessionConfig| -> QueryResult<SessionState> {
        let state = default_session_builder(config)?;
        let runtime = runtime(stores.clone())?;
        let mut state =
            SessionStateBuilder::new_from_existing(state).with_runtime_env(runtime).build();
        for function in functions(&host) {
            state.register_udf(function)?;
        }
        Ok(state)
    };
    let config = SchedulerConfig {
        external_host: address.ip().to_string(),
        bind_host: address.ip().to_string(),
        bind_port: address.port(),
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: executor_timeout,
        expire_dead_executor_interval_seconds: LOOK_FOR_LOST,
        no_executors_grace_period_seconds: executor_timeout.saturating_mul(4),
        finished_job_data_clean_up_interval_seconds: FINISHED_KEPT,
        finished_job_state_clean_up_interval_seconds: FINISHED_KEPT,
        override_config_producer: Some(Arc::new(config)),
        override_session_builder: Some(Arc::new(session)),
        ..SchedulerConfig::default()
    };
    let cluster =
        BallistaCluster::new_from_config(&config).await.map_err(|error| failed(&error))?;
    say(&format!("scheduler: listens on {address}"));
    start_server(cluster, address, Arc::new(config)).await.map_err(|error| failed(&error))
}

/// What an executor is told.
#[derive(Clone, Debug)]
pub(crate) struct ExecutorOptions {
    /// Where its scheduler is.
    pub(crate) scheduler: SchedulerUrl,
    /// Where others fetch from it what it has made.
    pub(crate) address: SocketAddr,
    /// Under which address the others find it.
    pub(crate) advertised: IpAddr,
    /// How many tasks it runs at once.
    pub(crate) slots: usize,
    /// Where it keeps what it has made until that is fetched.
    pub(crate) folder: PathBuf,
}

/// How long an executor waits for its scheduler, in seconds.
const SCHEDULER_AWAITED: u16 = 60;

/// Runs an executor until it is ended.
///
/// # Errors
///
/// If it cannot listen, or if there is no scheduler.
pub(crate) async fn executor(options: ExecutorOptions, host: &Host) -> Result<(), ClusterError> {
    let failed = |error: &dyn fmt::Display| ClusterError::Service {
        what: "executor",
        error: error.to_string(),
    };
    let mut registry = BallistaFunctionRegistry::default();
    for function in functions(host) {
        registry.scalar_functions.insert(function.name().to_owned(), function);
    }
    let stores = Arc::new(Stores::default());
    let config = ExecutorProcessConfig {
        executor_id: host.name.to_string(),
        bind_host: options.address.ip().to_string(),
        external_host: Some(options.advertised.to_string()),
        port: options.address.port(),
        scheduler_host: options.scheduler.host(),
        scheduler_port: options.scheduler.port(),
        scheduler_connect_timeout_seconds: SCHEDULER_AWAITED,
        vcores: options.slots,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        work_dir: Some(options.folder.display().to_string()),
        job_data_ttl_seconds: 3600,
        job_data_clean_up_interval_seconds: 600,
        override_function_registry: Some(Arc::new(registry)),
        override_runtime_producer: Some(Arc::new(move |_: &SessionConfig| runtime(stores.clone()))),
        override_config_producer: Some(Arc::new(config)),
        ..ExecutorProcessConfig::default()
    };
    say(&format!(
        "executor {}: asks {} for tasks, {} at once",
        host.name, options.scheduler, options.slots
    ));
    start_executor_process(Arc::new(config)).await.map_err(|error| failed(&error))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn nobody_listens_or_asks_beyond_this_machine_unless_it_is_said() {
        for (url, is_here) in [
            ("http://127.0.0.1:50050", true),
            ("http://localhost", true),
            ("http://[::1]:1", true),
            ("http://10.0.0.1:50050", false),
            ("http://localhost.example:50050", false),
            ("http://0.0.0.0:50050", false),
        ] {
            let parsed: SchedulerUrl = url.parse().unwrap();
            assert_eq!(parsed.reachable(false).is_ok(), is_here, "{url}");
            assert!(parsed.reachable(true).is_ok(), "{url}");
        }
        for address in ["0.0.0.0", "192.168.1.2", "::"] {
            let address = address.parse().unwrap();
            assert!(ClusterError::reachable(address, false).is_err(), "{address}");
            assert!(ClusterError::reachable(address, true).is_ok(), "{address}");
        }
    }

    #[test]
    fn what_is_no_url_of_a_scheduler_is_refused() {
        for text in
            ["", "127.0.0.1:50050", "df://127.0.0.1", "https://127.0.0.1", "http://127.0.0.1/a"]
        {
            assert!(text.parse::<SchedulerUrl>().is_err(), "{text}");
        }
        let url: SchedulerUrl = "http://127.0.0.1".parse().unwrap();
        assert_eq!(url.to_string(), "http://127.0.0.1:50050");
    }
}
