//! The dearest segment that can be made, searched for: programs of pieces that are changed as long as
//! that costs the host more. What is found stands in `specs/19-segments.md`, and is below the cap of a
//! transaction with a margin. `ISO_SEARCH` says how many programs of each fork are tried.

use std::{env, fmt::Write as _};

use alloy_primitives::Bytes;
use iso_evm_hypervisor::{Code, opcodes::opcodes};
use iso_evm_testing::measurements::{replaced, thousands};
use iso_evm_wire::{Fork, encoding::encode, records::FrameKind, segment::Cut};

use crate::{
    harness::{
        audit, blessed,
        guest::Guest,
        parallel,
        program::{Program, op},
        random::Random,
    },
    host_gas::operands,
    specs::committed,
};

/// Programs that are tried where nothing else is said.
const TRIED: usize = 16;
/// Gas of a program: for a segment that is full.
const GAS: u64 = 170_000;
/// The most host gas that a segment may take: EIP-7825's cap, less a tenth.
const MOST: u64 = 15_000_000;
/// Bytes of the longest code of a call (EIP-170), and of the longest initcode (EIP-3860).
const CODE: [usize; 2] = [24_576, 49_152];

/// A program, as the search changes it.
#[derive(Clone, Debug)]
struct Genome {
    /// Words of memory that are touched before anything else.
    memory: usize,
    /// Words that lie on the stack.
    stack: usize,
    /// Whether the loop goes through code in which destinations are hard to tell.
    thicket: bool,
    /// What the loop does: opcodes, each so many times.
    body: Vec<(u8, usize)>,
}

impl Genome {
    fn random(random: &mut Random, table: &[u8]) -> Self {
        let mut genome = Self { memory: 0, stack: 0, thicket: false, body: Vec::new() };
        for _ in 0..1 + random.below(3) {
            genome.body.push((table[random.below(table.len())], 1 + random.below(200)));
        }
        genome.changed(random, table)
    }

    fn changed(&self, random: &mut Random, table: &[u8]) -> Self {
        let mut genome = self.clone();
        let place = random.below(genome.body.len());
        match random.below(7) {
            0 => genome.memory = [0, 2, 128, 1_024, 8_192][random.below(5)],
            1 => genome.stack = [0, 100, 479, 481, 950, 1_000][random.below(6)],
            2 => genome.thicket = !genome.thicket,
            3 => genome.body[place].0 = table[random.below(table.len())],
            4 => genome.body[place].1 = 1 + random.below(400),
            5 => genome.body.push((table[random.below(table.len())], 1 + random.below(200))),
            _ if genome.body.len() > 1 => drop(genome.body.remove(place)),
            _ => genome.body[place].1 *= 2,
        }
        genome
    }

    fn guest(&self, fork: Fork) -> Guest {
        let mut code = Program::new();
        if self.memory > 0 {
            code = code.push(1).push(32 * (self.memory - 1)).op([op::MSTORE]);
        }
        code = code.repeat(self.stack, [op::GAS]);
        let top = code.len();
        code = code.op([op::JUMPDEST]);
        let rows: Vec<_> = opcodes(fork).collect();
        for (byte, times) in &self.body {
            let row = rows.iter().find(|row| row.byte == *byte).expect("the fork has it");
            let one = operands(row).iter().rev().fold(Program::new(), |one, word| one.push(*word));
            let one = one.op([*byte]).repeat(row.outputs, [op::POP]).build();
            code = code.repeat(*times, one);
        }
        let create = fork >= Fork::Shanghai;
        let most = CODE[usize::from(create)];
        if self.thicket && code.len() + 200 < most {
            // Through the whole thicket, from its last destination back to the top.
            let jump = code.len() + 4;
            let start = jump.next_multiple_of(32) + 32;
            let blocks = (most - start - 40) / 32;
            let last = start + 32 * blocks - 1;
            code = code.op([op::PUSH2]).op((last as u16).to_be_bytes()).op([op::JUMP]);
            let before = start - code.len();
            code = code.repeat(before, [op::JUMPDEST]);
            let mut block = [op::JUMPDEST; 32];
            block[..2].copy_from_slice(&[op::PUSH1, op::PUSH32]);
            code = code.repeat(blocks, block);
        }
        let code = code.op([op::PUSH2]).op((top as u16).to_be_bytes()).op([op::JUMP]).build();
        let fits = code.len() <= CODE[0];
        let kind = if create && !fits { FrameKind::Create } else { FrameKind::Call };
        Guest::new("search", fork, code).gas(GAS).kind(kind)
    }

