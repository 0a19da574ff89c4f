//! What is measured of a transaction: sizes, host gas, times.

use std::{
    collections::BTreeMap,
    hint::black_box,
    time::{Duration, Instant},
};

use alloy_primitives::Bytes;
use cpu_time::ProcessTime;
use iso_evm_hypervisor::{Code, Engine, MessageVerdict};
use iso_evm_testing::{measurements::thousands, witness};
use iso_evm_verifier::{Audit, AuditSelection, Options, verify_with};
use iso_evm_wire::Witness;
use iso_evm_witness::{Execution, Prepared};
use revm::ExecuteEvm;

/// Numbers of one transaction, in the order of [`QUANTITIES`].
pub(crate) type Measured = [f64; QUANTITIES.len()];

/// What a number is.
pub(crate) struct Quantity {
    pub(crate) name: &'static str,
    pub(crate) is_time: bool,
    pub(crate) show: fn(f64) -> String,
}

/// What is measured. Times are in nanoseconds.
pub(crate) const QUANTITIES: [Quantity; 11] = [
    Quantity { name: "messages, bytes", is_time: false, show: count },
    Quantity { name: "witness.bin, bytes", is_time: false, show: count },
    Quantity { name: "host gas", is_time: false, show: count },
    Quantity { name: "revm", is_time: true, show: time },
    Quantity { name: "trace", is_time: true, show: time },
    Quantity { name: "record", is_time: true, show: time },
    Quantity { name: "encode", is_time: true, show: time },
    Quantity { name: "decode", is_time: true, show: time },
    Quantity { name: "native", is_time: true, show: time },
    Quantity { name: "hypervisor", is_time: true, show: time },
    Quantity { name: "other audits", is_time: true, show: time },
];

/// Most that one number's runs take together, but for the first.
const PATIENCE: Duration = Duration::from_millis(400);
/// The most runs that one measurement takes.
const RUNS: usize = 25;

/// Measures a transaction, and has all audits find it valid.
pub(crate) fn of(execution: &Execution) -> Measured {
    let with_roots = Prepared::new(execution).unwrap();
    let without_roots = Prepared::without_roots(execution).unwrap();
    let tx = || execution.tx.clone();
    let witness = witness(execution, &with_roots.record(tx()).unwrap());
    let file = Bytes::from(witness.encode());
    let engine = Engine::new(execution.rules);
    let codes: Vec<_> = (0..witness.messages.len())
        .map(|index| witness.code(&witness.message(index).unwrap()).cloned().unwrap_or_default())
        .collect();
    let audited = || {
        let messages = witness.messages.iter().zip(&codes);
        messages.map(|(message, code)| engine.audit(&message.bytes(), code, None))
    };
    let host_gas: u64 = audited()
        .map(|audited| {
            assert_eq!(audited.verdict, MessageVerdict::Valid);
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
            for (message, code) in witness.messages.iter().zip(&codes) {
                let bytes = &message.bytes();
                let code = ready.entry(code.as_ptr()).or_insert_with(|| Code::new(code.clone()));
                assert_eq!(engine.native().audit(bytes, Some(code)), MessageVerdict::Valid);
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
    thousands(number as u64)
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        short if short < 1e5 => format!("{:.1} µs", short / 1e3),
        short if short < 1e6 => format!("{:.0} µs", short / 1e3),
        long => format!("{:.1} ms", long / 1e6),
    }
}
