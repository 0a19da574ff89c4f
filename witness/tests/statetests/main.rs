//! Records official state tests, and mainnet transactions in their format, and compares with what
//! they say: the state root and the logs after the transaction, which transactions are refused;
//! with a trie that is rebuilt from scratch at every instant of which a witness names a root; and
//! with a recording on nothing but the trie nodes that the first one has collected.
//!
//! The tests are not part of the repository. `ISO_FIXTURES` names the folder that holds them
//! (default `../shared/fixtures`, from the workspace root), `ISO_STATETESTS` how many files to take,
//! evenly spread (default 200; `all`).

mod consistency;
mod rebuild;

use std::{fs, path::PathBuf};

use alloy_primitives::{B256, keccak256};
use iso_evm_testing::fixtures;
use iso_evm_witness::{
    Execution, Recording,
    input::state_test::{self, Case, CaseError},
    proof::StateProof,
    record,
};

/// Rebuilding takes long where a transaction has very many roots.
const MOST_REBUILDS: usize = 500;

#[test]
fn recordings_agree_with_the_state_tests() {
    let files = sample();
    let mut failures = Vec::new();
    let (mut cases, mut messages) = (0, 0);
    for path in &files {
        let json = fs::read(path).expect("fixture can be read");
        let all = state_test::cases(&json).expect("a state test");
        for case in all.iter().filter(|case| case.fork().is_ok()) {
            cases += 1;
            match check(case) {
                Ok(count) => messages += count,
                Err(problem) => failures.push(format!(
                    "{} {} {} {}: {problem}",
                    path.display(),
                    case.test,
                    case.fork_name,
                    case.indexes
                )),
            }
        }
    }
    println!("{} files, {cases} cases, {messages} messages", files.len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// Checks one case. Returns the number of messages.
fn check(case: &Case) -> Result<usize, String> {
    let rejected = case.exception.is_some();
    let execution = &match case.execution() {
        // What cannot even be put together is refused before any recorder sees it.
        Err(CaseError::Transaction(_)) if rejected => return Ok(0),
        execution => execution.map_err(|error| error.to_string())?,
    };
    let recording = match (record(execution), rejected) {
        (Err(_), true) => return Ok(0),
        (Err(error), false) => return Err(error.to_string()),
        (Ok(_), true) => return Err("to be rejected, was recorded".into()),
        (Ok(recording), false) => recording,
    };
    let logs = keccak256(alloy_rlp::encode(&recording.logs));
    expect("state root", recording.state_root_leave, case.state_root.unwrap_or_default())?;
    expect("logs", logs, case.logs_hash.unwrap_or_default())?;
    consistency::check(&recording)?;
    if consistency::roots_in_order(&recording.messages).len() <= MOST_REBUILDS {
        check_roots(execution, &recording)?;
        check_proof(execution, &recording)?;
    }
    Ok(recording.messages.len())
}

/// Checks that nothing but the recording's own trie nodes gives the recording again.
fn check_proof(execution: &Execution, recording: &Recording) -> Result<(), String> {
    let proof =
        StateProof { root: recording.state_root_enter, nodes: recording.proof.nodes.clone() };
    let again = record(&Execution { proofs: Some(proof), ..execution.clone() });
    let again = again.map_err(|error| format!("on its own proof: {error}"))?;
    if again == *recording { Ok(()) } else { Err("on its own proof: another recording".into()) }
}

/// Checks every root in the recording against a rebuilt one.
fn check_roots(execution: &Execution, recording: &Recording) -> Result<(), String> {
    let (messages, rebuilt) = rebuild::run(execution);
    if messages != recording.messages {
        return Err("two recordings differ".into());
    }
    let named = consistency::roots_in_order(&messages);
    if let Some(at) =
        (0..named.len().max(rebuilt.len())).find(|at| named.get(*at) != rebuilt.get(*at))
    {
        return Err(format!(
            "root {at}: recorded {:?}, rebuilt {:?}",
            named.get(at),
            rebuilt.get(at)
        ));
    }
    Ok(())
}

fn expect(what: &str, found: B256, expected: B256) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: expected {expected}, found {found}"))
    }
}

/// The files to test; none if there are no fixtures.
fn sample() -> Vec<PathBuf> {
    let folders = ["statetests", "statetests_older_forks", "mainnet"];
    let folders = folders.into_iter().filter_map(fixtures::third_party);
    let mut files: Vec<PathBuf> =
        folders.flat_map(|folder| fixtures::json_files(&folder)).collect();
    files.sort();
    let wanted = match std::env::var("ISO_STATETESTS").as_deref() {
        Ok("all") => files.len(),
        Ok(count) => count.parse().expect("ISO_STATETESTS is a number or all"),
        Err(_) => 200,
    };
    let every = files.len().div_ceil(wanted.max(1)).max(1);
    files.into_iter().step_by(every).collect()
}
