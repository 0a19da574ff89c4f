//! One transaction at a time: recorded from the node, valid under all four audits.

use std::path::Path;

use alloy_primitives::{Address, B256, U256, hex};
use alloy_sol_types::{SolCall, SolValue, sol};
use iso_evm_wire::Witness;
use serde_json::{Value, json};

use super::anvil::{Anvil, STORE, store};
use crate::{
    common::{Ran, run, run_with},
    npm,
};

sol! {
    function transfer(address to, uint256 value) external returns (bool);
    function createPair(address tokenA, address tokenB) external returns (address pair);
    function getPair(address tokenA, address tokenB) external view returns (address pair);
    function mint(address to) external returns (uint256 liquidity);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data) external;
}

/// Records a transaction; what the command says.
pub(super) fn record(folder: &Path, url: &str, transaction: B256, more: &str) -> Ran {
    let line = format!("iso-witness record --rpc-url {url} --tx {transaction} {more}");
    run(folder, &line)
}

/// Verifies a file: valid, under all four audits; the report.
pub(super) fn valid(folder: &Path, file: &str) -> Value {
    let ran = run(folder, &format!("iso-verify {file} --json"));
    let report = ran.json();
    assert_eq!(ran.code, Some(0), "{report}");
    for audit in ["execution", "access", "tree", "transaction"] {
        assert_eq!(report["audits"][audit], "valid", "{report}");
    }
    // No schedule of a development chain is known.
    assert_eq!(report["notRun"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["notRun"][0]["check"], "fork", "{report}");
    report
}

/// [`valid`], with roots of the whole state: they lead to accounts that the transaction does not look at.
pub(super) fn verified(folder: &Path, file: &str) -> Value {
    let report = valid(folder, file);
    let witness = Witness::decode(&std::fs::read(folder.join(file)).unwrap()).unwrap();
    assert!(is_of_more(&witness), "{report}");
    report
}

/// Whether a child of the node at the root at entry is not in the file.
fn is_of_more(witness: &Witness) -> bool {
    let root = rlp::Rlp::new(&witness.nodes[&witness.roots.enter]);
    let children = root.iter().filter_map(|child| child.data().ok());
    let mut hashes = children.filter(|child| child.len() == 32).map(B256::from_slice);
    hashes.any(|hash| !witness.nodes.contains_key(&hash))
}

/// Records and verifies; the report. Where the node keeps zeros in its tries, roots are those of
/// the accounts alone, and that is said.
fn recorded(anvil: &Anvil, transaction: B256) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let ran = record(folder.path(), &anvil.url(), transaction, "--no-cache -o w.bin");
    assert_eq!(ran.code, Some(0), "{transaction}: {}", ran.stderr);
    let report = valid(folder.path(), "w.bin");
    if ran.stderr.is_empty() {
        verified(folder.path(), "w.bin");
    } else {
        assert!(ran.stderr.starts_with("note: eth_getProof: the node keeps a zero in the storage"));
        assert_eq!((ran.stderr.lines().count(), &report["anchor"]), (1, &json!("unproved")));
    }
    let receipt = anvil.receipt(transaction);
    assert_eq!(report["anchors"]["block"]["hash"], receipt["blockHash"]);
    assert_eq!(report["transactionHash"], json!(transaction));
    report
}

