//! What a watcher shows by HTTP: what is there is shown as it is kept, and what is wrong with a question is told.

use alloy_primitives::keccak256;
use iso_evm_testing::postgres::Postgres;
use serde_json::Value;

use super::{
    Beside, Chain,
    http::{ask, get},
    metrics::metric,
    seeded,
    seeded::Watched,
    tables,
};
use crate::schemas::schema;

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
