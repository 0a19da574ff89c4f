//! Calls and creations that fail before a frame starts, and the return data around them.

use iso_evm_wire::Fork;

use super::*;
use crate::harness::guest::CONTRACT;

/// More than the guest has.
const TOO_MUCH: u64 = 1_001;
const GAS_LIMIT: u64 = 500_000;

/// What is in the way of a creation.
#[derive(Clone, Copy, Debug)]
enum Way {
    Free,
    Nonce,
    CollisionNonce,
    CollisionCode,
}

/// Return data of 32 bytes, then what is tried; its result, and the size of the return data then.
fn around(tried: impl FnOnce(Program) -> Program) -> Vec<u8> {
    let before = Program::new().call(op::CALL, OTHER, 0, Some(50_000)).op([op::POP]);
    let before = before.op([op::RETURNDATASIZE]).keep(2);
    tried(before).keep(0).op([op::RETURNDATASIZE]).keep(1).give(3).build()
}

fn put_in(way: Way, opcode: u8) -> impl Fn(&mut Execution) + Sync + Send {
    move |execution| {
        let created = match opcode {
            op::CREATE => CONTRACT.create(1),
            _ => CONTRACT.create2(B256::ZERO, keccak256([])),
        };
        match way {
            Way::Free => {}
            Way::Nonce => {
                execution.prestate.get_mut(&CONTRACT).expect("the guest").nonce = u64::MAX;
            }
            Way::CollisionNonce => execution.prestate.entry(created).or_default().nonce = 1,
            Way::CollisionCode => {
                execution.prestate.entry(created).or_default().code = vec![0].into();
            }
        }
    }
}

#[test]
fn a_balance_that_is_too_small() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for opcode in [op::CALL, op::CALLCODE] {
            for to in [OTHER, NOBODY, Address::with_last_byte(4)] {
                let code = around(|program| program.call(opcode, to, TOO_MUCH, Some(9_999)));
                let guest = Guest::new(format!("{opcode:x} of {to}"), fork, code)
                    .with_code(OTHER, returning(7))
                    .gas(GAS_LIMIT);
                let outcomes = [Outcome::Child, Outcome::Balance];
                cases.push(Case::new(guest, words([0, 0, 32])).outcomes(outcomes));
            }
        }
        for opcode in [op::CREATE, op::CREATE2] {
            let code = around(|program| program.create(opcode, TOO_MUCH, 0));
            let guest = Guest::new(format!("{opcode:x}"), fork, code)
                .with_code(OTHER, returning(7))
                .gas(GAS_LIMIT);
            let outcomes = [Outcome::Child, Outcome::Balance];
            cases.push(Case::new(guest, words([0, 0, 32])).outcomes(outcomes));
        }
    }
    check_all(cases);
}

#[test]
fn a_nonce_at_its_end_and_an_address_that_is_taken() {
    for fork in Fork::ALL {
        for opcode in [op::CREATE, op::CREATE2] {
            for (way, outcome) in [
                (Way::Nonce, Outcome::Nonce),
                (Way::CollisionNonce, Outcome::Collision),
                (Way::CollisionCode, Outcome::Collision),
            ] {
                let code = around(|program| program.create(opcode, 0, 0));
                let guest = Guest::new(format!("{opcode:x} {way:?}"), fork, code)
                    .with_code(OTHER, returning(7))
                    .gas(GAS_LIMIT);
                let case = Case::new(guest, words([0, 0, 32]))
                    .change(put_in(way, opcode))
                    .outcomes([Outcome::Child, outcome]);
                let recording = case.recorded();
                // a collision burns all but a 64th, a nonce costs nothing
                let used = recording.messages[1].witness.gasUsed.to::<u64>();
                assert_eq!(used > GAS_LIMIT * 9 / 10, outcome == Outcome::Collision, "{used}");
            }
        }
    }
}

#[test]
fn a_refused_call_leaves_no_return_data_to_copy() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for size in [0, 1] {
            let copy = |program: Program| {
                program.op([op::POP]).push(size).push(0).push(0).op([op::RETURNDATACOPY])
            };
            let end = || if size == 0 { End::Success } else { End::Halt };
            for (way, opcode) in [
                (Way::Free, op::CALL),
                (Way::Nonce, op::CREATE),
                (Way::CollisionNonce, op::CREATE),
                (Way::CollisionCode, op::CREATE2),
            ] {
                let before = Program::new().call(op::CALL, OTHER, 0, Some(50_000)).op([op::POP]);
                let tried = match opcode {
                    op::CALL => before.call(op::CALL, OTHER, TOO_MUCH, None),
                    _ => before.create(opcode, 0, 0),
                };
                let guest = Guest::new(format!("{opcode:x} {way:?}"), fork, copy(tried).build())
                    .with_code(OTHER, returning(7));
                cases.push(Case::new(guest, end()).change(put_in(way, opcode)));
            }
        }
    }
    check_all(cases);
}
