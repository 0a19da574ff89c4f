//! MCOPY over itself; memory that costs all the gas there is, one more, or more than 64 bits tell.

use iso_evm_wire::Fork;

use super::*;

const MCOPY: u8 = 0x5e;
const MLOAD: u8 = 0x51;
const MSTORE8: u8 = 0x53;
const CODECOPY: u8 = 0x39;
const LOG0: u8 = 0xa0;
const VERY_LOW: u64 = 3;

fn cost(words: u64) -> u64 {
    3 * words + words * words / 512
}

/// EIP-5656: what `MCOPY` copies onto itself.
#[test]
fn mcopy_overlaps() {
    const FILLED: usize = 96;
    let copies: [(usize, usize, usize); 16] = [
        (0, 1, 32),
        (1, 0, 32),
        (0, 1, 95),
        (1, 0, 95),
        (0, 32, 64),
        (32, 0, 64),
        (5, 5, 40),
        (33, 31, 33),
        (31, 33, 33),
        (0, 0, 0),
        (0, 90, 33),
        (90, 0, 33),
        (200, 100, 1),
        (0, 400, 32),
        (7, 0, 400),
        (0, 7, 400),
    ];
    let mut cases = Vec::new();
    for (to, from, size) in copies {
        let mut memory: Vec<u8> = (1..=FILLED as u8).collect();
        let mut program = Program::new();
        for (index, word) in memory.chunks(32).enumerate() {
            program = program.push(U256::from_be_slice(word)).keep(index as u64);
        }
        let program = program.push(size).push(from).push(to).op([MCOPY]).return_memory_hash();
        let code = program.build();
        if size > 0 {
            let end = (to.max(from) + size).next_multiple_of(32);
            memory.resize(end.max(FILLED), 0);
            memory.copy_within(from..from + size, to);
        }
        for fork in since(Fork::Cancun) {
            let guest = Guest::new(format!("MCOPY {to} {from} {size}"), fork, code.clone());
            cases.push(Case::new(guest, End::Words(vec![keccak256(&memory).into()])));
        }
    }
    // far away, but nothing
    for fork in since(Fork::Cancun) {
        for (to, from) in [(U256::MAX, U256::ZERO), (U256::ZERO, U256::MAX), (U256::MAX, U256::MAX)]
        {
            let program = Program::new().push(0).push(from).push(to).op([MCOPY, op::MSIZE]);
            let guest = Guest::new("MCOPY of nothing", fork, program.return_word().build());
            cases.push(Case::new(guest, words([0])));
        }
    }
    check_all(cases);
}

#[test]
fn expansion_at_the_edge_of_the_gas() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for words in [1, 2, 22, 23, 31, 32, 724, 1_000, 16_384, 50_000] {
            for (opcode, offset) in [
                (op::MSTORE, 32 * words - 32),
                (op::MSTORE, 32 * words - 63 + u64::from(words == 1) * 31),
                (MSTORE8, 32 * words - 1),
                (MSTORE8, 32 * words - 32),
            ] {
                let code = Program::new().push(1).push(offset).op([opcode]).build();
                let gas = 3 * VERY_LOW + cost(words);
                let guest = Guest::new(format!("{opcode:x} at {offset}"), fork, code);
                cases.push(Case::new(guest.clone().gas(gas), End::Success));
                cases.push(Case::new(guest.gas(gas - 1), End::Halt));
            }
        }
    }
    check_all(cases);
}

/// Whoever counts in 64 bits takes these for free: words * words / 512 + 3 * words has 64 low zeros,
/// or the size itself has.
#[test]
fn costs_whose_low_64_bits_are_zero() {
    let two = |power: usize| U256::from(1) << power;
    let sizes: Vec<U256> = [
        two(64) - U256::from(1536),
        two(73) - U256::from(1536),
        two(73),
        two(64),
        two(64) + two(73),
        two(128),
        two(250),
    ]
    .into_iter()
    .map(|words| words * U256::from(32))
    .chain([two(32), two(59), two(63), two(64), two(128), two(255), U256::MAX])
    .collect();
    let zero = U256::ZERO;
    let mut cases = Vec::new();
    for fork in [Fork::Istanbul, Fork::Shanghai, Fork::Cancun, Fork::Osaka] {
        for &size in &sizes {
            let last = size - U256::from(32);
            // operands from the top of the stack on
            let mut programs = vec![
                (MLOAD, vec![last]),
                (op::MSTORE, vec![last, zero]),
                (MSTORE8, vec![size - U256::from(1), zero]),
                (op::KECCAK256, vec![zero, size]),
                (op::KECCAK256, vec![last, U256::from(32)]),
                (CODECOPY, vec![zero, zero, size]),
                (CODECOPY, vec![last, zero, U256::from(32)]),
                (op::CALLDATACOPY, vec![zero, zero, size]),
                (LOG0, vec![zero, size]),
                (op::RETURN, vec![zero, size]),
                (op::REVERT, vec![last, U256::from(32)]),
                (op::CREATE, vec![zero, zero, size]),
                (op::CREATE2, vec![zero, last, U256::from(32), zero]),
                (op::CALL, vec![zero, zero, zero, zero, size, zero, zero]),
                (op::CALL, vec![zero, zero, zero, zero, zero, zero, size]),
                (op::STATICCALL, vec![zero, zero, last, U256::from(32), zero, zero]),
            ];
            if fork >= Fork::Cancun {
                programs.push((MCOPY, vec![zero, zero, size]));
                programs.push((MCOPY, vec![zero, last, U256::from(32)]));
            }
            for (opcode, operands) in programs {
                let push = |program: Program, operand: &U256| program.push(*operand);
                let program = operands.iter().rev().fold(Program::new(), push).op([opcode]);
                let guest = Guest::new(format!("{opcode:x} {size:x}"), fork, program.build());
                cases.push(Case::new(guest, End::Halt));
            }
        }
    }
    check_all(cases);
}
