//! The examples of a watcher as a service: what they say is what the program knows.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use iso_evm_serve::{METRICS, MetricKind};
use serde_json::Value;

use crate::common::{root, run};

fn folder() -> PathBuf {
    root().join("verifier-cli/serve/deploy")
}

fn text(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

/// Names in a text that are, or look like, those of metrics.
fn metrics_in(text: &str) -> BTreeSet<&str> {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    words.filter(|word| word.starts_with("iso_watch_")).collect()
}

/// Whether there is a metric of this name, or one whose histogram has such a part.
fn is_known(name: &str) -> bool {
    METRICS.iter().any(|metric| match metric.kind {
        MetricKind::Histogram => {
            let part = name.strip_prefix(metric.name);
            part.is_some_and(|part| ["_bucket", "_sum", "_count"].contains(&part))
        }
        _ => name == metric.name,
    })
}

#[test]
fn dashboard_and_alerts_ask_for_metrics_that_there_are() {
    for name in ["grafana-dashboard.json", "alerts.yml", "alerts.test.yml"] {
        let text = text(name);
        let metrics = metrics_in(&text);
        assert!(metrics.len() >= 3, "{name}: {metrics:?}");
        let unknown: Vec<_> = metrics.iter().filter(|name| !is_known(name)).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
    assert!(!is_known("iso_watch_lag") && !is_known("iso_watch_phase_duration_seconds"));
    // Labels that a query selects or sums by are those of its metrics, or Prometheus's own.
    let labels: BTreeSet<_> = METRICS.iter().flat_map(|metric| metric.labels).copied().collect();
    let dashboard: Value = serde_json::from_str(&text("grafana-dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries: Vec<_> = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| (target["expr"].as_str().unwrap(), target["legendFormat"].as_str().unwrap()))
        .collect();
    assert!(queries.len() > 20);
    for (query, legend) in queries {
        let asked = legend.split("{{").skip(1).map(|part| part.split("}}").next().unwrap());
        let grouped = query
            .split("by (")
            .skip(1)
            .flat_map(|part| part.split(')').next().unwrap().split(", "));
        for label in asked.chain(grouped) {
            assert!(
                labels.contains(label) || ["le", "instance"].contains(&label),
                "{label} in {query}"
            );
        }
    }
    // The parts of a panel do not lie over each other.
    let mut cells = BTreeSet::new();
    for panel in panels {
        let at = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        for (x, y) in (at("x")..at("x") + at("w"))
            .flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y)))
        {
            assert!(x < 24 && cells.insert((x, y)), "{}", panel["title"]);
        }
    }
}

/// Where there is no promtool, names are all that is looked at.
#[test]
fn alerts_are_what_prometheus_reads() {
    let run = |arguments: &[&str]| {
        let output = Command::new("promtool").args(arguments).current_dir(folder()).output();
        output.map(|output| {
            (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
        })
    };
    let Ok(version) = run(&["--version"]) else {
        eprintln!("skipped: no promtool is there");
        return;
    };
    assert!(version.0);
    for arguments in [
        ["check", "rules", "alerts.yml"],
        ["check", "config", "prometheus.yml"],
        ["test", "rules", "alerts.test.yml"],
    ] {
        let (is_good, said) = run(&arguments).unwrap();
        assert!(is_good, "{arguments:?}: {said}");
    }
}

/// The command line of an example, with a port that is free and a node that cannot be: it comes as far as that.
fn comes_to_its_node(folder: &Path, line: &str) {
    let line = line.replace("0.0.0.0:9100", "127.0.0.1:0").replace("--serve 9100", "--serve 0");
    let ran = run(folder, &format!("{line} --rpc-url ftp://127.0.0.1"));
    assert_eq!(ran.code, Some(2), "{line}: {}", ran.stderr);
    assert!(ran.stderr.contains("http or https expected, found ftp"), "{line}: {}", ran.stderr);
}

#[test]
fn the_unit_of_systemd_starts_a_command_that_there_is() {
    let unit = text("iso-watch.service");
    let line =
        unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    comes_to_its_node(folder.path(), line);
    let mut section = "";
    for line in unit.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            section = line;
        } else {
            assert!(line.split_once('=').is_some() && !section.is_empty(), "{line}");
        }
    }
    // And systemd reads it, where there is one.
    let here = folder.path().join("iso-watch.service");
    let binary = env!("CARGO_BIN_EXE_iso-verify");
    let unit = unit.replace("/usr/local/bin/iso-verify", binary);
    fs::write(&here, unit).unwrap();
    let verified = Command::new("systemd-analyze").arg("verify").arg(&here).output();
    let Ok(output) = verified else {
        eprintln!("skipped: no systemd-analyze is there");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let about = said.lines().filter(|line| line.contains("iso-watch.service"));
    let about: Vec<_> = about.filter(|line| !line.contains("environment")).collect();
    assert!(about.is_empty(), "{about:?}");
}

#[test]
fn the_container_starts_a_command_that_there_is() {
    let dockerfile = text("Dockerfile");
    let words = |instruction: &str| -> Vec<String> {
        let line = dockerfile.lines().find_map(|line| line.strip_prefix(instruction)).unwrap();
        serde_json::from_str(line).unwrap()
    };
    let line = [words("ENTRYPOINT "), words("CMD ")].concat().join(" ");
    let folder = tempfile::tempdir().unwrap();
    comes_to_its_node(folder.path(), &line);
    // It is built by the oldest compiler that is promised, of what is there.
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let oldest = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    let oldest = oldest.trim_matches('"');
    assert!(dockerfile.contains(&format!("FROM rust:{oldest}-")), "{oldest}");
    assert!(dockerfile.contains("cargo install --path verifier-cli --locked"));
    assert!(root().join("verifier-cli/Cargo.toml").exists());
}
