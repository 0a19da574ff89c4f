//! What recording costs, with roots and proof and without them, against revm alone and with an inspector
//! that does nothing, on the same state and transaction.
//! `cargo bench --bench record`; its tables, of `specs/measurements.md`, come last.
//!
//! The state is built before the clock starts. All make a new revm for each run.

#![allow(clippy::unwrap_used, reason = "a benchmark stops where it cannot go on")]

mod cases;
mod table;

use std::{hint::black_box, path::Path};

use alloy_primitives::B256;
use criterion::{BenchmarkId, Criterion};
use iso_evm_witness::{Execution, Prepared, prestate, state_root::StateTrie};
use revm::{ExecuteEvm, InspectEvm, inspector::NoOpInspector};

fn main() {
    let results = Path::new(env!("CARGO_TARGET_TMPDIR")).join("record");
    let mut criterion =
        Criterion::default().output_directory(&results).without_plots().configure_from_args();
    let transfer = cases::transfer(0);
    compare(&mut criterion, "transfer", &transfer.execution);
    trie_work(&mut criterion, &transfer);
    compare(&mut criterion, "transfer-10000", &cases::transfer(10_000).execution);
    compare(&mut criterion, "loop", &cases::compute_loop());
    for size in cases::SIZES {
        compare(&mut criterion, &format!("writes-{size}"), &cases::writes(size));
    }
    criterion.final_summary();
    table::write(&results);
}

/// revm alone and with an inspector that does nothing, the trace alone, and the whole recording.
fn compare(criterion: &mut Criterion, name: &str, execution: &Execution) {
    let prepared = Prepared::new(execution).unwrap();
    let recording = prepared.record(execution.tx.clone()).unwrap();
    assert!(recording.success, "{name}");
    let mut group = criterion.benchmark_group(name);
    group.bench_function("plain", |bencher| {
        bencher.iter(|| {
            let run = prepared.evm(()).transact(execution.tx.clone());
            assert!(black_box(run).unwrap().result.is_success());
        });
    });
    group.bench_function("revm", |bencher| {
        bencher.iter(|| {
            let run = prepared.evm(NoOpInspector).inspect_tx(execution.tx.clone());
            assert!(black_box(run).unwrap().result.is_success());
        });
    });
    let trace = Prepared::without_roots(execution).unwrap();
    group.bench_function("trace", |bencher| {
        bencher.iter(|| black_box(trace.record(execution.tx.clone()).unwrap()));
    });
    group.bench_function("record", |bencher| {
        bencher.iter(|| black_box(prepared.record(execution.tx.clone()).unwrap()));
    });
    group.finish();
}

/// What a recording of the transfer does to the tries, and nothing else.
fn trie_work(criterion: &mut Criterion, transfer: &cases::Transfer) {
    let mut state = prestate::state_trie(&transfer.execution.prestate);
    let before = state.root().unwrap();
    let recording = Prepared::new(&transfer.execution).unwrap();
    let recording = recording.record(transfer.execution.tx.clone()).unwrap();
    let (roots, proof) = work(&state, transfer);
    let message = &recording.messages[0].witness;
    let expected = [message.stateRootEnter, message.stateRootLeave, recording.state_root_leave];
    assert_eq!([roots[0], roots[2], roots[3]], expected);
    assert_eq!((proof.root, &proof.nodes), (before, &recording.proof.nodes));
    criterion.bench_with_input(BenchmarkId::new("transfer", "tries"), &state, |bencher, state| {
        bencher.iter(|| black_box(work(state, transfer)));
    });
}

fn work(
    state: &StateTrie,
    transfer: &cases::Transfer,
) -> (Vec<B256>, iso_evm_witness::proof::StateProof) {
    let (mut before, mut trie) = (state.clone(), state.clone());
    let mut roots = Vec::new();
    for (account, value) in transfer.bought {
        trie.set_account(account, Some(value));
    }
    roots.push(trie.root().unwrap());
    for (slot, value) in transfer.written {
        trie.set_storage(transfer.token, slot, value);
        roots.push(trie.root().unwrap());
    }
    for (account, value) in transfer.paid {
        trie.set_account(account, Some(value));
    }
    roots.push(trie.root().unwrap());
    let slots = transfer.written.map(|(slot, _)| (transfer.token, slot));
    (roots, before.proof_of(transfer.paid.map(|(account, _)| account), slots).unwrap())
}
