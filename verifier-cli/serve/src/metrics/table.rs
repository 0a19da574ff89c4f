//! Every metric: its name, its kind and its meaning, in one table. What is shown, the table of `specs/23-watch.md`, and
//! the checks of dashboards and alerts go by it.

use self::MetricKind::{Counter, Gauge, Histogram};

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// The metric's name.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: MetricKind,
    /// Names of its labels.
    pub labels: &'static [&'static str],
    /// What it means.
    pub help: &'static str,
}

/// The kind of a metric, by Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How often it was up to so much.
    Histogram,
}

impl MetricKind {
    /// The kind's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

const fn metric(
    name: &'static str,
    kind: MetricKind,
    labels: &'static [&'static str],
    help: &'static str,
) -> Metric {
    Metric { name, kind, labels, help }
}

pub(super) const BUILD_INFO: &str = "iso_watch_build_info";
pub(super) const BLOCK_NUMBER: &str = "iso_watch_block_number";
pub(super) const BLOCK_TIMESTAMP: &str = "iso_watch_block_timestamp_seconds";
pub(super) const LAG_BLOCKS: &str = "iso_watch_lag_blocks";
pub(super) const LAG_SECONDS: &str = "iso_watch_lag_seconds";
pub(super) const IN_STEP: &str = "iso_watch_in_step";
pub(super) const BLOCKS: &str = "iso_watch_blocks_total";
pub(super) const TRANSACTIONS: &str = "iso_watch_transactions_total";
pub(super) const FINDINGS: &str = "iso_watch_findings_total";
pub(super) const EVENTS: &str = "iso_watch_events_total";
pub(super) const REORGANISATIONS: &str = "iso_watch_reorganisations_total";
pub(super) const ORPHANED: &str = "iso_watch_orphaned_blocks_total";
pub(super) const DEPTH: &str = "iso_watch_reorganisation_depth_blocks";
pub(super) const PHASE: &str = "iso_watch_phase_duration_seconds";
pub(super) const PLANNED: &str = "iso_watch_planned_blocks";
pub(super) const READY: &str = "iso_watch_ready_blocks";
pub(super) const QUEUE: &str = "iso_watch_queue_blocks";
pub(super) const TURNED: &str = "iso_watch_turned_seconds";
pub(super) const NODE_UP: &str = "iso_watch_node_up";
pub(super) const NODE_ASKED: &str = "iso_watch_node_asked";
pub(super) const NODE_STATE: &str = "iso_watch_node_state";
pub(super) const NODE_BLOCK: &str = "iso_watch_node_block_number";
pub(super) const NODE_ERRORS: &str = "iso_watch_node_errors_total";
pub(super) const DATABASE_UP: &str = "iso_watch_database_up";
pub(super) const DATABASE_BYTES: &str = "iso_watch_database_bytes";
pub(super) const WITNESSES: &str = "iso_watch_witnesses";
pub(super) const WITNESS_BYTES: &str = "iso_watch_witness_bytes";
pub(super) const WEBHOOK_WAITING: &str = "iso_watch_webhook_waiting";
pub(super) const WEBHOOK_TAKEN: &str = "iso_watch_webhook_taken_total";
pub(super) const WEBHOOK_FAILED: &str = "iso_watch_webhook_failures_total";
pub(super) const WEBHOOK_DROPPED: &str = "iso_watch_webhook_dropped_total";

