//! What a person is told: by verdicts, beside them, and what to do next. In words, and in lines that fit.

use std::{fs, path::Path};

use iso_evm_wire::{Witness, encoding};
use tempfile::TempDir;

use crate::{
    common::{root, run, run_with},
    lies::{LIES, lie},
};

/// A folder with the lies of `lies`, and the fixtures that are named.
fn folder(fixtures: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in fixtures {
        let file = format!("{name}.json");
        fs::copy(root().join("tests/fixtures").join(&file), folder.path().join(&file)).unwrap();
    }
    for lie in LIES {
        lie.write(folder.path());
    }
    folder
}

/// Lines that are wider than a terminal, but for what no line can break: a hash.
fn wide(text: &str) -> Vec<&str> {
    let is_mark = |mark: char| mark.is_ascii_punctuation();
    let hash =
        |line: &str| line.split_whitespace().any(|word| word.trim_matches(is_mark).len() == 66);
    text.lines().filter(|line| line.chars().count() > 80 && !hash(line)).collect()
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The last word of each row of a report's table.
fn rows(text: &str) -> Vec<&str> {
    let rows = text.lines().skip(1).take_while(|line| !line.is_empty());
    rows.map(|row| row.rsplit("  ").next().unwrap().trim()).collect()
}

#[test]
fn each_row_tells_its_own_messages_result() {
    let folder = folder(&["call-tree"]);
    // What is false of the transaction is false of no message.
    let ran = run(folder.path(), "iso-verify receipt.bin");
    assert_eq!((ran.code, rows(ran.text())), (Some(1), vec!["valid"]));
    // The access audit tells one false record: of the other messages no more is known than that.
    let ran = run(folder.path(), "iso-verify sload.bin");
    let mut expected = vec!["no finding"; 17];
    expected[4] = "invalid";
    assert_eq!((ran.code, rows(ran.text())), (Some(1), expected));
    let ran = run(folder.path(), "iso-verify call-tree.json");
    assert_eq!(rows(ran.text()), ["valid"; 17]);
    // An audit that is missing leaves all of them open.
    let witness = fs::read(root().join("tests/fixtures/erc20-transfer.witness.bin")).unwrap();
    let mut witness = Witness::decode(&witness).unwrap();
    witness.nodes.clear();
    fs::write(folder.path().join("open.bin"), witness.encode()).unwrap();
    assert_eq!(rows(run(folder.path(), "iso-verify open.bin").text()), ["inconclusive"]);
}

/// The tree audit needs the input of a precompile, and the message that calls it goes wrong before.
#[test]
fn what_did_not_run_names_the_finding_that_is_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = fs::read(root().join("tests/fixtures/halts.witness.bin")).unwrap();
    let fixture = Witness::decode(&fixture).unwrap();
    let mut told = 0;
    for index in 0..fixture.messages.len() {
        let mut witness = fixture.clone();
        let mut message = witness.message(index).unwrap();
        if message.stateAccessList.len() < 2 {
            continue;
        }
        message.stateAccessList[1].opcode ^= 1;
        witness.messages[index] = encoding::encode(&message).into();
        fs::write(folder.path().join("w.bin"), witness.encode()).unwrap();
        for command in ["", "explain "] {
            let ran = run(folder.path(), &format!("iso-verify {command}w.bin"));
            if ran.code != Some(1) {
                continue;
            }
            let said = words(ran.text());
            if let Some((_, why)) = said.split_once("tree: not run: the witness lacks ") {
                let reason = format!(", because of execution of message {index} (");
                assert!(why.contains(&reason), "{command}{index}: {}", ran.text());
                told += 1;
            }
        }
    }
    assert!(told > 0, "no message whose records leave the tree audit without an end");
}

