//! The guest's stack at its bounds: full, too full, short by one, and every DUP and SWAP at every
//! height near which the hypervisor may move words between its own stack and memory.

use iso_evm_hypervisor::opcodes::{Opcode, opcodes};
use iso_evm_wire::Fork;

use crate::harness::{
    guest::Guest,
    parallel,
    program::{Program, op},
};

const LIMIT: usize = 1024;
const FORKS: [Fork; 8] = Fork::ALL;

/// Folds `height` words into one and returns it. SWAP1 SUB tells their order.
fn fold(program: Program, height: usize) -> Vec<u8> {
    if height == 0 {
        return program.build();
    }
    program.repeat(height - 1, [op::SWAP1, op::SUB]).return_word().build()
}

/// Code that pushes `height` different words.
fn grow(height: usize) -> Program {
    Program::new().repeat(height, [op::PC])
}

fn expect(guest: &Guest, status: u64) -> Result<(), String> {
    guest.check()?;
    let found = guest.record().guest().witness.status;
    if found == alloy_primitives::U256::from(status) {
        Ok(())
    } else {
        Err(format!("{}: {} status {found} instead of {status}", guest.name, guest.rules))
    }
}

/// Heights where something changes: the bottom, the top, and around every power of two and every
/// width of stack that a hypervisor could keep.
fn heights() -> Vec<usize> {
    let mut heights: Vec<usize> = (0..=40).collect();
    for middle in [48, 64, 96, 128, 256, 512, 768] {
        heights.extend(middle - 2..=middle + 2);
    }
    heights.extend(1000..=LIMIT);
    heights
}

#[test]
fn full_and_one_more() {
    let mut cases = Vec::new();
    for fork in FORKS {
        for opcode in opcodes(fork).filter(|opcode| opcode.outputs > opcode.inputs) {
            for (height, status) in [(LIMIT - 1, 1), (LIMIT, 0)] {
                let code = grow(height).op(instruction(opcode)).op([op::STOP]);
                let name = format!("{} at height {height}", opcode.mnemonic);
                cases.push((Guest::new(name, fork, code.build()), status));
            }
        }
        let full = fold(grow(LIMIT), LIMIT);
        cases.push((Guest::new("1024 words, folded", fork, full), 1));
        let over = fold(grow(LIMIT + 1), LIMIT);
        cases.push((Guest::new("1025 words", fork, over), 0));
    }
    parallel::check_all(&cases, |(guest, status)| expect(guest, *status));
}

#[test]
fn every_dup_and_swap_at_every_height() {
    let mut cases = Vec::new();
    for height in heights() {
        for n in 1..=16 {
            let dup = grow(height).op([op::DUP1 - 1 + n]);
            let fits = height >= usize::from(n) && height < LIMIT;
            let name = format!("DUP{n} at height {height}");
            cases.push((name, fold(dup, height + 1), fits));

            let swap = grow(height).op([op::SWAP1 - 1 + n]);
            let name = format!("SWAP{n} at height {height}");
            cases.push((name, fold(swap, height), height > usize::from(n)));
        }
    }
    parallel::check_all(&cases, |(name, code, fits)| {
        let guest = Guest::new(name.as_str(), Fork::Osaka, code.clone());
        expect(&guest, u64::from(*fits))
    });
}

/// Down to one height and up again, many times, so that words go out and come back.
#[test]
fn words_that_were_spilled_come_back() {
    let mut cases = Vec::new();
    for turn in [1, 8, 15, 16, 17, 31, 32, 33, 64, 500] {
        for step in [1, 7, 16, 17, 33] {
            let mut program = grow(turn);
            for _ in 0..6 {
                program = program
                    .repeat(step, [op::PC, op::DUP1, op::ADD])
                    .op([op::SWAP1 - 1 + turn.min(16) as u8])
                    .repeat(step, [op::SWAP1, op::SUB]);
            }
            let name = format!("{step} up and down at {turn}");
            cases.push(Guest::new(name, Fork::Osaka, fold(program, turn)));
        }
    }
    parallel::check_all(&cases, |guest| expect(guest, 1));
}

#[test]
fn underflow_by_one() {
    // what stands after the opcode must not matter: each of these would hide or shift the fault
    let after: [(&str, Vec<u8>); 6] = [
        ("the end of the code", vec![]),
        ("STOP", vec![op::STOP]),
        ("JUMPDEST", vec![op::JUMPDEST, op::STOP]),
        ("a push", vec![0x60, 0x01, op::POP, op::STOP]),
        ("an underflow", vec![op::POP, op::POP]),
        ("an undefined opcode", vec![0x0c]),
    ];
    let mut cases = Vec::new();
    for fork in FORKS {
        for opcode in opcodes(fork).filter(|opcode| opcode.inputs > 0) {
            for (what, bytes) in &after {
                let code = Program::new()
                    .repeat(opcode.inputs - 1, [0x60, 0x00])
                    .op([opcode.byte])
                    .op(bytes);
                let name = format!("{} short by one, then {what}", opcode.mnemonic);
                cases.push(Guest::new(name, fork, code.build()).gas(200_000));
            }
        }
    }
    parallel::check_all(&cases, |guest| expect(guest, 0));
}

/// The opcode with its immediate bytes.
fn instruction(opcode: &Opcode) -> Vec<u8> {
    let immediate = match opcode.byte {
        push @ 0x60..=0x7f => usize::from(push - 0x5f),
        _ => 0,
    };
    [vec![opcode.byte], vec![0xab; immediate]].concat()
}
