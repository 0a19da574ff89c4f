//! The course of a chain: what is there is caught up with, what comes is followed, what is replaced is marked.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{Beside, Chain, tables};
use crate::common::{root, run};

/// Numbers of the blocks that were audited, in their order.
fn audited(events: &[Value]) -> Vec<u64> {
    let blocks = events.iter().filter(|event| event["event"] == "block");
    blocks.map(|event| event["number"].as_u64().unwrap()).collect()
}

#[test]
fn every_transaction_of_a_chain_is_audited_once_and_what_is_audited_is_what_record_gives() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(30);
    let folder = tempfile::tempdir().unwrap();
    let url = chain.anvil.url();
    let watch = format!("iso-verify watch --rpc-url {url} --from 1 --once --poll 0.1");
    let ran = run(folder.path(), &watch);
    assert_eq!(ran.code, Some(0), "{}{}", ran.text(), ran.stderr);
    let (height, text) = (chain.anvil.height(), ran.text());
    assert!(text.contains(&format!("blocks: {height}\n")), "{text}");
    assert!(text.contains("block 5 0x"), "{text}");
    assert!(ran.stderr.contains("note: in step with the chain"), "{}", ran.stderr);
    let database = folder.path().join("watch.db").display().to_string();
    tables::hold_against(&database, &chain, 1);
    tables::hold_witnesses(&database, &folder.path().join("watch.witnesses"));
    // A second time there is nothing to be done.
    let before = tables::dump(&database);
    let ran = run(folder.path(), &watch);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.text().contains("block 5 "), "{}", ran.text());
    assert_eq!(tables::dump(&database), before);
    // The newest block, recorded by itself, has the same witnesses.
    let record = format!("iso-witness record --rpc-url {url} --no-cache --block {height} -o block");
    let ran = run(folder.path(), &record);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let files = std::fs::read_dir(folder.path().join("block")).unwrap();
    let mut hashes: Vec<_> = files
        .map(|file| alloy_primitives::keccak256(std::fs::read(file.unwrap().path()).unwrap()))
        .map(|hash| vec![hash.to_string()])
        .collect();
    hashes.sort();
    let sql = format!(
        "SELECT witness FROM transactions JOIN blocks ON blocks.hash = transactions.block \
         WHERE number = {height} ORDER BY witness"
    );
    assert!(!hashes.is_empty());
    assert_eq!(tables::rows(&database, &sql), hashes);
    // And a certificate can be made again from the witness.
    let sql = "SELECT certificate, witness FROM transactions WHERE certificate IS NOT NULL LIMIT 1";
    let row = tables::rows(&database, sql).remove(0);
    let name = row[1].trim_start_matches("0x");
    std::fs::write(folder.path().join("certificate.json"), &row[0]).unwrap();
    let file = format!("watch.witnesses/{}/{name}.bin", &name[..2]);
    let ran = run(folder.path(), &format!("iso-verify check certificate.json {file}"));
    assert_eq!(ran.code, Some(0), "{}{}", ran.text(), ran.stderr);
}

#[test]
fn what_is_replaced_is_marked_and_what_replaces_it_is_audited() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(12);
    let folder = tempfile::tempdir().unwrap();
    let url = chain.anvil.url();
    let mut watcher = Beside::start(
        folder.path(),
        &format!("--rpc-url {url} --from 1 --poll 0.1 --db w.db --engine both"),
    );
    let events = watcher.until_block(chain.anvil.height());
    assert_eq!(audited(&events), (1..=chain.anvil.height()).collect::<Vec<_>>());
    let old = chain.blocks(chain.anvil.height() - 2);
    chain.reorganise(3);
    let events = watcher.until_block(chain.anvil.height());
    let reorganised: Vec<_> =
        events.iter().filter(|event| event["event"] == "reorganised").collect();
    assert_eq!(reorganised.len(), 1, "{events:#?}");
    let gone: Vec<_> = old.iter().map(|(_, hash, _)| hash.as_str()).collect();
    let found = reorganised[0]["gone"].as_array().unwrap();
    let found: Vec<_> = found.iter().map(|it| it["hash"].as_str().unwrap()).collect();
    assert_eq!(found, gone);
    chain.make(6);
    watcher.until_block(chain.anvil.height());
    assert_eq!(watcher.end(), Some(0));
    let database = folder.path().join("w.db").display().to_string();
    tables::hold_against(&database, &chain, 1);
    let orphaned = "SELECT hash FROM blocks WHERE canonical = 0 AND orphaned_at IS NOT NULL \
                    ORDER BY blocks.number";
    let orphaned: Vec<_> = tables::rows(&database, orphaned).concat();
    assert_eq!(orphaned, gone);
    let events = tables::rows(&database, "SELECT kind FROM events");
    assert_eq!(events, [["reorganised"]]);
}

