//! How time and size grow when one thing grows: records, writes, code, calldata, depth, calls.
//! `cargo bench --bench growth`, with the names of axes to run these alone.
//!
//! One table for each, and behind each number the exponent of the step that led to it: the logarithm
//! of the ratio of the numbers, by that of the sizes. One is in proportion, two would be quadratic.
//! Times are the processor's, of the fastest of several runs on one thread. The last step of each axis
//! goes to `specs/measurements.md`, if all axes are run.

#![allow(clippy::unwrap_used, reason = "a benchmark stops where it cannot go on")]

#[path = "../shared/heap.rs"]
mod heap;
mod measure;

use iso_evm_testing::{
    cases::Axis,
    measurements::{self, Table, thousands},
};
use measure::{Measured, QUANTITIES};

/// Exponents above this are named at the end. Tries have a logarithm, which makes up to 1.2 of one at
/// these sizes; the machine's caches do the rest.
const STEEP: f64 = 1.3;

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    let held = heap::held();
    let wanted: Vec<String> = std::env::args().skip(1).filter(|name| name != "--bench").collect();
    let mut steep = Vec::new();
    let names = QUANTITIES.iter().filter(|quantity| quantity.is_time).map(|quantity| quantity.name);
    let mut last_steps = Table::new([""].into_iter().chain(names));
    for axis in Axis::ALL {
        if wanted.is_empty() || wanted.iter().any(|name| axis.name().starts_with(name.as_str())) {
            last_steps.row(table(axis, &mut steep));
        }
    }
    if wanted.is_empty() {
        let page = format!("{}{last_steps}", measurements::circumstances());
        measurements::write("growth-times", &page);
    }
    println!("\nsteps with an exponent above {STEEP}: {}", steep.len());
    for step in steep {
        println!("- {step}");
    }
    drop(held);
}

/// Prints the table of an axis, and gives the times of its last row.
fn table(axis: Axis, steep: &mut Vec<String>) -> Vec<String> {
    println!("\n| {} | {} |", axis.name(), QUANTITIES.map(|quantity| quantity.name).join(" | "));
    println!("|{}", "---|".repeat(QUANTITIES.len() + 1));
    let mut before: Option<(usize, Measured)> = None;
    let mut last = Vec::new();
    for &size in axis.sizes() {
        let measured = measure::of(&axis.execution(size));
        let cells = std::array::from_fn::<_, { QUANTITIES.len() }, _>(|column| {
            let (quantity, now) = (&QUANTITIES[column], measured[column]);
            let shown = (quantity.show)(now);
            let Some((size_before, measured_before)) = &before else { return shown };
            let exponent =
                (now / measured_before[column]).ln() / (size as f64 / *size_before as f64).ln();
            if exponent > STEEP {
                let name = quantity.name;
                steep.push(format!(
                    "{} {size_before} to {size}, {name}: {exponent:.2}",
                    axis.name()
                ));
            }
            format!("{shown} ({exponent:.2})")
        });
        println!("| {size} | {} |", cells.join(" | "));
        before = Some((size, measured));
        let times = QUANTITIES.iter().zip(cells).filter(|(quantity, _)| quantity.is_time);
        last = vec![format!("{} {}", thousands(size as u64), axis.name())];
        last.extend(times.map(|(_, cell)| cell));
    }
    last
}
