//! What the work of the audits comes to for each gas that the guest pays, at worst: the page
//! `specs/work.md`, made again and compared (`ISO_BLESS=1` writes it anew).
//!
//! A figure is marginal: a guest that does a thing twice as often, less one that does it once, memory
//! and accounts touched before. Nothing is measured by a clock.

use std::fmt::Write as _;

use alloy_primitives::{Address, Bytes, U256, hex};
use iso_evm_hypervisor::{
    Code, MessageVerdict,
    opcodes::{Handler, Opcode, opcodes},
};
use iso_evm_testing::measurements::thousands;
use iso_evm_wire::{Fork, encoding::encode};

use crate::{
    harness::{
        audit, blessed,
        guest::Guest,
        parallel,
        program::{Program, op},
    },
    host_gas::operands,
};

/// An account with code that stops at once.
const CALLEE: Address = Address::repeat_byte(0x55);
/// An account whose code has 24 KB.
const LARGE: Address = Address::repeat_byte(0x56);
/// An account whose code returns 8 KB.
const RETURNS: Address = Address::repeat_byte(0x57);
/// An account that does not exist.
const NOBODY: Address = Address::repeat_byte(0x58);

/// Memory that has been paid for, once: 573,440 gas.
const MEMORY: usize = 512 * 1024;
const RETURNED: usize = 8 * 1024;
/// Words that lie on the stack.
const WORDS: usize = 20;
/// Slots of the guest before it runs.
const SLOTS: u64 = 1_000;

/// A thing to do, often.
#[derive(Clone, Debug)]
struct Shape {
    name: String,
    fork: Fork,
    /// Whether its memory has been paid for before.
    memory: bool,
    before: Program,
    unit: Vec<u8>,
    times: usize,
}

impl Shape {
    fn new(name: impl Into<String>, unit: Program) -> Self {
        Self {
            name: name.into(),
            fork: Fork::Osaka,
            memory: false,
            before: Program::new(),
            unit: unit.build(),
            times: 32,
        }
    }

    /// A shape whose unit works on all of memory.
    fn large(name: impl Into<String>, unit: Program) -> Self {
        Self { memory: true, times: 4, ..Self::new(name, unit) }
    }
}

/// Work, and the gas that pays for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Work {
    /// Gas of the guest, callees included.
    guest: u64,
    /// Gas of the hypervisor, for all of its messages.
    host: u64,
    /// What the native engine counts, for all of its messages.
    native: u64,
    /// Bytes of its messages.
    messages: u64,
    /// Bytes of trie nodes.
    nodes: u64,
}

/// All that is done for a guest that does its thing so many times.
fn work(shape: &Shape, times: usize) -> Result<Work, String> {
    let memory = if shape.memory { MEMORY - 32 } else { 0 };
    let code = Program::new().repeat(WORDS, [op::PUSH1, 0x77]).push(0).push(memory);
    let code = code.op([op::MSTORE]).op(shape.before.clone().build());
    let code = code.repeat(times, &shape.unit).op([op::STOP]).build();
    let stop = vec![op::STOP];
    let returns = Program::new().push(RETURNED).push(0).op([op::RETURN]).build();
    let mut guest = Guest::new(&shape.name, shape.fork, code)
        .gas(14_000_000)
        .with_code(CALLEE, stop)
        .with_code(LARGE, vec![op::STOP; 24_576])
        .with_code(RETURNS, returns);
    for slot in 0..SLOTS {
        guest = guest.storage(slot, 1);
    }
    let run = guest.record();
    if run.guest().witness.status != U256::ONE {
        return Err(format!("{}: the guest fails", shape.name));
    }
    let engines = audit::engine(shape.fork);
    let mut work =
        Work { guest: run.guest().witness.gasUsed.to(), host: 0, native: 0, messages: 0, nodes: 0 };
    // The first is the driver's.
    for message in &run.recording.messages[1..] {
        let bytes = Bytes::from(encode(&message.witness));
        let audited = iso_evm_hypervisor::Engine::audit(engines, &bytes, &message.code, None);
        let mut gas = u64::MAX;
        let code = Code::new(message.code.clone());
        let native = engines.native.audit_with(&bytes, Some(&code), &mut gas, &mut |_, _| {});
        if [&audited.verdict, &native] != [&MessageVerdict::Valid; 2] {
            return Err(format!("{}: {:?}, {native:?}", shape.name, audited.verdict));
        }
        work.host += audited.host_gas;
        work.native += u64::MAX - gas;
        work.messages += bytes.len() as u64;
    }
    work.nodes = run.recording.proof.nodes.values().map(|node| node.len() as u64).sum();
    Ok(work)
}

