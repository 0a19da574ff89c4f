//! A folder of witnesses, on one thread and on two.

use std::{fs, hint::black_box, num::NonZeroUsize};

use criterion::Criterion;
use iso_evm_batch::batch;
use iso_evm_testing::{cases::Case, witness};
use iso_evm_verifier::{EngineKind, verify};
use iso_evm_witness::record;

/// Witnesses in the folder: the transfer and the swap by turns.
pub(crate) const WITNESSES: usize = 200;

/// The engines and the threads.
pub(crate) const RUNS: [(EngineKind, usize); 4] = [
    (EngineKind::Native, 1),
    (EngineKind::Native, 2),
    (EngineKind::Hypervisor, 1),
    (EngineKind::Hypervisor, 2),
];

/// A run's name.
pub(crate) fn name(engine: EngineKind, threads: usize) -> String {
    format!("{engine} {threads}")
}

pub(crate) fn all(criterion: &mut Criterion, cases: &[Case]) {
    let folder = tempfile::tempdir().unwrap();
    let files = [0, 1].map(|at| {
        let execution = &cases[at].execution;
        witness(execution, &record(execution).unwrap()).encode()
    });
    for (number, file) in files.iter().cycle().take(WITNESSES).enumerate() {
        fs::write(folder.path().join(format!("{number}.bin")), file).unwrap();
    }
    let paths = [folder.path().to_owned()];
    let mut group = criterion.benchmark_group("batch");
    group.sample_size(10);
    for (engine, threads) in RUNS {
        let options = batch::BatchOptions {
            verify: verify::Options { engine, ..verify::Options::default() },
            jobs: NonZeroUsize::new(threads),
            ..batch::BatchOptions::default()
        };
        group.bench_function(name(engine, threads), |bencher| {
            bencher.iter(|| {
                let summary = black_box(batch::run(&paths, &options, &|_| ())).unwrap();
                assert_eq!(summary.witnesses.valid, WITNESSES as u64);
            });
        });
    }
    group.finish();
}
