//! The package as who installs it has it.

use std::{fs, process::Command};

use crate::tools::{folder, forge, package, printed, solc};

/// What a consumer begins with.
const CONSUMER: &str = r#"// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {Audited} from "@iso-evm/contracts/consumer/Audited.sol";
import {IAuditDispute} from "@iso-evm/contracts/consumer/IAuditDispute.sol";
import {Included} from "@iso-evm/contracts/consumer/Included.sol";
import {Bridge} from "@iso-evm/contracts/consumer/examples/Bridge.sol";
import {AuditDispute} from "@iso-evm/contracts/AuditDispute.sol";

contract Mine is Audited {
    constructor(IAuditDispute dispute, bytes32 start) Audited(dispute, 901, 7 days, msg.sender, start) {}

    function act(bytes32 id, Included.MessageProof calldata proof) external view returns (bytes32 key) {
        (, key) = messageOf(id, proof);
    }
}
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
    fs::write(project.join("src/Mine.sol"), CONSUMER).unwrap();
    fs::write(project.join("foundry.toml"), CONFIG).unwrap();
    let Some(mut forge) = forge("build", &project, &project) else { return };
    printed(&mut forge);
}
