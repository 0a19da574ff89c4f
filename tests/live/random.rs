//! Programs that nobody wrote, natively and live: statements that mostly do something (storage,
//! memory, logs, calls, creations, jumps), and bytes that mostly do not.

use alloy_primitives::{Address, hex};
use iso_evm_hypervisor::opcodes::opcodes;
use iso_evm_witness::{Fork, records::FrameKind};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};

use super::compare;
use crate::harness::{
    frame::Compared,
    guest::{CONTRACT, Guest},
    program::{Program, op},
};

/// Adds its calldata's first word to slot 0, returns the sum, with a log.
const COUNTER: Address = Address::repeat_byte(0x55);
/// Reverts with its calldata.
const REVERTER: Address = Address::repeat_byte(0x56);
/// Calls its caller back with what it was called with, if that is not empty.
const CALLBACK: Address = Address::repeat_byte(0x57);
/// Nobody.
const STRANGER: Address = Address::repeat_byte(0x58);
/// SHA-256.
const SHA256: Address = Address::with_last_byte(2);

/// A piece of a program. It leaves the stack as high as it was, or one word higher.
#[derive(Clone, Debug)]
enum Statement {
    Push(Vec<u8>),
    /// An opcode on words that are pushed before it.
    Compute(u8, Vec<u64>),
    Dup(u8),
    Swap(u8),
    Store(u8, u8),
    Load(u8),
    Transient(u8, u8),
    Memory(u8, u16, u64),
    Copy(u8, u16, u16, u8),
    Log(u8, u16, u8),
    Call(u8, u8, u8, u16, u8, u16, u8),
    Create(bool, u8, u8),
    /// Skips what follows if a word of storage is zero.
    Skip(u8, Vec<u8>),
    /// Runs its body so many times.
    Loop(u8, u8),
}

fn statement() -> impl Strategy<Value = Statement> {
    let small = || prop_oneof![4 => 0..64_u64, 1 => any::<u64>()];
    let computing = prop_oneof![
        0x01..=0x0b_u8,
        0x10..=0x1d_u8,
        Just(0x20),
        Just(0x31),
        Just(0x35),
        Just(0x3b),
        Just(0x3f),
        Just(0x40),
        Just(0x49),
        Just(0x1e),
        0x30..=0x34_u8,
        Just(0x36),
        Just(0x38),
        Just(0x3a),
        Just(0x3d),
        0x41..=0x48_u8,
        Just(0x4a),
        0x58..=0x59_u8,
    ];
    prop_oneof![
        2 => vec(any::<u8>(), 0..=32).prop_map(Statement::Push),
        6 => (computing, vec(small(), 3)).prop_map(|(op, words)| Statement::Compute(op, words)),
        1 => (0..16_u8).prop_map(Statement::Dup),
        1 => (0..16_u8).prop_map(Statement::Swap),
        2 => (0..4_u8, 0..3_u8).prop_map(|(key, value)| Statement::Store(key, value)),
        2 => (0..4_u8).prop_map(Statement::Load),
        1 => (0..4_u8, 0..3_u8).prop_map(|(key, value)| Statement::Transient(key, value)),
        3 => (0x51..=0x53_u8, 0..300_u16, any::<u64>())
            .prop_map(|(op, at, value)| Statement::Memory(op, at, value)),
        2 => (0..5_u8, 0..300_u16, 0..100_u16, 0..90_u8)
            .prop_map(|(which, to, from, length)| Statement::Copy(which, to, from, length)),
        1 => (0..5_u8, 0..300_u16, 0..70_u8).prop_map(|(n, at, len)| Statement::Log(n, at, len)),
        3 => ((0..4_u8, 0..6_u8, 0..3_u8), (0..300_u16, 0..70_u8, 0..300_u16, 0..70_u8))
            .prop_map(|((kind, to, value), (input, length, output, room))| {
                Statement::Call(kind, to, value, input, length, output, room)
            }),
        1 => (any::<bool>(), 0..3_u8, 0..10_u8)
            .prop_map(|(two, value, code)| Statement::Create(two, value, code)),
        1 => (0..4_u8, vec(any::<u8>(), 0..40)).prop_map(|(key, body)| Statement::Skip(key, body)),
        1 => (1..30_u8, any::<u8>()).prop_map(|(times, byte)| Statement::Loop(times, byte)),
    ]
}

