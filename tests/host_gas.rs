//! What each opcode of the guest costs on the host, as a snapshot under review:
//! `snapshots/host-gas.md` (`ISO_BLESS=1` writes it anew).
//!
//! A cost is marginal: code with an opcode 64 times more often, less what brings its operands and
//! takes its results away, divided by 64. Memory that it touches has been touched before.

use std::fmt::Write as _;

use iso_evm_hypervisor::opcodes::{Handler, Opcode, opcodes};
use iso_evm_wire::Fork;

use crate::harness::{
    audit, blessed,
    guest::{Guest, Run},
    program::{Program, op},
};

const TIMES: usize = 64;
const FORK: Fork = Fork::Osaka;

/// Operands, the last one pushed first: small offsets, and a plain account or slot.
pub(crate) fn operands(row: &Opcode) -> Vec<u8> {
    match row.byte {
        // base, exponent of one byte
        0x0a => vec![3, 200],
        0x20 | 0xa0..=0xa4 => {
            let mut words = vec![0, 32];
            words.resize(row.inputs, 7);
            words
        }
        0x37 | 0x39 | 0x5e => vec![0, 0, 32],
        // nothing has been returned
        0x3e => vec![0, 0, 0],
        0x3c => vec![0x77, 0, 0, 32],
        0x51..=0x53 => vec![0; row.inputs],
        // value, empty initcode
        0xf0 | 0xf5 => vec![0; row.inputs],
        // gas, an account without code, nothing else
        0xf1 | 0xf2 | 0xf4 | 0xfa => {
            let mut words = vec![0; row.inputs];
            words[1] = 0x77;
            words
        }
        _ => vec![0x77; row.inputs],
    }
}

/// Runs code on words that lie ready, with memory and accounts that it needs touched.
fn run(body: &[u8]) -> Run {
    let code = Program::new()
        .push(0)
        .push(32)
        .op([op::MSTORE])
        .repeat(20, [0x60, 0x77])
        .push(0x77)
        .op([0x31, op::POP])
        .push(0)
        .op([0x54, op::POP])
        .push(0x77)
        .op([0x54, op::POP])
        .op(body)
        .op([op::STOP]);
    Guest::new("host gas", FORK, code.build()).gas(12_000_000).record()
}

fn host_gas(body: &[u8]) -> u64 {
    let run = run(body);
    let message = run.guest();
    let (status, last) = (message.witness.status, body.last());
    assert_eq!(status, alloy_primitives::U256::ONE, "code that ends in {last:02x?} fails");
    let audited = audit::audit_as(FORK, &message.witness, message);
    assert_eq!(audited.verdict, iso_evm_hypervisor::MessageVerdict::Valid, "{last:02x?}");
    audited.host_gas
}

/// Host gas of `unit` once more.
fn marginal(unit: &[u8]) -> u64 {
    let (one, two) = (host_gas(&unit.repeat(TIMES)), host_gas(&unit.repeat(2 * TIMES)));
    (two - one) / TIMES as u64
}

/// Host gas of one opcode, its operands and results apart.
fn cost(row: &Opcode, push: u64, pop: u64) -> Option<u64> {
    match row.handler {
        // An end, or measured as part of another.
        Handler::Stop | Handler::Return | Handler::Revert => return None,
        Handler::Invalid | Handler::Selfdestruct | Handler::Jump | Handler::Jumpi => return None,
        Handler::Dup(_) => return Some(marginal(&[row.byte, op::POP]) - pop),
        Handler::Swap(_) | Handler::Jumpdest => return Some(marginal(&[row.byte])),
        Handler::Pop => return Some(pop),
        Handler::Push(bytes) => {
            let unit = [&[row.byte][..], &vec![1; bytes], &[op::POP]].concat();
            return Some(marginal(&unit) - pop);
        }
        _ => {}
    }
    let words = operands(row);
    let mut unit: Vec<u8> = words.iter().rev().flat_map(|word| [0x60, *word]).collect();
    if row.byte == op::CREATE2 {
        // A salt of its own for each: `GAS`, which costs what other pushes of a word do.
        unit.splice(..2, [0x5a]);
        unit.push(row.byte);
        unit.push(op::POP);
        let salt = marginal(&[0x5a, op::POP]) - pop;
        return Some(marginal(&unit) - 3 * push - salt - pop);
    }
    unit.push(row.byte);
    unit.extend(vec![op::POP; row.outputs]);
    Some(marginal(&unit) - words.len() as u64 * push - row.outputs as u64 * pop)
}

/// Host gas of jumps, each to the instruction behind it. Their destinations lie where the bytes
/// that push them do not look like PUSHes, so that none needs a closer look.
fn jumps(push: u64) -> Vec<(&'static str, u64)> {
    const FIRST: usize = 0x180;
    const COUNT: usize = 8;
    let chain = |count: usize, conditional: bool| {
        let before = run(&[]).guest().code.len() - 1;
        let mut code = Program::new().repeat(FIRST - before, [op::JUMPDEST]);
        for _ in 0..count {
            let size = if conditional { 6 } else { 4 };
            let destination = (before + code.len() + size) as u16;
            if conditional {
                code = code.op([0x60, 1]);
            }
            code = code.op([0x61]).op(destination.to_be_bytes());
            code = code.op([if conditional { op::JUMPI } else { op::JUMP }, op::JUMPDEST]);
        }
        code.build()
    };
    let of = |conditional| {
        let (one, two) =
            (host_gas(&chain(COUNT, conditional)), host_gas(&chain(2 * COUNT, conditional)));
        (two - one) / COUNT as u64
    };
    let push2 = marginal(&[0x61, 0, 0, op::POP]) - marginal(&[0x60, 0, op::POP]) + push;
    let not_taken = marginal(&[0x60, 0, 0x60, 0, op::JUMPI]) - 2 * push;
    vec![
        ("JUMP and its JUMPDEST", of(false) - push2),
        ("JUMPI taken and its JUMPDEST", of(true) - push2 - push),
        ("JUMPI not taken", not_taken),
    ]
}

#[test]
fn marginal_host_gas_of_each_opcode() {
    let pair = marginal(&[0x60, 1, op::POP]);
    // POP alone: on words that lie ready, ten at a time.
    let pops = host_gas(&[op::POP; 10]) - host_gas(&[]);
    let pop = pops / 10;
    let push = pair - pop;

    let mut page = String::from(
        "# Host gas of each opcode\n\nMarginal, in the hypervisor of Osaka, without the record's \
         calldata; `tests/host_gas.rs` says how it\nis measured. Copies, hashes and logs are of 32 \
         bytes in touched memory, accesses warm, calls to an\naccount without code.\n\n\
         | opcode | host gas |\n|---|---|\n",
    );
    for row in opcodes(FORK) {
        if let Some(cost) = cost(row, push, pop) {
            let _ = writeln!(page, "| {} | {cost} |", row.mnemonic);
        }
    }
    for (name, cost) in jumps(push) {
        let _ = writeln!(page, "| {name} | {cost} |");
    }
    let _ = writeln!(page, "| a message that stops at once | {} |", host_gas_of_stop());
    blessed::compare("snapshots/host-gas.md", &page);
}

/// Host gas of all that comes before and after the guest's code.
fn host_gas_of_stop() -> u64 {
    let run = Guest::new("stop", FORK, [op::STOP]).record();
    audit::audit_as(FORK, &run.guest().witness, run.guest()).host_gas
}
