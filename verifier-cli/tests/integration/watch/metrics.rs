//! What a watcher counts, and whether it is well: the same after a restart, and what the specification says.

use std::collections::BTreeSet;

use iso_evm_serve::{METRICS, MetricKind};
use serde_json::Value;

use super::{Beside, http::get, seeded, seeded::Watched, tables};
use crate::{common::root, schemas::schema};

/// The value of a metric by its name and labels, as it stands in a line.
pub(super) fn metric(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).parse().unwrap()
}

#[test]
fn metrics_are_those_of_the_table_and_go_on_after_a_restart() {
    let Some(watched) = Watched::start(12) else { return };
    let answer = watched.get("/metrics");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    // Each has its kind and its meaning, and stands in the table.
    for line in text.lines().filter(|line| line.starts_with("# TYPE ")) {
        let (name, kind) = line["# TYPE ".len()..].split_once(' ').unwrap();
        let known = METRICS.iter().find(|metric| metric.name == name);
        let known = known.unwrap_or_else(|| panic!("{name} is in no table"));
        assert_eq!(known.kind.name(), kind);
        assert!(text.contains(&format!("# HELP {name} {}", known.help)), "{name}");
    }
    let height = watched.chain.anvil.height() as f64;
    let count = |status: &str| {
        let database = seeded::options(watched.folder.path()).database;
        let sql =
            format!("SELECT CAST(COUNT(*) AS TEXT) FROM transactions WHERE verdict = '{status}'");
        tables::rows(&database, &sql)[0][0].parse::<f64>().unwrap()
    };
    for (name, value) in [
        ("iso_watch_block_number{block=\"latest\"}", height),
        ("iso_watch_block_number{block=\"audited\"}", height),
        ("iso_watch_lag_blocks", 0.0),
        ("iso_watch_lag_seconds", 0.0),
        ("iso_watch_in_step", 1.0),
        ("iso_watch_transactions_total{verdict=\"valid\"}", count("valid")),
        ("iso_watch_transactions_total{verdict=\"invalid\"}", 1.0),
        ("iso_watch_blocks_total{verdict=\"invalid\"}", 1.0),
        ("iso_watch_node_up{node=\"0\"}", 1.0),
        ("iso_watch_node_asked{node=\"0\"}", 1.0),
        ("iso_watch_database_up", 1.0),
        ("iso_watch_phase_duration_seconds_count{phase=\"audit\"}", height - seeded::BLOCKS as f64),
    ] {
        assert_eq!(metric(text, name), value, "{name}");
    }
    assert!(metric(text, "iso_watch_database_bytes") > 4_096.0);
    assert!(metric(text, "iso_watch_witness_bytes") > 100.0);
    // What counts from the beginning of the process alone need not be there.
    let missing =
        METRICS.iter().filter(|metric| !text.contains(&format!("# TYPE {} ", metric.name)));
    let missing: Vec<_> = missing.map(|metric| metric.name).collect();
    let unseen = [
        "iso_watch_events_total",
        "iso_watch_reorganisation_depth_blocks",
        "iso_watch_webhook_taken_total",
        "iso_watch_webhook_failures_total",
        "iso_watch_webhook_dropped_total",
    ];
    assert_eq!(missing, unseen);
    let findings = |text: &str| {
        let lines = text.lines().filter(|line| line.starts_with("iso_watch_findings_total{"));
        // In no order.
        lines.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let before = findings(text);
    assert!(!before.is_empty());
    // A reorganisation is counted, and all of it goes on with the next process.
    let Watched { mut chain, folder, mut watcher, address } = watched;
    chain.reorganise(3);
    watcher.until(|event| event["event"] == "reorganised");
    watcher.until_block(chain.anvil.height());
    let text = get(&address, "/metrics");
    let text = text.text();
    assert_eq!(metric(text, "iso_watch_reorganisations_total"), 1.0);
    assert_eq!(metric(text, "iso_watch_orphaned_blocks_total"), 3.0);
    assert_eq!(metric(text, "iso_watch_events_total{kind=\"reorganised\"}"), 1.0);
    assert_eq!(metric(text, "iso_watch_reorganisation_depth_blocks_bucket{le=\"3\"}"), 1.0);
    let blocks = |text: &str| {
        let names = ["valid", "invalid", "inconclusive"];
        names.map(|it| metric(text, &format!("iso_watch_blocks_total{{verdict=\"{it}\"}}")))
    };
    let counted = blocks(text);
    assert_eq!(watcher.end(), Some(0));
    let options = format!("--rpc-url {} --poll 0.1 --serve 127.0.0.1:0", chain.anvil.url());
    let watcher = Beside::start(folder.path(), &options);
    let text = get(&watcher.address(), "/metrics");
    let text = text.text();
    assert_eq!(blocks(text), counted);
    assert_eq!(findings(text), before);
    assert_eq!(metric(text, "iso_watch_reorganisations_total"), 1.0);
    assert_eq!(metric(text, "iso_watch_orphaned_blocks_total"), 3.0);
    let gone = get(&watcher.address(), "/api/v1/blocks?canonical=false").json();
    assert_eq!(gone["blocks"].as_array().unwrap().len(), 3);
    chain.make(1);
    assert_eq!(watcher.end(), Some(0));
}

#[test]
fn a_watcher_without_a_node_lives_and_is_not_ready() {
    let Some(watched) = Watched::start(5) else { return };
    let health = watched.get("/healthz");
    assert_eq!((health.status, &health.json()["alive"]), (200, &Value::Bool(true)));
    let ready = watched.get("/readyz");
    assert_eq!(ready.status, 200, "{}", ready.text());
    assert_eq!(ready.json()["state"], "in-step");
    let Watched { mut chain, mut watcher, address, .. } = watched;
    chain.anvil.stop();
    watcher.until(|event| event["event"] == "node-silent");
    let ready = get(&address, "/readyz");
    assert_eq!(ready.status, 503, "{}", ready.text());
    let json = ready.json();
    schema("watch-api").check(&json).unwrap();
    assert_eq!((&json["ready"], &json["reasons"][0]), (&false.into(), &"no node answers".into()));
    assert_eq!(get(&address, "/healthz").status, 200);
    let text = get(&address, "/metrics");
    assert_eq!(metric(text.text(), "iso_watch_node_up{node=\"0\"}"), 0.0);
    assert!(metric(text.text(), "iso_watch_node_errors_total{node=\"0\"}") >= 2.0);
    assert_eq!(watcher.end(), Some(0));
}

#[test]
fn every_metric_is_in_the_specification() {
    let text = std::fs::read_to_string(root().join("specs/23-watch.md")).unwrap();
    for metric in METRICS {
        let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let kind = match metric.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        let row =
            format!("| `{}` | {kind} | {} | {} |", metric.name, labels.join(", "), metric.help);
        assert!(text.contains(&row), "{row}");
    }
}
