//! What keeps a watcher from going on: one line, exit code 2, and what is kept is as it was.

use alloy_primitives::B256;
use serde_json::json;

use super::{Beside, Chain};
use crate::{
    common::run,
    node::proxy::{Action, Proxy},
};

#[test]
fn wrong_usage_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let node = "--rpc-url http://127.0.0.1:1";
    for (options, expected) in [
        ("", "watch needs --rpc-url"),
        ("--rpc-url ftp://127.0.0.1", "node 1: the node's URL: http or https expected, found ftp"),
        ("--from yesterday", "a number, latest, safe or finalized is expected"),
        ("--sample 2", "a number above 0 and at most 1 is expected"),
        ("--engine node", "expected native, hypervisor or both"),
        ("--keep-witnesses some", "expected all, invalid or a number of days"),
        ("--poll 0", "a number of seconds"),
    ] {
        let node = if options.is_empty() || options.contains("rpc-url") { "" } else { node };
        let ran = run(folder.path(), &format!("iso-verify watch {options} {node}"));
        assert_eq!(ran.code, Some(2), "{options}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{options}: {}", ran.stderr);
    }
    let ran = run(folder.path(), &format!("iso-verify watch {node} --db missing/watch.db"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("error: missing/watch.db.lock: "), "{}", ran.stderr);
    let url = "postgres://nobody:secret@127.0.0.1:1/none";
    let ran = run(folder.path(), &format!("iso-verify watch {node} --db {url}"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("error: the database: "), "{}", ran.stderr);
    assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
}

#[test]
fn another_chain_another_beginning_and_a_second_watcher_are_refused() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(6);
    let folder = tempfile::tempdir().unwrap();
    let url = chain.anvil.url();
    let line = |more: &str| {
        let ran = run(folder.path(), &format!("iso-verify watch --poll 0.1 --once {more}"));
        (ran.code, ran.stderr)
    };
    let (code, stderr) = line(&format!("--rpc-url {url} --from 5"));
    assert_eq!(code, Some(0), "{stderr}");
    // Goes on where it was, wherever it is told to begin, if that leaves no gap.
    chain.make(2);
    for from in ["5", "8", "latest"] {
        let (code, stderr) = line(&format!("--rpc-url {url} --from {from}"));
        assert_eq!(code, Some(0), "{stderr}");
    }
    for from in ["4", "500"] {
        let (code, stderr) = line(&format!("--rpc-url {url} --from {from}"));
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains("begins with block 5 and goes on with "), "{stderr}");
        assert!(stderr.contains("(--db names one)"), "{stderr}");
    }
    let genesis = Proxy::start(&chain.anvil.address, |_, params| {
        if params[0] != "0x0" {
            return Action::Pass;
        }
        Action::Change(|block| block["hash"] = json!(B256::repeat_byte(0x66)))
    });
    let id = Proxy::start(&chain.anvil.address, |method, _| match method {
        "eth_chainId" => Action::Change(|id| *id = json!("0x1")),
        _ => Action::Pass,
    });
    for (other, expected) in
        [(genesis, "a chain that begins with 0x6666"), (id, "chain 31337, and the node is one of")]
    {
        let (code, stderr) = line(&format!("--rpc-url {}", other.url()));
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
        assert!(stderr.contains("(--db names another database)"), "{stderr}");
    }
    let mut beside = Beside::start(folder.path(), &format!("--rpc-url {url} --poll 0.1"));
    beside.until(|event| event["event"] == "heads");
    let (code, stderr) = line(&format!("--rpc-url {url}"));
    assert_eq!(code, Some(2), "{stderr}");
    assert_eq!(stderr, "error: the database is in use by another watcher\n");
    assert_eq!(beside.end(), Some(0));
}