#[test]
fn the_next_step_is_told_beside_what_is_false_and_can_be_typed() {
    let folder = folder(&["erc20-transfer"]);
    fs::copy(folder.path().join("sload.bin"), folder.path().join("a lie.bin")).unwrap();
    let next = "says what happened and where it went wrong\n";
    let ran = run(folder.path(), "iso-verify sload.bin");
    assert_eq!(ran.stderr, format!("iso-verify explain sload.bin {next}"));
    let ran = crate::common::command("iso-verify")
        .arg("a lie.bin")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(ran.stderr).unwrap(),
        format!("iso-verify explain 'a lie.bin' {next}")
    );
    // Nothing to somebody who wants nothing, to a program, of what is gone, and of what is true.
    let bytes = fs::read(folder.path().join("sload.bin")).unwrap();
    assert_eq!(run(folder.path(), "iso-verify sload.bin -q").stderr, "");
    assert!(!run(folder.path(), "iso-verify sload.bin --json").stderr.contains("explain"));
    assert_eq!(run_with(folder.path(), "iso-verify -", &bytes).stderr, "");
    assert!(!run(folder.path(), "iso-verify erc20-transfer.json").stderr.contains("explain"));
    let ran = run(folder.path(), "iso-verify batch sload.bin receipt.bin");
    assert_eq!(ran.stderr, format!("iso-verify explain FILE says of one {}", &next[5..]));
}

/// `batch`, `--json` and `challenge` have the words of the report, shorter, and none that are wider than a terminal.
#[test]
fn remarks_have_the_words_of_the_report_with_the_cause_marked() {
    let folder = folder(&[]);
    let ran =
        run(folder.path(), "iso-verify batch sload.bin child-gas.bin sstore-root.bin receipt.bin");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(wide(ran.text()), [""; 0]);
    let said = words(ran.text());
    for told in [
        "sload.bin: invalid: access (1), execution (1); valid: tree, transaction; 2 checks not made \
         access (value), the cause: A slot has another value. message 4, the call of \
         0xf22d4eFfC9E1526A2A8421518CF27c2B6Ee3DFED, record 1: SLOAD of slot 0 says 42, true is 11,259,375 \
         execution (returndata-hash), which follows: ",
        "receipt.bin: invalid: transaction (1); valid: execution, access, tree; 2 checks not made \
         transaction (gas-used), the cause: ",
        "roots not proved by a header: in 4",
    ] {
        assert!(said.contains(told), "{told}\n{}", ran.text());
    }
    let ran = run(folder.path(), "iso-verify sload.bin --json");
    assert!(
        ran.stderr.contains("access (value), the cause: A slot has another value.\n"),
        "{}",
        ran.stderr
    );
    let ran = run(folder.path(), "iso-verify challenge sload.bin --dry-run");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let told = "sload.bin: false:\n  access (value), the cause: A slot has another value.\n    message 4, ";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert_eq!(wide(&ran.stderr), [""; 0]);
    assert_eq!(wide(ran.text()), [""; 0]);
}

#[test]
fn roots_are_counted_by_what_headers_prove_of_them_over_a_resumed_run_too() {
    let folder = folder(&["erc20-transfer", "call-tree"]);
    let first = run(folder.path(), "iso-verify batch erc20-transfer.json --results r.jsonl --json");
    assert_eq!(first.json()["roots"], serde_json::json!({"unproved": 1}));
    let both =
        "iso-verify batch erc20-transfer.json call-tree.json --results r.jsonl --resume --json";
    let ran = run(folder.path(), both);
    assert_eq!(
        (&ran.json()["roots"], &ran.json()["resumed"]),
        (&serde_json::json!({"unproved": 2}), &1.into())
    );
    let block = root().join("tests/fixtures/op-sepolia-26207960.json.zst");
    let ran = run(folder.path(), &format!("iso-witness record {} -o block", block.display()));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = run(folder.path(), "iso-verify batch block --engine native");
    let line =
        "roots not proved by a header: in 9; proved at exit by the block's header: in 1 messages: ";
    assert!(words(ran.text()).starts_with(line), "{}", ran.text());
    assert_eq!(wide(ran.text()), [""; 0]);
}

/// Without a chain too: an operator who commits to what is false is convicted.
#[test]
fn a_false_witness_is_not_committed_to_in_silence() {
    let folder = folder(&["erc20-transfer"]);
    let ran = run(folder.path(), "iso-verify commit sload.bin -o claim.json");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(folder.path().join("claim.json").exists());
    let warning = "warning: sload.bin is invalid: whoever commits to this is convicted\n\
                   access (value), the cause: A slot has another value.\n";
    assert!(ran.stderr.starts_with(warning), "{}", ran.stderr);
    let ran = run(folder.path(), "iso-verify commit erc20-transfer.json -o true.json");
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
}

