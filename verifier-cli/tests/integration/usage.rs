//! What a person types: commands, files, flags of every command, and what is said of those that are wrong;
//! and what a shell and `man` are given.

use std::{fs, path::Path};

use alloy_primitives::{B256, hex, keccak256};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    common::{Ran, root, run},
    schemas::schema,
};

/// A folder with a valid witness, `w.bin`, and bytes that are none, `broken.bin`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let witness = root().join("tests/fixtures/erc20-transfer.witness.bin");
    fs::copy(witness, folder.path().join("w.bin")).unwrap();
    fs::write(folder.path().join("broken.bin"), "nothing").unwrap();
    folder
}

fn last(ran: &Ran) -> &str {
    ran.text().lines().last().unwrap_or_default()
}

#[test]
fn the_command_verify_is_the_bare_file() {
    let folder = folder();
    for options in ["", "--json", "--engine native --audit tree", "--expect-chain 7"] {
        let bare = run(folder.path(), &format!("iso-verify w.bin {options}"));
        let named = run(folder.path(), &format!("iso-verify verify w.bin {options}"));
        assert_eq!((bare.code, bare.stdout), (named.code, named.stdout), "{options}");
        assert_eq!(bare.stderr, named.stderr);
    }
    let ran = run(folder.path(), "iso-verify verify");
    assert!(ran.code == Some(2) && ran.stderr.contains("<FILE>"), "{}", ran.stderr);
}

#[test]
fn a_mistyped_command_is_told_from_a_file() {
    let folder = folder();
    for (line, word, similar) in [
        ("batc x", "batc", "; did you mean batch?"),
        ("batc", "batc", "; did you mean batch?"),
        ("chek certificate.json w.bin", "chek", "; did you mean check?"),
        ("-q verfy w.bin", "verfy", "; did you mean verify?"),
        ("--engine native statetests", "statetests", "; did you mean statetest?"),
        ("xyz", "xyz", "; --help lists the commands"),
    ] {
        let ran = run(folder.path(), &format!("iso-verify {line}"));
        let words = format!("no command or file '{word}'{similar}");
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{line}");
        assert_eq!(ran.stderr, format!("error: {words}\n"), "{line}");
        let ran = run(folder.path(), &format!("iso-verify {line} --json"));
        schema("error").check(&ran.json()).unwrap();
        assert_eq!(ran.json()["error"], words);
    }
    // What looks like a file is one that is not there, and what is there is one.
    for file in ["batc.bin", "./batc", "in/batc"] {
        let ran = run(folder.path(), &format!("iso-verify {file}"));
        assert!(ran.code == Some(2) && ran.stderr.contains("cannot be read"), "{}", ran.stderr);
    }
    fs::copy(folder.path().join("w.bin"), folder.path().join("batc")).unwrap();
    assert_eq!(run(folder.path(), "iso-verify batc").code, Some(0));
}

#[test]
fn usage_errors_are_whole_in_json_too() {
    let folder = folder();
    for line in ["iso-verify --json --engin native w.bin", "iso-witness inspect --json --abi w.bin"]
    {
        let ran = run(folder.path(), line);
        assert_eq!(ran.code, Some(2), "{line}");
        schema("error").check(&ran.json()).unwrap();
        let error = ran.json()["error"].as_str().unwrap().to_owned();
        assert_eq!(ran.stderr.trim(), format!("error: {error}"), "{line}");
        assert!(error.lines().count() > 2 && error.contains("--help"), "{error}");
    }
}

