//! The package's own tests, by forge and by Hardhat.

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Command};

use iso_evm_testing::npm;

use crate::tools::{copy_sources, folder, forge, package, printed, solc};

const HARDHAT: &str = "hardhat@3.18.0";

/// Hardhat 3 wants it.
const NODE: &str = "22.23.5";

/// Tests that there are.
const TESTS: usize = 21;

#[test]
fn forge_runs_the_packages_tests() {
    let Some(mut forge) = forge("test", &package(), &folder("forge")) else { return };
    let said = printed(&mut forge);
    let expected = format!("{TESTS} tests passed, 0 failed, 0 skipped");
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn hardhat_runs_the_packages_tests() {
    let Some((node, solc)) = node().zip(solc()) else { return };
    let Some(modules) = npm::modules_for(HARDHAT, Some(&node)) else { return };
    // Hardhat looks for itself in the project.
    let project = folder("hardhat");
    copy_sources(&package(), &project);
    for name in ["package.json", "hardhat.config.js"] {
        fs::copy(package().join(name), project.join(name)).unwrap();
    }
    symlink(&modules, project.join("node_modules")).unwrap();
    let mut command = Command::new(node.join("node"));
    command
        .arg("node_modules/hardhat/dist/src/cli.js")
        .args(["test", "solidity"])
        .current_dir(&project)
        .env("PATH", npm::path_with(&node))
        .env("ISO_SOLC", solc.join("solc/soljson.js"))
        .env("HARDHAT_DISABLE_TELEMETRY_PROMPT", "true");
    let said = printed(&mut command);
    assert!(said.contains(&format!("{TESTS} passing")) && !said.contains("failing"), "{said}");
}

/// The folder of the Node.js that Hardhat wants.
fn node() -> Option<PathBuf> {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let package = format!("node-{system}-{machine}");
    let modules = npm::modules(&format!("{package}@{NODE}"))?;
    Some(modules.join(package).join("bin"))
}