/// A call of `to` with so much input, all of memory's start, and so much gas.
fn call(opcode: u8, to: Address, gas: u64, value: u64, input: usize) -> Program {
    let program = Program::new().push(0).push(0).push(input).push(0);
    let has_value = matches!(opcode, op::CALL | op::CALLCODE);
    let program = if has_value { program.push(value) } else { program };
    program.push_address(to).push(gas).op([opcode, op::POP])
}

fn precompile(number: u8, gas: u64, input: usize) -> Program {
    call(op::STATICCALL, Address::with_last_byte(number), gas, 0, input)
}

/// Each opcode by itself, with small operands.
fn opcode(row: &Opcode) -> Option<Shape> {
    match row.handler {
        Handler::Stop | Handler::Return | Handler::Revert | Handler::Invalid => return None,
        // Below, with all that makes them dear.
        Handler::Selfdestruct | Handler::Jump | Handler::Jumpi | Handler::Call => return None,
        // The dearest of each family.
        Handler::Dup(depth) if depth < 16 => return None,
        Handler::Swap(depth) if depth < 16 => return None,
        Handler::Push(2..=29) => return None,
        Handler::Dup(_) => return Some(Shape::new(row.mnemonic, one([row.byte, op::POP]))),
        Handler::Swap(_) | Handler::Jumpdest => {
            return Some(Shape::new(row.mnemonic, one([row.byte])));
        }
        Handler::Pop => return None,
        Handler::Push(bytes) => {
            let unit = one([row.byte]).repeat(bytes, [1]).op([op::POP]);
            return Some(Shape::new(row.mnemonic, unit));
        }
        _ => {}
    }
    let words = operands(row);
    let unit = words.iter().rev().fold(Program::new(), |unit, word| unit.push(u64::from(*word)));
    // A salt of its own for each.
    let unit = if row.byte == op::CREATE2 { one([op::GAS]).op(&unit.build()[2..]) } else { unit };
    let unit = unit.op([row.byte]).repeat(row.outputs, [op::POP]);
    Some(Shape { times: 8, ..Shape::new(row.mnemonic, unit) })
}

fn one(bytes: impl AsRef<[u8]>) -> Program {
    Program::new().op(bytes)
}

/// Jumps from one to the next; `data` is what stands before a destination and makes it look like data.
fn jumps(name: &str, data: &[u8]) -> Shape {
    // They begin behind what `work` puts before: the words, PUSH1, PUSH1, MSTORE.
    let mut code = Program::new();
    for _ in 0..2_000 {
        let destination = 2 * WORDS + 5 + code.len() + 4 + data.len();
        code = code.op([op::PUSH2]).op((destination as u16).to_be_bytes());
        code = code.op([op::JUMP]).op(data).op([op::JUMPDEST]);
    }
    Shape { before: code, times: 1, ..Shape::new(name, Program::new()) }
}

