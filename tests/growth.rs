//! Nothing grows faster than in proportion to what it is made of, as far as that can be counted
//! without a clock: bytes of messages and of `witness.bin`, and host gas.
//! `cargo bench -p iso-evm-cli --bench growth` measures the time.

use iso_evm_hypervisor::MessageVerdict;
use iso_evm_testing::{
    cases::{self, Axis},
    measurements::{self, Table, thousands},
};
use iso_evm_witness::record;

use crate::harness::{audit, parallel, proved};

/// What is counted of one transaction.
#[derive(Debug)]
struct Counted {
    messages: usize,
    witness: usize,
    host_gas: u64,
    /// What the guest paid.
    guest_gas: u64,
}

fn counted(axis: Axis, size: usize) -> Counted {
    let execution = axis.execution(size);
    let recording = record(&execution).expect("recorded");
    assert_eq!(recording.success, axis != Axis::Undone, "{axis:?} {size}");
    let witness = iso_evm_testing::witness(&execution, &recording);
    let host_gas = recording.messages.iter().map(|message| {
        let audited = audit::audit_as(execution.rules, &message.witness, message);
        assert_eq!(audited.verdict, MessageVerdict::Valid, "{axis:?} {size}");
        audited.host_gas
    });
    Counted {
        messages: witness.messages.iter().map(|bytes| bytes.len()).sum(),
        host_gas: host_gas.sum(),
        witness: witness.encode().len(),
        guest_gas: recording.messages[0].witness.gasUsed.to(),
    }
}

/// Each step of an axis against the one before. A twentieth more is allowed: numbers take more bytes,
/// and PUSHes of them, the larger they are.
fn check(axis: Axis, sizes: &[usize]) {
    let mut steps = sizes.iter().map(|size| (*size, counted(axis, *size)));
    let (mut size, mut before) = steps.next().expect("there are sizes");
    for (next, now) in steps {
        let ratio = next as f64 / size as f64;
        let name = format!("{axis:?} {size} to {next}: {before:?}, {now:?}");
        let at_most = |now: f64, before: f64, most: f64| assert!(now / before <= most, "{name}");
        at_most(now.messages as f64, before.messages as f64, ratio * 1.05);
        at_most(now.host_gas as f64, before.host_gas as f64, ratio * 1.05);
        // A proof has a node a level.
        let levels = (next as f64).ln() / (size as f64).ln();
        at_most(now.witness as f64, before.witness as f64, ratio * 1.05 * levels);
        (size, before) = (next, now);
    }
}

#[test]
fn bytes_and_host_gas_grow_in_proportion_to_records() {
    check(Axis::Records, &[10, 100, 1_000, 10_000]);
}

#[test]
fn bytes_and_host_gas_grow_in_proportion_to_writes() {
    check(Axis::Writes, &[10, 100, 1_000]);
}

#[test]
fn bytes_and_host_gas_grow_in_proportion_to_code() {
    check(Axis::Code, &[1 << 10, 6 << 10, 24 << 10]);
}

#[test]
fn bytes_and_host_gas_grow_in_proportion_to_calldata() {
    check(Axis::Calldata, &[1 << 10, 1 << 15, 1 << 20]);
}

#[test]
fn bytes_and_host_gas_grow_in_proportion_to_depth() {
    check(Axis::Depth, &[16, 128, 1024]);
    check(Axis::Undone, &[16, 128, 1024]);
}

#[test]
fn bytes_and_host_gas_grow_in_proportion_to_calls() {
    check(Axis::Calls, &[10, 100, 1_000]);
}

/// Calls times input: what nobody reads is not hashed, whatever its length. What is left is memory, which
/// the guest pays for.
#[test]
fn inputs_that_nobody_reads_are_not_hashed() {
    let [short, long] = [1 << 10, 1 << 19].map(|size| counted(Axis::Inputs, size));
    assert_eq!(short.messages, long.messages);
    let (host, guest) = (long.host_gas - short.host_gas, long.guest_gas - short.guest_gas);
    assert!(host <= guest + guest / 20, "{host} of {guest}");
    check(Axis::Passed, &[1 << 10, 1 << 14, 1 << 18]);
}

/// The last step of each axis, with the exponents of its bytes and host gas.
#[test]
fn growth_of_bytes_and_host_gas_is_the_published_one() {
    let mut table = Table::new(["", "`witness.bin`, bytes", "host gas"]);
    for axis in Axis::ALL {
        let [size_before, size] = *axis.sizes().last_chunk().expect("two sizes");
        let (before, now) = (counted(axis, size_before), counted(axis, size));
        let step = (size as f64 / size_before as f64).ln();
        let shown = |before: u64, now: u64| {
            format!("{} ({:.2})", thousands(now), (now as f64 / before as f64).ln() / step)
        };
        table.row([
            format!("{} {}", thousands(size as u64), axis.name()),
            shown(before.witness as u64, now.witness as u64),
            shown(before.host_gas, now.host_gas),
        ]);
    }
    measurements::compare("growth", &table.to_string());
}

/// What the benchmarks measure is what it is said to be.
#[test]
fn benchmarked_cases_are_valid() {
    parallel::check_all(&cases::all(), |case| {
        let recording = record(&case.execution).map_err(|error| error.to_string())?;
        if !recording.success {
            return Err(format!("{} failed", case.name));
        }
        audit::all_valid(case.name, case.execution.rules, &recording)?;
        proved::all_proved(case.name, &case.execution, &recording)
    });
    let messages = cases::all().map(|case| record(&case.execution).expect("recorded").messages);
    assert_eq!(messages.each_ref().map(Vec::len), [1, 8, 1, 1, 1, 1]);
    // The opening record, and those of its reads.
    assert_eq!(messages[4][0].witness.stateAccessList.len(), 1_001);
    assert_eq!(messages[5][0].code.len(), 24 * 1024);
}