#[test]
fn no_line_is_wider_than_a_terminal_unless_a_hash_is() {
    let folder = folder(&["call-tree", "deep-calls", "erc20-transfer", "code-24576"]);
    let folder = folder.path();
    for name in ["call-tree", "deep-calls", "erc20-transfer", "code-24576"] {
        let ran = run(folder, &format!("iso-witness record {name}.json -o {name}.bin"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        for line in ["iso-witness inspect", "iso-verify cost", "iso-verify explain --full"] {
            let ran = run(folder, &format!("{line} {name}.bin"));
            assert_eq!(ran.code, Some(0), "{line} {name}: {}", ran.stderr);
            assert_eq!(wide(ran.text()), [""; 0], "{line} {name}");
        }
        let trace = run(folder, &format!("iso-verify trace {name}.bin"));
        let line = format!("iso-verify trace {name}.bin --diff -");
        let ran = run_with(folder, &line, &trace.stdout);
        assert_eq!((ran.code, wide(ran.text())), (Some(0), vec![]), "{}", ran.text());
        let quiet = run_with(folder, &format!("{line} -q"), &trace.stdout);
        assert!(ran.text().starts_with(quiet.text()) && quiet.text().lines().count() == 1);
    }
}

/// Numbers of any size, deep trees and names of any length, on terminals of any width.
#[test]
fn an_explanation_fits_whatever_is_in_it() {
    let names = ["block-context", "deep-calls", "call-tree", "revert-with-data"];
    let folder = folder(&names);
    let source = root().join("tests/fixtures/src");
    for file in ["artifacts.json", "Token.sol", "Shop.sol"] {
        fs::copy(source.join(file), folder.path().join(file)).unwrap();
    }
    let files = names.map(|name| format!("{name}.json"));
    let files = files.iter().map(String::as_str).chain(["sload.bin", "missing-record.bin"]);
    for file in files {
        for columns in [40, 60, 80] {
            let mut command = crate::common::command("iso-verify");
            command.args(["explain", file, "--full", "--artifacts", "artifacts.json"]);
            command.env("COLUMNS", columns.to_string()).current_dir(folder.path());
            let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
            assert!(text.lines().count() > 20, "{text}");
            let is_mark = |mark: char| mark.is_ascii_punctuation();
            let hash = |line: &str| {
                line.split_whitespace().any(|word| word.trim_matches(is_mark).len() == 66)
            };
            let wide = text.lines().filter(|line| line.chars().count() > columns);
            let wide: Vec<_> = wide.filter(|line| !hash(line)).collect();
            assert_eq!(wide, [""; 0], "{file} in {columns} columns");
        }
    }
    // The block before genesis, as BLOCKHASH is asked for it.
    let ran = run(folder.path(), "iso-verify explain block-context.json --full");
    let number = format!("0x{}", "ff".repeat(32));
    assert!(words(ran.text()).contains(&format!("BLOCKHASH of block {number}")), "{}", ran.text());
    assert!(!ran.text().contains("115,792,089,237"), "{}", ran.text());
}

#[test]
fn the_brief_explanation_has_the_cause_and_the_full_one_everything() {
    let folder = folder(&["deep-calls", "call-tree"]);
    let explain = |line: &str| {
        let ran = run(folder.path(), &format!("iso-verify explain {line}"));
        assert!(ran.code.is_some_and(|code| code < 2), "{line}: {}", ran.stderr);
        ran.text().to_owned()
    };
    let (brief, full) = (explain("deep-calls.json"), explain("deep-calls.json --full"));
    assert!(brief.lines().count() * 3 < full.lines().count() * 2, "{brief}");
    assert!(brief.ends_with("--full shows all findings, calls, records and roots\n"), "{brief}");
    assert!(!full.contains("more\n") && !full.contains("--full"), "{full}");
    // Whatever is left out, the message at hand and what leads to it are there.
    let brief = explain("sload.bin");
    for told in ["\n>       1  SLOAD of slot 0", "\n  ends  ", "\n  says       42\n"] {
        assert!(brief.contains(told), "{told}\n{brief}");
    }
    let mark = brief.lines().find(|line| line.starts_with("> ") && line.contains("4 call"));
    assert!(mark.is_some(), "{brief}");
    // Where nothing is left out, nobody is told how to see more.
    let small = explain("call-tree.json --message 4");
    assert_eq!(small.contains("… "), small.contains("--full"), "{small}");
}

/// Numbers that are words to whoever reads them.
#[test]
fn records_name_statuses_events_and_accounts() {
    let folder = folder(&["erc20-transfer", "revert-with-data"]);
    let ran = run(folder.path(), "iso-verify explain erc20-transfer.json --full");
    let said = words(ran.text());
    let event = "topics.0 Transfer(address,address,uint256), topics.1 \
                 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266, topics.2 \
                 0x4Ae9637403D3906f7eDf217c2D0D70468A4c0Aa9";
    assert!(said.contains(event), "{}", ran.text());
    let ran = run(folder.path(), "iso-verify explain revert-with-data.json --message 0 --full");
    assert!(words(ran.text()).contains("status revert"), "{}", ran.text());
}

#[test]
fn a_halt_is_told_with_its_reason_in_the_first_line() {
    let folder = folder(&["halt-top-level"]);
    let ran = run(folder.path(), "iso-verify explain halt-top-level.json -q");
    let story = run(folder.path(), "iso-verify explain halt-top-level.json --json").json();
    let halt = story["messages"][0]["at"]["halt"].as_str().unwrap();
    let end = format!("which ended in exceptional halt: {halt}, at pc ");
    assert!(words(ran.text()).contains(&end), "{}", ran.text());
    assert_eq!(wide(ran.text()), [""; 0]);
    // A lie about how it ended has the reason too.
    lie(folder.path(), "halt-top-level", "status", |witness| {
        witness["messages"][0]["status"] = serde_json::json!("0x1");
    });
    let ran = run(folder.path(), "iso-verify explain status.bin -q");
    let said = format!("exceptional halt ({halt})");
    assert!(ran.code == Some(1) && words(ran.text()).contains(&said), "{}", ran.text());
    assert_eq!(wide(ran.text()), [""; 0]);
}

/// Nobody has named the file that is written first and then put in its place.
#[test]
fn a_page_that_cannot_be_written_is_told_by_the_name_that_was_given() {
    let folder = folder(&["erc20-transfer"]);
    let ran = run(folder.path(), "iso-verify explain erc20-transfer.json -o none/page.html");
    assert_eq!((ran.code, ran.text()), (Some(2), ""));
    let said = "error: none/page.html: cannot be written: ";
    assert!(ran.stderr.contains(said) && !ran.stderr.contains(".witness-"), "{}", ran.stderr);
}

#[test]
fn help_is_in_groups_and_names_no_option_that_the_command_lacks() {
    let help = |command: &str| {
        run(Path::new("."), &format!("iso-verify {command} --help")).text().to_owned()
    };
    for command in ["batch", "explain"] {
        let text = words(&help(command));
        assert!(text.contains("hypervisor, native or both [default: hypervisor]"), "{text}");
        assert!(!text.contains("--rpc-url"), "{text}");
    }
    assert!(words(&help("verify")).contains("native or both; with --rpc-url also node"));
    for (command, headings) in [
        ("verify", &["Audits", "Limits", "Output", "Node", "Segments"][..]),
        ("batch", &["Audits", "Limits", "Output"]),
        ("submit", &["Node", "Output", "Contracts and disputes", "Who sends, and on which terms"]),
    ] {
        let text = help(command);
        for heading in headings {
            assert!(text.contains(&format!("\n{heading}:\n")), "{command}: {heading}\n{text}");
        }
        let (_, rest) = text.split_once("\nOptions:\n").unwrap();
        let (plain, _) = rest.split_once("\n\n").unwrap();
        assert!(!plain.contains("--json") && !plain.contains("--engine"), "{plain}");
    }
}

#[test]
fn quiet_leaves_what_was_asked_for() {
    let folder = folder(&["erc20-transfer"]);
    let folder = folder.path();
    let loud = run(folder, "iso-witness man pages");
    assert_eq!(loud.stderr, "pages: 7 pages\n");
    for line in ["iso-witness man others -q", "iso-witness record erc20-transfer.json -q"] {
        let ran = run(folder, line);
        assert_eq!((ran.code, ran.text(), &*ran.stderr), (Some(0), "", ""), "{line}");
        assert!(ran.wrote.is_empty(), "{:?}", ran.wrote);
    }
    let loud = run(folder, "iso-verify trace child-gas.bin");
    let quiet = run(folder, "iso-verify trace child-gas.bin -q");
    assert_eq!((loud.text(), &*quiet.stderr), (quiet.text(), ""));
    assert!(!loud.stderr.is_empty());
}
