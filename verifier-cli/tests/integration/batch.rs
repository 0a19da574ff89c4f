//! `iso-verify batch` and `iso-witness record --jsonl`.

use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    path::Path,
    process::Stdio,
};

use alloy_primitives::U256;
use iso_evm_wire::{Witness, encoding};
use serde_json::Value;

use crate::{
    common::{command, root, run, run_with},
    schemas::schema,
};

const NAMES: [&str; 4] = ["arithmetic", "call-tree", "erc20-transfer", "plain-transfer"];

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    fs::read(root().join(format!("tests/fixtures/{name}.witness.bin"))).unwrap()
}

pub(crate) fn input(name: &str) -> String {
    let json = fs::read(root().join(format!("tests/fixtures/{name}.json"))).unwrap();
    serde_json::from_slice::<Value>(&json).unwrap().to_string()
}

/// A lie: one gas less.
fn lie() -> Vec<u8> {
    let mut witness = Witness::decode(&fixture("erc20-transfer")).unwrap();
    let mut message = witness.message(0).unwrap();
    message.gasUsed -= U256::ONE;
    witness.messages[0] = encoding::encode(&message).into();
    witness.encode()
}

/// A folder of witnesses, inputs, an archive, a stream, and what is none of these.
pub(crate) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("in/deep")).unwrap();
    for name in NAMES {
        fs::write(at(&format!("in/{name}.bin")), fixture(name)).unwrap();
    }
    fs::write(at("in/deep/input.json"), input("selfdestruct")).unwrap();
    fs::write(at("in/stream.bin"), [fixture("arithmetic"), fixture("call-tree")].concat()).unwrap();
    fs::write(at("in/notes.txt"), "nothing").unwrap();
    let mut tar = tar::Builder::new(Vec::new());
    for name in ["x/halts.bin", "x/readme.md"] {
        let bytes = fixture("halts");
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    let tar = zstd::encode_all(&tar.into_inner().unwrap()[..], 1).unwrap();
    fs::write(at("in/more.tar.zst"), tar).unwrap();
    folder
}

pub(crate) fn rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sources(rows: &[Value]) -> BTreeSet<(String, u64)> {
    let key = |row: &Value| {
        (row["source"].as_str().unwrap().to_owned(), row["container"].as_u64().unwrap())
    };
    rows.iter().map(key).collect()
}

#[test]
fn a_row_for_each_message_of_all_that_is_there() {
    let folder = folder();
    let ran = run(folder.path(), "iso-verify batch in --results rows.jsonl --engine both --json");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let summary = ran.json();
    schema("batch").check(&summary).unwrap();
    let rows = rows(&folder.path().join("rows.jsonl"));
    rows.iter().for_each(|row| schema("batch-row").check(row).unwrap());
    assert_eq!(sources(&rows).len(), 8);
    assert_eq!(summary["witnesses"]["valid"], 8);
    let messages = rows.iter().filter(|row| !row["index"].is_null()).count();
    assert_eq!(summary["messages"]["valid"], messages);
    // A witness without messages has a row all the same.
    let plain = rows.iter().find(|row| row["source"] == "in/plain-transfer.bin").unwrap();
    assert!(plain["index"].is_null() && plain["verdict"] == "valid");
    // Within an archive, within a stream.
    assert!(rows.iter().any(|row| row["source"] == "in/more.tar.zst/x/halts.bin"));
    assert!(rows.iter().any(|row| row["source"] == "in/stream.bin" && row["container"] == 1));
    // All messages of a witness, in order.
    let of = |row: &&Value| row["source"] == "in/call-tree.bin";
    let indices: Vec<_> = rows.iter().filter(of).map(|row| row["index"].clone()).collect();
    assert_eq!(indices, (0..17).map(Value::from).collect::<Vec<_>>());
}

#[test]
fn a_pattern_is_expanded_and_a_missing_path_is_an_error() {
    let folder = folder();
    let ran = run(folder.path(), "iso-verify batch in/*transfer.bin --json --jobs 1");
    assert_eq!(ran.json()["witnesses"]["valid"], 2);
    for (path, words) in [
        ("in/*nothing.bin", "in/*nothing.bin: no file has a name that this pattern matches"),
        ("in/nothing.bin", "in/nothing.bin: cannot be read"),
        ("in/***", "in/***: not a pattern"),
    ] {
        let line = format!("iso-verify batch in/arithmetic.bin {path} --results rows.jsonl");
        let ran = run(folder.path(), &line);
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{path}");
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
        assert!(!folder.path().join("rows.jsonl").exists());
    }
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text.trim()).unwrap()
}

#[test]
fn what_is_expected_is_held_against_each_witness() {
    let folder = folder();
    let report = run(folder.path(), "iso-verify in/erc20-transfer.bin --json").json();
    let hash = report["transactionHash"].as_str().unwrap();
    let line = format!("iso-verify batch in --engine native --expect-transaction {hash} --json");
    let ran = run(folder.path(), &line);
    assert_eq!(ran.code, Some(2));
    let summary = ran.json();
    assert_eq!((&summary["witnesses"]["valid"], &summary["errors"]), (&1.into(), &7.into()));
    assert_eq!(ran.stderr.matches(&format!("transaction: expected {hash}, found 0x")).count(), 7);
    let line = format!("iso-verify batch in/erc20-transfer.bin --expect-transaction {hash}");
    assert_eq!(run(folder.path(), &line).code, Some(0));
}

