//! What is measured of each transaction.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use iso_evm_hypervisor::Code;
use iso_evm_verifier::{EngineKind, Options, verify_with};
use iso_evm_wire::{Witness, encoding};
use revm::{ExecuteEvm, InspectEvm, inspector::NoOpInspector};

use crate::{clock::Processor, subjects::Subject};

/// Measures all of it, in a group with the transaction's name.
pub(crate) fn all(criterion: &mut Criterion<Processor>, subject: &Subject<'_>) {
    let mut group = criterion.benchmark_group(subject.case.name);
    let mut bench = |name: &str, run: &mut dyn FnMut()| {
        group.bench_function(name, |bencher| bencher.iter(&mut *run));
    };
    let tx = || subject.case.execution.tx.clone();
    bench("revm", &mut || {
        let mut evm = subject.without_roots.evm(());
        assert!(black_box(evm.transact(tx())).unwrap().result.is_success());
    });
    bench("no-op", &mut || {
        let mut evm = subject.without_roots.evm(NoOpInspector);
        assert!(black_box(evm.inspect_tx(tx())).unwrap().result.is_success());
    });
    bench("trace", &mut || drop(black_box(subject.without_roots.record(tx()).unwrap())));
    bench("record", &mut || drop(black_box(subject.with_roots.record(tx()).unwrap())));

    let Subject { witness, engine, .. } = subject;
    let ready = subject.messages.iter().map(|message| witness.code(message).cloned());
    let ready: Vec<_> = ready.map(|code| code.map(Code::new)).collect();
    let encoded: Vec<_> = witness.messages.iter().map(|message| message.bytes()).collect();
    bench("native", &mut || {
        for (bytes, code) in encoded.iter().zip(&ready) {
            black_box(engine.native().audit(bytes, code.as_ref()));
        }
    });
    bench("hypervisor", &mut || {
        for (bytes, message) in encoded.iter().zip(&subject.messages) {
            let code = witness.code(message);
            black_box(engine.audit(bytes, code.map_or(&[], |code| code), None));
        }
    });
    for (name, engine_kind) in
        [("verify native", EngineKind::Native), ("verify hypervisor", EngineKind::Hypervisor)]
    {
        let options = Options { engine: engine_kind, ..Options::default() };
        bench(name, &mut || drop(black_box(verify_with(engine, witness, &options).unwrap())));
    }

    bench("encode", &mut || drop(black_box(witness.encode())));
    bench("decode", &mut || drop(black_box(Witness::decode_shared(&subject.file).unwrap())));
    bench("encode messages", &mut || {
        for message in &subject.messages {
            black_box(encoding::encode(message));
        }
    });
    bench("decode messages", &mut || {
        for bytes in &encoded {
            black_box(encoding::decode(bytes).unwrap());
        }
    });
    if !subject.writes.is_empty() {
        group.bench_function("roots", |bencher| {
            let setup = || subject.state.clone();
            bencher.iter_batched(
                setup,
                |mut state| {
                    for (account, slot, value) in &subject.writes {
                        state.set_storage(*account, *slot, *value);
                        black_box(state.root().unwrap());
                    }
                    state
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}
