//! The guest's 1,024 words: full, too full, too few, out to memory and back.

use iso_evm_hypervisor::opcodes::opcodes;
use iso_evm_wire::Fork;

use super::same;
use crate::harness::{
    guest::Guest,
    parallel,
    program::{Program, op},
};

const LIMIT: usize = 1024;

/// Code that pushes `height` different words.
fn grow(height: usize) -> Program {
    Program::new().repeat(height, [op::PC])
}

/// Folds `height` words into one and returns it, with memory's size. SWAP1 SUB tells their order.
fn fold(program: Program, height: usize) -> Vec<u8> {
    program
        .repeat(height.saturating_sub(1), [op::SWAP1, op::SUB])
        .push(0)
        .op([op::MSTORE, op::MSIZE])
        .push(32)
        .op([op::MSTORE])
        .push(64)
        .push(0)
        .op([op::RETURN])
        .build()
}

fn heights() -> Vec<usize> {
    let mut heights: Vec<usize> = (0..=36).collect();
    for middle in [480, 497, 512, 544, 768, 960, 976] {
        heights.extend(middle - 2..=middle + 2);
    }
    heights.extend(1004..=LIMIT);
    heights
}

#[test]
fn every_dup_and_swap_at_every_height() {
    let mut cases = Vec::new();
    for height in heights() {
        for n in 1..=16 {
            let dup = grow(height).op([op::DUP1 - 1 + n]);
            let name = format!("DUP{n} at height {height}");
            cases.push(Guest::new(name, Fork::Osaka, fold(dup, height + 1)));
            let swap = grow(height).op([op::SWAP1 - 1 + n]);
            let name = format!("SWAP{n} at height {height}");
            cases.push(Guest::new(name, Fork::Osaka, fold(swap, height)));
        }
    }
    parallel::check_all(&cases, same);
}

#[test]
fn full_one_more_and_short_by_one() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for row in opcodes(fork) {
            let bytes = match row.byte {
                0x5a => continue,
                push @ 0x60..=0x7f => vec![0xab; usize::from(push - 0x5f)],
                _ => Vec::new(),
            };
            if row.outputs > row.inputs {
                for height in [LIMIT - 1, LIMIT] {
                    let code = grow(height).op([row.byte]).op(&bytes).op([op::STOP]).build();
                    cases.push(Guest::new(format!("{} at {height}", row.mnemonic), fork, code));
                }
            }
            if row.inputs > 0 {
                for after in [vec![], vec![op::STOP], vec![op::JUMPDEST, op::STOP]] {
                    let code = Program::new().repeat(row.inputs - 1, [0x60, 0x00]).op([row.byte]);
                    let name = format!("{} short by one", row.mnemonic);
                    cases.push(Guest::new(name, fork, code.op(after).build()));
                }
            }
        }
        cases.push(Guest::new("1025 words", fork, fold(grow(LIMIT + 1), LIMIT)));
    }
    parallel::check_all(&cases, same);
}

/// Down to one height and up again, so that words go out and come back; then one too few.
#[test]
fn words_that_were_spilled_come_back_and_one_too_few_is_a_fault() {
    let mut cases = Vec::new();
    for turn in [1, 15, 16, 17, 33, 500] {
        for top in [961, 977, 1000, LIMIT - 1] {
            for missing in [0, 1] {
                // Memory is touched before, between and after the words go out.
                let mut program = Program::new().push(7).push(64).op([op::MSTORE]);
                program = program.op(grow(turn).build());
                for round in 0..3 {
                    program = program
                        .repeat(top - turn, [op::PC])
                        .push(round)
                        .push(32 * round + 5)
                        .op([op::MSTORE])
                        .repeat(top - turn, [op::SWAP1, op::SUB]);
                }
                let code = fold(program, turn + missing);
                let name = format!("{turn} to {top}, {missing} too few");
                cases.push(Guest::new(name, Fork::Osaka, code).gas(2_000_000));
            }
        }
    }
    parallel::check_all(&cases, same);
}

/// Opcodes with effects where words are spilled.
#[test]
fn effects_on_a_full_stack() {
    let mut cases = Vec::new();
    for height in [950, 959, 960, 961, 970, LIMIT - 7] {
        for row in opcodes(Fork::Osaka).filter(|row| row.byte != 0x5a) {
            let code = grow(height).repeat(row.inputs.min(7), [0x60, 0]).op([row.byte]);
            let name = format!("{} at height {height}", row.mnemonic);
            cases.push(Guest::new(name, Fork::Osaka, fold(code, 20)));
        }
    }
    parallel::check_all(&cases, same);
}
