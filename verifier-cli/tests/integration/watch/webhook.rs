//! Who asked to be told is told, at least once: by a receiver that fails first, that is away across a restart, that
//! hangs; each time signed, under the same id, and without a word of the address anywhere.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use alloy_primitives::{B256, hex};
use iso_evm_testing::postgres::Postgres;
use iso_evm_watch::{
    Keep, Place, Store, StoreOptions,
    webhook::{Hook, Hooks, Patience, Secret},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Beside, Chain,
    http::{Does, Got, HIDDEN, Receiver, get, url},
    seeded, tables,
};
use crate::{
    common::{command, run},
    node::proxy::{Action, Proxy},
    schemas::schema,
};

const SECRET: &str = "a secret that nobody guesses";

/// Little patience, for tests.
const PATIENCE: Patience = Patience {
    answer: Duration::from_millis(500),
    look: Duration::from_millis(20),
    first_pause: Duration::from_millis(50),
    longest_pause: Duration::from_millis(200),
    at_most: Duration::from_secs(3_600),
};

/// HMAC by its definition (RFC 2104), of another making than the one that signs.
fn signature(secret: &[u8], message: &[u8]) -> String {
    let key = |pad: u8| {
        let mut block = [pad; 64];
        secret.iter().enumerate().for_each(|(index, byte)| block[index] ^= byte);
        block
    };
    let inner = Sha256::digest([&key(0x36), message].concat());
    let outer = Sha256::digest([&key(0x5c)[..], &inner].concat());
    format!("sha256={}", hex::encode(outer))
}

