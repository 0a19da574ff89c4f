//! From a node to a verdict on the chain: what was done there is recorded by `--rpc-url`, put before
//! all four audits, and submitted. Uniswap's own bytecode comes from npm.

use std::{fs, path::Path};

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolValue, sol};
use iso_evm_onchain::chain::CallAnswer;
use iso_evm_wire::Witness;
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, address},
    costs::like_measured,
    verdicts::everywhere,
};
use crate::{common::run, npm};

sol! {
    function transfer(address to, uint256 value) external returns (bool);
    function createPair(address tokenA, address tokenB) external returns (address pair);
    function getPair(address tokenA, address tokenB) external view returns (address pair);
    function mint(address to) external returns (uint256 liquidity);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data) external;
}

const PACKAGE: &str = "@uniswap/v2-core@1.0.1";
const GAS: u64 = 10_000_000;

/// Two tokens and their pair, with a million of each in it.
struct Market {
    anvil: Anvil,
    tokens: [Address; 2],
    pair: Address,
}

impl Market {
    fn open() -> Option<Self> {
        let build = npm::modules(PACKAGE)?.join("@uniswap/v2-core/build");
        // Times that do not depend on when the test runs: the pair writes them down.
        let anvil = Anvil::start()?;
        anvil.method("evm_setNextBlockTimestamp", json!([4_000_000_000_u64]));
        anvil.method("anvil_setBlockTimestampInterval", json!([12]));
        let user = anvil.accounts[0];
        let create = |name: &str, arguments: &[u8]| {
            let file = build.join(name).with_extension("json");
            let json: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
            let code = hex::decode(json["bytecode"].as_str().unwrap()).unwrap();
            anvil.create([&code, arguments].concat().into())
        };
        let factory = create("UniswapV2Factory", &user.abi_encode());
        let supply = U256::from(10).pow(U256::from(24)).abi_encode();
        let mut tokens = [create("ERC20", &supply), create("ERC20", &supply)];
        tokens.sort_unstable();
        let [a, b] = tokens;
        let market = Self { tokens, pair: Address::ZERO, anvil };
        market.send(0, factory, &createPairCall { tokenA: a, tokenB: b });
        let call = getPairCall { tokenA: a, tokenB: b };
        let CallAnswer::Returned(data) =
            market.anvil.call(0, factory, call.abi_encode().into(), GAS)
        else {
            panic!("no pair")
        };
        let pair = getPairCall::abi_decode_returns(&data).unwrap();
        for token in tokens {
            market.send(0, token, &transferCall { to: pair, value: U256::from(1_000_000) });
        }
        market.send(0, pair, &mintCall { to: user });
        Some(Self { pair, ..market })
    }

    fn send<C: SolCall>(&self, account: usize, to: Address, call: &C) -> B256 {
        let receipt = self.anvil.send(account, to, call.abi_encode().into(), GAS);
        assert!(receipt.success, "{}", C::SIGNATURE);
        receipt.hash
    }

    /// A swap of what the pair was sent.
    fn swap(&self, out: u64) -> swapCall {
        swapCall {
            amount0Out: U256::ZERO,
            amount1Out: U256::from(out),
            to: self.anvil.accounts[0],
            data: Bytes::new(),
        }
    }
}

/// Disputes are about the node's own chain, whose schedule nobody knows.
const GUESTS: &str = "--guest-chain 31337 --schedule osaka=0";

/// Records by a command line, and gives what `witness.bin` then holds.
fn record(market: &Market, folder: &Path, what: &str) {
    let url = &market.anvil.url;
    let line = format!("iso-witness record --rpc-url {url} --no-cache --fork osaka {what}");
    let ran = run(folder, &line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

/// All four audits find a witness valid.
fn proved(folder: &Path, file: &str) -> Witness {
    let ran = run(folder, &format!("iso-verify {file} --json"));
    assert_eq!(ran.code, Some(0), "{}{}", ran.stderr, ran.text());
    let report = ran.json();
    let all = json!({
        "execution": "valid", "access": "valid", "tree": "valid", "transaction": "valid"
    });
    assert_eq!(report["audits"], all);
    // No schedule of a development chain is known.
    assert_eq!(report["notRun"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["notRun"][0]["check"], "fork", "{report}");
    Witness::decode(&fs::read(folder.join(file)).unwrap()).unwrap()
}

#[test]
fn a_swap_from_the_node_to_the_verdict() {
    let Some(market) = Market::open() else { return };
    let pay = transferCall { to: market.pair, value: U256::from(10_000) };
    market.send(0, market.tokens[0], &pay);
    let transaction = market.send(0, market.pair, &market.swap(9_000));
    let folder = tempfile::tempdir().unwrap();
    record(&market, folder.path(), &format!("--tx {transaction} -o swap.bin"));
    let witness = proved(folder.path(), "swap.bin");
    assert!(witness.messages.len() >= 4, "pair, transfer, two balances");
    let deployed = market.anvil.deploy(GUESTS);
    everywhere(&market.anvil, &deployed, &witness, GUESTS);
    like_measured("a Uniswap V2 swap", &witness);
}

/// Ten transactions in a block: transfers of one token between the same accounts, swaps on one
/// pair, and plain transfers.
#[test]
fn a_block_of_ten_from_the_node_to_the_verdicts() {
    let Some(market) = Market::open() else { return };
    let deployed = market.anvil.deploy(GUESTS);
    let [a, _] = market.tokens;
    let accounts = market.anvil.accounts.clone();
    let transfer = |to: Address, value: u64| {
        let value = U256::from(value);
        (a, transferCall { to, value }.abi_encode())
    };
    let swap = |out: u64| (market.pair, market.swap(out).abi_encode());
    let nothing = (accounts[7], Vec::new());
    let sent: [(usize, (Address, Vec<u8>)); 10] = [
        (0, transfer(accounts[1], 500)),
        (0, transfer(market.pair, 10_000)),
        (0, swap(9_000)),
        (5, nothing.clone()),
        (0, transfer(market.pair, 10_000)),
        (0, swap(8_000)),
        (0, transfer(accounts[1], 700)),
        // More than there is: it fails.
        (6, transfer(accounts[0], 1)),
        (6, nothing),
        (0, transfer(accounts[1], 1)),
    ];
    market.anvil.method("evm_setAutomine", json!([false]));
    let hashes: Vec<B256> = (sent.iter())
        .map(|(account, (to, data))| {
            market.anvil.queue(*account, Some(*to), &data.clone().into(), 300_000)
        })
        .collect();
    market.anvil.method("evm_mine", json!([]));
    market.anvil.method("evm_setAutomine", json!([true]));
    let blocks: Vec<_> =
        hashes.iter().map(|hash| market.anvil.chain.receipt(*hash).unwrap().block).collect();
    assert!(blocks.iter().all(|block| block.is_some() && *block == blocks[0]));
    let block = blocks[0].unwrap();

    let folder = tempfile::tempdir().unwrap();
    record(&market, folder.path(), &format!("--block {block} -o block"));
    let folder = folder.path().join("block");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files.len(), 10);
    let mut messages = 0;
    for file in &files {
        let witness = proved(&folder, file);
        messages += witness.messages.len();
        // A plain transfer has no message: a chain has nothing to say of it.
        if !witness.messages.is_empty() {
            everywhere(&market.anvil, &deployed, &witness, GUESTS);
        }
    }
    // Two plain transfers have none, two swaps at least four.
    assert!(messages >= 6 + 8, "{messages}");
    assert_ne!(address(&deployed, "dispute"), Address::ZERO);
}
