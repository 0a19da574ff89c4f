//! The module as a visitor's browser runs it, on official state tests: the same `witness.bin`, the same report and
//! the same refusals as from the crates that it is made of. Its precompiles come from other libraries than theirs.

use std::{
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
};

use iso_evm_page::{Answer, ask};
use iso_evm_testing::fixtures;
use iso_evm_witness::input::state_test;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{has_packages, node, whole_page, work};

/// What Node says of all that it was given.
#[derive(Debug, Deserialize)]
struct Said {
    cases: usize,
    refused: usize,
    differing: Vec<Value>,
}

/// What the crates say of a case.
fn expected(text: &[u8], index: usize) -> Value {
    let record = json!({ "ask": "record", "index": index }).to_string();
    let verified = ask(record.as_bytes(), text).and_then(|Answer { said, bytes }| {
        if let Some(why) = said["refused"].as_str() {
            return Ok(json!({ "index": index, "refused": why }));
        }
        let report = ask(br#"{"ask": "verify"}"#, &bytes)?.said["report"].take();
        Ok(json!({ "index": index, "report": report, "witness": hash(&bytes) }))
    });
    verified.unwrap_or_else(|error| json!({ "index": index, "refused": error.to_string() }))
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file with what the crates say of each `step`-th of its cases, on one line.
fn line(file: &Path, step: usize) -> String {
    let text = fixtures::read(file);
    let cases = state_test::cases(text.as_bytes()).unwrap();
    let count = cases.iter().filter(|case| case.fork().is_ok()).count();
    // The last ones are of the newest forks.
    let indexes = (0..count).rev().step_by(step);
    let cases: Vec<_> = indexes.map(|index| expected(text.as_bytes(), index)).collect();
    json!({ "file": file, "cases": cases }).to_string()
}

/// Puts files before the module, on as many processes as there are cores; how many cases there were, and how many
/// of them are refused.
fn agree(page: &Path, files: &[PathBuf], step: usize) -> (usize, usize) {
    let count = thread::available_parallelism().map_or(1, usize::from).min(files.len());
    let said = thread::scope(|scope| {
        let parts = (0..count).map(|part| {
            scope.spawn(move || {
                let script = &mut node("tests/node/module.mjs");
                let script = script.arg(work()).arg(page).stdin(Stdio::piped());
                let mut child = script.stdout(Stdio::piped()).spawn().unwrap();
                let mut input = BufWriter::new(child.stdin.take().unwrap());
                for file in files.iter().skip(part).step_by(count) {
                    writeln!(input, "{}", line(file, step)).unwrap();
                }
                drop(input);
                let output = child.wait_with_output().unwrap();
                assert!(output.status.success(), "node failed");
                serde_json::from_slice::<Said>(&output.stdout).unwrap()
            })
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    let differing: Vec<_> = said.iter().flat_map(|part| &part.differing).collect();
    assert!(differing.is_empty(), "{} differ: {:#?}", differing.len(), differing.first());
    let cases = said.iter().map(|part| part.cases).sum();
    let refused = said.iter().map(|part| part.refused).sum();
    println!("{cases} cases, of which {refused} are refused");
    (cases, refused)
}

/// Files of state tests: those about precompiles, and others.
fn files() -> Option<(Vec<PathBuf>, Vec<PathBuf>)> {
    let all = fixtures::json_files(&fixtures::third_party("statetests")?);
    let about = ["recompile", "bls12", "p256", "kzg", "point_evaluation", "ZeroKnowledge"];
    Some(all.into_iter().partition(|file| {
        let path = file.to_string_lossy();
        about.iter().any(|about| path.contains(about))
    }))
}

#[test]
fn the_module_says_of_a_state_test_what_the_crates_say() {
    if !has_packages() {
        return;
    }
    let (Some(page), Some((precompiles, others))) = (whole_page(), files()) else { return };
    let every = |files: Vec<PathBuf>, step| files.into_iter().step_by(step).collect::<Vec<_>>();
    let files = [every(precompiles, 6), every(others, 60)].concat();
    let (cases, refused) = agree(&page, &files, usize::MAX);
    assert!(cases >= 30 && refused < cases / 2, "{cases} cases, {refused} refused");
}

#[test]
#[ignore = "minutes: .ci/run does it"]
fn state_tests_of_all_kinds_are_the_same_in_the_module() {
    if !has_packages() {
        return;
    }
    let (Some(page), Some((precompiles, others))) = (whole_page(), files()) else { return };
    let (cases, _) = agree(&page, &precompiles, 6);
    assert!(cases > 300, "{cases} cases of precompiles");
    let (cases, _) = agree(&page, &others, 24);
    assert!(cases > 800, "{cases} other cases");
}
