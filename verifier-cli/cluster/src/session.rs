//! The engine that a query is put to: DataFusion in this process, or Ballista's scheduler; and how both are set up, here
//! and in the scheduler and the executors, which must agree.

use std::sync::Arc;

use ballista::prelude::{SessionConfigExt as _, SessionContextExt as _};
use datafusion::{
    common::Result,
    execution::{
        SessionState, SessionStateBuilder,
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    prelude::{SessionConfig, SessionContext},
};

use crate::{
    functions::{Host, functions},
    service::SchedulerUrl,
    store::Stores,
};

/// Who runs queries.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    /// This process.
    Here,
    /// The executors of a scheduler.
    Cluster(SchedulerUrl),
}

impl Engine {
    /// A session, of which each query is cut into so many parts.
    ///
    /// # Errors
    ///
    /// If the scheduler's URL is none for Ballista.
    pub(crate) async fn session(
        &self,
        host: &Host,
        stores: Arc<Stores>,
        parts: usize,
    ) -> Result<SessionContext> {
        let runtime = runtime(stores)?;
        let context = match self {
            Self::Here => SessionContext::new_with_state(state(here(parts), runtime)),
            Self::Cluster(url) => {
                let state = state(config().with_target_partitions(parts), runtime);
                SessionContext::remote_with_state(url.as_str(), state).await?
            }
        };
        // Ballista's session forgets those that were there before.
        for function in functions(host) {
            context.register_udf(function.as_ref().clone());
        }
        Ok(context)
    }
}

/// How a session of this process alone is set up.
fn here(parts: usize) -> SessionConfig {
    read(SessionConfig::new().with_target_partitions(parts).with_information_schema(true))
        // As on a cluster: the functions are given the same arrays.
        .set_bool("datafusion.execution.parquet.schema_force_view_types", false)
        .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false)
}

/// How a session on a cluster is set up, on all sides.
pub(crate) fn config() -> SessionConfig {
    // Fewer and larger parts are not faster here: a straggler would hold the end.
    let config = SessionConfig::new_with_ballista().with_ballista_coalesce_enabled(false);
    // What one query knew of a file is not believed by the next.
    read(config.set_bool("ballista.scheduler.share_file_statistics_cache", false))
}

/// How tables are read: of rows that are not wanted, the witnesses are not.
fn read(config: SessionConfig) -> SessionConfig {
    config
        .with_collect_statistics(false)
        .set_bool("datafusion.execution.parquet.pushdown_filters", true)
        .set_bool("datafusion.execution.listing_table_ignore_subdirectory", false)
}

/// What a session runs in: only stores of the environment.
pub(crate) fn runtime(stores: Arc<Stores>) -> Result<Arc<RuntimeEnv>> {
    RuntimeEnvBuilder::new().with_object_store_registry(stores).build_arc()
}

/// The state of a session.
pub(crate) fn state(config: SessionConfig, runtime: Arc<RuntimeEnv>) -> SessionState {
    SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .build()
}
