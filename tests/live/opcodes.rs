//! Every byte as an opcode, in every fork: on operands of all kinds, short by one word, in a static
//! frame. An undefined one halts under both.

use alloy_primitives::{Address, U256, hex};
use iso_evm_hypervisor::opcodes::{Opcode, opcodes};
use iso_evm_wire::{Fork, records::FrameKind};

use super::{compare, same};
use crate::harness::{
    frame::{self, Compared, End, Frame},
    guest::{CONTRACT, Guest},
    parallel,
    program::{Program, op},
};

/// Returns its calldata's first word and reverts if that is zero; logs and stores.
const CALLEE: Address = Address::repeat_byte(0x55);
/// Returns a word; as init code, deploys it.
const INITCODE: [u8; 10] = hex!("602a60005260206000f3");
const GAS: u8 = 0x5a;

fn guest(name: String, fork: Fork, code: Program) -> Guest {
    Guest::new(name, fork, code.build())
        .gas(10_000_000)
        .value(77)
        .calldata((1..=70).collect::<Vec<u8>>())
        .storage(0, 0x1111)
        .storage(0x20, 0x2222)
        .with_code(
            CALLEE,
            hex!("60003580602a558060015560005260206000a0600035601e5760206000fd5b60206000f3"),
        )
}

/// Words that operands are taken from: small ones, an account's address, extremes.
fn words() -> Vec<U256> {
    let address = |address: Address| U256::from_be_slice(address.as_slice());
    vec![
        U256::ZERO,
        U256::from(1),
        U256::from(0x20),
        U256::from(200),
        address(CALLEE),
        address(CONTRACT),
        U256::ONE << 64,
        (U256::ONE << 255) + U256::from(3),
        U256::MAX,
    ]
}

/// Operands for a row, the top of the stack first.
fn operands(row: &Opcode) -> Vec<Vec<U256>> {
    let words = words();
    let plain = |byte: u64| U256::from(byte);
    let mut sets: Vec<Vec<U256>> = match row.inputs {
        0 => vec![Vec::new()],
        1 => words.iter().map(|word| vec![*word]).collect(),
        2 => words.iter().flat_map(|a| words.iter().map(move |b| vec![*a, *b])).collect(),
        // One word at a time is not small.
        inputs => (0..inputs)
            .flat_map(|at| {
                words.iter().map(move |word| {
                    let mut set = vec![U256::from(0x20); inputs];
                    set[at] = *word;
                    set
                })
            })
            .collect(),
    };
    let callee = U256::from_be_slice(CALLEE.as_slice());
    match row.byte {
        // gas, account, value, input, output: all the ways that ranges can lie
        0xf1 | 0xf2 => {
            for value in [0, 1, 78, 5_000] {
                for (input, output) in [(0, 0), (32, 32), (5, 64), (64, 5)] {
                    let head = [plain(500_000), callee, plain(value)];
                    let ranges = [plain(0), plain(input), plain(33), plain(output)];
                    sets.push([&head[..], &ranges].concat());
                }
            }
        }
        0xf4 | 0xfa => {
            for (input, output) in [(0, 0), (32, 32), (5, 64), (64, 5)] {
                let ranges = [plain(0), plain(input), plain(33), plain(output)];
                sets.push([&[plain(500_000), callee][..], &ranges].concat());
            }
        }
        // value, offset and length of initcode (in memory from 64 on), salt
        0xf0 | 0xf5 => {
            for (value, length) in [(0, 0), (1, 10), (0, 10), (5_000, 10), (0, 4), (0, 40_000)] {
                let mut set = vec![plain(value), plain(64), plain(length)];
                set.resize(row.inputs, plain(9));
                sets.push(set);
            }
        }
        _ => {}
    }
    sets
}

