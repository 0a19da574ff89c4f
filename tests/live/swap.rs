//! The worked example: a contract wallet that swaps on two Uniswap V2 pairs, one into the other,
//! by one delegate call to the live machine. Uniswap's own bytecode comes from npm, at test time.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use alloy_sol_types::{SolCall, SolValue, sol};
use iso_evm_hypervisor::live;
use iso_evm_wire::Fork;
use revm::{
    context::result::{ExecutionResult, Output},
    primitives::hardfork::SpecId,
};
use serde_json::Value;

use super::entry::forward;
use crate::harness::{
    blessed,
    frame::LIVE,
    host::{Host, USER},
    npm,
    program::{Program, op},
};

sol! {
    function transfer(address to, uint256 value) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
    function createPair(address tokenA, address tokenB) external returns (address pair);
    function mint(address to) external returns (uint256 liquidity);
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 at);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data) external;
}

const PACKAGE: &str = "@uniswap/v2-core@1.0.1";
const WALLET: Address = Address::repeat_byte(0xaa);
const AMOUNT: u64 = 1_000_000;

/// The package's compiled contracts.
fn package() -> Option<PathBuf> {
    npm::modules(PACKAGE).map(|modules| modules.join("@uniswap/v2-core/build"))
}

fn initcode(build: &Path, name: &str, arguments: &[u8]) -> Bytes {
    let text = std::fs::read_to_string(build.join(name).with_extension("json")).expect("a build");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let code = hex::decode(json["bytecode"].as_str().expect("bytecode")).expect("hex");
    [&code, arguments].concat().into()
}

fn send<C: SolCall>(host: &mut Host, to: Address, call: &C) -> C::Return {
    match host.send(USER, TxKind::Call(to), call.abi_encode().into()) {
        ExecutionResult::Success { output: Output::Call(output), .. } => {
            C::abi_decode_returns(&output).expect("what it returns")
        }
        other => panic!("{}: {other:?}", C::SIGNATURE),
    }
}

/// Three tokens, a pair of the first two, one of the last two; and a million for the wallet.
struct Market {
    host: Host,
    tokens: [Address; 3],
    pairs: [Address; 2],
}

fn market(build: &Path) -> Market {
    let mut host = Host::new(SpecId::OSAKA);
    let supply = U256::from(10).pow(U256::from(24));
    let factory = host.deploy(initcode(build, "UniswapV2Factory", &USER.abi_encode()));
    let token = initcode(build, "ERC20", &supply.abi_encode());
    let tokens = [0; 3].map(|_| host.deploy(token.clone()));
    let pairs = [(0, 1), (1, 2)].map(|(a, b)| {
        let (a, b) = (tokens[a], tokens[b]);
        let pair = send(&mut host, factory, &createPairCall { tokenA: a, tokenB: b });
        for (token, value) in [(a, 50_000_000), (b, 70_000_000)] {
            send(&mut host, token, &transferCall { to: pair, value: U256::from(value) });
        }
        send(&mut host, pair, &mintCall { to: USER });
        pair
    });
    send(&mut host, tokens[0], &transferCall { to: WALLET, value: U256::from(AMOUNT) });
    // Another block.
    host.block.number += U256::ONE;
    host.block.timestamp += U256::from(12);
    Market { host, tokens, pairs }
}

/// Where the script keeps the amount under way, what a pair says, and what it calls with.
const AMOUNT_AT: usize = 0x80;
const RESERVES: usize = 0xa0;
const CALL: usize = 0x100;

/// Writes bytes to memory.
fn write(program: Program, at: usize, bytes: &[u8]) -> Program {
    bytes.chunks(32).enumerate().fold(program, |program, (index, chunk)| {
        let mut word = [0; 32];
        word[..chunk.len()].copy_from_slice(chunk);
        program.push(U256::from_be_bytes(word)).push(at + 32 * index).op([op::MSTORE])
    })
}

/// Calls with what stands at [`CALL`], and hands on a revert. The code for that stands at 4.
fn call(program: Program, to: Address, length: usize, returned: usize) -> Program {
    let program = program.push(returned).push(RESERVES).push(length).push(CALL).push(0);
    program.push_address(to).op([0x5a, op::CALL, 0x15]).push(4).op([op::JUMPI])
}