/// What is dearest, by the kind of work.
fn extremes() -> Vec<Shape> {
    let istanbul = |shape: Shape| Shape { fork: Fork::Istanbul, ..shape };
    let all = |opcode: u8, words: &[usize]| {
        let unit = words.iter().rev().fold(Program::new(), |unit, word| unit.push(*word));
        unit.op([opcode])
    };
    let hashed = all(op::KECCAK256, &[0, MEMORY]).op([op::POP]);
    let returned = call(op::STATICCALL, Address::with_last_byte(4), 60_000, 0, MEMORY);
    let exponent = Program::new().push(U256::MAX).push(3).op([op::EXP, op::POP]);
    let created = |value: u64| {
        let unit = Program::new().push(MEMORY).push(0).push(value);
        unit.op([op::CREATE, op::POP])
    };
    let salted = one([op::GAS]).push(49_152).push(0).push(0).op([op::CREATE2, op::POP]);
    vec![
        Shape::new("call of code", call(op::CALL, CALLEE, 0, 0, 0)),
        Shape::new("call of 24 KB of code", call(op::CALL, LARGE, 0, 0, 0)),
        Shape::new("call of code that returns 8 KB", call(op::CALL, RETURNS, 9_000, 0, 0)),
        Shape::large("call of code on 512 KB", call(op::CALL, CALLEE, 0, 0, MEMORY)),
        Shape::new("call of no code", call(op::CALL, NOBODY, 0, 0, 0)),
        Shape::large("call of no code on 512 KB", call(op::CALL, NOBODY, 0, 0, MEMORY)),
        Shape::large(
            "call without the balance on 512 KB",
            call(op::CALL, CALLEE, 0, 5_000, MEMORY),
        ),
        Shape::large("ECRECOVER on 512 KB", precompile(1, 3_000, MEMORY)),
        Shape::large("SHA256 on 512 KB, without gas", precompile(2, 0, MEMORY)),
        Shape::large("IDENTITY on 512 KB, without gas", precompile(4, 0, MEMORY)),
        Shape::large("MODEXP on 512 KB, without gas", precompile(5, 0, MEMORY)),
        Shape::large("MODEXP of nothing on 512 KB", precompile(5, 500, MEMORY)),
        Shape::large("pairing on 512 KB, without gas", precompile(8, 0, MEMORY)),
        Shape::large("BLAKE2F on 512 KB, without gas", precompile(9, 0, MEMORY)),
        Shape::large("SHA256 on 512 KB", precompile(2, 200_000, MEMORY)),
        Shape::large("IDENTITY on 512 KB", precompile(4, 60_000, MEMORY)),
        istanbul(Shape::large("creation from 512 KB (Istanbul)", created(0))),
        istanbul(Shape::large(
            "creation without the balance from 512 KB (Istanbul)",
            created(5_000),
        )),
        Shape::large("creation from 48 KB (CREATE2)", salted),
        Shape::large("KECCAK256 of 512 KB", hashed),
        Shape { times: 1, ..Shape::large("LOG0 of 512 KB", all(op::LOG0, &[0, MEMORY])) },
        Shape::large("CALLDATACOPY of 512 KB", all(op::CALLDATACOPY, &[0, 0, MEMORY])),
        Shape::large("CODECOPY of 512 KB", all(op::CODECOPY, &[0, 0, MEMORY])),
        Shape::large("MCOPY of 512 KB", all(op::MCOPY, &[0, 0, MEMORY])),
        Shape {
            before: returned,
            ..Shape::large("RETURNDATACOPY of 512 KB", all(op::RETURNDATACOPY, &[0, 0, MEMORY]))
        },
        Shape::large(
            "EXTCODECOPY of 24 KB",
            Program::new().push(24_576).push(0).push(0).push_address(LARGE).op([op::EXTCODECOPY]),
        ),
        Shape::new("EXP by 32 bytes", exponent),
        Shape::new("BALANCE, cold", one([op::GAS, op::BALANCE, op::POP])),
        Shape::new("SLOAD, cold", one([op::GAS, op::SLOAD, op::POP])),
        Shape::new("SSTORE, a new slot", Program::new().push(1).op([op::GAS, op::SSTORE])),
        jumps("JUMP", &[]),
        jumps("JUMP over what looks like a PUSH", &[0x60, 0x7f]),
    ]
}

/// What one more of it makes.
fn marginal(shape: &Shape) -> Result<Work, String> {
    let few = if shape.unit.is_empty() {
        // Jumps: all of them, less none.
        work(&Shape { before: Program::new(), ..shape.clone() }, 0)?
    } else {
        work(shape, shape.times)?
    };
    let many = work(shape, 2 * shape.times)?;
    Ok(Work {
        guest: many.guest - few.guest,
        host: many.host - few.host,
        native: many.native - few.native,
        messages: many.messages - few.messages,
        nodes: many.nodes.saturating_sub(few.nodes),
    })
}

/// What fills a code of jumps, one to the next, before each destination: the contract looks back the farther.
const FILLERS: [&[u8]; 2] = [&hex!("6065"), &hex!("616563606600")];

