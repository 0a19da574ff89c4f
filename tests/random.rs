//! Programs that nobody wrote: random code against revm, true and lying, from fixed seeds.

use alloy_primitives::{B256, U256};
use iso_evm_hypervisor::{MessageVerdict, opcodes::opcodes};
use iso_evm_wire::Fork;

use crate::harness::{
    audit,
    guest::Guest,
    parallel,
    program::{Program, op},
    random::Random,
};

/// Code in which destinations are hard to tell: `JUMPDEST`s among bytes that look like PUSHes.
fn thicket(random: &mut Random, length: usize) -> Vec<u8> {
    let style = random.below(4);
    let byte = |random: &mut Random| match (style, random.below(8)) {
        (_, 0 | 1) => op::JUMPDEST,
        (0, _) => 0x60 + random.byte() % 0x20,
        (1, 2) => 0x7f,
        (2, 2 | 3) => 0x60 + random.byte() % 3,
        (3, 2..=6) => 0x7f,
        // Opcodes from 0xe0 on are where sums of bytes overflow.
        (_, 4) => 0xe0 | random.byte(),
        _ => random.byte() % 0x60,
    };
    (0..length).map(|_| byte(random)).collect()
}

#[test]
fn destinations_among_push_data() {
    let cases: Vec<u64> = (0..6_000).collect();
    parallel::check_all(&cases, |seed| {
        let mut random = Random::new(*seed);
        let length = 40 + random.below(400);
        let body = thicket(&mut random, length);
        // Destinations that hold a `JUMPDEST` byte, in a chain: each is followed by the next jump
        // only where the thicket lets it be, so most runs end at the first or second.
        let prefix = 4;
        let wanted: Vec<usize> =
            (0..length).filter(|at| body[*at] == op::JUMPDEST).map(|at| at + prefix).collect();
        let destination =
            if wanted.is_empty() { prefix } else { wanted[random.below(wanted.len())] };
        let code = Program::new().op([0x61]).op((destination as u16).to_be_bytes()).op([op::JUMP]);
        let name = format!("thicket {seed}");
        Guest::new(name, Fork::ALL[random.below(8)], code.op(body).build()).gas(60_000).check()
    });
}

#[test]
fn the_same_destinations_again_and_again() {
    let cases: Vec<u64> = (0..400).collect();
    parallel::check_all(&cases, |seed| {
        let mut random = Random::new(*seed);
        // Blocks of `JUMPDEST`, a push of data that looks like PUSHes, a jump to the next block.
        let blocks = 2 + random.below(12);
        let width = 3 + random.below(30);
        let size = 1 + 1 + width + 1 + 3 + 1;
        let mut code = Program::new();
        for block in 0..blocks {
            let data: Vec<u8> = (0..width).map(|_| 0x5b + random.byte() % 0x25).collect();
            let next = ((block + 1) % blocks * size) as u16;
            code = code.op([op::JUMPDEST, 0x5f + width as u8]).op(data).op([op::POP]);
            code = code.op([0x61]).op(next.to_be_bytes()).op([op::JUMP]);
        }
        Guest::new(format!("blocks {seed}"), Fork::Osaka, code.build()).gas(20_000).check()
    });
}

/// A program of opcodes that mostly find what they need.
pub(crate) fn program(random: &mut Random, fork: Fork) -> Vec<u8> {
    let table: Vec<_> = opcodes(fork).collect();
    let mut code = Vec::new();
    let mut height = 0_usize;
    for _ in 0..20 + random.below(120) {
        let row = table[random.below(table.len())];
        // Ends are rare, and so are opcodes that would fail for want of words.
        if matches!(row.byte, 0x00 | 0x56 | 0x57 | 0xf3 | 0xfd | 0xfe | 0xff) && random.below(6) > 0
        {
            continue;
        }
        while height < row.inputs && random.below(40) > 0 {
            match random.below(5) {
                0 => code.extend([0x61, random.byte() % 8, random.byte()]),
                1 => code.extend([0x5a]),
                _ => code.extend([0x60, random.byte() % 0x44]),
            }
            height += 1;
        }
        code.push(row.byte);
        if (0x60..=0x7f).contains(&row.byte) {
            code.extend((0x60..=row.byte).map(|_| random.byte()));
        }
        height = (height + row.outputs).saturating_sub(row.inputs);
    }
    code
}

#[test]
fn whole_programs_and_lies_about_them() {
    let cases: Vec<u64> = (0..4_000).collect();
    parallel::check_all(&cases, |seed| {
        let mut random = Random::new(*seed);
        let fork = Fork::ALL[random.below(8)];
        let code = program(&mut random, fork);
        let gas = [3_000, 30_000, 300_000, 1_000_000][random.below(4)] + random.next() % 1_000;
        let guest = Guest::new(format!("program {seed}"), fork, code)
            .gas(gas)
            .calldata((0..random.below(70)).map(|_| random.byte()).collect::<Vec<u8>>());
        let run = guest.record();
        guest.check_run(&run)?;
        let truth = run.guest();
        let mut lies = Vec::new();
        for step in [U256::ONE, U256::MAX] {
            let mut lie = truth.witness.clone();
            lie.gasUsed = lie.gasUsed.wrapping_add(step);
            lies.push(lie);
        }
        let mut lie = truth.witness.clone();
        lie.returndataHash = B256::with_last_byte(1);
        lies.push(lie);
        for status in 0..3 {
            let mut lie = truth.witness.clone();
            lie.status = U256::from(status);
            if lie.status != truth.witness.status {
                lies.push(lie);
            }
        }
        for lie in lies {
            let verdict = audit::audit_as(fork, &lie, truth).verdict;
            if !matches!(verdict, MessageVerdict::Mismatch(_)) {
                return Err(format!("{}: a lie passes: {verdict:?}", run.name));
            }
        }
        Ok(())
    });
}