/// Initcode of one of Uniswap's contracts.
fn initcode(build: &Path, name: &str, arguments: &[u8]) -> Vec<u8> {
    let text = std::fs::read_to_string(build.join(name).with_extension("json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    [hex::decode(json["bytecode"].as_str().unwrap()).unwrap().as_slice(), arguments].concat()
}

#[test]
fn a_token_and_a_swap() {
    let Some(modules) = npm::modules("@uniswap/v2-core@1.0.1") else { return };
    let build = modules.join("@uniswap/v2-core/build");
    let Some(anvil) = Anvil::start(&[]) else { return };
    let user = anvil.accounts[0];
    let supply = U256::from(10).pow(U256::from(24));
    let factory = anvil.create(&initcode(&build, "UniswapV2Factory", &user.abi_encode()));
    let tokens = [0; 2].map(|_| anvil.create(&initcode(&build, "ERC20", &supply.abi_encode())));
    let create = createPairCall { tokenA: tokens[0], tokenB: tokens[1] }.abi_encode();
    let created = anvil.send(0, Some(factory), 0, &create);
    let get = getPairCall { tokenA: tokens[0], tokenB: tokens[1] }.abi_encode();
    let get = json!([{"to": factory, "data": hex::encode_prefixed(get)}, "latest"]);
    let word: B256 = serde_json::from_value(anvil.ask("eth_call", get)).unwrap();
    let pair = Address::from_word(word);
    let value = U256::from(50_000_000);
    let pay = transferCall { to: pair, value }.abi_encode();
    for token in tokens {
        anvil.send(0, Some(token), 0, &pay);
    }
    let minted = anvil.send(0, Some(pair), 0, &mintCall { to: user }.abi_encode());
    let paid = anvil.send(0, Some(tokens[0]), 0, &pay);
    let first = tokens[0] < tokens[1];
    let out = U256::from(20_000_000);
    let [zero, one] = if first { [U256::ZERO, out] } else { [out, U256::ZERO] };
    let data = Default::default();
    let swap = swapCall { amount0Out: zero, amount1Out: one, to: user, data };
    let swapped = anvil.send(0, Some(pair), 0, &swap.abi_encode());
    for (transaction, messages) in [(created, 3), (minted, 4), (paid, 1), (swapped, 4)] {
        assert_eq!(anvil.receipt(transaction)["status"], "0x1");
        let report = recorded(&anvil, transaction);
        assert_eq!(report["messages"].as_array().unwrap().len(), messages, "{report}");
    }
}

#[test]
fn transfers_failures_and_creations() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let reverting = anvil.deploy(&hex!("60205ffd"));
    let halting = anvil.deploy(&hex!("fe"));
    // BLOCKHASH of the parent, of its parent, and of the one before; then all three in slot 0.
    let hashes = anvil.deploy(&hex!("600143034060024303406003430340" "0101" "5f55"));
    for transaction in [
        anvil.send(0, Some(Address::repeat_byte(0x11)), 5, &[]),
        anvil.send(1, Some(anvil.accounts[1]), 5, &[]),
        anvil.send(0, Some(Address::with_last_byte(2)), 0, b"a precompile's input"),
        anvil.send(0, Some(reverting), 7, &[]),
        anvil.send(0, Some(halting), 7, &[]),
        anvil.send(0, Some(hashes), 0, &[]),
        anvil.send(0, None, 3, &hex!("5f5ff3")),
    ] {
        recorded(&anvil, transaction);
    }
}

#[test]
fn a_bare_transaction_is_recorded_with_a_node_and_refused_without() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    let transaction = anvil.send(0, Some(contract), 0, &store(1, 2));
    let object = anvil.ask("eth_getTransactionByHash", json!([transaction]));
    let folder = tempfile::tempdir().unwrap();
    let record = |object: &Value, more: &str| {
        let line = format!("iso-witness record - --no-cache {more}");
        run_with(folder.path(), &line, object.to_string().as_bytes())
    };
    let ran = record(&object, &format!("--rpc-url {}", anvil.url()));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    verified(folder.path(), "witness.bin");
    let ran = record(&object, "");
    let advice = "error: stdin: this is a transaction without the state before it: a node gives that: \
                  iso-witness record --rpc-url URL -\n";
    assert_eq!(ran.stderr, advice);
    let whole = json!({"transaction": object, "prestate": {}});
    let ran = record(&whole, &format!("--rpc-url {}", anvil.url()));
    assert_eq!(ran.stderr, "error: --rpc-url has no meaning for an input that has its own state\n");
    let mut deposit = object.clone();
    deposit["type"] = json!("0x64");
    let ran = record(&deposit, &format!("--rpc-url {}", anvil.url()));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("type 0x64 is not Ethereum's (it is an Arbitrum deposit)"),
        "{}",
        ran.stderr
    );
    let elsewhere = Anvil::start(&["--chain-id", "7"]).unwrap();
    let ran = record(&object, &format!("--rpc-url {}", elsewhere.url()));
    assert_eq!(
        ran.stderr,
        "error: the node is one of chain 7, and the transaction is for chain 31337\n"
    );
    let mut other = object;
    other["hash"] = json!(B256::repeat_byte(1));
    let ran = record(&other, &format!("--rpc-url {}", anvil.url()));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("hash"), "{}", ran.stderr);
}
