//! Nodes that do not mean well: answers without an end, a byte at a time, from elsewhere, of other
//! people's values. Each ends the recording with one line, and soon.

use std::{
    io::Write,
    net::TcpStream,
    time::{Duration, Instant},
};

use alloy_primitives::B256;
use serde_json::json;

use super::{
    anvil::{Anvil, STORE, store},
    lacks::unproved,
    proxy::{Action, Proxy},
    recorded::record,
};
use crate::common::Ran;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

fn node() -> Option<(Anvil, B256)> {
    let anvil = Anvil::start(&[])?;
    let contract = anvil.deploy(STORE);
    let transaction = anvil.send(0, Some(contract), 0, &store(1, 2));
    Some((anvil, transaction))
}

/// Records from a node that answers a method so. It must fail, leave nothing, and be done in time.
fn faked(
    (anvil, transaction): &(Anvil, B256),
    method: &'static str,
    raw: fn(&mut TcpStream),
) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let fake =
        Proxy::start(
            &anvil.address,
            move |asked, _| {
                if asked == method { Action::Raw(raw) } else { Action::Pass }
            },
        );
    let begin = Instant::now();
    let more = "--no-cache --timeout 3 --retries 1";
    let ran = record(folder.path(), &fake.url(), *transaction, more);
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains(method), "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    ran
}

/// Writes on for as long as somebody reads, or a minute.
fn endless(stream: &mut TcpStream, head: &str, piece: &[u8]) {
    let begin = Instant::now();
    let _ = stream.write_all(head.as_bytes());
    while begin.elapsed() < Duration::from_secs(60) && stream.write_all(piece).is_ok() {}
}

#[test]
fn an_endless_answer_ends_at_its_methods_limit() {
    let Some(node) = node() else { return };
    let raw: [fn(&mut TcpStream); 3] = [
        // Until the connection is closed.
        |stream| endless(stream, &format!("{HEAD}\r\n"), &[b' '; 4096]),
        // In chunks.
        |stream| {
            let chunk = format!("1000\r\n{}\r\n", " ".repeat(4096));
            endless(stream, &format!("{HEAD}transfer-encoding: chunked\r\n\r\n"), chunk.as_bytes());
        },
        // Said to be that long.
        |stream| {
            endless(
                stream,
                &format!("{HEAD}content-length: 99999999999999\r\n\r\n"),
                &[b' '; 4096],
            );
        },
    ];
    for raw in raw {
        let ran = faked(&node, "eth_chainId", raw);
        let limit = iso_evm_rpc::http::answer_limit("eth_chainId");
        assert!(ran.stderr.contains(&format!("longer than {limit} bytes")), "{}", ran.stderr);
    }
}

/// No compressed answer is asked for: 10 MB of blanks in 10 KB of gzip are no answer.
#[test]
fn a_compressed_answer_is_not_blown_up() {
    let Some(node) = node() else { return };
    faked(&node, "eth_chainId", |stream| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![b' '; 10 << 20]).unwrap();
        let packed = packed.finish().unwrap();
        let length = packed.len();
        let head = format!("{HEAD}content-encoding: gzip\r\ncontent-length: {length}\r\n\r\n");
        let _ = stream.write_all(&[head.as_bytes(), &packed].concat());
    });
}

/// A byte now and then keeps no connection open for longer than an answer may take.
#[test]
fn a_dribbling_answer_ends_in_time() {
    let Some(node) = node() else { return };
    let ran = faked(&node, "eth_getBlockByHash", |stream| {
        let begin = Instant::now();
        let _ = stream.write_all(format!("{HEAD}content-length: 100000\r\n\r\n").as_bytes());
        while begin.elapsed() < Duration::from_secs(60) && stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    assert!(ran.stderr.contains("asked 2 times: no answer in 3 seconds"), "{}", ran.stderr);
}

#[test]
fn a_redirect_is_not_followed() {
    let Some(node) = node() else { return };
    // Where it would lead, everything would be there.
    let elsewhere = Proxy::start(&node.0.address, |_, _| Action::Pass);
    let port = elsewhere.url().rsplit_once(':').unwrap().1.to_owned();
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent"]
    {
        let folder = tempfile::tempdir().unwrap();
        let (port, answered) = (port.clone(), status.to_owned());
        let redirecting = redirect(format!(
            "HTTP/1.1 {answered}\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\n\r\n"
        ));
        let ran = record(folder.path(), &redirecting, node.1, "--no-cache");
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        let number = &status[..3];
        assert!(ran.stderr.contains("eth_chainId"), "{}", ran.stderr);
        assert!(ran.stderr.contains(number) && ran.stderr.contains("redirect"), "{}", ran.stderr);
        assert!(!ran.stderr.contains(&port), "no URL is repeated: {}", ran.stderr);
    }
    assert_eq!(elsewhere.all(), 0);
}

/// The URL of a node that answers one question, with this.
fn redirect(answer: String) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = std::io::BufReader::new(stream.try_clone().unwrap());
        let _ = super::http::read(&mut reader);
        let _ = stream.write_all(answer.as_bytes());
    });
    url
}

