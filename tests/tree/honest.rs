//! What was recorded is valid: inputs of all sources, and the frames that are special.

use iso_evm_verifier::audit::{AuditOutcome, tree::tree};
use iso_evm_wire::{Fork, fork::ForkError, records::Record};
use iso_evm_witness::{
    Execution,
    input::{Input, InputError},
    prestate::PrestateAccount,
    record,
};

use super::*;
use crate::{
    harness::{
        fixtures,
        guest::{CONTRACT, Guest},
        parallel,
        program::{Program, op},
    },
    mainnet::FORKS as MAINNET,
    statetests,
};

const GAS: u8 = 0x5a;

fn check(name: &str, execution: &Execution) -> Result<(), String> {
    let recording = record(execution).map_err(|error| format!("{name}: {error}"))?;
    let witness = witness_of(execution, &recording);
    if inputs::told(&witness) != inputs::plain(execution) {
        return Err(format!("{name}: not the inputs that plain revm gives to precompiles"));
    }
    match tree(&witness) {
        AuditOutcome::Valid => Ok(()),
        verdict => Err(format!("{name}: {verdict:?}")),
    }
}

#[test]
fn inputs_of_the_project() {
    parallel::check_all(&replay::NAMES, |name| check(name, &replay::input(name).execution));
}

#[test]
fn tracer_tests() {
    let Some(folder) = fixtures::third_party("geth_tracetest") else { return };
    let mut inputs = Vec::new();
    for path in fixtures::json_files(&folder) {
        match Input::parse(fixtures::read(&path).as_bytes(), None) {
            Ok(input) => inputs.push((path.display().to_string(), input)),
            Err(InputError::Fork(ForkError::TooEarly(_))) => {}
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
    parallel::check_all(&inputs, |(name, input)| check(name, &input.execution));
}

#[test]
fn state_tests_and_mainnet() {
    let mut cases: Vec<_> =
        ["statetests", "statetests_older_forks"].into_iter().flat_map(statetests::sample).collect();
    if let Some(folder) = fixtures::third_party("mainnet") {
        let files = MAINNET.iter().flat_map(|fork| fixtures::json_files(&folder.join(fork)));
        cases.extend(files.flat_map(|path| statetests::cases(&path)));
    }
    if cases.is_empty() {
        return;
    }
    parallel::check_all(&cases, |case| match case.execution() {
        Some(execution) => check(&case.name(), &execution),
        None => Ok(()),
    });
}

/// A call without data.
fn call(program: Program, opcode: u8, to: Address, value: u64) -> Program {
    let program = program.push(0).push(0).push(0).push(0);
    let program = match opcode {
        op::CALL | op::CALLCODE => program.push(value),
        _ => program,
    };
    program.push_address(to).op([GAS, opcode])
}

/// A child's failure undoes all but the touch of `0x03`: if that was there and empty, the root is
/// another one after it (EIP-716). No other account does this.
#[test]
fn a_failed_call_undoes_all_but_the_touch_of_ripemd() {
    const OTHER: Address = Address::repeat_byte(0x55);
    const BENEFICIARY: Address = Address::repeat_byte(0x66);
    type Touch = fn(Address) -> Program;
    let touching: [(&str, Touch); 3] = [
        ("CALL", |to| call(Program::new(), op::CALL, to, 0)),
        ("STATICCALL", |to| call(Program::new(), op::STATICCALL, to, 0)),
        ("SELFDESTRUCT below", |_| call(Program::new(), op::CALL, BENEFICIARY, 0)),
    ];
    for fork in Fork::ALL {
        for (what, touch) in touching {
            for (number, differs) in [(3, true), (2, false), (4, false)] {
                let empty = Address::with_last_byte(number);
                let inner = touch(empty).push(0).push(0).op([op::REVERT]).build();
                let destroy = Program::new().push_address(empty).op([0xff]).build();
                let code = call(Program::new(), op::CALL, OTHER, 0).build();
                let guest = Guest::new(what, fork, code)
                    .with_code(OTHER, inner)
                    .with_code(BENEFICIARY, destroy);
                let mut execution = guest.execution();
                execution.prestate.insert(empty, PrestateAccount::default());
                let name = format!("{what} of {empty}, {fork}");
                check(&name, &execution).unwrap_or_else(|problem| panic!("{problem}"));

                let open =
                    Open::new(&witness_of(&execution, &record(&execution).expect("it runs")));
                let (guest, records) = &open.messages[1];
                let Some(Record::Call(_, record)) = records.last() else { panic!("{name}") };
                assert_eq!(guest.context, CONTRACT);
                assert_eq!(record.status, 2, "{name}");
                assert_eq!(record.stateRoot != guest.stateRootEnter, differs, "{name}");
            }
        }
    }
}

/// A precompile that fails, or is called with what the caller does not have.
#[test]
fn precompiles_that_fail() {
    for fork in Fork::ALL {
        for opcode in [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL] {
            for number in 1..=10 {
                for value in [0, 1, 2_000] {
                    let to = Address::with_last_byte(number);
                    let program = Program::new().push(0).push(0).push(64).push(0);
                    let program = match opcode {
                        op::CALL | op::CALLCODE => program.push(value),
                        _ => program,
                    };
                    // not enough gas for any
                    let code = program.push_address(to).push(10).op([opcode]).build();
                    let mut execution = Guest::new("", fork, code).execution();
                    execution.prestate.insert(to, PrestateAccount::default());
                    check(&format!("{opcode:x} {to} {value} {fork}"), &execution)
                        .unwrap_or_else(|problem| panic!("{problem}"));
                }
            }
        }
    }
}
