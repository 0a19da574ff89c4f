//! go-ethereum's tracer tests: every file in the fork range, recorded and audited.

use iso_evm_wire::fork::ForkError;
use iso_evm_witness::{
    input::{Input, InputError},
    record,
};

use crate::harness::{audit, fixtures, parallel, proved};

#[test]
fn every_message_is_valid() {
    let Some(folder) = fixtures::third_party("geth_tracetest") else { return };
    let mut inputs = Vec::new();
    let mut earlier = 0;
    for path in fixtures::json_files(&folder) {
        match Input::parse(fixtures::read(&path).as_bytes(), None) {
            Ok(input) => inputs.push((path.display().to_string(), input)),
            Err(InputError::Fork(ForkError::TooEarly(_))) => earlier += 1,
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
    println!("{} files in range, {earlier} of earlier forks", inputs.len());
    assert!(inputs.len() >= 20, "only {} files in range", inputs.len());
    parallel::check_all(&inputs, |(name, input)| {
        let recording = record(&input.execution).map_err(|error| format!("{name}: {error}"))?;
        audit::all_valid(name, input.execution.rules, &recording)?;
        proved::valid(name, &recording.witness(input))
    });
}
