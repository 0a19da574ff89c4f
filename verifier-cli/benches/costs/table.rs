//! The tables at the end, in Markdown, out of what criterion has written down, now or before.
//!
//! Of each measurement the fastest sample counts: what else the machine does makes others slower, and
//! none faster. A ratio is one of two such times.

use std::{fs, path::Path};

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

pub(crate) fn print(results: &Path, cases: &[&str]) {
    let time = |group: &str, function: &str| fastest(results, group, function);
    println!("\nIn times of plain revm, but for the column that says otherwise:\n");
    row(["", "plain revm"].into_iter().chain(RATIOS.map(|(heading, ..)| heading)));
    rule(RATIOS.len() + 2);
    for case in cases {
        let ratio = |(_, of, to)| Some(format!("{:.2}", time(case, of)? / time(case, to)?));
        let ratios = RATIOS.map(|columns| ratio(columns).unwrap_or_default());
        let revm = time(case, "revm").map(micros).unwrap_or_default();
        row([(*case).to_owned(), revm].into_iter().chain(ratios));
    }
    println!(
        "\nMicroseconds of `witness.bin`, of its messages alone, and of the roots of all writes:\n"
    );
    row([""].into_iter().chain(TIMES));
    rule(TIMES.len() + 1);
    for case in cases {
        let times = TIMES.map(|name| time(case, name).map(micros).unwrap_or_default());
        row([(*case).to_owned()].into_iter().chain(times));
    }
    println!("\nA folder of {} witnesses, witnesses a second:\n", batch::WITNESSES);
    row(["engine", "threads", "a second"]);
    rule(3);
    for (engine, threads) in batch::RUNS {
        let Some(time) = time("batch", &batch::name(engine, threads)) else { continue };
        let rate = batch::WITNESSES as f64 / time * 1e9;
        row([engine.name().to_owned(), threads.to_string(), format!("{rate:.0}")]);
    }
}

fn row(cells: impl IntoIterator<Item = impl AsRef<str>>) {
    let cells: Vec<_> = cells.into_iter().map(|cell| cell.as_ref().to_owned()).collect();
    println!("| {} |", cells.join(" | "));
}

fn rule(columns: usize) {
    println!("|{}", "---|".repeat(columns));
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
