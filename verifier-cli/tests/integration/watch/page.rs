//! The status page and an explanation, in a real browser: they are shown, complain of nothing and ask nobody else.

use std::{fs, path::PathBuf};

use iso_evm_testing::browser;
use serde_json::{Value, json};

use super::{Beside, Chain, http::get, seeded};
use crate::{
    common::root,
    node::proxy::{Action, Proxy},
};

/// Where pictures go: into the build folder, for whoever wants to look.
fn pictures() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("tmp/watch-page")
}

#[test]
fn the_status_page_leads_from_a_finding_to_its_explanation_and_asks_nobody_else() {
    if browser::chromium().is_none() {
        return;
    }
    let Some(mut chain) = Chain::start() else { return };
    chain.make(24);
    let folder = tempfile::tempdir().unwrap();
    seeded::store(folder.path(), &chain, &[]);
    // A second node that gives text which would be a program, if it were not text.
    let lies = Proxy::start(&chain.anvil.address, |_, _| Action::Say("<script>alert(1)</script>"));
    let options = "--from 1 --poll 0.1 --retries 0 --serve 0";
    let urls = format!("--rpc-url {} --rpc-url {}", chain.anvil.url(), lies.url());
    let mut watcher = Beside::start(folder.path(), &format!("{urls} {options}"));
    let address = watcher.address();
    // In one order or the other.
    let mut seen = [false; 2];
    watcher.until(|event| {
        seen[0] |= event["event"] == "in-step";
        seen[1] |= event["event"] == "node-silent";
        seen == [true; 2]
    });
    chain.reorganise(2);
    watcher.until(|event| event["event"] == "reorganised");
    watcher.until_block(chain.anvil.height());
    let script = root().join("verifier-cli/tests/integration/watch/page.mjs");
    let arguments = [format!("http://{address}/"), pictures().display().to_string()];
    let Some(said) = browser::drive(&script, arguments) else { return };
    let seen: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&seen["complaints"], &seen["requests"]), (&json!([]), &json!([])), "{seen}");
    assert!(seen["wide"].as_i64().unwrap() <= 0, "wider than a narrow window by {}", seen["wide"]);
    let title = seen["title"].as_str().unwrap();
    assert_eq!(title, "invalid: chain 31337");
    let headline = seen["headline"].as_str().unwrap();
    assert!(headline.contains("false claim") && headline.contains("in step"), "{headline}");
    assert_eq!(seen["blocks"], 20);
    assert_eq!(seen["gone"], 2);
    assert_eq!(seen["nodes"], json!(["answers", "silent"]));
    let events = seen["events"].as_str().unwrap();
    assert!(events.contains("reorganised") && events.contains("node-silent"), "{events}");
    assert_eq!(seen["explained"], "invalid");
    assert!(seen["explanation"].as_str().unwrap().contains("SLOAD"), "{}", seen["explanation"]);
    assert_eq!(seen["scripts"], 0);
    for name in ["status-light", "status-dark", "status-narrow", "report-light"] {
        fs::metadata(pictures().join(format!("{name}.png"))).unwrap();
    }
    // What is not kept is said in words.
    let zero = format!("0x{}", "00".repeat(32));
    let answer = get(&address, &format!("/transactions/{zero}/report.html"));
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("in no block that was audited"), "{}", answer.text());
    let status = get(&address, "/");
    let policy = status.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!status.text().contains("<script"));
    assert_eq!(watcher.end(), Some(0));
}