/// Memory of some words, return data of a call; then the opcode, then all that can be seen of it.
fn program(row: &Opcode, operands: &[U256]) -> Program {
    let mut code = Program::new();
    for (at, word) in [(0, U256::from(0x1234)), (32, U256::MAX), (100, U256::from(7))] {
        code = code.push(word).push(at).op([op::MSTORE]);
    }
    code = code.push(U256::from_be_slice(&INITCODE) << 176).push(64).op([op::MSTORE]);
    code = code.push(0).push(0).push(32).push(0).push(0).push_address(CALLEE).push(400_000);
    code = code.op([op::CALL, op::POP]);
    for word in operands.iter().rev() {
        code = code.push(*word);
    }
    code = code.op([row.byte]);
    if (0x60..=0x7f).contains(&row.byte) {
        code = code.op((0x60..=row.byte).map(|at| at ^ 0x5a).collect::<Vec<u8>>());
    }
    if row.byte == GAS {
        code = code.op([0x15]);
    }
    // Results, sizes, and the data of the last call become memory, and its hash the output.
    for at in 0..row.outputs {
        code = code.push(160 + 32 * at).op([op::MSTORE]);
    }
    code = code.op([op::MSIZE]).push(0xa00).op([op::MSTORE, op::RETURNDATASIZE]);
    code = code.push(0xa20).op([op::MSTORE, op::RETURNDATASIZE]).push(0).push(0xa40);
    code.op([op::RETURNDATACOPY]).return_memory_hash()
}

fn check_row(fork: Fork, row: &Opcode) -> Result<usize, String> {
    let mut count = 0;
    for operands in operands(row) {
        let name = format!("{} {operands:x?}", row.mnemonic);
        let guest = guest(name, fork, program(row, &operands));
        for kind in [FrameKind::Call, FrameKind::Staticcall] {
            let guest = guest.clone().kind(kind);
            match compare(&guest)? {
                Some(Compared::Same { .. }) => count += 1,
                // GAS shows the machine's own, and a call by it, all that is left.
                Some(Compared::Excluded(..)) => {}
                None => return Err("no frame".to_owned()),
            }
        }
    }
    Ok(count)
}

#[test]
fn every_opcode_of_every_fork() {
    let rows: Vec<_> =
        Fork::ALL.iter().flat_map(|&fork| opcodes(fork).map(move |row| (fork, row))).collect();
    parallel::check_all(&rows, |(fork, row)| {
        let compared = check_row(*fork, row)?;
        // `GAS` alone has no comparison here.
        if compared == 0 && row.byte != GAS {
            return Err(format!("{fork} {}: nothing was compared", row.mnemonic));
        }
        Ok(())
    });
}

/// The machine's own gas, and at least that something of it is left.
#[test]
fn gas_is_the_hosts() {
    for fork in Fork::ALL {
        let code = Program::new().op([GAS]).return_word().build();
        let guest = Guest::new("GAS", fork, code);
        assert!(matches!(compare(&guest), Ok(Some(Compared::Excluded(..)))));
        let frame = Frame::of(&guest).expect("a call");
        let execution = guest.execution();
        let state = frame::state(&execution);
        let world =
            frame::world(state, frame::host_of(fork).spec_id(), execution.block, execution.tx);
        let calldata = frame.code.clone();
        let (done, cost) = frame.delegated(&world, frame::machine(fork), calldata, 1_000_000);
        let End::Return(word) = done.end else { panic!("{done:?}") };
        let left = U256::from_be_slice(&word).to::<u64>();
        assert!((1_000_000 - cost.gas_used..1_000_000).contains(&left), "{left} {cost:?}");
    }
}

#[test]
fn bytes_that_are_no_opcode_halt() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for byte in 0..=u8::MAX {
            if opcodes(fork).all(|row| row.byte != byte) {
                let code = Program::new().repeat(20, [0x60, 1]).op([byte]).return_word();
                cases.push(guest(format!("{byte:#04x}"), fork, code));
            }
        }
    }
    assert!(cases.len() > 8 * 100);
    parallel::check_all(&cases, same);
}
