//! Every opcode that takes an offset, a length or a destination, with extreme values and pairs
//! whose sum wraps. revm says what is true; the hypervisor must say the same, and since each guest
//! returns the hash of all its memory, nothing but the guest's own bytes may have come into it.

use alloy_primitives::{Address, U256, hex};
use iso_evm_wire::Fork;

use crate::harness::{
    guest::Guest,
    parallel,
    program::{Program, op},
};

const CALLEE: Address = Address::repeat_byte(0x55);
/// CALLDATALOAD, BLOCKHASH, BLOBHASH: any operand will do.
const NEVER_FAIL: [u8; 3] = [0x35, 0x40, 0x49];
const CALLDATA: [u8; 77] = [0xcd; 77];

fn power(exponent: usize) -> U256 {
    U256::ONE << exponent
}

/// The values that any of the operands takes.
fn values() -> Vec<U256> {
    let mut values: Vec<_> = [0, 1, 31, 32].map(U256::from).to_vec();
    values.extend([16, 32, 64, 128, 255].map(power));
    values.push(U256::MAX);
    values
}

/// Pairs of offset and length: all pairs of values, and pairs whose sum wraps at 2^256, 2^64, 2^32.
fn pairs() -> Vec<(U256, U256)> {
    let values = values();
    let mut pairs: Vec<_> =
        values.iter().flat_map(|&a| values.iter().map(move |&b| (a, b))).collect();
    for bits in [32, 64, 128, 256] {
        let top = if bits == 256 { U256::ZERO } else { power(bits) };
        for (below, length) in [(1, 1), (1, 2), (31, 32), (32, 32), (32, 64), (33, 32), (64, 1)] {
            pairs.push((top.wrapping_sub(U256::from(below)), U256::from(length)));
        }
    }
    pairs.push((power(255), power(255)));
    pairs.push((power(255) + U256::ONE, power(255)));
    pairs
}

/// Memory of two words before the attack, return data of 70 bytes.
fn prepared() -> Program {
    Program::new()
        .push(0)
        .push(0)
        .push(0)
        .push(0)
        .push_address(CALLEE)
        .push(10_000)
        .op([op::STATICCALL, op::POP])
        .push(power(255) | U256::from(0x1122))
        .push(0)
        .op([op::MSTORE])
        .push(power(200) | U256::from(0x3344))
        .push(32)
        .op([op::MSTORE])
}

/// The opcode on `operands`, the first on top.
fn operation(opcode: u8, operands: &[U256]) -> Program {
    let program = prepared();
    operands.iter().rev().fold(program, |program, &operand| program.push(operand)).op([opcode])
}

fn guest(opcode: u8, operands: &[U256], code: Program) -> (u8, Guest) {
    let operands: Vec<_> = operands.iter().map(|operand| format!("{operand:#x}")).collect();
    let name = format!("opcode {opcode:#04x} on {}", operands.join(" "));
    let guest = Guest::new(name, Fork::Osaka, code.build());
    (opcode, guest.calldata(CALLDATA).with_code(CALLEE, callee()))
}

/// Returns 70 bytes, not all of them zero.
fn callee() -> Vec<u8> {
    let program = Program::new().push(U256::from(0xdead_beef_u64)).push(9).op([op::MSTORE]);
    program.push(70).push(0).op([op::RETURN]).build()
}

/// Runs all in every fork (in the oldest, the newest opcodes are undefined). Each opcode must have
/// been seen to succeed as well as to fail: an attack that only ever halts shows nothing.
fn check(guests: Vec<(u8, Guest)>) {
    let mut ended = [[false; 2]; 256];
    for (opcode, guest) in &guests {
        let status = guest.record().guest().witness.status;
        ended[usize::from(*opcode)][usize::from(!status.is_zero())] = true;
    }
    for (opcode, _) in &guests {
        let [fails, succeeds] = ended[usize::from(*opcode)];
        assert!(succeeds, "opcode {opcode:#04x} never succeeds");
        assert!(fails || NEVER_FAIL.contains(opcode), "opcode {opcode:#04x} never fails");
    }
    let (_, guests): (Vec<_>, Vec<_>) = guests.into_iter().unzip();
    for fork in Fork::ALL {
        let guests: Vec<_> =
            guests.iter().map(|guest| Guest { rules: fork.into(), ..guest.clone() }).collect();
        parallel::check_all(&guests, Guest::check);
    }
}