fn write(program: Program, statement: &Statement) -> Program {
    match statement {
        Statement::Push(bytes) if bytes.is_empty() => program.push(0),
        Statement::Push(bytes) => program.op([0x5f + bytes.len() as u8]).op(bytes),
        Statement::Compute(byte, words) => {
            let inputs = iso_evm_hypervisor::opcodes::opcode(*byte).map_or(0, |row| row.inputs);
            let words = &words[..inputs];
            // A hash is of a range that there can be.
            let bound = if *byte == 0x20 { 400 } else { u64::MAX };
            words.iter().fold(program, |program, word| program.push(word % bound)).op([*byte])
        }
        Statement::Dup(depth) => program.op([0x80 + depth]),
        Statement::Swap(depth) => program.op([0x90 + depth]),
        Statement::Store(key, value) => program.push(*value).push(*key).op([op::SSTORE]),
        Statement::Load(key) => program.push(*key).op([0x54]),
        Statement::Transient(key, value) => {
            program.push(*value).push(*key).op([0x5d]).push(*key).op([0x5c])
        }
        Statement::Memory(0x51, at, _) => program.push(*at).op([0x51]),
        Statement::Memory(byte, at, value) => program.push(*value).push(*at).op([*byte]),
        Statement::Copy(which, to, from, length) => {
            let byte = [0x37, 0x39, 0x5e, 0x3e, 0x3c][usize::from(*which)];
            // Of return data there is often little.
            let (from, length) =
                if byte == 0x3e { (from % 3, length % 33) } else { (*from, *length) };
            let program = program.push(length).push(from).push(*to);
            let program = if byte == 0x3c { program.push_address(COUNTER) } else { program };
            program.op([byte])
        }
        Statement::Log(topics, at, length) => {
            let program = (0..*topics).fold(program, |program, topic| program.push(topic));
            program.push(*length).push(*at).op([0xa0 + topics])
        }
        Statement::Call(kind, to, value, input, length, output, room) => {
            let to = [COUNTER, REVERTER, CALLBACK, STRANGER, SHA256, CONTRACT][usize::from(*to)];
            let byte = [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL];
            let byte = byte[usize::from(*kind)];
            let program = program.push(*room).push(*output).push(*length).push(*input);
            let has_value = matches!(byte, op::CALL | op::CALLCODE);
            let program = if has_value { program.push(*value) } else { program };
            program.push_address(to).push(60_000).op([byte])
        }
        Statement::Create(two, value, code) => {
            // Deploys one byte; or memory as it is.
            let initcode = hex!("600160005360016000f3");
            let program = if *code < 8 {
                let word = alloy_primitives::U256::from_be_slice(&initcode);
                program.push(word).push(0).op([op::MSTORE])
            } else {
                program
            };
            let program = if *two { program.push(*code) } else { program };
            let program = program.push(10).push(22).push(*value);
            program.op([if *two { op::CREATE2 } else { op::CREATE }])
        }
        Statement::Skip(key, body) => {
            // Over bytes that may look like anything.
            let program = program.push(*key).op([0x54, 0x15]);
            let target = program.len() + 3 + 1 + body.len();
            let program = program.op([0x61]).op((target as u16).to_be_bytes()).op([op::JUMPI]);
            program.op(body).op([op::JUMPDEST])
        }
        Statement::Loop(times, byte) => {
            let program = program.push(*times);
            let start = program.len();
            // counter → counter - 1, with a byte of memory on the way
            let program = program.op([op::JUMPDEST]).push(1).op([op::SWAP1, op::SUB, op::DUP1]);
            let program = program.push(*byte).op([0x02, op::DUP1]).push(99).op([0x53, op::POP]);
            let program = program.op([op::DUP1, 0x61]).op((start as u16).to_be_bytes());
            program.op([op::JUMPI])
        }
    }
}

/// What a program is run with.
#[derive(Clone, Debug)]
struct Surroundings {
    fork: usize,
    is_static: bool,
    calldata: Vec<u8>,
}

fn surroundings() -> impl Strategy<Value = Surroundings> {
    // Other forks' hosts have other rules, for the size of initcode among others.
    (5..8_usize, prop::bool::weighted(0.1), vec(any::<u8>(), 0..70))
        .prop_map(|(fork, is_static, calldata)| Surroundings { fork, is_static, calldata })
}

