//! Code and initcode at their limits, code that may not be, and what a creation returns.

use iso_evm_wire::{Fork, records::FrameKind};

use super::*;

const MAX_CODE_SIZE: u64 = 24_576;
const MAX_INITCODE_SIZE: u64 = 2 * MAX_CODE_SIZE;
const CREATIONS: [FrameKind; 2] = [FrameKind::Create, FrameKind::Create2];
const EXTCODESIZE: u8 = 0x3b;
const MSTORE8: u8 = 0x53;
const GAS_ENOUGH: u64 = 15_000_000;

/// The last byte of the code runs, whichever archive it is in.
#[test]
fn code_as_long_as_it_can_be() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for size in [MAX_CODE_SIZE - 2, MAX_CODE_SIZE - 1, MAX_CODE_SIZE] {
            let jump = size - 5;
            let program = Program::new().push(jump).op([op::JUMP]);
            let end = [op::JUMPDEST, op::MSIZE, op::MSIZE, op::MSIZE, op::RETURN];
            let padding = size as usize - program.len() - end.len();
            let code = program.repeat(padding, [op::JUMPDEST]).op(end).build();
            assert_eq!(code.len() as u64, size);
            let guest = Guest::new(format!("{size} bytes"), fork, code);
            cases.push(Case::new(guest, words([])));
        }
        for (size, end) in [
            (MAX_CODE_SIZE - 1, End::Success),
            (MAX_CODE_SIZE, End::Success),
            (MAX_CODE_SIZE + 1, End::Halt),
        ] {
            for kind in CREATIONS {
                let initcode = Program::new().push(size).push(0).op([op::RETURN]).build();
                let guest = Guest::new(format!("deploys {size} bytes"), fork, initcode).kind(kind);
                cases.push(Case::new(guest, end.clone()));
            }
        }
    }
    check_all(cases);
}

/// EIP-3860: init code of the largest size, a byte less and a byte more.
#[test]
fn initcode_at_its_limit() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for opcode in [op::CREATE, op::CREATE2] {
            for size in [MAX_INITCODE_SIZE - 1, MAX_INITCODE_SIZE, MAX_INITCODE_SIZE + 1] {
                let program = Program::new().create(opcode, 0, size).op([EXTCODESIZE]);
                let guest = Guest::new(format!("{opcode:x} of {size}"), fork, program.build())
                    .gas(GAS_ENOUGH);
                let (end, outcomes) = if fork >= Fork::Shanghai && size > MAX_INITCODE_SIZE {
                    (End::Halt, vec![])
                } else {
                    (End::Success, vec![Outcome::Child])
                };
                cases.push(Case::new(guest, end).outcomes(outcomes));
            }
        }
    }
    check_all(cases);
}

/// EIP-3541: code that begins with `0xef` is not stored.
#[test]
fn code_that_begins_with_ef() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for (first, size) in [(0xef, 0), (0xef, 1), (0xef, 23), (0xfe, 1), (0xee, 1)] {
            let code = Program::new().push(first).push(0).op([MSTORE8]).push(size).push(0);
            let code = code.op([op::RETURN]).build();
            let refused = fork >= Fork::London && first == 0xef && size > 0;
            for kind in CREATIONS {
                let guest = Guest::new(format!("{size} bytes from {first:x}"), fork, code.clone());
                let end = if refused { End::Halt } else { End::Success };
                cases.push(Case::new(guest.kind(kind), end));
            }
            // the creator sees zero, and no return data
            let program = Program::new().put(&code).create(op::CREATE, 0, code.len() as u64);
            let program = program.op([ISZERO]).keep(0).op([op::RETURNDATASIZE]).keep(1).give(2);
            let guest = Guest::new(format!("creates {first:x}"), fork, program.build());
            cases.push(Case::new(guest, words([u64::from(refused), 0])));
        }
    }
    check_all(cases);
}

const ISZERO: u8 = 0x15;

/// A failed creation returns data, a successful one none.
#[test]
fn return_data_of_creations() {
    let initcodes: [(&str, Vec<u8>, [u64; 2]); 4] = [
        ("deploys", returning(7), [0, 0]),
        ("reverts", reverting(7), [1, 32]),
        ("halts", vec![0xfe], [1, 0]),
        ("stops", vec![op::STOP], [0, 0]),
    ];
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for opcode in [op::CREATE, op::CREATE2] {
            for (what, code, expected) in &initcodes {
                let program = Program::new().put(code).create(opcode, 0, code.len() as u64);
                let program = program.op([ISZERO]).keep(0).op([op::RETURNDATASIZE]).keep(1).give(2);
                let guest = Guest::new(format!("{opcode:x} {what}"), fork, program.build());
                cases.push(Case::new(guest, words(*expected)).outcomes([Outcome::Child]));
            }
        }
    }
    check_all(cases);
}

/// 200 gas a byte, to the last.
#[test]
fn gas_for_the_deposit() {
    let mut cases = Vec::new();
    // two pushes, one word of memory, the deposit
    let needed = 3 + 3 + 3 + 200 * 32;
    for fork in Fork::ALL {
        for (gas, end) in [(needed, End::Success), (needed - 1, End::Halt), (9, End::Halt)] {
            let initcode = Program::new().push(32).push(0).op([op::RETURN]).build();
            // a guest that creates with exactly so much: all but a 64th of what it has
            let before = 3 + 3 + 3 + 3 + 3 + 3 + 3 + 32_000 + initcode_gas(fork);
            let given = (0..).find(|left| left - left / 64 == gas).expect("there is one");
            let program = Program::new().put(&initcode).create(op::CREATE, 0, 5);
            let guest = Guest::new(format!("deposit with {gas}"), fork, program.build());
            let case = Case::new(guest.gas(before + given), End::Success);
            let recording = case.outcomes([Outcome::Child]).recorded();
            let child = &recording.messages[2].witness;
            assert_eq!(child.gasAvailable, U256::from(gas), "{fork}");
            let status = u64::from(matches!(end, End::Success));
            assert_eq!(child.status, U256::from(status), "{fork} {gas}");
        }
        let initcode = Program::new().push(32).push(0).op([op::RETURN]).build();
        let guest = Guest::new("deposit", fork, initcode).kind(FrameKind::Create);
        cases.push(Case::new(guest, End::Success));
    }
    check_all(cases);
}

/// EIP-3860: 2 gas for each word, here one.
fn initcode_gas(fork: Fork) -> u64 {
    if fork >= Fork::Shanghai { 2 } else { 0 }
}
