//! The counts of official state tests in `specs/measurements.md`.

use std::{env, path::Path};

use iso_evm_testing::measurements::{self, Table, thousands};

use crate::common::{root, run};

/// All official state tests that the shared fixtures have, by both engines and under all audits: minutes.
#[test]
#[ignore = "takes minutes: .ci/run and .ci/measure run it"]
fn every_official_state_test_passes_and_is_counted() {
    let fixtures =
        env::var_os("ISO_FIXTURES").map_or_else(|| root().join("../shared/fixtures"), Into::into);
    let tests = Path::new(&fixtures).join("statetests");
    let ran = run(&tests, "iso-verify statetest . --engine both --json");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let summary = ran.json();
    let mut table = Table::new(["fork", "cases passed", "frames valid"]);
    let mut row = |name: &str, counts: &serde_json::Value| {
        let numbers = ["passed", "messages"].map(|key| thousands(counts[key].as_u64().unwrap()));
        table.row([name, &numbers[0], &numbers[1]]);
    };
    for fork in iso_evm_wire::Fork::ALL {
        row(fork.name(), &summary["forks"][fork.name()]);
    }
    row("all", &summary);
    measurements::compare("state-tests", &table.to_string());
}
