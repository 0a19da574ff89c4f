//! The [`Metrics`]: counters that begin with what the database has and go on with what the watcher tells, and gauges
//! that are looked at when somebody asks. `specs/23-watch.md`, section Metrics.
//!
//! Nothing of it is global: two watchers of one process count for themselves.

mod table;

use std::sync::{Arc, Mutex, PoisonError};

use iso_evm_verifier::Verdict;
use iso_evm_watch::{
    AuditedBlock, Event, NodeVitals, Outcome, Pulse,
    read::{Counts, Course, Sizes},
    webhook::Tally,
};
use metrics::{Recorder, counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use self::table::*;
pub use self::table::{METRICS, Metric, MetricKind};
use crate::server::ServeError;

/// Up to how many seconds a phase takes, in the histogram.
const SECONDS: [f64; 14] =
    [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];

/// Up to how many blocks a reorganisation takes away.
const BLOCKS_GONE: [f64; 9] = [1.0, 2.0, 3.0, 5.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// What transactions are counted under that were not to be audited.
const UNSAMPLED: &str = "unsampled";

/// Counts, and shows what was counted.
pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    told: Vec<Arc<Tally>>,
    totals: Mutex<Totals>,
}

/// How many there are, for people.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) blocks: u64,
    pub(crate) valid: u64,
    pub(crate) invalid: u64,
    pub(crate) inconclusive: u64,
    pub(crate) unsampled: u64,
    pub(crate) findings: u64,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Counters that begin with what there is.
    pub(crate) fn new(counts: &Counts, told: Vec<Arc<Tally>>) -> Result<Self, ServeError> {
        let failed =
            |error: metrics_exporter_prometheus::BuildError| ServeError::Metrics(error.to_string());
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(PHASE.to_owned()), &SECONDS)
            .and_then(|it| it.set_buckets_for_metric(Matcher::Full(DEPTH.to_owned()), &BLOCKS_GONE))
            .map_err(failed)?
            .build_recorder();
        for Metric { name, kind, help, .. } in METRICS {
            match kind {
                MetricKind::Counter => {
                    recorder.describe_counter((*name).into(), None, (*help).into())
                }
                MetricKind::Gauge => recorder.describe_gauge((*name).into(), None, (*help).into()),
                MetricKind::Histogram => {
                    recorder.describe_histogram((*name).into(), None, (*help).into());
                }
            }
        }
        let (handle, totals) = (recorder.handle(), Mutex::default());
        let metrics = Self { recorder, handle, told, totals };
        metrics.begin(counts);
        Ok(metrics)
    }

    /// What there is before anything happens.
    fn begin(&self, counts: &Counts) {
        let of = |named: &[(String, u64)], name: &str| {
            named.iter().find(|(it, _)| it == name).map_or(0, |(_, count)| *count)
        };
        with_local_recorder(&self.recorder, || {
            gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
            for verdict in Verdict::ALL.map(Verdict::name) {
                counter!(BLOCKS, "verdict" => verdict).absolute(of(&counts.blocks, verdict));
            }
            for verdict in Verdict::ALL.map(Verdict::name).into_iter().chain([UNSAMPLED]) {
                let count = of(&counts.transactions, verdict);
                counter!(TRANSACTIONS, "verdict" => verdict).absolute(count);
            }
            for (audit, kind, count) in &counts.findings {
                counter!(FINDINGS, "audit" => audit.clone(), "kind" => kind.clone())
                    .absolute(*count);
            }
            for (kind, count) in &counts.events {
                counter!(EVENTS, "kind" => kind.clone()).absolute(*count);
            }
            counter!(REORGANISATIONS).absolute(of(&counts.events, "reorganised"));
            counter!(ORPHANED).absolute(counts.orphaned);
        });
        *self.locked() = Totals {
            blocks: counts.blocks.iter().map(|(_, count)| count).sum(),
            valid: of(&counts.transactions, Verdict::Valid.name()),
            invalid: of(&counts.transactions, Verdict::Invalid.name()),
            inconclusive: of(&counts.transactions, Verdict::Inconclusive.name()),
            unsampled: of(&counts.transactions, UNSAMPLED),
            findings: counts.findings.iter().map(|(_, _, count)| count).sum(),
        };
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are, for people.
    pub(crate) fn totals(&self) -> Totals {
        *self.locked()
    }

    /// Counts what the watcher has seen or done.
    pub(crate) fn saw(&self, event: &Event) {
        with_local_recorder(&self.recorder, || match event {
            Event::Block { block, .. } => self.block(block),
            // Told, and not kept.
            Event::Back(_) | Event::Heads(_) | Event::InStep { .. } => {}
            event => {
                counter!(EVENTS, "kind" => event.name()).increment(1);
                if let Event::Reorganised(reorganisation) = event {
                    let gone = reorganisation.gone.len();
                    counter!(REORGANISATIONS).increment(1);
                    counter!(ORPHANED).increment(gone as u64);
                    histogram!(DEPTH).record(gone as f64);
                }
            }
        });
    }

    fn block(&self, block: &AuditedBlock) {
        counter!(BLOCKS, "verdict" => block.verdict().name()).increment(1);
        let count = |verdict: Verdict| {
            let count = block.count(verdict) as u64;
            counter!(TRANSACTIONS, "verdict" => verdict.name()).increment(count);
            count
        };
        let [valid, invalid, inconclusive] = Verdict::ALL.map(count);
        let unsampled = block.unsampled() as u64;
        counter!(TRANSACTIONS, "verdict" => UNSAMPLED).increment(unsampled);
        let mut findings = 0;
        for transaction in &block.transactions {
            let Outcome::Audited(audited) = &transaction.outcome else { continue };
            for claim in &audited.report.findings {
                let (audit, kind) = (claim.kind.audit().name(), claim.kind.name());
                counter!(FINDINGS, "audit" => audit, "kind" => kind).increment(1);
                findings += 1;
            }
        }
        let spent = &block.spent;
        for (phase, time) in [
            ("node", spent.asking),
            ("recording", spent.recording),
            ("audit", spent.auditing),
            ("store", spent.storing),
        ] {
            histogram!(PHASE, "phase" => phase).record(time.as_secs_f64());
        }
        let mut totals = self.locked();
        totals.blocks += 1;
        totals.valid += valid;
        totals.invalid += invalid;
        totals.inconclusive += inconclusive;
        totals.unsampled += unsampled;
        totals.findings += findings;
    }

    /// Notes how large everything is.
    pub(crate) fn sizes(&self, sizes: Sizes) {
        with_local_recorder(&self.recorder, || {
            gauge!(DATABASE_BYTES).set(sizes.database as f64);
            gauge!(WITNESSES).set(sizes.witnesses as f64);
            gauge!(WITNESS_BYTES).set(sizes.witness_bytes as f64);
            gauge!(WEBHOOK_WAITING).set(sizes.waiting as f64);
        });
    }

    /// Makes less of what histograms hold, which grows while nobody asks.
    pub(crate) fn keep_small(&self) {
        self.handle.run_upkeep();
    }

    /// All metrics as Prometheus reads them. `course` is none if the database cannot be read.
    pub(crate) fn render(&self, pulse: &Pulse, course: Option<&Course>) -> String {
        with_local_recorder(&self.recorder, || {
            chain(pulse, course);
            gauge!(PLANNED).set(pulse.planned as f64);
            gauge!(READY).set(pulse.ready as f64);
            gauge!(QUEUE).set(pulse.waiting as f64);
            gauge!(DATABASE_UP).set(yes(course.is_some()));
            let turned = pulse.turned.map_or(0.0, |at| at.elapsed().as_secs_f64());
            gauge!(TURNED).set(turned);
            for (node, vitals) in pulse.nodes.iter().enumerate() {
                of_node(node, vitals, node == pulse.asked);
            }
            for (receiver, tally) in self.told.iter().enumerate() {
                let receiver = receiver.to_string();
                counter!(WEBHOOK_TAKEN, "receiver" => receiver.clone()).absolute(tally.taken());
                counter!(WEBHOOK_FAILED, "receiver" => receiver.clone()).absolute(tally.failed());
                counter!(WEBHOOK_DROPPED, "receiver" => receiver).absolute(tally.dropped());
            }
        });
        self.handle.render()
    }
}

