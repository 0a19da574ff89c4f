//! go-ethereum's tracer tests, read as input and run: receipt gas, output and call tree must be
//! what geth found. The files are third-party data and not part of the project; without them the
//! test says so and ends.

use std::fs;

use alloy_primitives::Bytes;
use iso_evm_testing::fixtures;
use iso_evm_wire::fork::ForkError;
use iso_evm_witness::{
    input::{Input, InputError},
    record,
};
use serde_json::Value;

/// The frames of geth's call tree, those that ran no code included.
fn frames(call: &Value) -> usize {
    1 + call["calls"].as_array().map_or(0, |calls| calls.iter().map(frames).sum())
}

#[test]
fn gas_and_output_of_tracer_tests_are_those_that_geth_wrote() {
    let Some(folder) = fixtures::third_party("geth_tracetest") else { return };
    let (mut ran, mut early, mut compared) = (0, 0, 0);
    for path in fixtures::json_files(&folder) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let json = fs::read(&path).unwrap();
        let input = match Input::parse(&json, None) {
            Ok(input) => input,
            Err(InputError::Fork(ForkError::TooEarly(_))) => {
                early += 1;
                continue;
            }
            Err(error) => panic!("{name}: {error}"),
        };
        let recording = record(&input.execution).unwrap_or_else(|error| panic!("{name}: {error}"));
        ran += 1;
        let test: Value = serde_json::from_slice(&json).unwrap();
        let result = &test["result"];
        if let (Some(gas), Some(output)) = (result.get("gasUsed"), result.get("type")) {
            let gas = gas.as_str().unwrap().trim_start_matches("0x");
            assert_eq!(
                recording.gas_used,
                u64::from_str_radix(gas, 16).unwrap(),
                "{name}: {output}"
            );
            let output: Bytes = result
                .get("output")
                .map_or_else(Default::default, |o| serde_json::from_value(o.clone()).unwrap());
            assert_eq!(recording.output, output, "{name}");
            assert_eq!(recording.success, result.get("error").is_none(), "{name}");
            if test["tracerConfig"]["onlyTopCall"] != Value::Bool(true) {
                assert!(recording.messages.len() <= frames(result), "{name}");
            }
            compared += 1;
        }
    }
    eprintln!("{ran} ran, {compared} compared, {early} before Istanbul");
    assert_eq!((ran, early), (26, 71));
    assert!(compared >= 7);
}
