//! The Solidity that is made from tables is the one that is committed, and so is what the compiler makes
//! of all sources. They are compiled here alone: it takes longer than most tests.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use iso_evm_provers::solidity;
use iso_evm_testing::npm;
use serde_json::Value;

/// Most bytes of a contract's code (EIP-170), in hex behind `0x`.
const MOST: usize = 2 + 2 * 24_576;

/// Compilers that run beside each other.
const COMPILERS: usize = 2;

fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts")
}

/// The contracts that have an artifact, the largest artifact first.
fn artifacts() -> Vec<(String, String)> {
    let files = fs::read_dir(contracts().join("artifacts")).unwrap();
    let mut all: Vec<(String, String)> = files
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    all.sort_by_key(|(name, text)| (usize::MAX - text.len(), name.clone()));
    all
}

/// Where a contract's source is, seen from the folder of contracts.
fn source(name: &str) -> String {
    let file = format!("{name}.sol");
    if contracts().join(&file).exists() { file } else { format!("test/{file}") }
}

#[test]
fn what_is_made_from_tables_is_committed() {
    for (name, expected) in solidity::sources() {
        let file = contracts().join(name);
        if env::var_os("ISO_BLESS").is_some() {
            fs::write(&file, &expected).unwrap();
        }
        let found = fs::read_to_string(&file).unwrap_or_default();
        assert!(found == expected, "{name} differs from what the code says: ISO_BLESS=1 writes it");
    }
}

#[test]
fn every_artifact_is_its_source_compiled() {
    let Some(modules) = npm::modules("solc@0.8.37") else { return };
    let committed = artifacts();
    assert!(committed.len() > 15, "{}", committed.len());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("artifacts");
    let _ = fs::remove_dir_all(&folder);
    let compile = |first: usize| {
        let mine = committed.iter().skip(first).step_by(COMPILERS);
        let output = Command::new("node")
            .arg(contracts().join("build.mjs"))
            .args(mine.map(|(name, _)| source(name)))
            .arg("--to")
            .arg(&folder)
            .current_dir(modules.parent().unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    thread::scope(|scope| {
        let compile = &compile;
        for first in 0..COMPILERS {
            scope.spawn(move || compile(first));
        }
    });
    let other = |(name, text): &&(String, String)| {
        fs::read_to_string(folder.join(format!("{name}.json"))).unwrap() != *text
    };
    let others: Vec<String> =
        committed.iter().filter(other).map(|(name, _)| source(name)).collect();
    assert!(others.is_empty(), "node build.mjs {} writes others", others.join(" "));
}

#[test]
fn a_chain_takes_every_contract() {
    for (name, text) in artifacts().iter().filter(|(name, _)| !name.ends_with("Probe")) {
        let artifact: Value = serde_json::from_str(text).unwrap();
        let size = artifact["deployedBytecode"].as_str().unwrap().len();
        assert!((3..=MOST).contains(&size), "{name}: {} bytes", size / 2 - 1);
    }
}
