//! The Solidity that is made from tables is the one that is committed, and so is what the compiler makes
//! of it.

use std::{env, fs, path::Path, process::Command};

use iso_evm_provers::solidity;
use iso_evm_testing::npm;

use super::answer::Prover;

/// Most bytes of a contract's code (EIP-170).
const MOST: usize = 24_576;

#[test]
fn what_is_made_from_tables_is_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    for (name, expected) in solidity::sources() {
        let file = folder.join(name);
        if env::var_os("ISO_BLESS").is_some() {
            fs::write(&file, &expected).unwrap();
        }
        let found = fs::read_to_string(&file).unwrap_or_default();
        assert!(found == expected, "{name} differs from what the code says: ISO_BLESS=1 writes it");
    }
}

#[test]
fn the_artifacts_are_the_sources_compiled() {
    let Some(modules) = npm::modules("solc@0.8.37") else { return };
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    for name in ["ReadProver", "WriteProver", "FrameProver"] {
        let output = Command::new("node")
            .arg(contracts.join("build.mjs"))
            .args([&format!("{name}.sol"), "--to", "-"])
            .current_dir(modules.parent().unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let committed = fs::read(contracts.join(format!("artifacts/{name}.json"))).unwrap();
        assert!(output.stdout == committed, "node build.mjs writes another {name}.json");
    }
}

#[test]
fn a_chain_takes_the_contracts() {
    for prover in [Prover::Read, Prover::Write, Prover::Frame] {
        let size = prover.code().len();
        println!("{prover:?}: {size} bytes");
        assert!(size <= MOST, "{prover:?}: {size} bytes");
    }
}
