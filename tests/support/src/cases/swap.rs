//! A swap as Uniswap V2 does it, call for call: a router asks the pair for its reserves and has it
//! swap; the pair pays out, calls back, is paid, asks both tokens for its balance, and writes its
//! reserves. The code is made here and shares nothing with that of others but the shape.

use alloy_primitives::{Address, B256, U256, keccak256};
use iso_evm_witness::Execution;

use super::execution;
use crate::{
    accounts::account,
    program::{Program, op},
};

const PAIR: Address = Address::repeat_byte(0x71);
const TRADER: Address = Address::repeat_byte(0x72);
const TOKENS: [Address; 2] = [Address::repeat_byte(0x73), Address::repeat_byte(0x74)];

/// What the pair pays and is paid.
const PAID: [u64; 2] = [1_000, 1_010];
/// Slots of the pair.
const RESERVES: u8 = 8;
const PRICES: [u8; 2] = [9, 10];
const UNLOCKED: u8 = 12;

/// The swap: eight messages.
pub(super) fn swap() -> Execution {
    let mut execution = execution(router(), 0, Vec::new(), [(TRADER, trader())]);
    let slot = |number: u8| B256::with_last_byte(number);
    let mut pair = account(0, 1, pair());
    pair.storage = [RESERVES, PRICES[0], PRICES[1], UNLOCKED].map(|at| (slot(at), slot(1))).into();
    execution.prestate.insert(PAIR, pair);
    for token in TOKENS {
        let mut account = account(0, 1, erc20());
        let balance = B256::from(U256::from(1_000_000));
        account.storage = [PAIR, TRADER].map(|owner| (owner.into_word(), balance)).into();
        execution.prestate.insert(token, account);
    }
    execution
}

/// A call that passes memory from zero on and takes back a word at most, at `output`.
fn call(kind: u8, to: Address, input: usize, output: Option<usize>) -> Vec<u8> {
    let code = Program::new().push(output.map_or(0, |_| 32)).push(output.unwrap_or(0));
    let code = code.push(input).push(0);
    let code = if kind == op::CALL { code.push(0) } else { code };
    code.push_address(to).op([op::GAS, kind, op::POP]).build()
}

/// One of two programs: the second if calldata is as long as that.
fn by_length(length: usize, other: Program, this: Program) -> Vec<u8> {
    let head = Program::new().op([op::CALLDATASIZE]).push(length).op([op::EQ]);
    // PUSH2, its two bytes, JUMPI.
    let [high, low] = ((head.len() + 4 + other.len()) as u16).to_be_bytes();
    let head = head.op([op::PUSH2, high, low, op::JUMPI]);
    head.op(other.build()).op([op::JUMPDEST]).op(this.build()).build()
}

fn router() -> Vec<u8> {
    let code = Program::new().op(call(op::STATICCALL, PAIR, 0, Some(64)));
    let code = code.push(PAID[0]).push(0).op([op::MSTORE]).push_address(TRADER).push(32);
    code.op([op::MSTORE]).op(call(op::CALL, PAIR, 64, None)).op([op::STOP]).build()
}

/// Pays the pair, which calls back.
fn trader() -> Vec<u8> {
    let code = Program::new().op([op::CALLER]).push(0).op([op::MSTORE]);
    let code = code.push(PAID[1]).push(32).op([op::MSTORE]);
    code.op(call(op::CALL, TOKENS[1], 64, None)).op([op::STOP]).build()
}

/// Without calldata, the reserves; else a swap.
fn pair() -> Vec<u8> {
    let swap = Program::new().push(0).push(UNLOCKED).op([op::SSTORE]);
    let swap = swap.push(RESERVES).op([op::SLOAD, op::POP]);
    let swap = swap.push_address(TRADER).push(0).op([op::MSTORE]).push(0).op([op::CALLDATALOAD]);
    let swap = swap.push(32).op([op::MSTORE]).op(call(op::CALL, TOKENS[0], 64, None));
    let swap = swap.op(call(op::CALL, TRADER, 64, None));
    let swap = swap.op([op::ADDRESS]).push(0).op([op::MSTORE]);
    let swap = swap.op(call(op::STATICCALL, TOKENS[0], 32, Some(64)));
    let swap = swap.op(call(op::STATICCALL, TOKENS[1], 32, Some(96)));
    let swap = swap.push(96).op([op::MLOAD]).push(64).op([op::MLOAD]).push(112);
    let mut swap = swap.op([op::SHL, op::OR]).push(RESERVES).op([op::SSTORE]);
    for price in PRICES {
        swap = swap.push(price).op([op::SLOAD, op::TIMESTAMP, op::ADD]).push(price);
        swap = swap.op([op::SSTORE]);
    }
    let swap = swap.op(topic("Sync")).push(64).push(64).op([op::LOG1]);
    let swap = swap.push_address(TRADER).op([op::CALLER]).op(topic("Swap"));
    let swap = swap.push(128).push(0).op([op::LOG3]).push(1).push(UNLOCKED).op([op::SSTORE]);
    let reserves = Program::new().push(RESERVES).op([op::SLOAD]).return_word();
    by_length(0, swap.op([op::STOP]), reserves)
}

/// A word of calldata: the balance of that account; two: a transfer.
fn erc20() -> Vec<u8> {
    let balance = Program::new().push(0).op([op::CALLDATALOAD, op::SLOAD]).return_word();
    // amount
    let code = Program::new().push(32).op([op::CALLDATALOAD]);
    let code = code.op([op::DUP1, op::CALLER, op::SLOAD, op::SUB, op::CALLER, op::SSTORE]);
    let code = code.op([op::DUP1]).push(0).op([op::CALLDATALOAD, op::SLOAD, op::ADD]);
    let code = code.push(0).op([op::CALLDATALOAD, op::SSTORE]).push(0).op([op::MSTORE]);
    let code = code.push(0).op([op::CALLDATALOAD, op::CALLER]).op(topic("Transfer"));
    let transfer = code.push(32).push(0).op([op::LOG3]).push(1).return_word();
    by_length(64, balance, transfer)
}

/// PUSH32 of a log's first topic.
fn topic(event: &str) -> Vec<u8> {
    [&[op::PUSH32], keccak256(event).as_slice()].concat()
}
