//! What a watcher shows by HTTP: what is there is shown as it is kept, and nobody who asks holds the watcher up.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use alloy_primitives::keccak256;
use iso_evm_serve::{METRICS, MetricKind};
use iso_evm_testing::postgres::Postgres;
use serde_json::Value;
use tempfile::TempDir;

use super::{
    Beside, Chain,
    http::{Answer, ask, get},
    seeded, tables,
};
use crate::{common::run, schemas::schema};

/// A watcher of a chain in whose store is a lie, in step with it.
struct Watched {
    chain: Chain,
    folder: TempDir,
    watcher: Beside,
    address: String,
}

impl Watched {
    fn start(blocks: u64) -> Option<Self> {
        let mut chain = Chain::start()?;
        chain.make(blocks);
        let folder = tempfile::tempdir().unwrap();
        seeded::store(folder.path(), &chain, &[]);
        let options = format!("--rpc-url {} --from 1 --poll 0.1 --serve 0", chain.anvil.url());
        let mut watcher = Beside::start(folder.path(), &options);
        let address = watcher.address();
        watcher.until(|event| event["event"] == "in-step");
        Some(Self { chain, folder, watcher, address })
    }

    fn get(&self, path: &str) -> Answer {
        get(&self.address, path)
    }

    /// An answer of the API, which is as the schema has it.
    fn api(&self, path: &str) -> Value {
        let answer = self.get(&format!("/api/v1/{path}"));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        let json = answer.json();
        schema("watch-api").check(&json).unwrap_or_else(|error| panic!("{path}: {error}\n{json}"));
        json
    }
}

/// The value of a metric by its name and labels, as it stands in a line.
fn metric(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).parse().unwrap()
}

