//! Callers who hang, a port that is taken, and what is said on the way: none of it holds the watcher up.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{Beside, http::get, seeded, seeded::Watched, tables};
use crate::common::run;

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
    // As many blocks as there are, whoever is there; how long a slow machine takes for them says nothing.
    chain.make(5);
    watcher.until_block(chain.anvil.height());
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
    assert!(begun.elapsed() < Duration::from_secs(30));
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