/// What reads a number or a hash says so in Rust's words; nobody is told those.
#[test]
fn a_value_that_is_wrong_is_told_in_plain_words() {
    let folder = folder();
    for (line, expected) in [
        (
            "iso-verify w.bin --expect-block 0x12",
            "a hash is 0x and 64 digits of hex, and here are 2",
        ),
        ("iso-witness record --tx 0x123", "a hash is 0x and 64 digits of hex, and here are 3"),
        (
            "iso-verify emit audit --archive-key account --factory 0x12",
            "an address is 0x and 40 digits of hex, and here are 2",
        ),
        ("iso-verify batch w.bin --jobs 0", "for '--jobs <N>': at least 1 is expected"),
        ("iso-verify batch w.bin --jobs x", "for '--jobs <N>': a whole number is expected"),
        ("iso-verify w.bin --expect-chain 99999999999999999999", "larger than any number"),
    ] {
        let ran = run(folder.path(), line);
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{line}");
        assert!(ran.stderr.contains(expected), "{line}: {}", ran.stderr);
        for name in ["string", "type", "digit found"] {
            assert!(!ran.stderr.contains(name), "{line}: {}", ran.stderr);
        }
        if line.starts_with("iso-verify w.bin") {
            let json = run(folder.path(), &format!("{line} --json"));
            assert!(json.json()["error"].as_str().unwrap().contains(expected), "{}", json.text());
        }
    }
}

#[test]
fn quiet_leaves_the_verdict_and_errors() {
    let folder = folder();
    let loud = run(folder.path(), "iso-verify w.bin");
    assert!(loud.text().lines().count() > 3);
    for line in ["w.bin -q", "-q w.bin", "verify w.bin --quiet", "--quiet verify w.bin"] {
        let ran = run(folder.path(), &format!("iso-verify {line}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{line}");
        assert_eq!(ran.text(), format!("{}\n", last(&loud)), "{line}");
    }
    // Notes are none of the verdict: the same on stdout, and nothing beside.
    let json = run(folder.path(), "iso-verify w.bin --json");
    let quiet = run(folder.path(), "iso-verify w.bin --json -q");
    assert!(!json.stderr.is_empty() && quiet.stderr.is_empty());
    assert_eq!(json.stdout, quiet.stdout);
    let ran = run(folder.path(), "iso-verify batch w.bin broken.bin -q");
    assert_eq!(ran.code, Some(2));
    let counts = "witnesses: 1 valid, 0 invalid, 0 inconclusive, 1 unusable\n";
    assert_eq!(ran.text(), counts);
    assert!(ran.stderr.starts_with("error: broken.bin: ") && ran.stderr.lines().count() == 1);
    let ran = run(folder.path(), "iso-verify mutate w.bin --count 1 --audit tree -q");
    assert_eq!(ran.text().lines().count(), 1, "{}", ran.text());
    let ran = run(folder.path(), "iso-verify -q broken.bin");
    assert!(ran.code == Some(2) && ran.stderr.starts_with("error: broken.bin: "));
    let both = run(folder.path(), "iso-verify w.bin -q -v");
    assert!(both.code == Some(2) && both.stderr.contains("cannot be used with"), "{}", both.stderr);
}

#[test]
fn verbose_tells_what_is_done_and_how_long_it_takes() {
    let folder = folder();
    let silent = run(folder.path(), "iso-verify w.bin");
    assert_eq!(silent.stderr, "");
    let ran = run(folder.path(), "iso-verify w.bin -v");
    assert_eq!((ran.code, &ran.stdout), (Some(0), &silent.stdout));
    for what in ["the witness: ", "its audits: ", "all of it: "] {
        let (_, after) = ran.stderr.split_once(what).unwrap_or_else(|| panic!("{}", ran.stderr));
        let seconds: f64 = after.split(' ').next().unwrap().parse().unwrap();
        assert!((0.0..600.0).contains(&seconds));
    }
    assert!(!ran.stderr.contains("iso_evm") && !ran.stderr.contains("::"), "{}", ran.stderr);
    let more = run(folder.path(), "iso-verify -vv w.bin");
    assert!(more.stderr.contains("DEBUG") && !ran.stderr.contains("DEBUG"), "{}", more.stderr);
    let recorded = run(folder.path(), "iso-witness inspect w.bin -v");
    assert!(recorded.stderr.contains("all of it: "), "{}", recorded.stderr);
}

#[test]
fn completions_and_manual_know_every_command() {
    let folder = folder();
    let binaries: [(&str, &[&str]); 2] = [
        ("iso-witness", &["record", "pack", "inspect", "assemble", "completions", "man"]),
        (
            "iso-verify",
            &[
                "verify",
                "batch",
                "check",
                "checkpoints",
                "commit",
                "emit",
                "cost",
                "deploy",
                "submit",
                "challenge",
                "ask",
                "answer",
                "settle",
                "statetest",
                "mutate",
                "completions",
                "man",
            ],
        ),
    ];
    for (binary, commands) in binaries {
        let help = run(folder.path(), &format!("{binary} --help"));
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let ran = run(folder.path(), &format!("{binary} completions {shell}"));
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell}");
            assert!(commands.iter().all(|command| ran.text().contains(command)), "{shell}");
        }
        let ran = run(folder.path(), &format!("{binary} man pages"));
        assert_eq!((ran.code, ran.text()), (Some(0), ""), "{}", ran.stderr);
        for command in commands {
            assert!(help.text().contains(&format!("\n  {command} ")), "{}", help.text());
            let page = folder.path().join(format!("pages/{binary}-{command}.1"));
            let page = fs::read_to_string(page).unwrap();
            assert!(page.contains(".SH SYNOPSIS") && page.contains("Examples:"), "{command}");
        }
        assert!(folder.path().join(format!("pages/{binary}.1")).exists());
    }
    let ran = run(folder.path(), "iso-verify man w.bin/pages");
    assert!(ran.code == Some(2) && ran.stderr.contains("cannot be written"), "{}", ran.stderr);
}

