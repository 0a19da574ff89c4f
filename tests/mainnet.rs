//! Mainnet transactions from Istanbul to Cancun, one file a block: recorded, the final root and the
//! logs compared with those that plain revm came to, and every message audited.

use alloy_primitives::keccak256;
use iso_evm_witness::record;

use crate::harness::{audit, fixtures, parallel, state_test};

const FORKS: [&str; 6] = ["Istanbul", "Berlin", "London", "Paris", "Shanghai", "Cancun"];

#[test]
fn every_message_is_valid() {
    let Some(folder) = fixtures::third_party("mainnet") else { return };
    let files = FORKS.iter().flat_map(|fork| fixtures::json_files(&folder.join(fork)));
    let cases: Vec<_> = files.flat_map(|path| state_test::cases(&fixtures::read(&path))).collect();
    assert!(cases.len() > 100, "only {} transactions", cases.len());
    parallel::check_all(&cases, check);
}

fn check(case: &state_test::Case) -> Result<(), String> {
    let name = &case.name;
    let recording = record(&case.execution).map_err(|error| format!("{name}: {error}"))?;
    if recording.state_root_leave != case.state_root {
        return Err(format!(
            "{name}: final root {} instead of {}",
            recording.state_root_leave, case.state_root
        ));
    }
    let mut logs = Vec::new();
    alloy_rlp::encode_list(&recording.logs, &mut logs);
    if keccak256(logs) != case.logs_hash {
        return Err(format!("{name}: other logs"));
    }
    audit::all_valid(name, case.execution.fork, &recording)
}
