//! What is measured of a transaction: sizes, host gas, times.

use std::{
    collections::BTreeMap,
    hint::black_box,
    time::{Duration, Instant},
};

use alloy_primitives::Bytes;
use cpu_time::ProcessTime;
use iso_evm_hypervisor::{Code, Engine, Verdict};
use iso_evm_testing::witness;
use iso_evm_verifier::{Audit, AuditSelection, Options, verify_with};
use iso_evm_wire::Witness;
use iso_evm_witness::{Execution, Prepared};
use revm::ExecuteEvm;

/// Numbers of one transaction, in the order of [`QUANTITIES`].
pub(crate) type Measured = [f64; QUANTITIES.len()];

/// What a number is.
pub(crate) struct Quantity {
    pub(crate) name: &'static str,
    pub(crate) show: fn(f64) -> String,
}

/// What is measured. Times are in nanoseconds.
pub(crate) const QUANTITIES: [Quantity; 11] = [
    Quantity { name: "messages, bytes", show: count },
    Quantity { name: "witness.bin, bytes", show: count },
    Quantity { name: "host gas", show: count },
    Quantity { name: "revm", show: time },
    Quantity { name: "trace", show: time },
    Quantity { name: "record", show: time },
    Quantity { name: "encode", show: time },
    Quantity { name: "decode", show: time },
    Quantity { name: "native", show: time },
    Quantity { name: "hypervisor", show: time },
    Quantity { name: "other audits", show: time },
];

/// Most that one number's runs take together, but for the first.
const PATIENCE: Duration = Duration::from_millis(400);
/// Most runs.
const RUNS: usize = 25;

/// Measures a transaction, and has all audits find it valid.
pub(crate) fn of(execution: &Execution) -> Measured {
    let with_roots = Prepared::new(execution).unwrap();
    let without_roots = Prepared::without_roots(execution).unwrap();
    let tx = || execution.tx.clone();
    let witness = witness(execution, &with_roots.record(tx()).unwrap());
    let file = Bytes::from(witness.encode());
    let engine = Engine::new(execution.fork);
    let codes: Vec<_> = (0..witness.messages.len())
        .map(|index| witness.code(&witness.message(index).unwrap()).cloned().unwrap_or_default())
        .collect();
    let audited = || {
        let messages = witness.messages.iter().zip(&codes);
        messages.map(|(bytes, code)| engine.audit(bytes, code, None))
    };
    let host_gas: u64 = audited()
        .map(|audited| {
            assert_eq!(audited.verdict, Verdict::Valid);
            audited.host_gas
        })
        .sum();
    let others = Options {
        audits: AuditSelection::ALL.without(Audit::Execution).expect("three are left"),
        ..Options::default()
    };
    let report = verify_with(&engine, &witness, &others).unwrap();
    assert_eq!(report.verdict(), iso_evm_verifier::Verdict::Valid, "{:?}", report.findings);
    [
        witness.messages.iter().map(|bytes| bytes.len() as f64).sum(),
        file.len() as f64,
        host_gas as f64,
        fastest(|| without_roots.evm(()).transact(tx()).unwrap()),
        fastest(|| without_roots.record(tx()).unwrap()),
        fastest(|| with_roots.record(tx()).unwrap()),
        fastest(|| witness.encode()),
        fastest(|| Witness::decode_shared(&file).unwrap()),
        fastest(|| {
            let mut ready = BTreeMap::new();
            for (bytes, code) in witness.messages.iter().zip(&codes) {
                let code = ready.entry(code.as_ptr()).or_insert_with(|| Code::new(code.clone()));
                assert_eq!(engine.native().audit(bytes, Some(code)), Verdict::Valid);
            }
        }),
        fastest(|| {
            for audited in audited() {
                black_box(audited);
            }
        }),
        fastest(|| verify_with(&engine, &witness, &others).unwrap()),
    ]
}

/// Nanoseconds of the fastest run.
fn fastest<T>(mut run: impl FnMut() -> T) -> f64 {
    let begin = Instant::now();
    let mut fastest = Duration::MAX;
    for _ in 0..RUNS {
        let start = ProcessTime::now();
        black_box(run());
        fastest = fastest.min(start.elapsed());
        if begin.elapsed() > PATIENCE {
            break;
        }
    }
    fastest.as_nanos() as f64
}

fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        short if short < 1e5 => format!("{:.1} µs", short / 1e3),
        short if short < 1e6 => format!("{:.0} µs", short / 1e3),
        long => format!("{:.1} ms", long / 1e6),
    }
}
