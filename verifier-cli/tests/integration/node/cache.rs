//! The cache: a second run needs no node, and a run that was cut short goes on.

use std::sync::atomic::{AtomicUsize, Ordering};

use alloy_primitives::B256;
use serde_json::{Value, json};

use super::{
    anvil::Anvil,
    block::{files, ten},
    lacks::unproved,
    proxy::{Action, Proxy},
    recorded::{record, verified},
};
use crate::common::run;

/// anvil keeps slots in its tries that are zero.
const NOT_COMPARED: &str = "the state root after the block is not compared\n";

#[test]
fn a_second_run_needs_no_node() {
    let Some(mut anvil) = Anvil::start(&[]) else { return };
    let hashes = ten(&anvil);
    let folder = tempfile::tempdir().unwrap();
    let (url, height) = (anvil.url(), anvil.height());
    let block = |more: &str| {
        let line = format!("iso-witness record --rpc-url {url} --block {height} --cache c {more}");
        run(folder.path(), &line)
    };
    assert_eq!(block("-o one").code, Some(0));
    assert_eq!(record(folder.path(), &url, hashes[3], "--cache c -o 3.bin").code, Some(0));
    anvil.stop();
    // With the node gone, and without asking for it.
    for more in ["--retries 0 -o two", "--offline -o three"] {
        let ran = block(more);
        assert_eq!(ran.code, Some(0), "{more}: {}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{more}: {}", ran.stderr);
        assert!(ran.stderr.ends_with(NOT_COMPARED), "{more}: {}", ran.stderr);
    }
    let ran = record(folder.path(), &url, hashes[3], "--cache c --offline -o 4.bin");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert!(read("3.bin") == read("4.bin"));
    for name in files(&folder.path().join("one")) {
        assert!(read(&format!("one/{name}")) == read(&format!("two/{name}")));
        assert!(read(&format!("one/{name}")) == read(&format!("three/{name}")));
    }
    // What was not asked for is not there.
    let ran = record(folder.path(), &url, hashes[4], "--cache c --offline");
    assert_eq!(
        ran.stderr,
        "error: eth_getTransactionByHash: the answer is not in the cache, and no node may be asked\n"
    );
    let ran = record(folder.path(), &url, hashes[4], "--no-cache --retries 0");
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.starts_with("error: the node does not answer eth_chainId, asked once: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_run_that_was_cut_short_goes_on() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    ten(&anvil);
    let folder = tempfile::tempdir().unwrap();
    let height = anvil.height();
    let block = |url: &str, more: &str| {
        let line = format!("iso-witness record --rpc-url {url} --block {height} {more}");
        run(folder.path(), &line)
    };
    let whole = Proxy::start(&anvil.address, |_, _| Action::Pass);
    assert_eq!(block(&whole.url(), "--no-cache -o whole").code, Some(0));
    // Hangs up after so many answers.
    let left = AtomicUsize::new(whole.all() / 2);
    let cut = Proxy::start(&anvil.address, move |_, _| {
        let left =
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if left.is_ok() { Action::Pass } else { Action::Close }
    });
    let ran = block(&cut.url(), "--cache c -o cut --retries 1 --concurrency 1");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("error: the node does not answer "), "{}", ran.stderr);
    assert!(!folder.path().join("cut").exists(), "nothing is written of half a block");
    let rest = Proxy::start(&anvil.address, |_, _| Action::Pass);
    let ran = block(&rest.url(), "--cache c -o rest");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.ends_with(NOT_COMPARED), "{}", ran.stderr);
    assert!(rest.all() < whole.all(), "{} of {}", rest.all(), whole.all());
    let names = files(&folder.path().join("rest"));
    assert_eq!(names.len(), 10);
    for name in names {
        let read = |folder_: &str| std::fs::read(folder.path().join(folder_).join(&name)).unwrap();
        assert!(read("whole") == read("rest"), "{name}");
        verified(&folder.path().join("rest"), &name);
    }
}

#[test]
fn false_answers_are_not_kept_and_damaged_files_are_asked_for_again() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let hash = ten(&anvil)[5];
    let folder = tempfile::tempdir().unwrap();
    let with = |url: &str, more: &str| record(folder.path(), url, hash, more);
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(with(&anvil.url(), "--no-cache -o right").code, Some(0));
    for method in ["eth_getBlockByHash", "eth_getBlockReceipts", "eth_getProof", "eth_getCode"] {
        let liar = Proxy::start(&anvil.address, move |asked, _| match asked {
            "debug_traceTransaction" => Action::Refuse(-32_601, "no"),
            _ if asked == method => Action::Change(|answer| match answer {
                Value::Array(list) => list.clear(),
                Value::Object(_) => {
                    answer["stateRoot"] = json!(B256::ZERO);
                    answer["accountProof"] = json!([]);
                }
                _ => *answer = json!("0x01"),
            }),
            _ => Action::Pass,
        });
        let ran = with(&liar.url(), "--cache c");
        if method == "eth_getProof" {
            // A proof that proves nothing is lacking; what it would have told is not in the witness.
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            unproved(folder.path(), "witness.bin");
        } else {
            assert_eq!(ran.code, Some(2), "{method}: {}", ran.stderr);
        }
    }
    let ran = with(&anvil.url(), "--cache c -o kept");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(read("kept") == read("right"));
    // Cut each file in half; put each in another's place.
    let mut folders = vec![folder.path().join("c")];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    assert!(paths.len() > 10);
    paths.sort_unstable();
    let whole: Vec<_> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    for damage in [0, 1] {
        for (index, path) in paths.iter().enumerate() {
            let other = &whole[(index + damage) % whole.len()];
            let length = if damage == 0 { other.len() / 2 } else { other.len() };
            std::fs::write(path, &other[..length]).unwrap();
        }
        let ran = with(&anvil.url(), "--cache c -o again");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert!(read("again") == read("right"));
    }
}
