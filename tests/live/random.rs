//! Programs that nobody wrote, natively and live: statements that mostly do something (storage,
//! memory, logs, calls, creations, jumps), and bytes that mostly do not.

use arbitrary::Unstructured;
use iso_evm_fuzz::statement;
use iso_evm_hypervisor::opcodes::opcodes;
use iso_evm_testing::accounts::callees;
use iso_evm_wire::{Fork, records::FrameKind};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};

use super::compare;
use crate::harness::{
    frame::Compared,
    guest::Guest,
    program::{Program, op},
};

/// What a program is run with.
#[derive(Clone, Debug)]
struct Surroundings {
    fork: usize,
    is_static: bool,
    calldata: Vec<u8>,
}

fn surroundings() -> impl Strategy<Value = Surroundings> {
    // Other forks' hosts have other rules, for the size of initcode among others.
    (5..8_usize, prop::bool::weighted(0.1), vec(any::<u8>(), 0..70))
        .prop_map(|(fork, is_static, calldata)| Surroundings { fork, is_static, calldata })
}

fn guest(name: &str, code: Vec<u8>, around: &Surroundings) -> Guest {
    let fork = Fork::ALL[around.fork];
    let mut guest = Guest::new(name, fork, code)
        .gas(3_000_000)
        .calldata(around.calldata.clone())
        .storage(0, 1)
        .storage(2, 7);
    guest.others = callees();
    if around.is_static {
        guest = guest.kind(FrameKind::Staticcall);
    }
    guest
}

/// Runs `cases` of a strategy from a fixed seed; returns how many were compared.
fn run<S: Strategy>(
    cases: u32,
    strategy: &S,
    check: impl Fn(S::Value) -> Result<bool, String>,
) -> u32 {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(6),
        ..Config::default()
    };
    let compared = std::cell::Cell::new(0);
    let result = TestRunner::new(config).run(strategy, |value| {
        let was = check(value).map_err(TestCaseError::fail)?;
        compared.set(compared.get() + u32::from(was));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    compared.get()
}

fn was_compared(guest: &Guest) -> Result<bool, String> {
    Ok(matches!(compare(guest)?, Some(Compared::Same { .. })))
}

#[test]
fn random_statements_end_live_as_natively() {
    const CASES: u32 = 3_000;
    let strategy = (vec(any::<u8>(), 60..600), surroundings());
    let compared = run(CASES, &strategy, |(bytes, around)| {
        let code = statement::code(&mut Unstructured::new(&bytes)).map_err(|e| e.to_string())?;
        was_compared(&guest("statements", code, &around))
    });
    println!("{compared} of {CASES} programs compared");
    assert!(compared > CASES / 2);
}

#[test]
fn opcodes_in_any_order() {
    const CASES: u32 = 4_000;
    let strategy = (vec((any::<prop::sample::Index>(), any::<u8>()), 10..150), surroundings());
    let compared = run(CASES, &strategy, |(picks, around)| {
        let table: Vec<_> =
            opcodes(Fork::ALL[around.fork]).filter(|row| row.byte != 0x5a).collect();
        let mut program = Program::new();
        let mut height = 0;
        for (pick, byte) in picks {
            let row = pick.get(&table);
            while height < row.inputs && byte != 0 {
                program = program.push(byte % 0x44);
                height += 1;
            }
            program = program.op([row.byte]);
            if (0x60..=0x7f).contains(&row.byte) {
                program = program.op(vec![byte; usize::from(row.byte - 0x5f)]);
            }
            height = (height + row.outputs).saturating_sub(row.inputs);
        }
        was_compared(&guest("opcodes", program.build(), &around))
    });
    println!("{compared} of {CASES} programs compared");
    assert!(compared > CASES / 2);
}

/// A jump into bytes among which destinations are hard to tell.
#[test]
fn destinations_among_push_data() {
    const CASES: u32 = 6_000;
    let byte = prop_oneof![
        3 => Just(op::JUMPDEST),
        3 => 0x60..=0x7f_u8,
        2 => Just(0x7f),
        1 => 0xe0..=0xff_u8,
        2 => 0..0x5f_u8,
    ];
    let strategy = (vec(byte, 20..400), any::<prop::sample::Index>(), surroundings());
    let compared = run(CASES, &strategy, |(body, target, around)| {
        let places: Vec<_> = (0..body.len()).filter(|at| body[*at] == op::JUMPDEST).collect();
        let target = if places.is_empty() { 0 } else { *target.get(&places) };
        let code = Program::new().op([0x61]).op((target as u16 + 4).to_be_bytes()).op([op::JUMP]);
        was_compared(&guest("destinations", code.op(body).build(), &around).gas(60_000))
    });
    println!("{compared} of {CASES} programs compared");
    assert!(compared > CASES / 2);
}
