//! The register's source, compiled again: what is committed is what the compiler makes of it.

use std::{fs, process::Command};

use crate::{common::root, npm};

#[test]
fn the_artifact_is_the_source_compiled() {
    let Some(modules) = npm::modules("solc@0.8.37") else { return };
    let contracts = root().join("verifier-cli/onchain/contracts").canonicalize().unwrap();
    let output = Command::new("node")
        .arg(contracts.join("build.mjs"))
        .arg("-")
        .current_dir(modules.parent().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let committed = fs::read(contracts.join("AuditRegister.json")).unwrap();
    assert!(output.stdout == committed, "node build.mjs writes another AuditRegister.json");
}

/// What the specification shows of the register stands in its source.
#[test]
fn the_specification_shows_the_source() {
    let page = fs::read_to_string(root().join("specs/14-chain.md")).unwrap();
    let source =
        fs::read_to_string(root().join("verifier-cli/onchain/contracts/AuditRegister.sol"))
            .unwrap();
    let blocks: Vec<_> = page.split("```solidity\n").skip(1).collect();
    let shown = blocks.iter().find(|block| block.contains("function convicts(")).unwrap();
    let shown = shown.split("```").next().unwrap();
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let excerpt: Vec<_> = shown.lines().map(str::trim).collect();
    assert!(lines.windows(excerpt.len()).any(|lines| lines == excerpt), "{shown}");
}
