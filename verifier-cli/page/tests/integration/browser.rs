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
    assert_eq!(walked["where"], "step 2 of 7: ADD at pc 4");
    assert_eq!((&walked["stack"], &walked["code"]), (&json!("0x4 0x3 "), &json!("4 ADD")));
    let examples: BTreeMap<String, String> =
        serde_json::from_value(seen["examples"].clone()).unwrap();
    assert!(examples.len() > 5 && examples.values().all(|said| said == "the same"), "{examples:?}");
    assert_eq!(seen["stopped"], "Stopped.");
    check_worlds(seen);
    check_programs(seen);
    assert_eq!(seen["linked"]["fork"], "shanghai");
    assert!(seen["linked"]["returned"].as_str().unwrap().ends_with("42 = 66"));
}

/// A stopped worker is not taken for a page without the module, and both runs meet one world: what differs is said by
/// the opcode that it is behind, with both sides.
fn check_worlds(seen: &Value) {
    let by = if seen["ready"] == "whole" { "native, revm" } else { "native, @ethereumjs/evm" };
    assert!(seen["afterStop"]["facts"].as_str().unwrap().contains(by), "{}", seen["afterStop"]);
    let worlds = seen["worlds"].as_object().unwrap();
    let (gas, same): (Vec<_>, Vec<_>) = worlds.iter().partition(|(name, _)| *name == "gas");
    for (name, world) in same {
        let agreement = world["agreement"].as_str().unwrap();
        assert!(agreement.starts_with("the same "), "{name}: {agreement}");
    }
    let facts = |name: &str| worlds[name]["facts"].as_str().unwrap();
    assert!(facts("old").contains("on a host by the rules of Cancun"), "{}", facts("old"));
    // CHAINID, SELFBALANCE, six of two, and two accounts that the transaction has made warm.
    let spent = 2 + 5 + 6 * 2 + 2 * 100;
    assert!(facts("chain").starts_with(&format!("guest gas {spent} ")), "{}", facts("chain"));
    assert!(facts("hashes").contains("on a host by the rules of Osaka"), "{}", facts("hashes"));
    assert!(facts("underflow").contains("halted: stack underflow"), "{}", facts("underflow"));
    assert!(facts("nowhere").contains("halted: invalid jump destination"), "{}", facts("nowhere"));
    assert!(facts("behind").contains("copy from behind the end"), "{}", facts("behind"));
    assert!(facts("memory").contains("halted: out of gas"), "{}", facts("memory"));
    assert!(facts("large").contains(&"0".repeat(2 * 168)), "not all of what was returned");

    let (_, gas) = gas[0];
    let agreement = gas["agreement"].as_str().unwrap();
    assert!(agreement.starts_with("not the same step 3 and on, the data. "), "{agreement}");
    assert!(agreement.contains("They part behind GAS (step 2, pc 4)"), "{agreement}");
    assert!(gas["where"].as_str().unwrap().starts_with("step 3 of "), "{gas}");
    assert!(gas["beside"].as_str().unwrap().starts_with("Natively: "), "{gas}");
    assert!(gas["facts"].as_str().unwrap().contains("by the live machine"), "{gas}");
}

/// What is a program, and what is none in which words; a link to none says so, and leaves nothing of another.
fn check_programs(seen: &Value) {
    let programs: BTreeMap<String, String> =
        serde_json::from_value(seen["programs"].clone()).unwrap();
    let said = |program: &str| programs[program].as_str();
    assert_eq!(said("add add"), "2 bytes: 0x0101");
    assert_eq!(said("dead"), "2 bytes: 0xdead");
    assert_eq!(said("PUSH 1 NOSUCH"), "line 1: no opcode NOSUCH in this fork");
    assert_eq!(said("\u{202e}GAS"), "line 1: no opcode \\u{202e}GAS in this fork");
    assert!(programs.values().all(|said| said.chars().count() < 100), "{programs:?}");
    assert!(
        programs
            .values()
            .any(|said| said.contains("no opcode ZZZ") && said.ends_with("Z… in this fork"))
    );
    assert!(programs.values().any(|said| said.starts_with("49,153 bytes: no code")));
    assert!(programs.values().any(|said| said.starts_with("the program is longer than")));
    let links = seen["links"].as_object().unwrap();
    assert_eq!(links.len(), 6);
    for (link, found) in links {
        let note = found["note"].as_str().unwrap();
        assert!(note.contains("the link") && found["program"] == "", "{link}: {found}");
    }
}

#[test]
fn the_page_runs_audits_as_the_command_line_and_finds_lies() {
    let (Some(_), Some(page)) = (browser::chromium(), whole_page()) else { return };
    let file = |end: &str| fixtures::own().join(format!("erc20-transfer{end}"));
    let (witness, input) = (file(".witness.bin"), file(".json"));
    let artifacts = fixtures::own().join("src/artifacts.json");
    let form = work().join("witness.json");
    let fields = ask(br#"{"ask": "fields"}"#, &fs::read(&witness).unwrap()).unwrap().bytes;
    fs::write(&form, fields).unwrap();
    let subject = [&witness, &input, &artifacts, &form].map(|path| path.to_str().unwrap());
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
    let place = last.split_once(':').unwrap().0;
    let (number, of) = place.strip_prefix("step ").unwrap().split_once(" of ").unwrap();
    assert_eq!(number, of, "{last}");
    assert!(seen["unusable"].as_str().unwrap().starts_with("This cannot be used"));
    assert_eq!((&seen["last"], &seen["focused"]), (&json!(17), &json!(true)));
    check_files(&seen);
    check_solidity(&seen, &fs::read(&witness).unwrap(), &artifacts);
    check_lies(&seen);
}

/// What is none of what is audited is refused in words that help; nothing unseen of its name is left.
fn check_files(seen: &Value) {
    let files: BTreeMap<String, String> = serde_json::from_value(seen["files"].clone()).unwrap();
    for (name, words) in [
        ("empty", "\\u{202e}empty.json: it is empty"),
        ("packed", "it is packed (zstd)"),
        ("wide", "text in UTF-16"),
        ("marked", "unknown shape"),
        ("receipt", "this is a receipt"),
        ("receipt", "iso-witness record takes its transaction's hash"),
        ("wanted", "refused, as the test expects"),
        ("wanted", "The file has 1 case"),
        ("unwanted", "This cannot be used"),
        ("unwanted", "The file has 1 case"),
        ("form", "valid execution, access, tree, transaction"),
    ] {
        assert!(files[name].contains(words), "{name}: {}", files[name]);
    }
    assert_eq!(seen["prevented"], json!([true, true]));
    assert!(seen["several"].as_str().unwrap().contains("Of 2 files, a.json was taken"));
    assert!(seen["large"].as_str().unwrap().contains("large.json has 129 MB"));
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
    assert_eq!((&seen["notEven"], &seen["written"]), (&json!("refused"), &json!("")));
    let written = seen["writtenWords"].as_str().unwrap();
    assert!(written.starts_with("No lie yet") && written.contains("the same value"), "{written}");
    assert_eq!((&seen["refocused"], &seen["unanchored"]), (&json!("lie-told"), &json!("")));
    assert!(seen["unanchoredWords"].as_str().unwrap().contains("no header of its block"));
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
    assert_eq!(seen["single"], format!("valid execution audit alone: {gas} host gas"));
}
