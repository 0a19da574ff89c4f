//! Several nodes of one chain: one that is away for a while, one that lags, one that lies; and L1 beside it, where an
//! operator commits to its blocks.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use alloy_primitives::{Address, B256};
use iso_evm_watch::{
    AuditOptions, Event, Keep, NodeNews, Policy, ProblemKind, Start, Stop, Store, StoreOptions,
    WatchOptions, Watcher,
};
use serde_json::{Value, json};

use super::{Beside, Chain, tables};
use crate::{
    chain::{
        self,
        anvil::{KEY, address},
        keys::private,
    },
    common::run,
    node::proxy::{Action, Proxy},
};

const BY_NUMBER: &str = "eth_getBlockByNumber";

/// The chain that is watched, by its id and rules.
const GUEST: &str = "--guest-chain 31337 --schedule prague=0";

/// The account of L1 that would challenge: that of [`KEY`].
const CHALLENGER: usize = 3;

/// The chain where operators commit to blocks.
struct L1 {
    host: chain::anvil::Anvil,
    dispute: Address,
}

impl L1 {
    fn start() -> Option<Self> {
        let host = chain::anvil::Anvil::start()?;
        let dispute = address(&host.deploy(GUEST), "dispute");
        Some(Self { host, dispute })
    }

    /// The options of a watcher that would challenge.
    fn watched(&self, folder: &Path) -> String {
        let (url, dispute) = (&self.host.url, self.dispute);
        private(&folder.join("key"), KEY);
        format!(
            "--l1-rpc-url {url} --dispute {dispute} {GUEST} --settled 0 --challenge --private-key-file key"
        )
    }

    /// The first account commits to the newest block; the commitment's name.
    fn commit(&self, chain: &Chain, folder: &Path) -> Value {
        let (guest, number) = (chain.anvil.url(), chain.anvil.height());
        let (host, operator, dispute) = (&self.host.url, self.host.accounts[0], self.dispute);
        let line = format!(
            "iso-verify commit --rpc-url {guest} --block {number} --l1-rpc-url {host} --unlocked {operator} \
             --dispute {dispute} {GUEST} --json"
        );
        let ran = run(folder, &line);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let document = ran.json();
        assert_eq!(document["standing"], "open");
        document["id"].clone()
    }
}

fn is_same(event: &Value, id: &Value) -> bool {
    event["event"] == "commitment-same" && event["commitment"]["id"] == *id
}

fn is(event: &Value, name: &str, node: u64) -> bool {
    event["event"] == name && event["node"] == node
}