#[test]
fn extreme_offsets_end_as_natively() {
    const CALLDATALOAD: u8 = 0x35;
    const BLOCKHASH: u8 = 0x40;
    const BLOBHASH: u8 = 0x49;
    const MLOAD: u8 = 0x51;
    const MSTORE8: u8 = 0x53;
    let mut offsets: Vec<_> = pairs().into_iter().map(|(offset, _)| offset).collect();
    offsets.extend((60..100).map(U256::from));
    offsets.sort();
    offsets.dedup();
    let mut guests = Vec::new();
    for offset in offsets {
        for opcode in [CALLDATALOAD, MLOAD, BLOCKHASH, BLOBHASH] {
            let code = operation(opcode, &[offset]).push(0).op([op::MSTORE]).return_memory_hash();
            guests.push(guest(opcode, &[offset], code));
        }
        for opcode in [op::MSTORE, MSTORE8] {
            let operands = [offset, U256::from(0x5566)];
            let code = operation(opcode, &operands).return_memory_hash();
            guests.push(guest(opcode, &operands, code));
        }
    }
    check(guests);
}

#[test]
fn opcodes_with_offset_and_length_take_any_of_both() {
    const LOG0: u8 = 0xa0;
    let mut guests = Vec::new();
    for (offset, length) in pairs() {
        for opcode in [op::RETURN, op::REVERT] {
            guests.push(guest(opcode, &[offset, length], operation(opcode, &[offset, length])));
        }
        let code = operation(op::KECCAK256, &[offset, length]);
        let code = code.push(0).op([op::MSTORE]).return_memory_hash();
        guests.push(guest(op::KECCAK256, &[offset, length], code));
        for topics in [0, 1, 4] {
            let mut operands = vec![offset, length];
            operands.extend([1, 2, 3, 4].map(U256::from).into_iter().take(topics));
            let opcode = LOG0 + topics as u8;
            guests.push(guest(
                opcode,
                &operands,
                operation(opcode, &operands).return_memory_hash(),
            ));
        }
        for opcode in [op::CREATE, op::CREATE2] {
            let salt = U256::from(7);
            let operands = [U256::ZERO, offset, length, salt];
            let operands = if opcode == op::CREATE { &operands[..3] } else { &operands[..] };
            let code = operation(opcode, operands).push(0).op([op::MSTORE]).return_memory_hash();
            guests.push(guest(opcode, operands, code));
        }
    }
    check(guests);
}

#[test]
fn destination_source_and_length() {
    const CODECOPY: u8 = 0x39;
    const MCOPY: u8 = 0x5e;
    let mut guests = Vec::new();
    for (first, second) in pairs() {
        for third in [U256::ZERO, U256::from(33)] {
            // each two of the three, the last held at something small
            let triples = [[first, third, second], [third, first, second], [first, second, third]];
            for operands in triples {
                for opcode in [op::CALLDATACOPY, CODECOPY, op::RETURNDATACOPY, MCOPY] {
                    let code = operation(opcode, &operands).return_memory_hash();
                    guests.push(guest(opcode, &operands, code));
                }
            }
        }
    }
    check(guests);
}

#[test]
fn code_of_another_account() {
    const EXTCODECOPY: u8 = 0x3c;
    let account = U256::from_be_slice(CALLEE.as_slice());
    let mut guests = Vec::new();
    for (first, second) in pairs() {
        for third in [U256::ZERO, U256::from(33)] {
            for [destination, source, length] in
                [[first, third, second], [third, first, second], [first, second, third]]
            {
                let operands = [account, destination, source, length];
                let code = operation(EXTCODECOPY, &operands).return_memory_hash();
                guests.push(guest(EXTCODECOPY, &operands, code));
            }
        }
    }
    check(guests);
}