fn callback() -> Vec<u8> {
    let program = Program::new().op([op::CALLDATASIZE, 0x15]).push(44).op([op::JUMPI]);
    let program = program.op([op::CALLDATASIZE]).push(0).push(0).op([op::CALLDATACOPY]);
    let program = program.push(0).push(0).push(1).op([op::CALLDATASIZE, op::SUB]).push(1).push(0);
    let program = program.op([0x33]).push(35_000).op([op::CALL]).push(0).op([op::MSTORE]);
    let program = program.push(32).push(0).op([op::RETURN]);
    let padding = 44 - program.len();
    program.repeat(padding, [op::STOP]).op([op::JUMPDEST]).build()
}

fn guest(name: &str, code: Vec<u8>, around: &Surroundings) -> Guest {
    let fork = Fork::ALL[around.fork];
    let counter = hex!("60003560005401806000556000526020600060206000a060206000f3");
    let reverter = hex!("366000600037366000fd");
    let mut guest = Guest::new(name, fork, code)
        .gas(3_000_000)
        .calldata(around.calldata.clone())
        .storage(0, 1)
        .storage(2, 7)
        .with_code(COUNTER, counter)
        .with_code(REVERTER, reverter)
        .with_code(CALLBACK, callback());
    if around.is_static {
        guest = guest.kind(FrameKind::Staticcall);
    }
    guest
}

/// Runs `cases` of a strategy from a fixed seed; returns how many were compared.
fn run<S: Strategy>(
    cases: u32,
    strategy: &S,
    check: impl Fn(S::Value) -> Result<bool, String>,
) -> u32 {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(6),
        ..Config::default()
    };
    let compared = std::cell::Cell::new(0);
    let result = TestRunner::new(config).run(strategy, |value| {
        let was = check(value).map_err(TestCaseError::fail)?;
        compared.set(compared.get() + u32::from(was));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    compared.get()
}

fn was_compared(guest: &Guest) -> Result<bool, String> {
    Ok(matches!(compare(guest)?, Some(Compared::Same { .. })))
}

#[test]
fn statements() {
    const CASES: u32 = 3_000;
    let strategy = (vec(statement(), 1..40), surroundings());
    let compared = run(CASES, &strategy, |(statements, around)| {
        let program = statements.iter().fold(Program::new().repeat(17, [0x60, 3]), write);
        let code = program.return_memory_hash().build();
        was_compared(&guest("statements", code, &around))
    });
    println!("{compared} of {CASES} programs compared");
    assert!(compared > CASES / 2);
}

#[test]
fn opcodes_in_any_order() {
    const CASES: u32 = 4_000;
    let strategy = (vec((any::<prop::sample::Index>(), any::<u8>()), 10..150), surroundings());
    let compared = run(CASES, &strategy, |(picks, around)| {
        let table: Vec<_> =
            opcodes(Fork::ALL[around.fork]).filter(|row| row.byte != 0x5a).collect();
        let mut program = Program::new();
        let mut height = 0;
        for (pick, byte) in picks {
            let row = pick.get(&table);
            while height < row.inputs && byte != 0 {
                program = program.push(byte % 0x44);
                height += 1;
            }
            program = program.op([row.byte]);
            if (0x60..=0x7f).contains(&row.byte) {
                program = program.op(vec![byte; usize::from(row.byte - 0x5f)]);
            }
            height = (height + row.outputs).saturating_sub(row.inputs);
        }
        was_compared(&guest("opcodes", program.build(), &around))
    });
    println!("{compared} of {CASES} programs compared");
    assert!(compared > CASES / 2);
}

/// A jump into bytes among which destinations are hard to tell.
#[test]
fn destinations_among_push_data() {
    const CASES: u32 = 6_000;
    let byte = prop_oneof![
        3 => Just(op::JUMPDEST),
        3 => 0x60..=0x7f_u8,
        2 => Just(0x7f),
        1 => 0xe0..=0xff_u8,
        2 => 0..0x5f_u8,
    ];
    let strategy = (vec(byte, 20..400), any::<prop::sample::Index>(), surroundings());
    let compared = run(CASES, &strategy, |(body, target, around)| {
        let places: Vec<_> = (0..body.len()).filter(|at| body[*at] == op::JUMPDEST).collect();
        let target = if places.is_empty() { 0 } else { *target.get(&places) };
        let code = Program::new().op([0x61]).op((target as u16 + 4).to_be_bytes()).op([op::JUMP]);
        was_compared(&guest("destinations", code.op(body).build(), &around).gas(60_000))
    });
    println!("{compared} of {CASES} programs compared");
    assert!(compared > CASES / 2);
}