/// Swaps the amount under way for what the pair's reserves give less its fee of 0.3 %, to `to`.
fn swap_step(program: Program, pair: Address, zero_for_one: bool, to: Address) -> Program {
    let reserves = getReservesCall {}.abi_encode();
    let program = call(write(program, CALL, &reserves), pair, reserves.len(), 64);
    let (reserve_in, reserve_out) =
        if zero_for_one { (RESERVES, RESERVES + 32) } else { (RESERVES + 32, RESERVES) };
    let mload = |program: Program, at: usize| program.push(at).op([0x51]);
    let program = mload(program, AMOUNT_AT).push(997).op([0x02, op::DUP1]);
    let program = mload(program, reserve_out).op([0x02, op::SWAP1]);
    let program = mload(program, reserve_in).push(1000).op([0x02, op::ADD, op::SWAP1, 0x04]);
    let program = program.op([op::DUP1]).push(AMOUNT_AT).op([op::MSTORE]); // out
    let zero = U256::ZERO;
    let swap = swapCall { amount0Out: zero, amount1Out: zero, to, data: Bytes::new() }.abi_encode();
    let out_at = CALL + 4 + if zero_for_one { 32 } else { 0 };
    let program = write(program, CALL, &swap).push(out_at).op([op::MSTORE]);
    call(program, pair, swap.len(), 0)
}

/// The script: pays the first pair, swaps there for the second, swaps there for the wallet, and
/// returns how much that is.
fn script(market: &Market) -> Vec<u8> {
    let [first, second] = market.pairs;
    let [a, b, c] = market.tokens;
    let program = Program::new().push(14).op([op::JUMP, op::STOP, op::JUMPDEST]);
    let program = program.op([op::RETURNDATASIZE, 0x60, 0, 0x80, op::RETURNDATACOPY]);
    let program = program.op([op::RETURNDATASIZE, 0x60, 0, op::REVERT]);
    let program = program.op([op::JUMPDEST]).push(AMOUNT).push(AMOUNT_AT).op([op::MSTORE]);
    let pay = transferCall { to: first, value: U256::from(AMOUNT) }.abi_encode();
    let program = call(write(program, CALL, &pay), a, pay.len(), 0);
    let program = swap_step(program, first, a < b, second);
    let program = swap_step(program, second, b < c, WALLET);
    program.push(32).push(AMOUNT_AT).op([op::RETURN]).build()
}

#[test]
fn a_wallet_swaps_on_two_pairs_by_one_delegate_call() {
    let Some(build) = package() else { return };
    let machine = live::bytecode(Fork::Osaka);
    // Code of the wallet and calldata for it, by the script.
    type Wallet = fn(&[u8]) -> (Vec<u8>, Bytes);
    let run = |wallet: Wallet| {
        let mut market = market(&build);
        market.host.put(LIVE, machine.clone());
        let (code, data) = wallet(&script(&market));
        market.host.put(WALLET, code);
        let result = market.host.send(USER, TxKind::Call(WALLET), data);
        let ExecutionResult::Success { output, logs, gas, .. } = result else {
            panic!("{result:?}")
        };
        let balances = market.tokens.map(|token| {
            [WALLET, market.pairs[0], market.pairs[1]]
                .map(|owner| send(&mut market.host, token, &balanceOfCall { owner }))
        });
        (output.into_data(), logs, balances, gas.total_gas_spent())
    };
    // The wallet of one owner, which delegate-calls the live machine with what it is told.
    let by_wallet = run(|script| {
        let owner = Program::new().op([0x33]).push_address(USER).op([0x14]).push(31);
        let owner = owner.op([op::JUMPI]).push(0).push(0).op([op::REVERT, op::JUMPDEST]);
        (forward(owner, LIVE, op::DELEGATECALL), live::encode_call(script, &[]))
    });
    // The script deployed, which is what the wallet need not do.
    let deployed = run(|script| (script.to_vec(), Bytes::new()));
    assert_eq!(by_wallet.0, deployed.0);
    assert_eq!(by_wallet.1, deployed.1);
    assert_eq!(by_wallet.2, deployed.2);
    let out = U256::from_be_slice(&by_wallet.0);
    assert_eq!(by_wallet.2[0][0], U256::ZERO, "all of the first token is spent");
    assert_eq!(by_wallet.2[2][0], out, "what it returns is what it got");
    // 50 for 70 twice, less fees and slippage.
    assert!(out > U256::from(AMOUNT * 17 / 10) && out < U256::from(AMOUNT * 2), "{out}");
    // Two transfers, two swaps with a transfer, a sync and a swap event each.
    assert_eq!(by_wallet.1.len(), 1 + 2 * 3);
    let page = format!(
        "# Gas of a double swap\n\n\
         Two Uniswap V2 swaps, the first into the second pair, as one transaction: {PACKAGE},\n\
         Osaka rules, calldata and 21,000 included.\n\n\
         | a wallet that delegates to the live machine | the same script, deployed before |\n\
         |---|---|\n| {} | {} |\n",
        by_wallet.3, deployed.3
    );
    blessed::compare("snapshots/live-double-swap.md", &page);
}