/// Makes sure that what came is signed, and as the schema has it; what it says.
fn opened(got: &Got) -> Value {
    let message = format!("{}.{}", got.header("x-iso-timestamp"), got.body);
    assert_eq!(got.header("x-iso-signature"), signature(SECRET.as_bytes(), message.as_bytes()));
    let json = got.json();
    schema("watch-notice").check(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(json["id"], got.header("x-iso-id"));
    assert_eq!(got.header("content-type"), "application/json");
    json
}

/// A store in which a finding waits to be told to the receiver on a port.
struct Waiting {
    options: StoreOptions,
    hook: Hook,
    /// The store, as a watcher has it open.
    store: Store,
    /// How many findings there are.
    findings: usize,
}

impl Waiting {
    fn new(folder: &Path, database: String, port: u16) -> Self {
        let witnesses = folder.join("witnesses");
        let options = StoreOptions { database, witnesses, keep: Keep::All };
        let hook = Hook::parse(&url(port)).unwrap();
        let mut store = Store::open(&options).unwrap();
        store.tell(&[hook.name().to_owned()]).unwrap();
        store.is_of(10, None).unwrap();
        let lie = seeded::false_transaction(folder);
        let place = Place {
            number: 7,
            hash: B256::repeat_byte(7),
            parent: B256::repeat_byte(6),
            timestamp: 7,
        };
        let block = seeded::block(place, vec![lie]);
        store.put(&block, None).unwrap();
        let findings = match &block.transactions[0].outcome {
            iso_evm_watch::Outcome::Audited(audited) => audited.report.findings.len(),
            _ => unreachable!(),
        };
        // What is audited again is not told again.
        store.put(&block, None).unwrap();
        Self { options, hook, store, findings }
    }

    fn hooks(&self, patience: Patience) -> Hooks {
        let secret = Secret::new(SECRET).unwrap();
        Hooks::begin(std::slice::from_ref(&self.hook), &secret, &self.options, patience).unwrap()
    }

    fn outcomes(&self) -> Vec<Vec<String>> {
        tables::rows(
            &self.options.database,
            "SELECT COALESCE(outcome, 'waits'), CAST(attempts AS TEXT) FROM outbox ORDER BY id",
        )
    }

    /// Waits until nothing waits.
    fn settle(&self) {
        for _ in 0..1_000 {
            if self.outcomes().iter().all(|row| row[0] != "waits") {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it still waits: {:?}", self.outcomes())
    }
}

/// In each database that there is.
fn each(test: impl Fn(&Path, String)) {
    let folder = tempfile::tempdir().unwrap();
    test(folder.path(), folder.path().join("watch.db").display().to_string());
    if let Some(postgres) = Postgres::start() {
        test(folder.path(), postgres.database());
    }
}

#[test]
fn a_receiver_that_fails_first_is_told_again_under_the_same_id() {
    each(|folder, database| {
        let fails = [
            Does::Answers(500),
            Does::HangsUp,
            Does::Answers(404),
            Does::Redirects,
            Does::Answers(429),
        ];
        let receiver = Receiver::start(0, move |before| {
            fails.get(before).copied().unwrap_or(Does::Answers(204))
        });
        let waiting = Waiting::new(folder, database, receiver.port());
        let hooks = waiting.hooks(PATIENCE);
        waiting.settle();
        let got = receiver.got();
        assert_eq!(got.len(), fails.len() + waiting.findings);
        let mut ids: Vec<_> = got.iter().map(|got| opened(got)["id"].clone()).collect();
        ids.sort_by_key(ToString::to_string);
        ids.dedup();
        assert_eq!(ids.len(), waiting.findings);
        let first = opened(&got[0]);
        assert_eq!((&first["kind"], &first["chain"]), (&json!("finding"), &json!(10)));
        assert_eq!(first["detail"]["number"], 7);
        assert!(waiting.outcomes().iter().all(|row| row[0] == "taken"), "{:?}", waiting.outcomes());
        let tally = &hooks.tallies()[0];
        let counted = (tally.taken() as usize, tally.failed() as usize, tally.dropped());
        assert_eq!(counted, (waiting.findings, fails.len(), 0));
        hooks.end(Duration::from_secs(5));
    });
}

#[test]
fn a_receiver_that_hangs_holds_up_neither_the_store_nor_another_receiver_nor_the_end() {
    each(|folder, database| {
        let hangs = Receiver::start(0, |_| Does::Hangs);
        let takes = Receiver::start(0, |_| Does::Answers(200));
        let mut waiting = Waiting::new(folder, database, hangs.port());
        let hooks = [waiting.hook.clone(), Hook::parse(&takes.url()).unwrap()];
        waiting.store.tell(&hooks.each_ref().map(|hook| hook.name().to_owned())).unwrap();
        let secret = Secret::new(SECRET).unwrap();
        let patience = Patience { answer: Duration::from_secs(60), ..PATIENCE };
        let hooks = Hooks::begin(&hooks, &secret, &waiting.options, patience).unwrap();
        hangs.until(1);
        let begun = Instant::now();
        let detail = json!({"event": "node-disagrees", "node": 1, "number": 5, "expected": B256::ZERO, "found": B256::ZERO});
        waiting.store.put_event("node-disagrees", &detail).unwrap();
        // What is not told to others is kept, and goes to nobody.
        waiting
            .store
            .put_event("node-silent", &json!({"event": "node-silent", "node": 1, "reason": "x"}))
            .unwrap();
        let got = takes.until(1);
        assert_eq!(opened(&got[0])["kind"], "node-disagrees");
        hooks.end(Duration::from_millis(300));
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert_eq!((takes.got().len(), hangs.got().len()), (1, 1));
        // The next process tells it: nothing has said that it was taken.
        drop(hangs);
        assert!(waiting.outcomes().iter().any(|row| row[0] == "waits"));
    });
}

#[test]
fn what_nobody_takes_is_given_up_in_the_end_and_that_is_an_event() {
    each(|folder, database| {
        let receiver = Receiver::start(0, |_| Does::Answers(503));
        let waiting = Waiting::new(folder, database, receiver.port());
        let hooks = waiting.hooks(Patience { at_most: Duration::from_millis(600), ..PATIENCE });
        waiting.settle();
        hooks.end(Duration::from_secs(5));
        assert!(
            waiting.outcomes().iter().all(|row| row[0] == "dropped"),
            "{:?}",
            waiting.outcomes()
        );
        let events = tables::rows(&waiting.options.database, "SELECT kind, detail FROM events");
        assert_eq!(events.len(), waiting.findings);
        for row in &events {
            assert_eq!(row[0], "undelivered");
            let detail: Value = serde_json::from_str(&row[1]).unwrap();
            assert_eq!(detail["reason"], "it answers with status 503");
            assert_eq!((&detail["receiver"], &detail["kind"]), (&json!(0), &json!("finding")));
            assert!(detail["attempts"].as_u64().unwrap() >= 1);
        }
    });
}

/// Nobody listens while it is found; the process is killed; the next one tells it, and what comes later.
#[test]
fn what_was_found_before_a_kill_is_told_after_it() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(6);
    let folder = tempfile::tempdir().unwrap();
    // A port at which nobody listens.
    let port = Receiver::start(0, |_| Does::HangsUp).port();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_ne!(port, free);
    let hook = Hook::parse(&url(free)).unwrap();
    seeded::store(folder.path(), &chain, &[hook.name().to_owned()]);
    let database = seeded::options(folder.path()).database;
    // Another node of the chain, which has other blocks.
    let lies = Proxy::start(&chain.anvil.address, |method, params| match method {
        "eth_getBlockByNumber" if params[0] != "0x0" => Action::Change(|block| {
            if !block.is_null() {
                block["hash"] = json!(B256::repeat_byte(0x66));
            }
        }),
        _ => Action::Pass,
    });
    let options = format!(
        "--rpc-url {} --rpc-url {} --poll 0.1 --serve 0 -vvv --webhook {}",
        chain.anvil.url(),
        lies.url(),
        url(free)
    );
    let variables = [("ISO_WEBHOOK_SECRET", SECRET)];
    let mut watcher = Beside::start_with(folder.path(), &options, &variables);
    let address = watcher.address();
    watcher.until(|event| event["event"] == "node-disagrees");
    let failed = |address: &str| {
        let text = get(address, "/metrics").text().to_owned();
        let name = "iso_watch_webhook_failures_total{receiver=\"0\"} ";
        text.lines().find_map(|line| line.strip_prefix(name)).map_or(0, |it| it.parse().unwrap())
    };
    let mut tried = 0_u64;
    for _ in 0..1_000 {
        tried = failed(&address);
        if tried > 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(tried > 0);
    let said = watcher.said().join("\n");
    assert!(
        said.contains("a notice is not taken") && said.contains("connection refused"),
        "{said}"
    );
    watcher.kill();
    let receiver = Receiver::start(free, |_| Does::Answers(200));
    let watcher = Beside::start_with(folder.path(), &options, &variables);
    let count = tables::rows(&database, "SELECT id FROM outbox").len();
    let got = receiver.until(count);
    let kinds: Vec<_> =
        got.iter().map(|got| opened(got)["kind"].as_str().unwrap().to_owned()).collect();
    assert!(kinds.iter().any(|kind| kind == "finding"), "{kinds:?}");
    assert!(kinds.iter().any(|kind| kind == "node-disagrees"), "{kinds:?}");
    // The address is in nothing that was said, kept or shown, nor is the secret.
    let said =
        [said, watcher.said().join("\n"), get(&watcher.address(), "/").text().to_owned()].concat();
    assert_eq!(watcher.end(), Some(0));
    let mut kept = String::from_utf8_lossy(&std::fs::read(&database).unwrap()).into_owned();
    kept.push_str(&said);
    for hidden in HIDDEN.into_iter().chain([SECRET]) {
        assert!(!kept.contains(hidden), "{hidden}");
    }
}

#[test]
fn a_webhook_without_a_secret_or_an_address_is_refused_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let ran = |address: &str, secret: Option<&str>| {
        let mut command = command("iso-verify");
        command.env_remove("ISO_WEBHOOK_SECRET").current_dir(folder.path());
        command.envs(secret.map(|secret| ("ISO_WEBHOOK_SECRET", secret)));
        command.args(["watch", "--rpc-url", "http://127.0.0.1:1", "--webhook", address]);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (address, secret, expected) in [
        ("https://example.com/T0KEN", None, "--webhook needs a secret in $ISO_WEBHOOK_SECRET"),
        ("https://example.com/T0KEN", Some("short"), "$ISO_WEBHOOK_SECRET: the secret has 5 bytes"),
        ("ftp://example.com/T0KEN", Some(SECRET), "--webhook: no address of a webhook: http://"),
        ("example.com/T0KEN", Some(SECRET), "--webhook: no address of a webhook: http://"),
    ] {
        let (code, stderr) = ran(address, secret);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(expected) && !stderr.contains("T0KEN"), "{stderr}");
    }
    assert!(!folder.path().join("watch.db").exists());
    assert_eq!(run(folder.path(), "iso-verify watch --help").code, Some(0));
}