/// An error that is answered is told as what it is; it is asked for again only where that can help.
#[test]
fn errors_that_a_node_answers_are_not_silence() {
    let Some((anvil, transaction)) = node() else { return };
    let status = |line: &'static str| match line {
        "403" => Action::Raw(|stream| answer(stream, "403 Forbidden", "no key, no answer")),
        "503" => Action::Raw(|stream| answer(stream, "503 Service Unavailable", "come back later")),
        "429" => Action::Raw(|stream| answer(stream, "429 Too Many Requests", "")),
        "unknown" => Action::Refuse(-32_000, "header not found"),
        "limit" => Action::Refuse(-32_005, "limit exceeded"),
        _ => Action::Refuse(-32_603, "internal error"),
    };
    for (what, times, expected) in [
        ("403", 1, "the node refuses eth_getBlockByHash: no key, no answer (403)"),
        ("internal", 1, "the node refuses eth_getBlockByHash: internal error (-32603)"),
        ("unknown", 3, "the node refuses eth_getBlockByHash: header not found (-32000)"),
        (
            "503",
            3,
            "the node answers eth_getBlockByHash with an error, asked 3 times: HTTP status 503: come \
             back later",
        ),
        (
            "429",
            3,
            "the node answers eth_getBlockByHash with an error, asked 3 times: HTTP status 429",
        ),
        (
            "limit",
            3,
            "the node answers eth_getBlockByHash with an error, asked 3 times: limit exceeded \
             (-32005)",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let proxy = Proxy::start(&anvil.address, move |method, _| match method {
            "eth_getBlockByHash" => status(what),
            _ => Action::Pass,
        });
        let ran = record(folder.path(), &proxy.url(), transaction, "--no-cache --retries 2");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), &*format!("error: {expected}\n")));
        assert_eq!(proxy.count("eth_getBlockByHash"), times, "{what}");
    }
}

fn answer(stream: &mut TcpStream, status: &str, body: &str) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
    let _ = stream.write_all(head.as_bytes());
}

/// What one node says and does not prove is not taken for another's answer.
#[test]
fn a_liars_values_do_not_reach_another_nodes_run() {
    let Some((anvil, transaction)) = node() else { return };
    let folder = tempfile::tempdir().unwrap();
    let unproving = |method: &str| match method {
        "eth_getProof" => Action::Refuse(-32_601, "no"),
        _ => Action::Pass,
    };
    let liar = Proxy::start(&anvil.address, move |method, _| match method {
        "eth_getStorageAt" => Action::Change(|value| *value = json!(B256::with_last_byte(2))),
        method => unproving(method),
    });
    let honest = Proxy::start(&anvil.address, move |method, _| unproving(method));
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let right = record(folder.path(), &honest.url(), transaction, "--no-cache -o right.bin");
    assert_eq!(right.code, Some(0), "{}", right.stderr);
    // The lie changes what storing costs: the receipt shows it. It is in the cache all the same.
    let lied = record(folder.path(), &liar.url(), transaction, "--cache c -o lied.bin");
    assert_eq!(lied.code, Some(2), "{}", lied.stderr);
    assert!(liar.count("eth_getStorageAt") > 0);
    let ran = record(folder.path(), &honest.url(), transaction, "--cache c -o honest.bin");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(honest.count("eth_getStorageAt") > 0, "asked for anew");
    assert!(read("honest.bin") == read("right.bin"));
    unproved(folder.path(), "honest.bin");
    // Its own are there for its next run.
    let asked = honest.count("eth_getStorageAt");
    let ran = record(folder.path(), &honest.url(), transaction, "--cache c -o again.bin");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(honest.count("eth_getStorageAt"), asked);
    assert!(read("again.bin") == read("right.bin"));
}
