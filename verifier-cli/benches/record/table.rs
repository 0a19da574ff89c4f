//! The tables of `specs/measurements.md`, out of criterion's own medians.

use std::{fs, path::Path};

use iso_evm_testing::measurements::{self, Table, thousands};

use crate::cases::{SIZES, WRITES};

/// Writes what has been measured, now or before.
pub(crate) fn write(results: &Path) {
    let median = |group: &str, function: &str| median(results, group, function);
    let headings = ["", "plain revm", "no-op inspector", "trace", "record"];
    let ratios = ["trace / no-op", "record / no-op", "goal"];
    let mut recordings = Table::new(headings.into_iter().chain(ratios));
    for (what, name, goal) in [
        ("ERC-20 transfer, 10,000 accounts", "transfer", "8.0"),
        ("the same, the token of 10,000 slots", "transfer-10000", "8.0"),
        ("compute loop, 100,000 rounds", "loop", "1.5"),
    ] {
        let medians = ["plain", "revm", "trace", "record"].map(|function| median(name, function));
        let [Some(plain), Some(no_op), Some(trace), Some(record)] = medians else { continue };
        let times = [plain, no_op, trace, record].map(micros);
        let ratios = [trace / no_op, record / no_op].map(|ratio| format!("{ratio:.2}"));
        let cells = times.into_iter().chain(ratios);
        recordings.row([what.to_owned()].into_iter().chain(cells).chain([goal.to_owned()]));
    }
    let mut page = format!("{}{recordings}", measurements::circumstances());
    if let (Some(tries), Some(record)) = (median("transfer", "tries"), median("transfer", "record"))
    {
        let share = tries / record * 100.0;
        page += &format!("\nOf the transfer's recording, tries are {share:.0} %.\n");
    }
    measurements::write("record", &page);
    let mut writes = Table::new(["slots", "revm", "record", "levels", "a level"]);
    for size in SIZES {
        let name = format!("writes-{size}");
        let (Some(revm), Some(record)) = (median(&name, "revm"), median(&name, "record")) else {
            continue;
        };
        let (revm, record) = (revm / WRITES as f64, record / WRITES as f64);
        let levels = (size as f64).log(16.0) + 1.0;
        let level = micros((record - revm) / levels);
        let slots = thousands(size as u64);
        writes.row([slots, micros(revm), micros(record), format!("{levels:.2}"), level]);
    }
    measurements::write("record-writes", &writes.to_string());
}

fn micros(nanoseconds: f64) -> String {
    format!("{:.1} µs", nanoseconds / 1e3)
}

/// The median that criterion has written down, in nanoseconds.
fn median(results: &Path, group: &str, function: &str) -> Option<f64> {
    let file = results.join(group).join(function).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}
