//! Precompiles run again on what a run of the message gives them.

use iso_evm_hypervisor::Code;
use iso_evm_verifier::{
    AuditVerdict, Options, Verdict,
    audit::{AuditOutcome, Missing, TreeKind, tree::tree},
    verify,
};
use iso_evm_wire::Fork;

use super::*;
use crate::harness::{
    audit,
    guest::{Guest, Run},
    program::{Program, op},
};

const FORK: Fork = Fork::Cancun;

/// A word at the start of memory, then a `STATICCALL` of a precompile on this many bytes.
fn call(program: Program, word: u64, precompile: u64, length: u64) -> Program {
    let program = program.push(word).push(0).op([op::MSTORE]).push(0).push(0).push(length).push(0);
    program.push(precompile).op([op::GAS, op::STATICCALL, op::POP])
}

fn recorded(program: Program) -> (Guest, Run) {
    let guest = Guest::new("precompiles", FORK, program.build()).gas(10_000_000);
    let run = guest.record();
    (guest, run)
}

/// The empty input is one too.
#[test]
fn the_empty_input_of_a_precompile_is_compared() {
    let (guest, run) = recorded(call(Program::new(), 0, 4, 0));
    let witness = witness_of(&guest.execution(), &run.recording);
    assert_eq!(tree(&witness), AuditOutcome::Valid);
    let mut lie = Open::new(&witness);
    let (message, record) = lie.with_outcome(Outcome::Precompile)[0];
    callee!(&mut lie.messages[message].1[record], callee => callee.gasUsed += 1);
    let AuditOutcome::Invalid(finding) = tree(&lie.close()) else { panic!("it is false") };
    assert_eq!(finding.kind, TreeKind::PrecompileGas);
}

/// A container does not grow with what precompiles were called with.
#[test]
fn large_inputs_are_not_carried() {
    const CALLS: u64 = 300;
    const LENGTH: u64 = 50_000;
    let program = (0..CALLS).fold(Program::new(), |program, word| call(program, word, 1, LENGTH));
    let (guest, run) = recorded(program);
    guest.check_run(&run).unwrap_or_else(|problem| panic!("{problem}"));
    let witness = iso_evm_testing::witness(&guest.execution(), &run.recording);
    let open = Open::new(&witness);
    let calls = open.with_outcome(Outcome::Precompile);
    assert_eq!(calls.len() as u64, CALLS);
    let hashes: std::collections::BTreeSet<_> = calls
        .iter()
        .map(|(message, record)| match &open.messages[*message].1[*record] {
            Record::Call(_, call) => call.calldataHash,
            _ => panic!("a call"),
        })
        .collect();
    assert_eq!(hashes.len() as u64, CALLS);
    // Records, code, and the rest; not 300 times 50,000 bytes.
    let size = witness.encode().len() as u64;
    assert!(size < 1_000 * CALLS, "{size} bytes");
    let report = verify(&witness, &Options::default()).expect("it can be verified");
    assert_eq!(report.verdict(), Verdict::Valid);
    assert_eq!(report.audits.tree, AuditVerdict::Valid);
}

/// A message may say that it has any amount of gas: what is spent on it is bounded, and what was
/// not run is no lie.
#[test]
fn gas_without_end() {
    let (guest, run) = recorded(call(Program::new(), 7, 2, 32));
    let honest = witness_of(&guest.execution(), &run.recording);
    let mut open = Open::new(&honest);
    let (message, record) = open.with_outcome(Outcome::Precompile)[0];
    let code = Bytes::from_static(&[op::JUMPDEST, op::PUSH0, op::JUMP]);
    let hash = alloy_primitives::keccak256(&code);
    open.witness.codes.insert(hash, code);
    if let Record::Opening(opening) = &mut open.messages[message].1[0] {
        opening.codeHash = hash;
    }
    // As the top message, of whose gas nobody else speaks.
    open.messages = vec![open.messages[message].clone()];
    open.messages[0].0.gasAvailable = U256::from(1_u64 << 63);
    let missing = Missing::Rerun { message: 0, record };
    assert_eq!(tree(&open.close()), AuditOutcome::NotRun(missing));
}

/// Gas bounds the run as the guest's own opcodes spend it: not what its callees used.
#[test]
fn gas_is_that_of_the_guests_own_opcodes() {
    let (_, run) = recorded(call(call(Program::new(), 7, 1, 32), 8, 1, 32));
    let message = run.guest();
    let used: u64 = message.witness.gasUsed.to();
    let callees = 2 * 3_000;
    let engine = &audit::engine(FORK).native;
    let bytes = encode(&message.witness).into();
    let code = Code::new(message.code.clone());
    let with = |mut gas: u64| {
        let mut told = Vec::new();
        let mut observer = |record, input: &[u8]| told.push((record, input.len()));
        let verdict = engine.audit_with(&bytes, Some(&code), &mut gas, &mut observer);
        (verdict == iso_evm_hypervisor::MessageVerdict::Valid, gas, told)
    };
    assert_eq!(with(used), (true, callees, vec![(1, 32), (2, 32)]));
    assert_eq!(with(used - callees), (true, 0, vec![(1, 32), (2, 32)]));
    let (whole, left, _) = with(used - callees - 1);
    assert_eq!((whole, left), (false, 0));
    assert_eq!(with(0), (false, 0, vec![]));
}
