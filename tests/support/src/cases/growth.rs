//! One thing that grows while all else stays: what must cost no more than in proportion.

use alloy_primitives::{Address, U256};
use iso_evm_witness::Execution;

use super::{execution, rounded};
use crate::{
    accounts::STRANGER,
    program::{Program, op},
};

/// Bytes of calldata that are read at a time.
const CHUNK: usize = 1024;

/// What grows in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Records of one message: each reads another slot.
    Records,
    /// Records of one message with a root each: each writes another slot.
    Writes,
    /// Bytes of code, all of them run, a quarter of them jump destinations.
    Code,
    /// Bytes of calldata, all of them hashed.
    Calldata,
    /// Frames below the top, one in the other, each with a write.
    Depth,
    /// Frames as for [`Axis::Depth`], of which each is undone.
    Undone,
    /// Frames below the top, one after the other.
    Calls,
    /// Bytes that each of many calls passes to a callee that does not read them: one without code, one
    /// that reads four words, one that has no gas to read.
    Inputs,
    /// Bytes that each of some calls passes to code.
    Passed,
}

impl Axis {
    /// All axes that something grows along.
    pub const ALL: [Self; 9] = [
        Self::Records,
        Self::Writes,
        Self::Code,
        Self::Calldata,
        Self::Depth,
        Self::Undone,
        Self::Calls,
        Self::Inputs,
        Self::Passed,
    ];

    /// Name of the axis, in words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Writes => "writes",
            Self::Code => "bytes of code",
            Self::Calldata => "bytes of calldata",
            Self::Depth => "nested calls",
            Self::Undone => "nested calls, undone",
            Self::Calls => "calls in a row",
            Self::Inputs => "bytes passed to nobody, 600 times",
            Self::Passed => "bytes passed to code, 16 times",
        }
    }

    /// Sizes that show how it grows.
    pub const fn sizes(self) -> &'static [usize] {
        match self {
            Self::Records | Self::Writes | Self::Calls => &[10, 100, 1_000, 10_000],
            Self::Code => &[1 << 10, 4 << 10, 12 << 10, 24 << 10],
            Self::Calldata => &[1 << 10, 1 << 14, 1 << 17, 1 << 20],
            Self::Inputs | Self::Passed => &[1 << 10, 1 << 13, 1 << 16, 1 << 19],
            Self::Depth | Self::Undone => &[16, 64, 256, 1024],
        }
    }

    /// The transaction of this size.
    pub fn execution(self, size: usize) -> Execution {
        match self {
            Self::Records => {
                let body = Program::new().op([op::DUP1, op::SLOAD, op::POP]);
                execution(rounded(size, body), size, Vec::new(), [])
            }
            Self::Writes => {
                let body = Program::new().op([op::DUP1, op::DUP1]).push(1).op([op::ADD]);
                let body = body.op([op::SWAP1, op::SSTORE]);
                execution(rounded(size, body), size, Vec::new(), [])
            }
            Self::Code => execution(straight(size), 0, Vec::new(), []),
            Self::Calldata => execution(hashing(), 0, vec![0xa5; size], []),
            Self::Depth => execution(nested([op::STOP]), 0, word(size), []),
            Self::Undone => {
                let undone = Program::new().push(0).push(0).op([op::REVERT]).build();
                execution(nested(undone), 0, word(size), [])
            }
            Self::Calls => {
                let body = Program::new().push(0).push(0).push(0).push(0).push(0);
                let body = body.push_address(STRANGER).op([op::GAS, op::CALL, op::POP]);
                let callee = Program::new().push(1).op([op::POP, op::STOP]).build();
                execution(rounded(size, body), 0, Vec::new(), [(STRANGER, callee)])
            }
            Self::Inputs => {
                let callees = [
                    (Address::repeat_byte(0x5e), 0),
                    (Address::with_last_byte(1), 3_000),
                    (Address::with_last_byte(2), 0),
                ];
                let body = callees.map(|(callee, gas)| passing(size, callee, gas).build()).concat();
                execution(rounded(200, Program::new().op(body)), 0, Vec::new(), [])
            }
            Self::Passed => {
                let body = passing(size, STRANGER, 0);
                let callee = vec![op::STOP];
                execution(rounded(16, body), 0, Vec::new(), [(STRANGER, callee)])
            }
        }
    }
}

/// A call with so many bytes of memory as input, and so much gas.
fn passing(size: usize, callee: Address, gas: u64) -> Program {
    let body = Program::new().push(0).push(0).push(size).push(0);
    body.push_address(callee).push(gas).op([op::STATICCALL, op::POP])
}

fn word(number: usize) -> Vec<u8> {
    U256::from(number).to_be_bytes_vec()
}

/// Code without a loop.
fn straight(size: usize) -> Vec<u8> {
    let piece = [op::JUMPDEST, op::PUSH1, 1, op::POP];
    Program::new().repeat(size / piece.len(), piece).build()
}

/// Hashes all calldata, a chunk at a time.
fn hashing() -> Vec<u8> {
    // The offset is on the stack.
    let start = Program::new().push(0);
    let top = start.len();
    let copy = start.op([op::JUMPDEST]).push(CHUNK).op([op::DUP2]).push(0).op([op::CALLDATACOPY]);
    let hash = copy.push(CHUNK).push(0).op([op::KECCAK256, op::POP]);
    let next = hash.push(CHUNK).op([op::ADD, op::CALLDATASIZE, op::DUP2, op::LT]);
    next.push(top).op([op::JUMPI, op::STOP]).build()
}

/// Writes the number in calldata to the slot of that number, calls itself with the number before,
/// down to zero, and ends so.
fn nested(end: impl AsRef<[u8]>) -> Vec<u8> {
    let write = Program::new().push(0).op([op::CALLDATALOAD, op::DUP1, op::DUP1, op::SSTORE]);
    let call = Program::new().push(1).op([op::SWAP1, op::SUB]).push(0).op([op::MSTORE]);
    let call = call.push(0).push(0).push(32).push(0).push(0);
    let call = call.op([op::ADDRESS, op::GAS, op::CALL, op::POP]).op(&end);
    // PUSH1 is in the way: ISZERO, PUSH1, the destination, JUMPI.
    let last = write.len() + 5 + call.len();
    let code = write.op([op::DUP1, op::ISZERO]).push(last).op([op::JUMPI]).op(call.build());
    code.op([op::JUMPDEST]).op(end).build()
}
