//! The package as who installs it has it.

use std::{fs, process::Command};

use crate::tools::{folder, forge, package, printed, solc};

/// What stands before the page's own lines.
const HEAD: &str = r#"// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {AuditDispute} from "@iso-evm/contracts/AuditDispute.sol";
import {Bridge} from "@iso-evm/contracts/consumer/examples/Bridge.sol";
"#;

const CONFIG: &str = r#"[profile.default]
src = "src"
libs = ["node_modules"]
remappings = ["@iso-evm/contracts/=node_modules/@iso-evm/contracts/"]
evm_version = "cancun"
via_ir = true
optimizer = true
"#;

#[test]
fn what_is_packed_is_all_that_a_consumer_needs() {
    if solc().is_none() {
        return;
    }
    let project = folder("packed");
    let mut pack = Command::new("npm");
    pack.args(["pack", "--json", "--pack-destination"]).arg(&project).current_dir(package());
    printed(&mut pack);
    let archive = project.join("iso-evm-contracts-0.1.0.tgz");
    let installed = project.join("node_modules/@iso-evm/contracts");
    fs::create_dir_all(&installed).unwrap();
    let mut unpack = Command::new("tar");
    unpack.args(["xzf"]).arg(archive).args(["--strip-components", "1", "-C"]).arg(&installed);
    printed(&mut unpack);
    for (there, name) in [
        (true, "README.md"),
        (true, "Claims.sol"),
        (true, "artifacts/AuditDispute.json"),
        (false, "artifacts/OddProver.json"),
        (false, "consumer/test"),
        (false, "test"),
    ] {
        assert_eq!(installed.join(name).exists(), there, "{name}");
    }
    fs::create_dir_all(project.join("src")).unwrap();
    let page = fs::read_to_string(installed.join("README.md")).unwrap();
    let (_, lines) = page.split_once("```solidity").unwrap();
    let (lines, _) = lines.split_once("```").unwrap();
    fs::write(project.join("src/Mine.sol"), format!("{HEAD}{lines}")).unwrap();
    fs::write(project.join("foundry.toml"), CONFIG).unwrap();
    let Some(mut forge) = forge("build", &project, &project) else { return };
    printed(&mut forge);
}
