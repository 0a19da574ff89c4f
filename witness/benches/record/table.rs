//! The tables at the end, out of criterion's own medians.

use std::{fs, path::Path};

use crate::cases::{SIZES, WRITES};

/// Prints what has been measured, now or before.
pub(crate) fn print(results: &Path) {
    let median = |group: &str, function: &str| median(results, group, function);
    println!(
        "\n{:<36} {:>12} {:>12} {:>12} {:>12} {:>8} {:>8} {:>6}",
        "", "plain revm", "no-op", "trace", "recording", "trace", "record", "goal"
    );
    for (what, name, goal) in [
        ("ERC-20 transfer, 10,000 accounts", "transfer", 8.0),
        ("the same, the token of 10,000 slots", "transfer-10000", 8.0),
        ("compute loop, 100,000 rounds", "loop", 1.5),
    ] {
        let medians = ["plain", "revm", "trace", "record"].map(|function| median(name, function));
        if let [Some(plain), Some(no_op), Some(trace), Some(record)] = medians {
            let [plain, revm, traced, recorded] = [plain, no_op, trace, record].map(|ns| ns / 1e3);
            // In times of the inspector that does nothing.
            let (trace, record) = (trace / no_op, record / no_op);
            println!(
                "{what:<36} {plain:>9.1} us {revm:>9.1} us {traced:>9.1} us {recorded:>9.1} us \
                 {trace:>8.2} {record:>8.2} {goal:>6.1}"
            );
        }
    }
    if let (Some(tries), Some(record)) = (median("transfer", "tries"), median("transfer", "record"))
    {
        println!(
            "\nof the transfer's recording: tries {:.1} us ({:.0} %), all else {:.1} us",
            tries / 1e3,
            tries / record * 100.0,
            (record - tries) / 1e3
        );
    }
    println!(
        "\n{:>10} {:>14} {:>14} {:>10} {:>18}",
        "slots", "revm/SSTORE", "recording", "levels", "ns a level"
    );
    for size in SIZES {
        let name = format!("writes-{size}");
        if let (Some(revm), Some(record)) = (median(&name, "revm"), median(&name, "record")) {
            let (revm, record) = (revm / WRITES as f64, record / WRITES as f64);
            let levels = (size as f64).log(16.0) + 1.0;
            println!(
                "{size:>10} {revm:>11.0} ns {record:>11.0} ns {levels:>10.2} {:>15.0} ns",
                (record - revm) / levels
            );
        }
    }
}

/// The median that criterion has written down, in nanoseconds.
fn median(results: &Path, group: &str, function: &str) -> Option<f64> {
    let file = results.join(group).join(function).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}