/// Every metric.
pub const METRICS: &[Metric] = &[
    metric(BUILD_INFO, Gauge, &["version"], "The program's version; its value is 1."),
    metric(
        BLOCK_NUMBER,
        Gauge,
        &["block"],
        "Number of a block: latest, safe and finalized as the node says, audited as far as it is kept.",
    ),
    metric(
        BLOCK_TIMESTAMP,
        Gauge,
        &["block"],
        "Time of the latest and of the last audited block, in seconds since 1970.",
    ),
    metric(LAG_BLOCKS, Gauge, &[], "Blocks that are to be audited and are not."),
    metric(
        LAG_SECONDS,
        Gauge,
        &[],
        "Seconds of the chain's time between the last audited block and the latest; 0 if no block is to be audited.",
    ),
    metric(
        IN_STEP,
        Gauge,
        &[],
        "Whether all that there is of the chain is audited, but for what is new: 1, else 0.",
    ),
    metric(
        BLOCKS,
        Counter,
        &["verdict"],
        "Blocks that were audited, of the chain or gone; begins with what the database has.",
    ),
    metric(
        TRANSACTIONS,
        Counter,
        &["verdict"],
        "Transactions by verdict, unsampled those not to be audited; begins with what the database has.",
    ),
    metric(
        FINDINGS,
        Counter,
        &["audit", "kind"],
        "False claims that were found; begins with what the database has.",
    ),
    metric(
        EVENTS,
        Counter,
        &["kind"],
        "Events of the chain and its nodes that are kept; begins with what the database has.",
    ),
    metric(
        REORGANISATIONS,
        Counter,
        &[],
        "Reorganisations of what was audited; begins with what the database has.",
    ),
    metric(
        ORPHANED,
        Counter,
        &[],
        "Blocks that went from the chain; begins with those that are gone in the database.",
    ),
    metric(
        DEPTH,
        Histogram,
        &[],
        "Blocks that a reorganisation took away, since this process began.",
    ),
    metric(
        PHASE,
        Histogram,
        &["phase"],
        "Seconds that a block took, since this process began: node, recording, audit, store.",
    ),
    metric(PLANNED, Gauge, &[], "Blocks that are audited ahead: waiting, under way or ready."),
    metric(READY, Gauge, &[], "Blocks that are audited and wait for one before them."),
    metric(QUEUE, Gauge, &[], "Blocks that wait for a thread."),
    metric(TURNED, Gauge, &[], "Seconds since the watcher last came round."),
    metric(
        NODE_UP,
        Gauge,
        &["node"],
        "Whether a node answers, by its place among those given, from 0: 1, else 0.",
    ),
    metric(NODE_ASKED, Gauge, &["node"], "Whether a node is the one that is asked: 1, else 0."),
    metric(
        NODE_STATE,
        Gauge,
        &["node", "state"],
        "Whether a node disagrees, lags, is distrusted or foreign: 1, else 0.",
    ),
    metric(NODE_BLOCK, Gauge, &["node"], "Number of a node's newest block."),
    metric(
        NODE_ERRORS,
        Counter,
        &["node"],
        "How often a node gave no answer, or none that can be, since this process began.",
    ),
    metric(DATABASE_UP, Gauge, &[], "Whether the database can be read: 1, else 0."),
    metric(
        DATABASE_BYTES,
        Gauge,
        &[],
        "Bytes of the database on its disk, looked at each minute or less often.",
    ),
    metric(WITNESSES, Gauge, &[], "Witnesses that are kept, looked at each minute or less often."),
    metric(
        WITNESS_BYTES,
        Gauge,
        &[],
        "Bytes of the witnesses that are kept, looked at each minute or less often.",
    ),
    metric(
        WEBHOOK_WAITING,
        Gauge,
        &[],
        "Notices that wait to be taken, looked at each minute or less often.",
    ),
    metric(
        WEBHOOK_TAKEN,
        Counter,
        &["receiver"],
        "Notices that a receiver has taken, by its place among those given, from 0, since this process began.",
    ),
    metric(
        WEBHOOK_FAILED,
        Counter,
        &["receiver"],
        "Attempts to tell a receiver that failed, since this process began.",
    ),
    metric(
        WEBHOOK_DROPPED,
        Counter,
        &["receiver"],
        "Notices that are told to a receiver no more, since this process began.",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// <https://prometheus.io/docs/practices/naming/>
    #[test]
    fn names_keep_to_the_conventions_of_prometheus() {
        let mut names = BTreeSet::new();
        for Metric { name, kind, help, .. } in METRICS {
            assert!(names.insert(name), "{name} stands there twice");
            let is_counter = *kind == MetricKind::Counter;
            assert_eq!(name.ends_with("_total"), is_counter, "{name}");
            assert!(name.starts_with("iso_watch_") && help.ends_with('.'), "{name}");
            let letters = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
            assert!(name.bytes().all(letters), "{name}");
        }
    }
}
