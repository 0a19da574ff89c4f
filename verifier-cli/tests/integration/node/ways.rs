//! Nodes that lack methods: the same bytes where proofs can be had, and where not what can be said.

use serde_json::{Value, json};

use super::{
    anvil::{Anvil, STORE, store},
    block::{files, ten},
    proxy::{Action, Proxy},
    recorded::{record, verified},
};
use crate::common::run;

#[test]
fn without_the_tracer_the_bytes_are_the_same() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let hashes = ten(&anvil);
    let folder = tempfile::tempdir().unwrap();
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    for refusal in [(-32_601, "no"), (-32_000, "tracing is for those who pay")] {
        let proxy = Proxy::start(&anvil.address, move |method, _| match method {
            "debug_traceTransaction" | "debug_traceBlockByHash" => {
                Action::Refuse(refusal.0, refusal.1)
            }
            _ => Action::Pass,
        });
        for hash in [hashes[0], hashes[4], hashes[9]] {
            assert_eq!(record(folder.path(), &anvil.url(), hash, "--no-cache -o a").code, Some(0));
            let ran = record(folder.path(), &proxy.url(), hash, "--no-cache -o b");
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            let said = match refusal.0 {
                -32_601 => {
                    "note: the node does not offer debug_traceTransaction: state is read as \
                            it is asked for\n"
                }
                _ => {
                    "note: the node refuses debug_traceTransaction: tracing is for those who pay \
                      (-32000): state is read as it is asked for\n"
                }
            };
            assert_eq!(ran.stderr, said);
            assert!(bytes("a") == bytes("b"), "{hash}");
        }
        assert_eq!(proxy.count("debug_traceTransaction"), 3);
    }
}

#[test]
fn a_block_is_not_traced_at_once_or_the_bytes_are_others_where_it_is_not() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    ten(&anvil);
    let folder = tempfile::tempdir().unwrap();
    let block = |url: &str, name: &str| {
        let height = anvil.height();
        let line =
            format!("iso-witness record --rpc-url {url} --block {height} -o {name} --no-cache");
        let ran = run(folder.path(), &line);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let folder = folder.path().join(name);
        let names = files(&folder);
        names.iter().map(|name| std::fs::read(folder.join(name)).unwrap()).collect::<Vec<_>>()
    };
    let proxy = Proxy::start(&anvil.address, |_, _| Action::Pass);
    let told = block(&proxy.url(), "at-once");
    let counts = ["debug_traceBlockByHash", "debug_traceTransaction"].map(|it| proxy.count(it));
    assert_eq!((told.len(), counts), (10, [1, 0]));
    // Fewer than the block has; one that failed; none of what it should be; more.
    let changes: [fn(&mut Value); 4] = [
        |traces| *traces = traces.as_array().unwrap()[1..].into(),
        |traces| traces[3] = json!({ "txHash": null, "error": "out of time" }),
        |traces| *traces = json!("no"),
        |traces| {
            let first = traces[0].clone();
            traces.as_array_mut().unwrap().push(first);
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let proxy = Proxy::start(&anvil.address, move |method, _| match method {
            "debug_traceBlockByHash" => Action::Change(change),
            _ => Action::Pass,
        });
        assert!(block(&proxy.url(), &format!("each-{index}")) == told, "{index}");
        assert_eq!(proxy.count("debug_traceTransaction"), 10, "{index}");
    }
}

#[test]
fn without_proofs_nothing_is_proved_and_the_rest_is_recorded() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let hashes = ten(&anvil);
    let proxy = Proxy::start(&anvil.address, |method, _| match method {
        "eth_getProof" => Action::Refuse(-32_601, "no"),
        _ => Action::Pass,
    });
    let folder = tempfile::tempdir().unwrap();
    for hash in [hashes[0], hashes[6]] {
        let ran = record(folder.path(), &proxy.url(), hash, "--no-cache");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(
            ran.stderr,
            "note: the node does not offer eth_getProof: state is taken on trust, and the access \
             and transaction audits will not run\n"
        );
        let ran = run(folder.path(), "iso-verify witness.bin --json");
        let report = ran.json();
        assert_eq!(ran.code, Some(3), "{report}");
        assert_eq!(report["anchor"], "unproved");
        let audits = &report["audits"];
        assert_eq!((&audits["execution"], &audits["tree"]), (&json!("valid"), &json!("valid")));
        let not_run = report["notRun"].to_string();
        assert!(not_run.contains("access") && not_run.contains("the trie node"), "{report}");
    }
}

#[test]
fn deletions_need_a_sibling() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let folder = tempfile::tempdir().unwrap();
    // Two slots, one of them deleted: the other stands in the same branch.
    for (index, slots) in [[0, 1], [2, 3], [5, 9]].into_iter().enumerate() {
        let contract = anvil.deploy(STORE);
        for slot in slots {
            anvil.send(0, Some(contract), 0, &store(slot, 7));
        }
        let deleted = anvil.send(0, Some(contract), 0, &store(slots[0], 0));
        let name = format!("w{index}.bin");
        // Through the block itself, and through another key where that is refused.
        let at_block = Proxy::start(&anvil.address, |_, _| Action::Pass);
        let ran = record(folder.path(), &at_block.url(), deleted, &format!("--no-cache -o {name}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        verified(folder.path(), &name);
        let block = anvil.receipt(deleted)["blockHash"].clone();
        let by_key = Proxy::start(&anvil.address, move |method, params| match method {
            "eth_getProof" if params[2]["blockHash"] == block => Action::Refuse(-32_000, "no"),
            _ => Action::Pass,
        });
        let ran = record(folder.path(), &by_key.url(), deleted, "--no-cache -o other.bin");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        assert!(bytes(&name) == bytes("other.bin"));
    }
}
