//! The sources, compiled again: what is committed is what the compiler makes of them, and fits into a
//! contract.

use std::{fs, path::Path, process::Command};

use iso_evm_testing::npm;

use crate::court::Prover;

/// Most bytes of a contract's code (EIP-170).
const MAX_CODE_SIZE: usize = 0x6000;

#[test]
fn a_prover_fits_into_a_contract() {
    for prover in Prover::ALL {
        let size = prover.code().len();
        assert!(size <= MAX_CODE_SIZE, "{}: {size}", prover.name());
    }
}

#[test]
fn the_artifacts_are_the_sources_compiled() {
    let Some(modules) = npm::modules("solc@0.8.37") else { return };
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    let provers = Prover::ALL.into_iter().map(Prover::name);
    let probe = ("test/TransactionProbe.sol".to_owned(), "TransactionProbe".to_owned());
    for (file, name) in provers.map(|name| (format!("{name}.sol"), name)).chain([probe]) {
        let output = Command::new("node")
            .arg(contracts.join("build.mjs"))
            .args([&file, "--to", "-"])
            .current_dir(modules.parent().unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let committed = fs::read(contracts.join(format!("artifacts/{name}.json"))).unwrap();
        assert!(output.stdout == committed, "node build.mjs writes another {name}");
    }
}
