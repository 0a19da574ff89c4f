//! The artifacts are what the compiler makes of the sources.

use std::{fs, path::Path, process::Command};

use iso_evm_testing::npm;

#[test]
fn the_artifacts_are_the_sources_compiled() {
    let Some(modules) = npm::modules("solc@0.8.37") else { return };
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    for source in [
        "PairProver",
        "PrecompileProver",
        "ShapeProver",
        "SegmentProver",
        "AuditDispute",
        "test/OddProver",
    ] {
        let output = Command::new("node")
            .arg(contracts.join("build.mjs"))
            .args([&format!("{source}.sol"), "--to", "-"])
            .current_dir(modules.parent().unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let name = source.rsplit('/').next().unwrap();
        let committed = fs::read(contracts.join(format!("artifacts/{name}.json"))).unwrap();
        assert!(output.stdout == committed, "node build.mjs writes another {name}.json");
    }
}
