//! A node that tells something else of a rollup's block than what is: named, and nothing is written.

use std::fs;

use alloy_primitives::B256;
use serde_json::{Value, json};

use super::{
    super::{
        block::files,
        lacks::unproved,
        proxy::{Action, Proxy},
    },
    chain::{Chain, Style},
    fake::Fake,
    fixtures::file,
};
use crate::common::{Ran, run};

const NUMBER: u64 = 22_880_574;

/// Records the block through a proxy; a folder with what came of it.
fn through(
    node: &Fake,
    more: &str,
    decide: impl Fn(&str, &Value) -> Action + Send + Sync + 'static,
) -> (tempfile::TempDir, Ran) {
    let folder = tempfile::tempdir().unwrap();
    let proxy = Proxy::start(&node.address, decide);
    let url = proxy.url();
    let line = format!("iso-witness record --rpc-url {url} --block {NUMBER} --no-cache {more}");
    let ran = run(folder.path(), &line);
    (folder, ran)
}

#[test]
fn lies_about_a_rollups_block_are_found() {
    let Some(file) = file(NUMBER) else { return };
    let node = Fake::start(Chain::of(&file, Style::Reth).0);
    type Lie = (&'static str, fn(&mut Value), &'static str);
    let lies: [Lie; 12] = [
        (
            "eth_getBlockByHash",
            |block| block["transactions"][0]["mint"] = json!("0x1"),
            "transaction 0 of block 22880574: the hash is wrong",
        ),
        (
            "eth_getBlockByHash",
            |block| {
                block["transactions"][0]["from"] =
                    json!("0x1111111111111111111111111111111111111111")
            },
            "transaction 0 of block 22880574: the hash is wrong",
        ),
        (
            "eth_getBlockByHash",
            |block| {
                block["transactions"][0]["isSystemTx"] = json!(true);
                block["transactions"][0]["hash"] = Value::Null;
            },
            "the root of its transactions is ",
        ),
        (
            "eth_getBlockByHash",
            |block| block["transactions"][0]["sourceHash"] = Value::Null,
            "transaction 0 of block 22880574: field \"sourceHash\" is missing",
        ),
        (
            "eth_getBlockByHash",
            |block| drop(block["transactions"].as_array_mut().unwrap().pop()),
            "the root of its transactions is ",
        ),
        (
            "eth_getBlockByHash",
            |block| {
                let address = block["miner"].clone();
                block["withdrawals"] = json!([{
                    "index": "0x0", "validatorIndex": "0x0", "address": address, "amount": "0x1",
                }]);
            },
            "begins with a deposit of the OP Stack, which has no withdrawals, and has some",
        ),
        (
            "eth_getBlockByHash",
            |block| block["withdrawalsRoot"] = json!(B256::repeat_byte(7)),
            "hash",
        ),
        (
            "eth_getBlockReceipts",
            |receipts| receipts[0]["depositNonce"] = json!("0x7"),
            "the root of its receipts is ",
        ),
        (
            "eth_getBlockReceipts",
            |receipts| receipts[0]["depositReceiptVersion"] = Value::Null,
            "the root of its receipts is ",
        ),
        (
            "eth_getBlockReceipts",
            |receipts| receipts[0]["depositNonce"] = Value::Null,
            "the receipt of transaction 0 of block 22880574: field \"depositNonce\" is missing",
        ),
        (
            "eth_getBlockReceipts",
            |receipts| receipts[1]["gasUsed"] = json!("0x7"),
            "the root of its receipts is ",
        ),
        (
            "eth_chainId",
            |id| *id = json!("0x1"),
            "the node is one of chain 1, and the transaction is for chain 11155420",
        ),
    ];
    for (method, lie, expected) in lies {
        let (folder, ran) =
            through(
                &node,
                "",
                move |asked, _| {
                    if asked == method { Action::Change(lie) } else { Action::Pass }
                },
            );
        assert_eq!(ran.code, Some(2), "{method}: {expected}");
        assert!(ran.stderr.contains(expected), "{method}: {}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    }
    // What no root has is not looked at.
    let (_folder, ran) = through(&node, "", |asked, _| match asked {
        "eth_getBlockReceipts" => Action::Change(|receipts| {
            receipts[1]["l1Fee"] = json!("0x0");
            receipts[1]["depositNonce"] = json!("0x7");
        }),
        "eth_getBlockByHash" => Action::Change(|block| {
            // The parent's are not asked for.
            let Some(deposit) = block["transactions"].get_mut(0) else { return };
            deposit["nonce"] = json!("0x99");
            deposit["depositReceiptVersion"] = Value::Null;
        }),
        _ => Action::Pass,
    });
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

/// The last word of each proof of the L1Block's slots is another: it leads nowhere, and proves nothing.
#[test]
fn another_value_of_the_l1_block_is_not_proved() {
    let Some(file) = file(NUMBER) else { return };
    let node = Fake::start(Chain::of(&file, Style::Geth).0);
    let (folder, ran) = through(&node, "-o all", |asked, params| match asked {
        "eth_getProof" if params[0] == "0x4200000000000000000000000000000000000015" => {
            Action::Change(|proof| {
                for slot in proof["storageProof"].as_array_mut().unwrap() {
                    let nodes = slot["proof"].as_array_mut().unwrap();
                    let Some(Value::String(last)) = nodes.last_mut() else { continue };
                    let digit = if last.ends_with('1') { "2" } else { "1" };
                    last.replace_range(last.len() - 1.., digit);
                }
            })
        }
        _ => Action::Pass,
    });
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with(
            "note: the node's answer to eth_getProof of account \
             0x4200000000000000000000000000000000000015 does not lead to "
        ),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("from there on state is taken on trust"), "{}", ran.stderr);
    let all = folder.path().join("all");
    for name in files(&all) {
        unproved(&all, &name);
    }
}

#[test]
fn a_rollups_block_has_its_own_chains_rules() {
    let Some(file) = file(NUMBER) else { return };
    let node = Fake::start(Chain::of(&file, Style::Geth).0);
    for fork in ["cancun", "optimism/granite", "optimism/isthmus"] {
        let (folder, ran) = through(&node, &format!("--fork {fork}"), |_, _| Action::Pass);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        let expected = format!("error: --fork {fork} contradicts ");
        assert!(ran.stderr.starts_with(&expected), "{}", ran.stderr);
        assert!(ran.stderr.contains("optimism/holocene"), "{}", ran.stderr);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    }
    let (_folder, ran) = through(&node, "--fork optimism/holocene", |_, _| Action::Pass);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}
