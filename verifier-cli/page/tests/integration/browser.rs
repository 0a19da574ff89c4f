//! The page in a real browser, from a file and without a network: it runs programs, audits what the command
//! line audits to the same hashes and gas, finds lies, complains of nothing and asks nobody.

use std::{collections::BTreeMap, ffi::OsStr, fs, path::Path};

use alloy_primitives::hex;
use iso_evm_page::ask;
use iso_evm_testing::{browser, fixtures};
use serde_json::{Value, json};

use crate::support::{has_packages, here, node, whole_page, work};

/// What the browser shows of a page; `subject` is what it is given to audit.
fn seen(page: &Path, name: &str, subject: &[&str]) -> Option<Value> {
    let screenshots = work().join("screenshots").join(name);
    let subject = subject.iter().map(OsStr::new);
    let arguments = [page.as_os_str(), screenshots.as_os_str()].into_iter().chain(subject);
    let said = browser::drive(&here().join("tests/node/browser.mjs"), arguments)?;
    Some(serde_json::from_str(&said).unwrap())
}

/// `12,634`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let chunks: Vec<_> = digits.as_bytes().rchunks(3).rev().map(<[u8]>::to_vec).collect();
    String::from_utf8(chunks.join(&b',')).unwrap()
}

/// What a page shows, with or without the module.
fn check_runs(seen: &Value) {
    assert_eq!(seen["complaints"], json!([]));
    assert_eq!(seen["requests"], json!([]));
    assert_eq!(seen["wide"], 0, "something is wider than a narrow window");
    let first = &seen["first"];
    assert_eq!(first["agreement"], "the same");
    assert!(first["returned"].as_str().unwrap().ends_with("07 = 7"), "{first}");
    // Three PUSH1, two PUSH0, ADD, MSTORE with a word of memory, RETURN.
    assert_eq!(first["guestGas"], thousands(3 * 3 + 2 * 2 + 3 + (3 + 3)));
    let walked = &seen["walked"];
    assert_eq!(walked["where"], "3 of 8: ADD at pc 4");
    assert_eq!((&walked["stack"], &walked["code"]), (&json!("0x40x3"), &json!("4ADD")));
    let examples: BTreeMap<String, String> =
        serde_json::from_value(seen["examples"].clone()).unwrap();
    assert!(examples.len() > 5 && examples.values().all(|said| said == "the same"), "{examples:?}");
    assert_eq!(seen["stopped"], "Stopped.");
    assert_eq!(seen["refused"], "line 1: no opcode NOSUCH in this fork");
    assert_eq!(seen["linked"]["fork"], "shanghai");
    assert!(seen["linked"]["returned"].as_str().unwrap().ends_with("42 = 66"));
}