#[test]
fn a_sample_is_the_same_each_time_and_the_rest_is_replayed() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(20);
    let folder = tempfile::tempdir().unwrap();
    let url = chain.anvil.url();
    let mut dumps = Vec::new();
    for name in ["one.db", "two.db"] {
        let line = format!("iso-verify watch --rpc-url {url} --from 1 --once --sample 0.5");
        let ran = run(folder.path(), &format!("{line} --db {name} --poll 0.1"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.text().contains(" not in the sample\n"), "{}", ran.text());
        dumps.push(tables::dump(&folder.path().join(name).display().to_string()));
    }
    assert_eq!(dumps[0], dumps[1]);
    let status = |status: &str| {
        let rows = dumps[0].iter().filter(|(table, _)| *table == "transactions");
        rows.filter(|(_, row)| row[3] == status).count()
    };
    assert!(status("audited") > 5 && status("unsampled") > 5, "{}", status("audited"));
    assert!(root().exists());
}

/// No chain would have taken a transaction that a contract has sent.
#[test]
fn a_transaction_that_cannot_be_recorded_is_a_row_with_its_reason() {
    let Some(chain) = Chain::start() else { return };
    let sender = chain.contracts[0];
    chain.anvil.ask("anvil_setBalance", serde_json::json!([sender, "0xde0b6b3a7640000"]));
    chain.anvil.mine();
    chain.anvil.ask("anvil_impersonateAccount", serde_json::json!([sender]));
    let transaction = serde_json::json!({"from": sender, "to": sender, "gas": "0x186a0"});
    chain.anvil.ask("eth_sendTransaction", serde_json::json!([transaction]));
    chain.anvil.mine();
    let folder = tempfile::tempdir().unwrap();
    let (url, height) = (chain.anvil.url(), chain.anvil.height());
    let line = format!("iso-verify watch --rpc-url {url} --from {height} --until {height}");
    let ran = run(folder.path(), &format!("{line} --poll 0.1"));
    assert_eq!(ran.code, Some(3), "{}{}", ran.text(), ran.stderr);
    assert!(ran.text().contains("inconclusive: transaction 0 of block"), "{}", ran.text());
    let database = folder.path().join("watch.db").display().to_string();
    let rows = tables::rows(&database, "SELECT status, verdict, reason FROM transactions");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][..2], ["unrecorded", "inconclusive"]);
    assert!(rows[0][2].contains("transaction 0"), "{rows:?}");
}

#[test]
fn a_websocket_does_not_wake_the_watcher_or_its_silence_stops_it() {
    let Some(mut chain) = Chain::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = chain.anvil.url();
    // The node would be asked once a minute; it is told of each block. The other WebSocket is none.
    let (poll, socket) = (Duration::from_secs(60), url.replace("http://", "ws://"));
    let options = format!("--rpc-url {url} --from 1 --poll {} --ws-url {socket}", poll.as_secs());
    let options = format!("{options} --ws-url ws://127.0.0.1:1");
    let mut beside = Beside::start(folder.path(), &options);
    let height = chain.anvil.height();
    beside.until_block(height);
    let begun = Instant::now();
    // The first come before it listens, maybe.
    let miner = thread::spawn(move || {
        for _ in 0..50 {
            chain.make(1);
            thread::sleep(Duration::from_millis(100));
        }
        chain
    });
    beside.until_block(height + 1);
    let waited = begun.elapsed();
    let chain = miner.join().unwrap();
    assert!(waited < poll / 2, "{waited:?}");
    assert_eq!(beside.end(), Some(0));
    drop(chain);
}