/// The committed artifacts are made by a test of their own.
#[test]
fn what_emit_says_of_a_contract_is_what_the_artifacts_say() {
    let folder = folder();
    let emit = |options: &str| {
        let json = run(folder.path(), &format!("iso-verify emit {options} --json"));
        assert_eq!(json.code, Some(0), "{options}: {}", json.stderr);
        let json = json.json();
        schema("emit").check(&json).unwrap();
        json
    };
    for (options, artifact) in [
        ("audit", "osaka"),
        ("audit --fork optimism/fjord", "optimism-fjord"),
        ("segment --fork cancun", "segment-cancun"),
        ("live --fork istanbul", "live-istanbul"),
        ("live-static", "live-static"),
        ("archive-factory", "archive-factory"),
    ] {
        let found = emit(options);
        let path = root().join(format!("specs/artifacts/{artifact}.json"));
        let artifact: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        for key in ["contract", "codeHash", "size"] {
            assert_eq!(found[key], artifact[key], "{options}: {key}");
        }
        assert_eq!(found["code"], artifact["bytecode"], "{options}");
        let plain = run(folder.path(), &format!("iso-verify emit {options} --initcode"));
        assert_eq!(found["initcode"], plain.text().trim(), "{options}");
        let initcode = hex::decode(plain.text().trim()).unwrap();
        assert_eq!(found["initcodeHash"], keccak256(&initcode).to_string());
        assert_eq!(found["initcodeSize"], initcode.len());
        let deployer = iso_evm_hypervisor::archive::DETERMINISTIC_DEPLOYER;
        let address = deployer.create2_from_code(B256::ZERO, &initcode);
        assert_eq!(found["address"].as_str().unwrap().to_lowercase(), format!("{address:#x}"));
    }
    let (key, at) = ("--archive-key account", "0x0101010101010101010101010101010101010101");
    let found = emit(&format!("audit {key} --factory {at}"));
    assert_eq!((&found["archiveKey"], &found["factory"]), (&"account".into(), &at.into()));
    assert_eq!(emit(&format!("archive-factory {key} --registrar {at}"))["registrar"], at);
    let found = emit(&format!("live-static --hypervisor {at}"));
    assert_eq!((&found["hypervisor"], &found["fork"]), (&at.into(), &Value::Null));
    let ran = run(folder.path(), "iso-verify emit audit --json --listing");
    assert_eq!(ran.code, Some(2));
}

/// Where the folder of the pages is, nothing is left of a run that failed.
#[test]
fn a_manual_that_cannot_be_written_leaves_nothing() {
    let folder = folder();
    let before = fs::read_dir(folder.path()).unwrap().count();
    run(folder.path(), "iso-verify man w.bin");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before);
    assert!(Path::new(&folder.path().join("w.bin")).is_file());
}
