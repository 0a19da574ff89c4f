//! The tables of `specs/measurements.md`, out of what criterion has written down, now or before.
//!
//! Of each measurement the fastest sample counts: what else the machine does makes others slower, and
//! none faster. A ratio is one of two such times.

use std::{fs, path::Path};

use iso_evm_testing::measurements::{self, Table, thousands};
use serde::Deserialize;

use crate::batch;

/// Times of each case, in times of another: the heading, the two measurements.
const RATIOS: [(&str, &str, &str); 8] = [
    ("no-op inspector", "no-op", "revm"),
    ("trace", "trace", "revm"),
    ("trace / no-op", "trace", "no-op"),
    ("record", "record", "revm"),
    ("native", "native", "revm"),
    ("hypervisor", "hypervisor", "revm"),
    ("all audits, native", "verify native", "revm"),
    ("all audits, hypervisor", "verify hypervisor", "revm"),
];

/// Times of each case by themselves.
const TIMES: [&str; 5] = ["encode", "decode", "encode messages", "decode messages", "roots"];

/// criterion's `sample.json`: runs in each sample, and the time of all of them in nanoseconds.
#[derive(Debug, Deserialize)]
struct Samples {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// Writes the tables of all cases and of the folder.
pub(crate) fn write(results: &Path, cases: &[&str]) {
    let time = |group: &str, function: &str| fastest(results, group, function);
    let headings = ["", "plain revm"].into_iter().chain(RATIOS.map(|(heading, ..)| heading));
    let mut ratios = Table::new(headings);
    for case in cases {
        let ratio = |(_, of, to)| Some(format!("{:.2}", time(case, of)? / time(case, to)?));
        let revm = time(case, "revm").map(micros).unwrap_or_default();
        let columns = RATIOS.map(|columns| ratio(columns).unwrap_or_default());
        ratios.row([(*case).to_owned(), revm].into_iter().chain(columns));
    }
    measurements::write("costs", &format!("{}{ratios}", measurements::circumstances()));
    let mut files = Table::new([""].into_iter().chain(TIMES));
    for case in cases {
        let times = TIMES.map(|name| time(case, name).map(micros).unwrap_or_default());
        files.row([(*case).to_owned()].into_iter().chain(times));
    }
    measurements::write("files", &files.to_string());
    let mut rates = Table::new(["engine", "threads", "a second"]);
    for (engine, threads) in batch::RUNS {
        let Some(time) = time("batch", &batch::name(engine, threads)) else { continue };
        let rate = thousands((batch::WITNESSES as f64 / time * 1e9) as u64);
        rates.row([engine.name().to_owned(), threads.to_string(), rate]);
    }
    measurements::write("batch", &rates.to_string());
}

fn micros(nanoseconds: f64) -> String {
    let micros = nanoseconds / 1e3;
    if micros < 100.0 { format!("{micros:.1} µs") } else { format!("{micros:.0} µs") }
}

/// Nanoseconds of the fastest sample.
fn fastest(results: &Path, group: &str, function: &str) -> Option<f64> {
    // criterion names folders so.
    let folder =
        |name: &str| name.replace(['/', '\\', '?', '"', '*', '<', '>', ':', '|', '^'], "_");
    let file = results.join(folder(group)).join(folder(function)).join("new/sample.json");
    let samples: Samples = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let each = samples.times.iter().zip(&samples.iters).map(|(time, runs)| time / runs);
    each.min_by(f64::total_cmp)
}
