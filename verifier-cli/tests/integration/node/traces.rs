//! What real nodes trace of a transaction is what we trace of its witness.

use std::{fs, path::Path};

use alloy_primitives::{Address, B256, hex};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, STORE, store},
    others::{Other, hash},
    recorded::record,
};
use crate::common::run;

/// Code that does what traces are told apart by: a refund, calls of code, of a precompile, of nobody with value and
/// of what reverts, a creation of nothing and one that reverts, memory that grows, and it runs off its end.
fn busy(store: Address, reverts: Address) -> Vec<u8> {
    let [store, reverts] = [store, reverts].map(|address| address.to_vec());
    let push = |address: &[u8]| [&[0x73], address].concat();
    let nobody = push(Address::repeat_byte(0x77).as_slice());
    [
        // SSTORE(1, 7), SSTORE(1, 0), MSTORE(0, 5), MSTORE(32, 9)
        hex!("60076001556000600155" "60056000526009602052").to_vec(),
        // CALL(gas, store, 0, 0, 64, 128, 32)
        [&hex!("60206080604060006000")[..], &push(&store), &hex!("5af150")].concat(),
        // DELEGATECALL of the same
        [&hex!("6020608060406000")[..], &push(&store), &hex!("5af450")].concat(),
        // STATICCALL of the identity
        hex!("602060a06020600060045afa50").to_vec(),
        // CALL of nobody, with a wei
        [&hex!("60006000600060006001")[..], &nobody, &hex!("5af150")].concat(),
        // CALL of what reverts
        [&hex!("60006000600060006000")[..], &push(&reverts), &hex!("5af150")].concat(),
        // CREATE of nothing, and of REVERT(0, 0), which is in memory at 0x1b
        hex!("600060006000f050" "6460006000fd600052" "6005601b6000f050").to_vec(),
        // KECCAK256(0, 0x120), SELFBALANCE, RETURNDATASIZE
        hex!("61012060002050" "473d").to_vec(),
    ]
    .concat()
}

/// Records a transaction and holds our trace against the node's.
fn is_equal(
    folder: &Path,
    url: &str,
    transaction: B256,
    more: &str,
    node: &dyn Fn(&str, Value) -> Value,
) {
    let ran = record(folder, url, transaction, &format!("--no-cache {more}"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let options = json!({"enableMemory": true, "disableStorage": true});
    let result = node("debug_traceTransaction", json!([transaction, options]));
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": result});
    fs::write(folder.join("answer.json"), answer.to_string()).unwrap();
    let ran = run(folder, "iso-verify trace witness.bin --diff answer.json");
    assert_eq!(ran.code, Some(0), "{}{}", ran.text(), ran.stderr);
    let steps = result["structLogs"].as_array().unwrap().len();
    assert!(steps > 0 && ran.text().starts_with("equal in "), "{}", ran.text());
    assert!(ran.text().contains("gas left, ") && ran.text().contains("stack"), "{}", ran.text());
    // One line of it changed is seen.
    let mut lie = answer;
    let logs = lie["result"]["structLogs"].as_array_mut().unwrap();
    logs[steps / 2]["gas"] = json!(7);
    fs::write(folder.join("lie.json"), lie.to_string()).unwrap();
    let ran = run(folder, "iso-verify trace witness.bin --diff lie.json");
    assert_eq!(ran.code, Some(1), "{}", ran.text());
    assert!(ran.text().contains("there 7\n"), "{}", ran.text());
}

#[test]
fn what_anvil_traces_is_ours() {
    let Some(anvil) = Anvil::start(&["--hardfork", "osaka", "--steps-tracing"]) else { return };
    let called = anvil.deploy(STORE);
    let reverts = anvil.deploy(&hex!("5f5ffd"));
    let contract = anvil.deploy(&busy(called, reverts));
    let folder = tempfile::tempdir().unwrap();
    for transaction in [
        anvil.send(0, Some(contract), 10, &[]),
        anvil.send(0, Some(called), 0, &store(3, 4)),
        anvil.send(0, None, 0, &hex!("600160005360016000f3")),
    ] {
        let ask = |method: &str, params| anvil.ask(method, params);
        is_equal(folder.path(), &anvil.url(), transaction, "", &ask);
    }
}

/// The same of a node of another make.
fn toured(node: &Other, fork: &str) {
    let called = node.deploy(&hex!("602035600035556000" "6000a0" "00"));
    let reverts = node.deploy(&hex!("60006000fd"));
    let contract = node.deploy(&busy(called, reverts));
    let folder = tempfile::tempdir().unwrap();
    for receipt in [node.send(Some(contract), 10, &[]), node.send(Some(called), 0, &store(3, 4))] {
        let ask = |method: &str, params| node.ask(method, params);
        let more = format!("--retries 0 {fork}");
        is_equal(folder.path(), &node.url(), hash(&receipt), &more, &ask);
    }
}

#[test]
fn what_hardhat_traces_is_ours() {
    let Some(hardhat) = Other::hardhat() else { return };
    toured(&hardhat, "--fork osaka");
}

#[test]
fn what_ganache_traces_is_ours() {
    let Some(ganache) = Other::ganache() else { return };
    toured(&ganache, "");
}