/// How many jumps a code of 24 KB has with such a filler, and what one of them takes.
fn looking_back(filler: &[u8]) -> String {
    /// JUMPDEST, PUSH2 of the next one, JUMP.
    const JUMP: usize = 5;
    let unit = JUMP + filler.len();
    let jumps = (24_576 - 2) / unit;
    let mut code = Vec::new();
    for next in (1..=jumps).map(|jump| jump * unit) {
        let [high, low] = u16::try_from(next).expect("24 KB").to_be_bytes();
        code.extend([op::JUMPDEST, op::PUSH2, high, low, op::JUMP]);
        code.extend(filler);
    }
    code.extend([op::JUMPDEST, op::STOP]);
    let run = Guest::new("jumps", Fork::Osaka, code).record();
    let message = run.guest();
    let audited = audit::audit_as(run.rules, &message.witness, message);
    assert_eq!(audited.verdict, MessageVerdict::Valid);
    let each = message.witness.gasUsed.to::<u64>() / jumps as u64;
    let host = audited.host_gas / jumps as u64;
    format!("{} jumps at {} host gas against {each}", thousands(jumps as u64), thousands(host))
}

/// A ratio in tenths.
fn tenths(work: u64, gas: u64) -> u64 {
    (10 * work + gas / 2) / gas
}

fn shown(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[test]
fn the_page_has_the_worst_work_for_a_gas() {
    let shapes: Vec<Shape> = opcodes(Fork::Osaka).filter_map(opcode).chain(extremes()).collect();
    let rows = std::sync::Mutex::new(Vec::new());
    parallel::check_all(&shapes, |shape| {
        let work = marginal(shape)?;
        let per_gas = |work_done| tenths(work_done, work.guest);
        let row = [work.host, work.native, work.messages, work.nodes].map(per_gas);
        rows.lock().expect("no thread panics").push((row, shape.name.clone()));
        Ok(())
    });
    let mut rows = rows.into_inner().expect("no thread panics");
    rows.sort_by(|(row, name), (other, other_name)| other.cmp(row).then(name.cmp(other_name)));
    let mut page = HEAD.replace("{jumps}", &FILLERS.map(looking_back).join(", "));
    for ([host, native, messages, nodes], name) in &rows {
        let [host, native, messages, nodes] = [*host, *native, *messages, *nodes].map(shown);
        let _ = writeln!(page, "| {name} | {host} | {native} | {messages} | {nodes} |");
    }
    blessed::compare("../specs/work.md", &page);
    // What nobody reads costs nobody anything, however long it is.
    let host = |name: &str| {
        let (row, _) = rows.iter().find(|(_, found)| found == name).expect("a row");
        row[0]
    };
    for name in ["call without the balance", "MODEXP of nothing", "ECRECOVER"] {
        assert!(host(&format!("{name} on 512 KB")) < 100, "{name}");
    }
    // The length itself is a longer PUSH.
    assert!(host("call of no code on 512 KB") <= host("call of no code") + 10);
}

const HEAD: &str = "\
# Work for a gas

Rust: `tests/work.rs`, which makes this page and compares it.

What the audits do for each gas that a guest pays, at worst: one thing done over and over, with what
brings its operands, memory and accounts touched before. Rules of Osaka but where another fork is named.

| column | per guest gas |
|---|---|
| host | gas of the hypervisor, of the messages that a call opens too |
| native | what the native engine counts against `--guest-gas-limit` ([16](16-native-engine.md#limits)) |
| bytes | bytes of messages: recorder, container and each audit read and hash them a fixed number of times |
| nodes | bytes of trie nodes, which access and transaction audit read and hash once: in a trie of 1,000 slots |

What stands out, and why it stays:

- **Facts of the block, for 2 to 3 gas.** Each has a record of its own, so that a fact is proved where it
  is used. A gas buys the most bytes and the most host gas here.
- **Calls of code.** Each opens a message, with a head, a code to load and a hash to compare: a hundred
  gas buys a run of the hypervisor. What a child is passed stands in its message and is hashed by both
  sides, which nothing in the guest's gas pays for: 512 KB here, in proportion to the memory. A recorder
  makes no more than 16 GiB of messages of one transaction, and keeps no more than 1 GiB of what they do not
  share ([09](09-container.md#calldata)); the native engine counts it.
- **Jumps to what may be data.** Where the bytes before a destination look like a PUSH, the contract looks
  back up to 96 bytes, and scans where that is not enough, once for each destination of a message. The worst codes
  of 24 KB that a search has found: {jumps}.
- **Creations before Shanghai**, whose initcode costs nothing by its length.

What is passed to an account without code, to a call or creation that is refused, and beyond what a
precompile reads has no hash ([03](03-records.md#inputs-of-precompiles)), and costs nothing.

| what | host | native | bytes | nodes |
|---|---|---|---|---|
";
