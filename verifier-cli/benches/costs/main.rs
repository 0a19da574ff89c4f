//! What recording and auditing cost, in times of revm, on six transactions.
//! `cargo bench --bench costs`; its tables, of `specs/measurements.md`, come last.
//!
//! States are built and hypervisors emitted before the clock starts, and the clock is the processor's: what
//! else the machine does is not counted. All is on one thread but for the batches, whose threads are
//! counted, and their time is the wall's. [`subjects`] makes ready what is measured, [`measure`] measures
//! it by the [`clock`], [`batch`] verifies a folder of witnesses, [`table`] shows what criterion has
//! written down.

#![allow(clippy::unwrap_used, reason = "a benchmark stops where it cannot go on")]

mod batch;
mod clock;
#[path = "../shared/heap.rs"]
mod heap;
mod measure;
mod subjects;
mod table;

use std::{path::Path, time::Duration};

use criterion::Criterion;
use iso_evm_testing::cases;

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    let results = Path::new(env!("CARGO_TARGET_TMPDIR")).join("costs");
    let criterion = || {
        Criterion::default()
            .output_directory(&results)
            .without_plots()
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(1))
            .sample_size(30)
            .configure_from_args()
    };
    let held = heap::held();
    let mut by_processor = criterion().with_measurement(clock::Processor);
    let cases = cases::all();
    for case in &cases {
        measure::all(&mut by_processor, &subjects::Subject::new(case));
    }
    batch::all(&mut criterion(), &cases);
    by_processor.final_summary();
    table::write(&results, &cases.map(|case| case.name));
    drop(held);
}