#[test]
fn ranges_of_calls() {
    const IDENTITY: u64 = 4;
    let mut guests = Vec::new();
    for (first, second) in pairs() {
        let small = U256::from(40);
        let ranges = [
            [first, second, small, small],
            [small, small, first, second],
            [first, second, first, second],
        ];
        for range in ranges {
            for opcode in [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL] {
                for account in [U256::from(IDENTITY), U256::from_be_slice(CALLEE.as_slice())] {
                    let mut operands = vec![U256::from(100_000), account];
                    if matches!(opcode, op::CALL | op::CALLCODE) {
                        operands.push(U256::ZERO);
                    }
                    operands.extend(range);
                    let code = operation(opcode, &operands).push(96).op([op::MSTORE]);
                    let code = code.op([op::RETURNDATASIZE]).push(128).op([op::MSTORE]);
                    guests.push(guest(opcode, &operands, code.return_memory_hash()));
                }
            }
        }
    }
    check(guests);
}

#[test]
fn jump_destinations_are_judged_by_all_256_bits() {
    let mut guests = Vec::new();
    let length = prepared().len() as u64;
    let mut destinations: Vec<_> = pairs().into_iter().map(|(offset, _)| offset).collect();
    // every byte of the code, the right ones with something above them as well
    for byte in 0..length + 100 {
        destinations.push(U256::from(byte));
    }
    for exponent in [8, 16, 17, 24, 32, 63, 64, 128, 160, 255] {
        for byte in length..length + 60 {
            destinations.push(power(exponent) + U256::from(byte));
        }
    }
    destinations.sort();
    destinations.dedup();
    // landing: a JUMPDEST in the open, one within PUSH data, and a good end
    let landing = hex!("6001505b005b605b60015b60026103e8565b");
    for destination in destinations {
        for (opcode, operands) in [
            (op::JUMP, vec![destination]),
            (op::JUMPI, vec![destination, U256::ONE]),
            (op::JUMPI, vec![destination, U256::ZERO]),
            (op::JUMPI, vec![destination, power(255)]),
        ] {
            let code = operation(opcode, &operands).op(landing).return_memory_hash();
            guests.push(guest(opcode, &operands, code));
        }
    }
    check(guests);
}

/// Destinations that share a place with one that was found good, and what is no destination at all: short code, and
/// code so long that none of its destinations is kept.
#[test]
fn a_good_destination_vouches_for_no_other() {
    const GOOD: usize = 0x140;
    const PLACES: usize = 128;
    let mut guests = Vec::new();
    for length in [600, 32_639, 32_641, 33_500, 66_000] {
        for filler in [&[op::JUMPDEST][..], &[op::PUSH1, op::JUMPDEST]] {
            let places = [1, 2, 3, 254, 255, 256, 257, 511, 512];
            let same = places.map(|times| GOOD + PLACES * times);
            let none = [0, 0x7f80, 0x7fff, 0x8000, length - 1, length, length + PLACES];
            for target in [GOOD, GOOD + 1].into_iter().chain(same).chain(none) {
                for opcode in [op::JUMP, op::JUMPI] {
                    let name = format!("{opcode:#04x} to {target:#x} of {length}, {filler:02x?}");
                    let code = twice_and_on(GOOD, target, opcode, filler, length);
                    guests.push(Guest::new(name, Fork::Osaka, code));
                }
            }
        }
    }
    for fork in [Fork::Istanbul, Fork::Osaka] {
        let guests: Vec<_> =
            guests.iter().map(|guest| Guest { rules: fork.into(), ..guest.clone() }).collect();
        parallel::check_all(&guests, Guest::check);
    }
}

/// Jumps to `good` twice, which comes back, and on to `target`; the rest of the code is filled up.
fn twice_and_on(good: usize, target: usize, last: u8, filler: &[u8], length: usize) -> Vec<u8> {
    const CALL: usize = 9;
    let mut program = Program::new();
    let [high, low] = (good as u16).to_be_bytes();
    for _ in 0..2 {
        let [back_high, back_low] = ((program.len() + CALL) as u16).to_be_bytes();
        let (back, there) = ([op::PUSH2, back_high, back_low], [op::PUSH2, high, low]);
        program = program.op(back).op(there).op([op::JUMP, op::INVALID, op::INVALID, op::JUMPDEST]);
    }
    let [a, b, c, d] = (target as u32).to_be_bytes();
    program = program.op([op::PUSH1, 1, op::PUSH4, a, b, c, d, last, op::INVALID]);
    let mut code = program.build();
    code.resize(good, op::INVALID);
    code.extend([op::JUMPDEST, op::JUMP]);
    let rest = filler.iter().copied().cycle().take(length - code.len());
    code.extend(rest);
    code
}