#[test]
fn a_chain_is_followed_through_a_node_that_is_away_one_that_lags_and_one_that_lies() {
    let Some(mut chain) = Chain::start() else { return };
    let Some(l1) = L1::start() else { return };
    chain.make(110);
    let away = Arc::<AtomicBool>::default();
    let is_away = away.clone();
    let first = Proxy::start(&chain.anvil.address, move |_, _| {
        if is_away.load(Ordering::Relaxed) { Action::Close } else { Action::Pass }
    });
    // For ever at the height that the chain has now.
    let stale = format!("{:#x}", chain.anvil.height());
    let lags = Proxy::start(&chain.anvil.address, move |method, params| match method {
        BY_NUMBER if params[0] == "latest" => Action::Instead(json!([stale, false]), |_| ()),
        _ => Action::Pass,
    });
    // From there on it has other blocks.
    let true_up_to = chain.anvil.height();
    let lies = Proxy::start(&chain.anvil.address, move |method, params| {
        let name = params[0].as_str().unwrap_or_default();
        let number = u64::from_str_radix(name.trim_start_matches("0x"), 16);
        match method {
            BY_NUMBER if number.map_or(name == "latest", |number| number > true_up_to) => {
                Action::Change(|block| {
                    if !block.is_null() {
                        block["hash"] = json!(B256::repeat_byte(0x66));
                    }
                })
            }
            _ => Action::Pass,
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let urls: Vec<_> = [&first, &lags, &lies].map(|it| format!("--rpc-url {}", it.url())).into();
    let options = "--from 1 --poll 0.1 --behind 8 --timeout 5 --retries 0";
    let options = format!("{} {options} {}", urls.join(" "), l1.watched(folder.path()));
    let mut watcher = Beside::start(folder.path(), &options);
    watcher.until_block(chain.anvil.height());
    chain.make(25);
    let events = watcher.until_block(chain.anvil.height());
    if !events.iter().any(|event| is(event, "node-lags", 1)) {
        watcher.until(|event| is(event, "node-lags", 1));
    }
    // The node is away, and the chain goes on.
    away.store(true, Ordering::Relaxed);
    watcher.until(|event| is(event, "node-silent", 0));
    chain.reorganise(3);
    chain.make(30);
    away.store(false, Ordering::Relaxed);
    let events = watcher.until_block(chain.anvil.height());
    let count = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!((count("reorganised"), count("node-answers")), (1, 1), "{events:#?}");
    // L1 takes back what an honest operator has committed to, who does so again.
    let id = l1.commit(&chain, folder.path());
    watcher.until(|event| is_same(event, &id));
    l1.host.method("anvil_reorg", json!([1, []]));
    watcher.until(|event| event["event"] == "commitment-gone");
    assert_eq!(l1.commit(&chain, folder.path()), id);
    // What is thought of it is what was.
    watcher.until(|event| event["event"] == "commitment" && event["commitment"]["id"] == id);
    chain.make(40);
    watcher.until_block(chain.anvil.height());
    let id = l1.commit(&chain, folder.path());
    watcher.until(|event| is_same(event, &id));
    assert_eq!(l1.host.chain.mined_count(l1.host.accounts[CHALLENGER]).unwrap(), 0);
    assert_eq!(watcher.end(), Some(0));
    assert!(chain.anvil.height() > 200);
    let database = folder.path().join("watch.db").display().to_string();
    tables::hold_against(&database, &chain, 1);
    let kept = tables::rows(&database, "SELECT DISTINCT kind FROM events ORDER BY kind").concat();
    let expected = ["node-answers", "node-disagrees", "node-lags", "node-silent", "reorganised"];
    for name in expected {
        assert!(kept.iter().any(|kind| kind == name), "{name}: {kept:?}");
    }
}

#[test]
fn another_node_is_asked_while_the_first_is_silent() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(10);
    let away = Arc::<AtomicBool>::default();
    let is_away = away.clone();
    let first = Proxy::start(&chain.anvil.address, move |_, _| {
        if is_away.load(Ordering::Relaxed) { Action::Close } else { Action::Pass }
    });
    let second = Proxy::start(&chain.anvil.address, |_, _| Action::Pass);
    let folder = tempfile::tempdir().unwrap();
    let urls = format!("--rpc-url {} --rpc-url {}", first.url(), second.url());
    let mut watcher = Beside::start(folder.path(), &format!("{urls} --from 1 --poll 0.1"));
    watcher.until_block(chain.anvil.height());
    assert_eq!(second.count("eth_getBlockByHash"), 0, "it is only compared with");
    away.store(true, Ordering::Relaxed);
    watcher.until(|event| is(event, "node-chosen", 1));
    chain.make(5);
    watcher.until_block(chain.anvil.height());
    assert_eq!(watcher.end(), Some(0));
    tables::hold_against(&folder.path().join("watch.db").display().to_string(), &chain, 1);
}

/// A block that a node names and does not give is a row that says so, and is tried again.
#[test]
fn a_block_that_is_not_read_is_told_and_audited_when_it_can_be() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(8);
    let refuses = Arc::new(AtomicBool::new(true));
    let does = refuses.clone();
    let hash = chain.blocks(6).remove(0).1;
    let node = Proxy::start(&chain.anvil.address, move |method, params| match method {
        // Its header alone is the parent's of the next.
        "eth_getBlockByHash" if does.load(Ordering::Relaxed) && *params == json!([hash, true]) => {
            Action::Refuse(-32_000, "pruned")
        }
        _ => Action::Pass,
    });
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("w.db").display().to_string();
    let store = Store::open(&StoreOptions {
        database: database.clone(),
        witnesses: folder.path().join("w"),
        keep: Keep::All,
    });
    let policy = Policy {
        poll: std::time::Duration::from_millis(50),
        first_pause: std::time::Duration::from_millis(10),
        again: std::time::Duration::from_millis(200),
        attempts: 2,
        ..Policy::default()
    };
    let options = WatchOptions {
        nodes: vec![node.url()],
        bells: Vec::new(),
        start: Start::Number(1),
        until: None,
        once: false,
        audit: AuditOptions::default(),
        jobs: None,
        policy,
    };
    let watcher = Watcher::begin(options, store.unwrap(), Stop::default()).unwrap();
    let mut tried = 0;
    for event in watcher {
        let Event::Block { block, again } = event.unwrap() else { continue };
        if !again && block.place.number != 6 {
            assert!(block.problem.is_none(), "{:?}", block.problem);
            continue;
        }
        tried += 1;
        assert_eq!((block.place.number, again), (6, tried > 1));
        let Some(problem) = &block.problem else { break };
        assert_eq!(problem.kind, ProblemKind::Unread);
        assert!(problem.reason.contains("pruned"), "{}", problem.reason);
        if tried == 2 {
            refuses.store(false, Ordering::Relaxed);
        }
    }
    assert_eq!(tried, 3);
    tables::hold_against(&database, &chain, 1);
}

#[test]
fn a_node_of_another_chain_is_told_and_never_asked() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(4);
    let other = Proxy::start(&chain.anvil.address, |method, _| match method {
        "eth_chainId" => Action::Change(|id| *id = json!("0x1")),
        _ => Action::Pass,
    });
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreOptions {
        database: folder.path().join("w.db").display().to_string(),
        witnesses: folder.path().join("w"),
        keep: Keep::Invalid,
    });
    let mut store = store.unwrap();
    store.is_of(31_337, None).unwrap();
    let options = WatchOptions {
        nodes: vec![chain.anvil.url(), other.url()],
        bells: Vec::new(),
        start: Start::Number(1),
        until: None,
        once: false,
        audit: AuditOptions::default(),
        jobs: None,
        policy: Policy { poll: std::time::Duration::from_millis(50), ..Policy::default() },
    };
    let stop = Stop::default();
    let (mut told, mut in_step) = (false, false);
    for event in Watcher::begin(options, store, stop.clone()).unwrap() {
        match event.unwrap() {
            Event::Node { node: 1, what: NodeNews::Wrong { reason } } => {
                assert!(reason.contains("about chain 31337"), "{reason}");
                told = true;
            }
            Event::InStep { .. } => in_step = true,
            _ => {}
        }
        if told && in_step {
            stop.stop();
        }
    }
    assert!(told && in_step);
    assert_eq!(other.count("eth_getBlockByHash"), 0);
    // Valid ones leave no witness.
    assert_eq!(std::fs::read_dir(folder.path().join("w")).unwrap().count(), 0);
}