#[test]
fn host_gas_is_null_where_no_host_ran() {
    let folder = folder();
    let gas = |options: &str| {
        let line = format!("iso-verify batch in/erc20-transfer.bin --results - {options}");
        let row = json(run(folder.path(), &line).text());
        schema("batch-row").check(&row).unwrap();
        row["hostGas"].clone()
    };
    assert!(gas("").is_string() && gas("--engine both").is_string());
    for options in ["--engine native", "--audit tree", "--engine both --guest-gas-limit 10"] {
        assert!(gas(options).is_null(), "{options}");
    }
    for (options, is_null) in [("", false), ("--engine native", true)] {
        let line = format!("iso-verify in/erc20-transfer.bin --json --segments {options}");
        let report = run(folder.path(), &line).json();
        schema("report").check(&report).unwrap();
        let message = &report["messages"][0];
        assert_eq!(message["hostGas"].is_null(), is_null);
        assert_eq!(message["segments"][0]["hostGas"].is_null(), is_null);
    }
}

#[test]
fn rows_go_on_only_with_the_options_that_they_were_written_with() {
    let folder = folder();
    let line = "iso-verify batch in/arithmetic.bin in/none.bin --results rows.jsonl";
    fs::write(folder.path().join("in/none.bin"), "nothing").unwrap();
    let same = "--engine native --guest-gas-limit 1000000 --expect-chain 1";
    assert_eq!(run(folder.path(), &format!("{line} {same}")).code, Some(2));
    let written = fs::read(folder.path().join("rows.jsonl")).unwrap();
    for (options, words) in [
        ("--guest-gas-limit 1000000 --expect-chain 1", "engine native, and now it is hypervisor"),
        ("--engine native --expect-chain 1", "guestGasLimit 1000000, and now it is not given"),
        (
            "--engine native --guest-gas-limit 1000000",
            "expected.chainId 1, and now it is not given",
        ),
        (
            "--engine native --guest-gas-limit 1000000 --expect-chain 1 --read-limit 7",
            "readLimit 268435456, and now it is 7",
        ),
        (
            "--engine native --guest-gas-limit 1000000 --expect-chain 1 --strict",
            "strict false, and now it is true",
        ),
    ] {
        let ran = run(folder.path(), &format!("{line} {options} --resume"));
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{options}");
        let words = format!("error: rows.jsonl: line 1 was written with {words} (without --resume");
        assert!(ran.stderr.starts_with(&words), "{}", ran.stderr);
        assert_eq!(fs::read(folder.path().join("rows.jsonl")).unwrap(), written);
    }
    // On how many threads makes no difference.
    let ran = run(folder.path(), &format!("{line} {same} --jobs 1 --resume --json"));
    assert_eq!((ran.code, &ran.json()["resumed"]), (Some(2), &2.into()), "{}", ran.stderr);
}