#[test]
fn what_is_shown_is_what_is_kept() {
    let Some(watched) = Watched::start(12) else { return };
    let (height, database) =
        (watched.chain.anvil.height(), seeded::options(watched.folder.path()).database);
    // Blocks, in pages: all of them, each once.
    let (mut numbers, mut path) = (Vec::new(), "blocks?limit=5".to_owned());
    loop {
        let page = watched.api(&path);
        let blocks = page["blocks"].as_array().unwrap();
        assert!((1..=5).contains(&blocks.len()));
        numbers.extend(blocks.iter().map(|block| block["number"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("blocks?limit=5&after={next}");
    }
    assert_eq!(numbers, (1..=height).rev().collect::<Vec<_>>());
    let invalid = watched.api("blocks?verdict=invalid&canonical=true");
    assert_eq!(invalid["blocks"].as_array().unwrap().len(), 1);
    let lying = &invalid["blocks"][0];
    assert_eq!(lying["number"], seeded::LYING);
    assert_eq!(watched.api("blocks?canonical=false")["blocks"], serde_json::json!([]));
    assert_eq!(watched.api(&format!("blocks?number={height}"))["blocks"][0]["number"], height);
    // A block by number and by hash is one.
    let by_number = watched.api(&format!("blocks/{}", seeded::LYING));
    let by_hash = watched.api(&format!("blocks/{}", lying["hash"].as_str().unwrap()));
    assert_eq!(by_number, by_hash);
    let transactions = watched.api(&format!("blocks/{height}"));
    let kept = tables::rows(
        &database,
        &format!(
            "SELECT transactions.hash FROM transactions JOIN blocks ON blocks.hash = block \
             WHERE number = {height} ORDER BY position"
        ),
    );
    let shown: Vec<_> = transactions["transactions"].as_array().unwrap().iter().collect();
    let shown: Vec<_> =
        shown.iter().map(|it| vec![it["hash"].as_str().unwrap().to_owned()]).collect();
    assert_eq!(shown, kept);
    // The lie: its finding, its transaction, its certificate and its witness, to the byte.
    let findings = watched.api("findings");
    let count = tables::rows(&database, "SELECT CAST(COUNT(*) AS TEXT) FROM findings");
    assert_eq!(findings["findings"].as_array().unwrap().len().to_string(), count[0][0]);
    let finding = &findings["findings"][0];
    let (audit, kind) = (finding["audit"].as_str().unwrap(), finding["kind"].as_str().unwrap());
    let same = watched.api(&format!("findings?audit={audit}&kind={kind}&canonical=true&limit=1"));
    assert_eq!(same["findings"][0]["kind"], kind);
    assert_eq!(watched.api("findings?kind=no-such")["findings"], serde_json::json!([]));
    let hash = finding["transaction"].as_str().unwrap();
    let transaction = watched.api(&format!("transactions/{hash}"));
    let place = &transaction["blocks"][0];
    assert_eq!(place["verdict"], "invalid");
    assert!(!place["messages"].as_array().unwrap().is_empty());
    assert_eq!(place["findings"].as_array().unwrap().len().to_string(), count[0][0]);
    let certificate = watched.get(&format!("/api/v1/transactions/{hash}/certificate"));
    let kept = tables::rows(
        &database,
        &format!("SELECT certificate FROM transactions WHERE hash = '{hash}'"),
    );
    assert_eq!(certificate.text(), kept[0][0]);
    let witness = watched.get(&format!("/api/v1/transactions/{hash}/witness"));
    assert_eq!(witness.header("content-type"), "application/octet-stream");
    let named = place["witness"].as_str().unwrap();
    assert_eq!(keccak256(&witness.body).to_string(), named);
    assert_eq!(watched.get(&format!("/api/v1/witnesses/{named}")).body, witness.body);
    let status = watched.api("status");
    assert_eq!((&status["state"], &status["behind"]), (&"in-step".into(), &0.into()));
    assert_eq!(status["audited"]["number"], height);
    assert_eq!(status["nodes"][0]["answers"], true);
    assert_eq!(watched.api("events")["events"], serde_json::json!([]));
    assert_eq!(watched.watcher.end(), Some(0));
}

#[test]
fn metrics_are_those_of_the_table_and_go_on_after_a_restart() {
    let Some(watched) = Watched::start(12) else { return };
    let answer = watched.get("/metrics");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    // Each has its kind and its meaning, and stands in the table.
    for line in text.lines().filter(|line| line.starts_with("# TYPE ")) {
        let (name, kind) = line["# TYPE ".len()..].split_once(' ').unwrap();
        let known = METRICS.iter().find(|metric| metric.name == name);
        let known = known.unwrap_or_else(|| panic!("{name} is in no table"));
        assert_eq!(known.kind.name(), kind);
        assert!(text.contains(&format!("# HELP {name} {}", known.help)), "{name}");
    }
    let height = watched.chain.anvil.height() as f64;
    let count = |status: &str| {
        let database = seeded::options(watched.folder.path()).database;
        let sql =
            format!("SELECT CAST(COUNT(*) AS TEXT) FROM transactions WHERE verdict = '{status}'");
        tables::rows(&database, &sql)[0][0].parse::<f64>().unwrap()
    };
    for (name, value) in [
        ("iso_watch_block_number{block=\"latest\"}", height),
        ("iso_watch_block_number{block=\"audited\"}", height),
        ("iso_watch_lag_blocks", 0.0),
        ("iso_watch_lag_seconds", 0.0),
        ("iso_watch_in_step", 1.0),
        ("iso_watch_transactions_total{verdict=\"valid\"}", count("valid")),
        ("iso_watch_transactions_total{verdict=\"invalid\"}", 1.0),
        ("iso_watch_blocks_total{verdict=\"invalid\"}", 1.0),
        ("iso_watch_node_up{node=\"0\"}", 1.0),
        ("iso_watch_node_asked{node=\"0\"}", 1.0),
        ("iso_watch_database_up", 1.0),
        ("iso_watch_phase_duration_seconds_count{phase=\"audit\"}", height - seeded::BLOCKS as f64),
    ] {
        assert_eq!(metric(text, name), value, "{name}");
    }
    assert!(metric(text, "iso_watch_database_bytes") > 4_096.0);
    assert!(metric(text, "iso_watch_witness_bytes") > 100.0);
    // What counts from the beginning of the process alone need not be there.
    let missing =
        METRICS.iter().filter(|metric| !text.contains(&format!("# TYPE {} ", metric.name)));
    let missing: Vec<_> = missing.map(|metric| metric.name).collect();
    let unseen = [
        "iso_watch_events_total",
        "iso_watch_reorganisation_depth_blocks",
        "iso_watch_webhook_taken_total",
        "iso_watch_webhook_failures_total",
        "iso_watch_webhook_dropped_total",
    ];
    assert_eq!(missing, unseen);
    let findings = |text: &str| {
        let lines = text.lines().filter(|line| line.starts_with("iso_watch_findings_total{"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let before = findings(text);
    assert!(!before.is_empty());
    // A reorganisation is counted, and all of it goes on with the next process.
    let Watched { mut chain, folder, mut watcher, address } = watched;
    chain.reorganise(3);
    watcher.until(|event| event["event"] == "reorganised");
    watcher.until_block(chain.anvil.height());
    let text = get(&address, "/metrics");
    let text = text.text();
    assert_eq!(metric(text, "iso_watch_reorganisations_total"), 1.0);
    assert_eq!(metric(text, "iso_watch_orphaned_blocks_total"), 3.0);
    assert_eq!(metric(text, "iso_watch_events_total{kind=\"reorganised\"}"), 1.0);
    assert_eq!(metric(text, "iso_watch_reorganisation_depth_blocks_bucket{le=\"3\"}"), 1.0);
    let blocks = |text: &str| {
        let names = ["valid", "invalid", "inconclusive"];
        names.map(|it| metric(text, &format!("iso_watch_blocks_total{{verdict=\"{it}\"}}")))
    };
    let counted = blocks(text);
    assert_eq!(watcher.end(), Some(0));
    let options = format!("--rpc-url {} --poll 0.1 --serve 127.0.0.1:0", chain.anvil.url());
    let watcher = Beside::start(folder.path(), &options);
    let text = get(&watcher.address(), "/metrics");
    let text = text.text();
    assert_eq!(blocks(text), counted);
    assert_eq!(findings(text), before);
    assert_eq!(metric(text, "iso_watch_reorganisations_total"), 1.0);
    assert_eq!(metric(text, "iso_watch_orphaned_blocks_total"), 3.0);
    let gone = get(&watcher.address(), "/api/v1/blocks?canonical=false").json();
    assert_eq!(gone["blocks"].as_array().unwrap().len(), 3);
    chain.make(1);
    assert_eq!(watcher.end(), Some(0));
}

#[test]
fn a_watcher_without_a_node_lives_and_is_not_ready() {
    let Some(watched) = Watched::start(5) else { return };
    let health = watched.get("/healthz");
    assert_eq!((health.status, &health.json()["alive"]), (200, &Value::Bool(true)));
    let ready = watched.get("/readyz");
    assert_eq!(ready.status, 200, "{}", ready.text());
    assert_eq!(ready.json()["state"], "in-step");
    let Watched { mut chain, mut watcher, address, .. } = watched;
    chain.anvil.stop();
    watcher.until(|event| event["event"] == "node-silent");
    let ready = get(&address, "/readyz");
    assert_eq!(ready.status, 503, "{}", ready.text());
    let json = ready.json();
    schema("watch-api").check(&json).unwrap();
    assert_eq!((&json["ready"], &json["reasons"][0]), (&false.into(), &"no node answers".into()));
    assert_eq!(get(&address, "/healthz").status, 200);
    let text = get(&address, "/metrics");
    assert_eq!(metric(text.text(), "iso_watch_node_up{node=\"0\"}"), 0.0);
    assert!(metric(text.text(), "iso_watch_node_errors_total{node=\"0\"}") >= 2.0);
    assert_eq!(watcher.end(), Some(0));
}

#[test]
fn what_is_wrong_with_a_request_is_told_with_its_status() {
    let Some(watched) = Watched::start(4) else { return };
    let zero = format!("0x{}", "00".repeat(32));
    for (path, status, words) in [
        ("blocks?limit=0".to_owned(), 400, "a number from 1 to 500 is expected"),
        ("blocks?limit=501".to_owned(), 400, "a number from 1 to 500 is expected"),
        ("blocks?verdict=good".to_owned(), 400, "valid, invalid or inconclusive"),
        ("blocks?canonical=1".to_owned(), 400, "true or false"),
        ("blocks?colour=red".to_owned(), 400, "\"colour\" is not known"),
        ("blocks?limit=1&limit=2".to_owned(), 400, "\"limit\" stands there twice"),
        ("blocks?after=x".to_owned(), 400, "\"next\""),
        (format!("blocks?after=1-{zero}-1-1"), 400, "of the same list"),
        ("findings?audit=trees".to_owned(), 400, "execution, access, tree or transaction"),
        ("blocks/latest".to_owned(), 400, "the number or the hash of a block"),
        ("blocks/999999".to_owned(), 404, "this block was not audited"),
        (format!("blocks/{zero}"), 404, "this block was not audited"),
        ("transactions/0x12".to_owned(), 400, "the hash of a transaction"),
        (format!("transactions/{zero}"), 404, "in no block that was audited"),
        (format!("transactions/{zero}/certificate"), 404, "in no block that was audited"),
        (format!("transactions/{zero}/witness"), 404, "in no block that was audited"),
        (format!("witnesses/{zero}"), 404, "not kept"),
        ("witnesses/..%2f..%2fwatch.db".to_owned(), 400, "the hash of a witness"),
        ("nothing".to_owned(), 404, "nothing of that name"),
    ] {
        let answer = watched.get(&format!("/api/v1/{path}"));
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        let json = answer.json();
        schema("watch-api").check(&json).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(json["error"].as_str().unwrap().contains(words), "{path}: {json}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
    let host = &watched.address;
    let answer = ask(
        host,
        &format!("POST /api/v1/blocks HTTP/1.0\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n"),
    );
    assert_eq!(answer.status, 405);
    // A page elsewhere whose name leads here.
    for other in ["evil.example", "evil.example:80", "localhost.evil.example", "192.168.0.1", ""] {
        let answer = ask(host, &format!("GET /api/v1/status HTTP/1.0\r\nhost: {other}\r\n\r\n"));
        assert_eq!(answer.status, 421, "{other}");
    }
    for same in ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:9100"] {
        let answer = ask(host, &format!("GET /api/v1/status HTTP/1.0\r\nhost: {same}\r\n\r\n"));
        assert_eq!(answer.status, 200, "{same}");
    }
    assert_eq!(watched.watcher.end(), Some(0));
}

/// Callers that say nothing, that stop in the middle, that say too much, and more of them than are taken.
#[test]
fn callers_that_hang_do_not_hold_the_watcher_up() {
    let Some(watched) = Watched::start(4) else { return };
    let Watched { mut chain, mut watcher, address, folder } = watched;
    let hash = tables::rows(
        &seeded::options(folder.path()).database,
        "SELECT hash FROM transactions WHERE verdict = 'invalid'",
    );
    let slow: Vec<_> = (0..60)
        .map(|index| {
            let mut stream = TcpStream::connect(&address).unwrap();
            let said = match index % 3 {
                0 => String::new(),
                1 => "GET /api/v1/blocks HTTP/1.1\r\nhost: ".to_owned(),
                _ => format!(
                    "GET /api/v1/transactions/{}/witness HTTP/1.1\r\nhost: {address}\r\n\r\n",
                    hash[0][0]
                ),
            };
            stream.write_all(said.as_bytes()).unwrap();
            stream
        })
        .collect();
    let begun = Instant::now();
    chain.make(5);
    watcher.until_block(chain.anvil.height());
    assert!(begun.elapsed() < Duration::from_secs(20));
    let answer = get(&address, "/healthz");
    assert_eq!(answer.status, 200);
    // Headers without an end are hung up on.
    let mut long = TcpStream::connect(&address).unwrap();
    let _ = long
        .write_all(format!("GET / HTTP/1.1\r\nhost: x\r\na: {}", "a".repeat(1 << 20)).as_bytes());
    let mut rest = Vec::new();
    long.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let _ = long.read_to_end(&mut rest);
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 4"));
    drop(slow);
    // It ends at once, whoever is still there.
    let _waits = TcpStream::connect(&address).unwrap();
    let begun = Instant::now();
    assert_eq!(watcher.end(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_port_that_is_taken_is_an_error_before_anything_is_begun() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let node = "--rpc-url http://127.0.0.1:1";
    let address = taken.local_addr().unwrap();
    let ran = run(folder.path(), &format!("iso-verify watch {node} --serve {address}"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with(&format!("error: --serve: {address}: ")), "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let ran = run(folder.path(), &format!("iso-verify watch {node} --serve here"));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("\"here\" is no address to listen on: a port (9100)"),
        "{}",
        ran.stderr
    );
}

/// The log of a service: a JSON object a line, notes and errors among them.
#[test]
fn a_log_as_json_is_json_in_every_line() {
    let Some(watched) = Watched::start(4) else { return };
    let Watched { chain, folder, watcher, .. } = watched;
    assert_eq!(watcher.end(), Some(0));
    let options =
        format!("--rpc-url {} --poll 0.1 --serve 0 --log-format json -v", chain.anvil.url());
    let mut watcher = Beside::start(folder.path(), &options);
    watcher.until(|event| event["event"] == "in-step");
    watcher.address();
    let said = watcher.said();
    assert!(said.iter().any(|line| line.contains("serving http://127.0.0.1:")), "{said:?}");
    for line in &said {
        let json: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        for name in ["timestamp", "level", "message"] {
            assert!(json[name].is_string(), "{line}");
        }
    }
    assert_eq!(watcher.end(), Some(0));
    let ran = run(folder.path(), "iso-verify watch --log-format json --rpc-url ftp://127.0.0.1");
    let json: Value = serde_json::from_str(ran.stderr.trim()).unwrap();
    assert_eq!((ran.code, &json["level"]), (Some(2), &"ERROR".into()));
    assert!(json["message"].as_str().unwrap().contains("http or https expected, found ftp"));
}

/// The same answers from PostgreSQL.
#[test]
fn what_is_shown_does_not_depend_on_the_database() {
    let Some(postgres) = Postgres::start() else { return };
    let Some(mut chain) = Chain::start() else { return };
    chain.make(6);
    let folder = tempfile::tempdir().unwrap();
    let answers = |name: &str, database: &str| {
        let options = format!(
            "--rpc-url {} --from 1 --poll 0.1 --serve 0 --db {database} --witnesses {name} \
             --keep-witnesses invalid",
            chain.anvil.url()
        );
        let mut watcher = Beside::start(folder.path(), &options);
        let address = watcher.address();
        watcher.until(|event| event["event"] == "in-step");
        let paths = [
            "blocks?limit=3",
            "blocks/4",
            "findings",
            "events",
            "blocks?verdict=valid&canonical=true",
        ];
        let mut answers = paths.map(|path| {
            let answer = get(&address, &format!("/api/v1/{path}"));
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            answer.json()
        });
        for blocks in &mut answers {
            without_times(blocks);
        }
        let text = get(&address, "/metrics");
        let valid = metric(text.text(), "iso_watch_transactions_total{verdict=\"valid\"}");
        assert!(metric(text.text(), "iso_watch_database_bytes") > 0.0);
        assert_eq!(get(&address, "/readyz").status, 200);
        // Of what is valid no witness is kept, and that is said.
        let transaction = answers[1]["transactions"][0]["hash"].as_str().unwrap();
        let explanation = get(&address, &format!("/transactions/{transaction}/report.html"));
        assert_eq!(explanation.status, 404);
        assert!(explanation.text().contains("this witness is not kept"), "{}", explanation.text());
        assert_eq!(watcher.end(), Some(0));
        (answers, valid)
    };
    assert_eq!(answers("one", "one.db"), answers("two", &postgres.database()));
}

/// Takes out when something happened.
fn without_times(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_times),
        Value::Object(fields) => {
            fields.remove("auditedAt");
            fields.values_mut().for_each(without_times);
        }
        _ => {}
    }
}

#[test]
fn every_metric_is_in_the_specification() {
    let text = std::fs::read_to_string(crate::common::root().join("specs/23-watch.md")).unwrap();
    for metric in METRICS {
        let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let kind = match metric.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        let row =
            format!("| `{}` | {kind} | {} | {} |", metric.name, labels.join(", "), metric.help);
        assert!(text.contains(&row), "{row}");
    }
}