#[test]
fn the_page_runs_audits_as_the_command_line_and_finds_lies() {
    let (Some(_), Some(page)) = (browser::chromium(), whole_page()) else { return };
    let file = |end: &str| fixtures::own().join(format!("erc20-transfer{end}"));
    let (witness, input) = (file(".witness.bin"), file(".json"));
    let artifacts = fixtures::own().join("src/artifacts.json");
    let subject = [&witness, &input, &artifacts].map(|path| path.to_str().unwrap());
    let Some(seen) = seen(&page, "whole", &subject) else { return };
    assert_eq!(seen["ready"], "whole");
    check_runs(&seen);
    assert_eq!(seen["byKeyboard"], true);

    // What the libraries of the command line say of the same bytes.
    let said = ask(br#"{"ask": "verify"}"#, &fs::read(&witness).unwrap()).unwrap().said;
    let report = &said["report"];
    let number = |quantity: &Value| {
        u64::from_str_radix(quantity.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    };
    for found in [&seen["ofWitness"], &seen["ofInput"]] {
        assert_eq!(found["verdict"], report["verdict"]);
        assert_eq!(found["audits"], report["audits"]);
        assert_eq!(found["hypervisor"], report["hypervisor"]["codeHash"]);
        assert_eq!(found["witness"], report["witnessHash"]);
        assert_eq!(found["agree"], "true");
        let messages = report["messages"].as_array().unwrap();
        let of = |field: &str| -> Vec<_> {
            messages.iter().map(|message| thousands(number(&message[field]))).collect()
        };
        assert_eq!(found["hostGas"], json!(of("hostGas")));
        assert_eq!(found["otherGas"], json!(of("hostGas")));
        assert_eq!(found["gasUsed"], json!(of("gasUsed")));
    }
    let message = &seen["message"];
    assert_eq!(message["title"], "Message 1, step by step");
    let records: Vec<String> = serde_json::from_value(message["records"].clone()).unwrap();
    assert!(records.len() == 7 && records[1].starts_with("1 "), "{records:?}");
    let last = message["where"].as_str().unwrap();
    let (number, of) = last.split_once(':').unwrap().0.split_once(" of ").unwrap();
    assert_eq!(number, of, "{last}");
    assert!(seen["unusable"].as_str().unwrap().starts_with("This cannot be used"));
    check_solidity(&seen, &fs::read(&witness).unwrap(), &artifacts);
    check_lies(&seen);
}

/// With what the compiler put out, calls and records have their names; the file is the command line's.
fn check_solidity(seen: &Value, witness: &[u8], artifacts: &Path) {
    assert!(seen["noArtifacts"].as_str().unwrap().contains("nothing.json: not an artifact"));
    let lacks = seen["lacksSources"].as_str().unwrap();
    assert!(
        lacks.contains("Not at hand, add them too: ") && lacks.contains("Factory.sol, "),
        "{lacks}"
    );
    let found = &seen["artifacts"];
    let said = found["said"].as_str().unwrap();
    assert!(said.contains("with source maps"), "{said}");
    assert!(found["call"].as_str().unwrap().starts_with("Token transfer("), "{found:.200}");
    let within = found["within"].as_str().unwrap();
    assert!(within.contains("Token.sol:") && within.contains("balanceOf["), "{within}");
    let file = |path: &Path| json!({ "name": path.file_name().unwrap().to_str(), "json": fixtures::read(path) });
    let files = [file(artifacts), file(&artifacts.with_file_name("Token.sol"))];
    let question = json!({ "ask": "report", "artifacts": files }).to_string();
    let expected = ask(question.as_bytes(), witness).unwrap().bytes;
    assert!(found["report"].as_str().unwrap().as_bytes() == expected, "not the same report.html");
}

fn check_lies(seen: &Value) {
    let lies: BTreeMap<String, String> = serde_json::from_value(seen["lies"].clone()).unwrap();
    let finders = |lie: &str| lies.get(lie).map_or("", String::as_str);
    // The code stores what it has read, so the lie shows twice.
    assert_eq!(finders("A slot held another value"), "execution access");
    assert_eq!(finders("A write led to another root"), "access");
    assert_eq!(finders("Other data returned"), "execution");
    assert_eq!(finders("The receipt says less gas"), "transaction");
    assert!(finders("Another signature").contains("transaction"), "{lies:?}");
    assert!(lies.len() > 8 && lies.values().all(|finders| !finders.is_empty()), "{lies:?}");
    assert_eq!((&seen["undone"], &seen["byHand"]), (&json!(""), &json!("transaction")));
    assert_eq!(seen["notEven"], "refused");
    // The slot's value is the cause, and what is written follows from it.
    let words: Vec<String> = serde_json::from_value(seen["words"].clone()).unwrap();
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(
        words[0].contains("access audit, value") && words[0].contains("It is the cause"),
        "{words:?}"
    );
    assert!(words[1].contains("It follows from access of message 0"), "{words:?}");
}

/// The other half: where no compiler for WebAssembly can be had, the page runs and says what it lacks.
#[test]
fn a_page_without_the_module_runs_programs_and_says_what_it_lacks() {
    if !has_packages() {
        return;
    }
    if browser::chromium().is_none() {
        return;
    }
    let page = work().join("half.html");
    let built = node("build.mjs").arg("--without-module").arg("-o").arg(&page).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(said.contains("without the module"), "{said}");

    let witness = fs::read(fixtures::own().join("erc20-transfer.witness.bin")).unwrap();
    let calls = ask(br#"{"ask": "calls"}"#, &witness).unwrap().said;
    let calldata = calls["calls"][0]["calldata"].as_str().unwrap();
    let part = calls["parts"].as_object().unwrap().values().next().unwrap();
    let code = hex::decode(part.as_str().unwrap()).unwrap();
    let code = hex::encode_prefixed(&code[1..]);
    let Some(seen) = seen(&page, "half", &[calldata, &code]) else { return };
    assert_eq!(seen["ready"], "half");
    check_runs(&seen);
    assert!(seen["lacks"].as_str().unwrap().contains("it lacks the recorder"));
    assert!(seen["lacksLie"].as_str().unwrap().contains("lacks this"));
    let said = ask(br#"{"ask": "verify"}"#, &witness).unwrap().said;
    let gas = thousands(said["execution"][0]["hostGas"].as_u64().unwrap());
    assert_eq!(seen["single"], format!("validexecution audit alone: {gas} host gas"));
}