#[test]
fn a_wrong_item_is_told_and_the_worst_is_the_exit_code() {
    let folder = folder();
    fs::write(folder.path().join("lie.bin"), lie()).unwrap();
    let ran = run(folder.path(), "iso-verify batch in lie.bin --engine native");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let told = "lie.bin: invalid: execution (1), transaction (1); valid: access, tree; 2 checks\n    \
                not made\n  execution (gas-used), the cause: gasUsed is not what the execution used.\n    \
                message 0, the call of 0xd1D26140f004Ce0F5074D9FbE6B1Dd5F26F4bD1C, pc 211\n    \
                says 12,633 gas, true is 12,634 gas\n  \
                transaction (gas-used), which follows: The receipt's gas used is another.\n    \
                the transaction and its receipt\n    says 34,266 gas, computed is 34,265 gas\n";
    assert!(ran.text().contains(told), "{}", ran.text());
    assert!(ran.text().lines().all(|line| line.chars().count() <= 80), "{}", ran.text());
    // The next step is told once, on stderr.
    assert_eq!(ran.stderr.matches("iso-verify explain FILE").count(), 1, "{}", ran.stderr);
    assert!(ran.text().contains("witnesses: 8 valid, 1 invalid, 0 inconclusive, 0 unusable"));

    let torn = [fixture("arithmetic"), fixture("call-tree")[..99].to_vec()].concat();
    for (name, bytes) in [
        ("empty.bin", &b""[..]),
        ("text.bin", b"no witness"),
        ("bad.json", b"{}"),
        ("torn.bin", &torn),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let line = "iso-verify batch empty.bin text.bin bad.json torn.bin lie.bin --results rows.jsonl";
    let ran = run(folder.path(), line);
    assert_eq!(ran.code, Some(2));
    let rows = rows(&folder.path().join("rows.jsonl"));
    rows.iter().for_each(|row| schema("batch-row").check(row).unwrap());
    let errors: Vec<_> = rows.iter().filter(|row| row["error"].is_string()).collect();
    assert_eq!(errors.len(), 4);
    for error in errors {
        let (text, source) = (error["error"].as_str().unwrap(), error["source"].as_str().unwrap());
        assert!(text.starts_with(source), "{text}");
        assert!(ran.stderr.contains(text), "{}", ran.stderr);
    }
    // What came before the tear is verified.
    assert!(rows.iter().any(|row| row["source"] == "torn.bin" && row["verdict"] == "valid"));
}

/// Killed anywhere, even within a row: nothing is lost and only what was torn is done again.
#[test]
fn a_run_that_was_killed_goes_on() {
    let folder = folder();
    let whole = folder.path().join("whole.jsonl");
    run(folder.path(), "iso-verify batch in --results whole.jsonl --jobs 1");
    let (text, all) = (fs::read(&whole).unwrap(), rows(&whole));
    let part = folder.path().join("part.jsonl");
    for cut in [0, 1, text.len() / 3, text.len() / 2, text.len() - 1, text.len()] {
        fs::write(&part, &text[..cut]).unwrap();
        let ran = run(folder.path(), "iso-verify batch in --results part.jsonl --resume --json");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let found = rows(&part);
        assert_eq!(found.len(), all.len(), "cut at {cut}");
        assert_eq!(sources(&found), sources(&all), "cut at {cut}");
        let summary = ran.json();
        assert_eq!(summary["witnesses"]["valid"], 8, "cut at {cut}");
        // What was there before the cut, whole, stands untouched.
        let kept = fs::read(&part).unwrap();
        let whole_lines =
            text[..cut].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let common = kept.iter().zip(&text).take_while(|(one, other)| one == other).count();
        let resumed = summary["resumed"].as_u64().unwrap();
        assert!(resumed == 0 || common > 0);
        assert!(cut < text.len() || (common == text.len() && resumed == 8), "{whole_lines}");
    }
    for other in ["something else\n", "\"text\"\n", "{\"source\": 7}\n"] {
        fs::write(&part, other).unwrap();
        let ran = run(folder.path(), "iso-verify batch in --results part.jsonl --resume");
        assert_eq!((ran.code, ran.text()), (Some(2), ""));
        let words = "error: part.jsonl: line 1 is no row of results: ";
        assert!(ran.stderr.starts_with(words), "{}", ran.stderr);
        assert!(!ran.stderr.contains("struct"), "{}", ran.stderr);
        assert_eq!(fs::read(&part).unwrap(), other.as_bytes());
    }
}

/// A process that is killed while it works.
#[test]
fn a_process_that_was_killed_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = folder.path().join("in");
    fs::create_dir(&inputs).unwrap();
    for index in 0..60 {
        fs::write(inputs.join(format!("{index:03}.bin")), fixture("call-tree")).unwrap();
    }
    let mut child = command("iso-verify")
        .args(["batch", "in", "--results", "rows.jsonl", "--jobs", "1"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let path = folder.path().join("rows.jsonl");
    while fs::metadata(&path).map_or(0, |meta| meta.len()) < 10_000 {
        assert!(child.try_wait().unwrap().is_none() || path.exists());
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = run(folder.path(), "iso-verify batch in --results rows.jsonl --resume --json");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.json()["resumed"].as_u64().unwrap() > 0);
    let rows = rows(&path);
    assert_eq!((rows.len(), sources(&rows).len()), (60 * 17, 60));
}

#[test]
fn recorder_and_batch_sit_in_a_pipe() {
    let lines = [input("arithmetic"), String::new(), input("call-tree")].join("\n");
    let here = root();
    let stream = run_with(&here, "iso-witness record --jsonl", lines.as_bytes());
    assert_eq!(stream.code, Some(0), "{}", stream.stderr);
    assert_eq!(stream.stdout, [fixture("arithmetic"), fixture("call-tree")].concat());
    let ran = run_with(&here, "iso-verify batch - --results -", &stream.stdout);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.text().lines().count(), 18);
    assert!(ran.stderr.contains("witnesses: 2 valid"), "{}", ran.stderr);

    // A line that is none costs nothing but itself.
    let lines = [input("arithmetic"), "{".to_owned(), input("call-tree")].join("\n");
    let stream = run_with(&here, "iso-witness record --jsonl", lines.as_bytes());
    assert_eq!(stream.code, Some(2));
    assert!(stream.stderr.contains("error: line 2: "), "{}", stream.stderr);
    assert!(stream.stderr.contains("1 of 3 lines was not recorded"), "{}", stream.stderr);
    assert_eq!(stream.stdout, [fixture("arithmetic"), fixture("call-tree")].concat());
}

/// Each container is there as soon as its line is.
#[test]
fn the_recorder_does_not_wait_for_the_end() {
    let mut child = command("iso-witness")
        .args(["record", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let expected = fixture("arithmetic");
    for _ in 0..2 {
        writeln!(stdin, "{}", input("arithmetic")).unwrap();
        let mut bytes = vec![0; expected.len()];
        stdout.read_exact(&mut bytes).unwrap();
        assert_eq!(bytes, expected);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
