//! What a callee leaves in its caller's return data; code at address zero.

use iso_evm_wire::Fork;

use super::*;

const CALLS: [u8; 4] = [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL];
const INVALID: u8 = 0xfe;

#[test]
fn return_data_of_calls() {
    let callees: [(&str, Vec<u8>, [u64; 2]); 5] = [
        ("returns", returning(7), [1, 32]),
        ("reverts", reverting(7), [0, 32]),
        ("halts", vec![INVALID], [0, 0]),
        ("stops", vec![op::STOP], [1, 0]),
        ("has no code", vec![], [1, 0]),
    ];
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for opcode in CALLS {
            for (what, code, expected) in &callees {
                let program = Program::new().call(opcode, OTHER, 0, Some(100_000)).keep(0);
                let program = program.op([op::RETURNDATASIZE]).keep(1).give(2);
                let guest = Guest::new(format!("{opcode:x}: callee {what}"), fork, program.build())
                    .with_code(OTHER, code.clone());
                cases.push(Case::new(guest, words(*expected)));
            }
        }
    }
    check_all(cases);
}

/// The buffer gets what fits, the return data is whole.
#[test]
fn more_and_less_than_the_buffer() {
    let output = U256::from(u64::MAX).to_be_bytes::<32>();
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for size in [0, 1, 31, 32, 33, 64] {
            let program = Program::new().push(size).push(0).push(0).push(0).push_address(OTHER);
            // both results go behind what memory there is
            let program = program.push(100_000).op([op::STATICCALL, op::RETURNDATASIZE]);
            let program = program.op([op::MSIZE, op::MSTORE, op::MSIZE, op::MSTORE, op::MSIZE]);
            let guest = Guest::new(
                format!("buffer of {size}"),
                fork,
                program.push(0).op([op::RETURN]).build(),
            )
            .with_code(OTHER, returning(u64::MAX));
            let mut buffer = output[..size.min(32)].to_vec();
            buffer.resize(size.next_multiple_of(32), 0);
            let buffer = buffer.chunks(32).map(U256::from_be_slice);
            let end = End::Words(buffer.chain([U256::from(32), U256::from(1)]).collect());
            cases.push(Case::new(guest, end));
        }
    }
    check_all(cases);
}

/// The zero address is an account as any other; `to` of a message cannot tell it from a creation.
#[test]
fn code_at_address_zero() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for opcode in CALLS {
            let program = Program::new().call(opcode, Address::ZERO, 0, Some(100_000)).keep(0);
            let program = program.push(32).push(0).push(32).op([op::RETURNDATACOPY]).give(2);
            let guest = Guest::new(format!("{opcode:x} of zero"), fork, program.build());
            let guest = guest.with_code(Address::ZERO, returning(42));
            cases.push(Case::new(guest, words([1, 42])).outcomes([Outcome::Child]));
        }
        // creating from within it, too
        let create = Program::new().put(&[op::STOP]).create(op::CREATE, 0, 1).keep(0).give(1);
        let program = Program::new().call(op::CALL, Address::ZERO, 0, None).keep(0).give(1);
        let guest = Guest::new("zero creates", fork, program.build());
        let guest = guest.with_code(Address::ZERO, create.build());
        cases.push(Case::new(guest, words([1])).outcomes([Outcome::Child]));
    }
    check_all(cases);
}
