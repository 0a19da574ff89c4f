//! The source of the probe, compiled again: what is committed is what the compiler makes of it.

use std::{fs, path::Path, process::Command};

use iso_evm_testing::npm;

#[test]
fn the_artifact_is_the_source_compiled() {
    let Some(modules) = npm::modules("solc@0.8.37") else { return };
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    let output = Command::new("node")
        .arg(contracts.join("build.mjs"))
        .args(["test/ClaimsProbe.sol", "--to", "-"])
        .current_dir(modules.parent().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let committed = fs::read(contracts.join("artifacts/ClaimsProbe.json")).unwrap();
    assert!(output.stdout == committed, "node build.mjs writes another ClaimsProbe.json");
}