/// Where the chain is, and how far it is audited.
fn chain(pulse: &Pulse, course: Option<&Course>) {
    let heads = &pulse.heads;
    for (name, head) in
        [("latest", heads.latest), ("safe", heads.safe), ("finalized", heads.finalized)]
    {
        if let Some(head) = head {
            gauge!(BLOCK_NUMBER, "block" => name).set(head.number as f64);
        }
    }
    if let Some(number) = pulse.audited {
        gauge!(BLOCK_NUMBER, "block" => "audited").set(number as f64);
    }
    let latest = pulse.latest.map(|place| place.timestamp);
    let audited = course.and_then(|course| course.audited).and_then(|audited| audited.timestamp);
    for (name, time) in [("latest", latest), ("audited", audited)] {
        if let Some(time) = time {
            gauge!(BLOCK_TIMESTAMP, "block" => name).set(time as f64);
        }
    }
    gauge!(IN_STEP).set(yes(pulse.is_in_step));
    let Some(behind) = pulse.behind() else { return };
    gauge!(LAG_BLOCKS).set(behind as f64);
    let seconds = latest.zip(audited).map(|(latest, audited)| latest.saturating_sub(audited));
    if behind == 0 {
        gauge!(LAG_SECONDS).set(0.0);
    } else if let Some(seconds) = seconds {
        gauge!(LAG_SECONDS).set(seconds as f64);
    }
}

fn of_node(node: usize, vitals: &NodeVitals, is_asked: bool) {
    let node = node.to_string();
    let up = vitals.answers == Some(true) && !vitals.is_foreign;
    gauge!(NODE_UP, "node" => node.clone()).set(yes(up));
    gauge!(NODE_ASKED, "node" => node.clone()).set(yes(is_asked));
    for (state, is_so) in [
        ("disagrees", vitals.disagrees),
        ("lags", vitals.lags),
        ("distrusted", vitals.is_distrusted),
        ("foreign", vitals.is_foreign),
    ] {
        gauge!(NODE_STATE, "node" => node.clone(), "state" => state).set(yes(is_so));
    }
    if let Some(latest) = vitals.latest {
        gauge!(NODE_BLOCK, "node" => node.clone()).set(latest as f64);
    }
    counter!(NODE_ERRORS, "node" => node).absolute(vitals.errors);
}

const fn yes(is_so: bool) -> f64 {
    if is_so { 1.0 } else { 0.0 }
}
