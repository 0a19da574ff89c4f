//! Code made of any bytes that mostly does something: storage, memory, logs, calls, creations, jumps.

use alloy_primitives::{U256, hex};
use arbitrary::{Arbitrary, Result, Unstructured};
use iso_evm_hypervisor::opcodes::opcode;
use iso_evm_testing::{
    accounts::{CALLBACK, CONTRACT, COUNTER, REVERTER, SHA256, STRANGER},
    program::{Program, op},
};

/// A piece of a program. It leaves the stack as high as it was, or one word higher.
#[derive(Clone, Debug)]
pub enum Statement {
    /// A PUSH of these bytes.
    Push(Vec<u8>),
    /// An opcode on words that are pushed before it.
    Compute(u8, [u64; 3]),
    /// `DUP1` to `DUP16`.
    Dup(u8),
    /// `SWAP1` to `SWAP16`.
    Swap(u8),
    /// SSTORE of a value at a key.
    Store(u8, u8),
    /// SLOAD.
    Load(u8),
    /// TSTORE, then TLOAD.
    Transient(u8, u8),
    /// MLOAD, MSTORE or MSTORE8 at an offset.
    Memory(u8, u16, u64),
    /// One of the opcodes that copy: to, from, length.
    Copy(u8, u16, u16, u8),
    /// A log: topics, offset, length.
    Log(u8, u16, u8),
    /// A call of another account.
    Call(Call),
    /// CREATE or CREATE2, value, which initcode.
    Create(bool, u8, u8),
    /// Skips what follows if a word of storage is zero.
    Skip(u8, Vec<u8>),
    /// Runs its body so many times.
    Loop(u8, u8),
    /// An opcode as it is, with what the stack has.
    Any(u8),
}

/// A call's kind, callee and regions of memory.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    kind: u8,
    to: u8,
    value: u8,
    input: (u16, u8),
    output: (u16, u8),
}

/// Opcodes that compute or read, and change nothing but the stack.
const COMPUTING: [std::ops::RangeInclusive<u8>; 11] = [
    0x01..=0x0b,
    0x10..=0x1e,
    0x20..=0x20,
    0x30..=0x36,
    0x38..=0x38,
    0x3a..=0x3b,
    0x3d..=0x3d,
    0x3f..=0x48,
    0x49..=0x49,
    0x4a..=0x4a,
    0x58..=0x59,
];

impl<'a> Arbitrary<'a> for Statement {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=26)? {
            0 | 1 => Self::Push(bytes(u, 32)?),
            2..=7 => {
                let row = u.choose(&COMPUTING)?.clone();
                let words = [number(u)?, number(u)?, number(u)?];
                Self::Compute(u.int_in_range(row)?, words)
            }
            8 => Self::Dup(u.int_in_range(0..=15)?),
            9 => Self::Swap(u.int_in_range(0..=15)?),
            10 | 11 => Self::Store(u.int_in_range(0..=3)?, u.int_in_range(0..=2)?),
            12 | 13 => Self::Load(u.int_in_range(0..=3)?),
            14 => Self::Transient(u.int_in_range(0..=3)?, u.int_in_range(0..=2)?),
            15..=17 => Self::Memory(u.int_in_range(0x51..=0x53)?, offset(u)?, u.arbitrary()?),
            18 | 19 => {
                let which = u.int_in_range(0..=4)?;
                Self::Copy(which, offset(u)?, u.int_in_range(0..=99)?, u.int_in_range(0..=89)?)
            }
            20 => Self::Log(u.int_in_range(0..=4)?, offset(u)?, length(u)?),
            21..=23 => Self::Call(Call {
                kind: u.int_in_range(0..=3)?,
                to: u.int_in_range(0..=5)?,
                value: u.int_in_range(0..=2)?,
                input: (offset(u)?, length(u)?),
                output: (offset(u)?, length(u)?),
            }),
            24 => Self::Create(u.arbitrary()?, u.int_in_range(0..=2)?, u.int_in_range(0..=9)?),
            25 => Self::Skip(u.int_in_range(0..=3)?, bytes(u, 39)?),
            _ if u.ratio(1, 8)? => Self::Any(u.arbitrary()?),
            _ => Self::Loop(u.int_in_range(1..=29)?, u.arbitrary()?),
        })
    }
}

fn bytes(u: &mut Unstructured<'_>, most: usize) -> Result<Vec<u8>> {
    let length = u.int_in_range(0..=most)?;
    Ok(u.bytes(length.min(u.len()))?.to_vec())
}

/// Mostly a small number.
fn number(u: &mut Unstructured<'_>) -> Result<u64> {
    if u.ratio(4, 5)? { u.int_in_range(0..=63) } else { u.arbitrary() }
}

fn offset(u: &mut Unstructured<'_>) -> Result<u16> {
    u.int_in_range(0..=299)
}

fn length(u: &mut Unstructured<'_>) -> Result<u8> {
    u.int_in_range(0..=69)
}

/// The code of one to 40 statements, which returns the hash of its memory.
///
/// # Errors
///
/// If there are not enough bytes to go on.
pub fn code(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut program = Program::new().repeat(17, [0x60, 3]);
    for _ in 0..u.int_in_range(1..=40)? {
        if u.is_empty() {
            break;
        }
        program = write(program, &u.arbitrary()?);
    }
    Ok(program.return_memory_hash().build())
}

/// Appends a statement.
fn write(program: Program, statement: &Statement) -> Program {
    match statement {
        Statement::Push(bytes) if bytes.is_empty() => program.push(0),
        Statement::Push(bytes) => program.op([0x5f + bytes.len() as u8]).op(bytes),
        Statement::Compute(byte, words) => {
            let inputs = opcode(*byte).map_or(0, |row| row.inputs);
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
        Statement::Any(byte) => program.op([*byte]),
        Statement::Call(Call {
            kind,
            to,
            value,
            input: (input, length),
            output: (output, room),
        }) => {
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
                let word = U256::from_be_slice(&initcode);
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
