//! Nodes that are slow, gone, wrong or of two minds: each ends in an error that says so.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use alloy_primitives::{B256, hex};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, STORE, store},
    proxy::{Action, Proxy},
    recorded::{record, verified},
};
use crate::common::Ran;

/// A node with a contract and a transaction to it.
fn anvil() -> Option<(Anvil, B256)> {
    let anvil = Anvil::start(&[])?;
    let contract = anvil.deploy(STORE);
    let transaction = anvil.send(0, Some(contract), 0, &store(1, 2));
    Some((anvil, transaction))
}

/// Records through a proxy.
fn through(
    (anvil, transaction): &(Anvil, B256),
    more: &str,
    decide: impl Fn(&str, &Value) -> Action + Send + Sync + 'static,
) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let proxy = Proxy::start(&anvil.address, decide);
    let ran = record(folder.path(), &proxy.url(), *transaction, &format!("--no-cache {more}"));
    if ran.code == Some(0) {
        verified(folder.path(), "witness.bin");
    } else {
        assert_eq!(ran.code, Some(2));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    }
    ran
}

#[test]
fn a_slow_node_and_one_that_hangs_up() {
    let Some(node) = anvil() else { return };
    let ran = through(&node, "--timeout 1 --retries 1", |method, _| match method {
        "eth_getProof" => Action::Wait(Duration::from_secs(4)),
        _ => Action::Pass,
    });
    assert_eq!(
        ran.stderr,
        "error: the node does not answer eth_getProof, asked 2 times: no answer in 1 second \
         (--no-proofs does without it)\n"
    );
    let ran = through(&node, "--retries 1", |method, _| match method {
        "eth_getBlockReceipts" => Action::Close,
        _ => Action::Pass,
    });
    assert!(
        ran.stderr
            .starts_with("error: the node does not answer eth_getBlockReceipts, asked 2 times"),
        "{}",
        ran.stderr
    );
    // Two of three questions are lost, one is refused for being too many: asked again, all is well.
    let count = AtomicUsize::new(0);
    let ran = through(&node, "", move |_, _| match count.fetch_add(1, Ordering::Relaxed) % 4 {
        0 => Action::Close,
        1 => Action::Refuse(-32_005, "limit exceeded"),
        _ => Action::Pass,
    });
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn garbage_in_any_answer_names_the_method() {
    let Some(node) = anvil() else { return };
    for method in [
        "eth_chainId",
        "eth_getTransactionByHash",
        "eth_getBlockByHash",
        "eth_getBlockReceipts",
        "eth_getProof",
    ] {
        for text in ["<html>", "{}", r#"{"jsonrpc":"2.0","id":0,"result":"garbage"}"#] {
            let ran = through(&node, "--retries 1", move |asked, _| {
                if asked == method { Action::Say(text) } else { Action::Pass }
            });
            assert_eq!(ran.code, Some(2), "{method}: {text}");
            assert!(ran.stderr.contains(method), "{}", ran.stderr);
            assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        }
    }
}

const RECEIPTS: &str = "the root of its receipts is ";

#[test]
fn lies_in_answers_are_found() {
    let Some(node) = anvil() else { return };
    type Lie = (&'static str, fn(&mut Value), &'static str);
    let lies: [Lie; 9] = [
        ("eth_getBlockByHash", |block| block["stateRoot"] = json!(B256::ZERO), "hash"),
        ("eth_getBlockByHash", |block| block["transactions"] = json!([]), "transactions"),
        ("eth_getBlockByHash", |block| block["number"] = json!("0x7"), "hash"),
        ("eth_getBlockReceipts", |receipts| receipts[0]["status"] = json!("0x0"), RECEIPTS),
        ("eth_getBlockReceipts", |receipts| receipts[0]["gasUsed"] = json!("0x7"), RECEIPTS),
        ("eth_getBlockReceipts", |receipts| receipts[0]["logs"] = json!([]), RECEIPTS),
        (
            "eth_getBlockReceipts",
            |receipts| receipts[0]["blockHash"] = json!(B256::ZERO),
            "the chain was reorganised",
        ),
        (
            "eth_getTransactionByHash",
            |transaction| transaction["blockHash"] = json!(B256::repeat_byte(3)),
            "knows no block",
        ),
        ("eth_chainId", |id| *id = json!("0x1"), "the node is one of chain 1"),
    ];
    for (method, lie, expected) in lies {
        let ran =
            through(
                &node,
                "",
                move |asked, _| {
                    if asked == method { Action::Change(lie) } else { Action::Pass }
                },
            );
        assert_eq!(ran.code, Some(2), "{method}");
        assert!(ran.stderr.contains(expected), "{method}: {}", ran.stderr);
    }
    // Values beside a proof are not looked at: the nodes tell them.
    let ran = through(&node, "", |asked, _| match asked {
        "eth_getProof" => Action::Change(|proof| {
            proof["balance"] = json!("0x0");
            proof["nonce"] = json!("0x99");
        }),
        _ => Action::Pass,
    });
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    // The tracer's answer only says where to look.
    let ran = through(&node, "", |asked, _| match asked {
        "debug_traceTransaction" => Action::Change(|trace| {
            *trace = json!({"0x1111111111111111111111111111111111111111": {"balance": "0x7"}});
        }),
        _ => Action::Pass,
    });
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn other_chains_and_transactions_that_are_not_there() {
    let Some(node) = anvil() else { return };
    let ran = through(&node, "", |asked, _| match asked {
        "eth_getBlockByHash" => Action::Change(|block| {
            block["transactions"][0] = json!({
                "type": "0x7e", "hash": B256::repeat_byte(1), "from": "0x1111111111111111111111111111111111111111",
                "sourceHash": B256::repeat_byte(2), "mint": "0x0", "value": "0x0", "gas": "0x5208",
                "isSystemTx": false, "input": "0x", "nonce": "0x0",
                "to": "0x1111111111111111111111111111111111111111",
            });
        }),
        _ => Action::Pass,
    });
    assert!(ran.stderr.contains("transaction 0 of block 3: the hash is wrong"), "{}", ran.stderr);
    let ran = through(&node, "", |asked, _| match asked {
        "eth_getBlockByHash" => {
            Action::Change(|block| block["transactions"][0]["type"] = json!("0x64"))
        }
        _ => Action::Pass,
    });
    assert!(
        ran.stderr.contains("type 0x64 is not Ethereum's (it is an Arbitrum deposit)"),
        "{}",
        ran.stderr
    );
    let folder = tempfile::tempdir().unwrap();
    let unknown = B256::repeat_byte(5);
    let ran = record(folder.path(), &node.0.url(), unknown, "--no-cache");
    assert_eq!(ran.stderr, format!("error: the node knows no transaction {unknown}\n"));
    node.0.ask("evm_setAutomine", json!([false]));
    let pending = node.0.queue(0, None, 0, &[]);
    let ran = record(folder.path(), &node.0.url(), pending, "--no-cache --strict");
    let advice = "without --strict it is recorded on the state after the newest block";
    assert_eq!(ran.stderr, format!("error: transaction {pending} is in no block yet: {advice}\n"));
    let ran = record(folder.path(), &node.0.url(), node.1, "--no-cache --fork cancun");
    assert!(ran.stderr.contains("has not the fields of a header of fork cancun"), "{}", ran.stderr);
}

/// CLZ is Osaka's (EIP-7939).
#[test]
fn another_forks_rules_give_another_receipt() {
    let Some(anvil) = Anvil::start(&["--hardfork", "osaka"]) else { return };
    let contract = anvil.deploy(&hex!("60011e5000"));
    let transaction = anvil.send(0, Some(contract), 0, &[]);
    anvil.receipt(transaction);
    let folder = tempfile::tempdir().unwrap();
    let with = |more: &str| {
        record(folder.path(), &anvil.url(), transaction, &format!("--no-cache {more}"))
    };
    let ran = with("--fork prague");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the replay and the chain differ"), "{}", ran.stderr);
    assert!(ran.stderr.contains("is a success by its receipt, and a failure replayed"));
    let ran = with("--fork osaka");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    verified(folder.path(), "witness.bin");
}

#[test]
fn a_reorganisation_between_two_calls() {
    // The chain loses the block once it has been read.
    for method in ["debug_traceTransaction", "eth_getBlockReceipts", "eth_getProof"] {
        let Some((anvil, transaction)) = anvil() else { return };
        let (address, depth) = (anvil.address.clone(), 2);
        let done = AtomicUsize::new(0);
        let node = Proxy::start(&anvil.address, move |asked, _| {
            if asked == method && done.fetch_add(1, Ordering::Relaxed) == 0 {
                super::http::ask(&address, "anvil_rollback", &json!([depth]));
            }
            Action::Pass
        });
        let folder = tempfile::tempdir().unwrap();
        let ran = record(folder.path(), &node.url(), transaction, "--no-cache");
        assert_eq!(ran.code, Some(2), "{method}");
        assert!(ran.stderr.contains("the chain was reorganised"), "{method}: {}", ran.stderr);
    }
}