    /// Most host gas of a segment.
    fn cost(&self, fork: Fork) -> u64 {
        let guest = self.guest(fork);
        let recording = guest.record().recording;
        let Some(message) = recording.messages.get(1) else { return 0 };
        let both = audit::engine(fork);
        let calldata: Bytes = encode(&message.witness).into();
        let code = Code::new(message.code.clone());
        let mut most = 0;
        both.native.cut(&calldata, Some(&code), Cut::default(), &mut |cutting| {
            let mut segment = cutting.segment;
            segment.code = (!guest.kind.is_create()).then(|| message.code.clone());
            most = most.max(both.segment(&segment, None, None).host_gas);
        });
        most
    }

    fn in_words(&self) -> String {
        let mut text = String::new();
        for (byte, times) in &self.body {
            let name = revm::bytecode::opcode::OpCode::new(*byte).map_or("?", |code| code.as_str());
            let _ = write!(text, "{times} × {name}, ");
        }
        if self.thicket {
            text.push_str("a jump through code of hidden destinations, ");
        }
        let _ = write!(text, "{} words of stack, {} bytes of memory", self.stack, 32 * self.memory);
        text
    }
}

/// The dearest program that so many tries come to.
fn search(fork: Fork, tries: usize) -> (u64, Genome) {
    let mut random = Random::new(fork as u64 + 1);
    // What ends a frame, or does nothing again and again, is no piece of a loop.
    let ends = [0x00, 0x56, 0x57, 0xf0, 0xf3, 0xf5, 0xfd, 0xfe, 0xff];
    let table: Vec<u8> =
        opcodes(fork).map(|row| row.byte).filter(|byte| !ends.contains(byte)).collect();
    let dearest = |genomes: Vec<Genome>| {
        let costs = genomes.into_iter().map(|genome| (genome.cost(fork), genome));
        costs.max_by_key(|(cost, _)| *cost).expect("there are some")
    };
    // Each opcode by itself first, alone and with the thicket.
    let alone = table.iter().map(|byte| Genome {
        memory: 2,
        stack: 0,
        thicket: true,
        body: vec![(*byte, 300)],
    });
    let mut best = dearest(alone.collect());
    for round in 0..tries {
        let genome = match round % 4 {
            0 => Genome::random(&mut random, &table),
            _ => best.1.changed(&mut random, &table),
        };
        let cost = genome.cost(fork);
        if cost > best.0 {
            best = (cost, genome);
        }
    }
    best
}

#[test]
fn the_dearest_segment_that_a_search_finds_fits_a_transaction() {
    let tries = env::var("ISO_SEARCH").map_or(TRIED, |text| text.parse().expect("a number"));
    let found = std::sync::Mutex::new(std::collections::BTreeMap::new());
    parallel::check_all(&Fork::ALL, |fork| {
        let (cost, genome) = search(*fork, tries);
        println!("{fork}: {cost}: {}", genome.in_words());
        found.lock().expect("nobody panics").insert(*fork, (cost, genome));
        if cost <= MOST { Ok(()) } else { Err(format!("{fork}: {cost} host gas")) }
    });
    if tries != TRIED {
        return;
    }
    let mut table = "| fork | host gas | of what |\n|---|---|---|\n".to_owned();
    for (fork, (cost, genome)) in found.into_inner().expect("nobody panics") {
        let _ = writeln!(table, "| {fork} | {} | {} |", thousands(cost), genome.in_words());
    }
    let page = replaced(&committed("19-segments.md"), "dearest-segments", &table);
    blessed::compare("../specs/19-segments.md", &page);
}
