//! `IAuditDispute` has what the contract has.

use std::fs;

use serde_json::Value;

use crate::{
    abi::lines,
    tools::{compiled, package},
};

#[test]
fn the_interface_is_the_contracts() {
    let Some(interface) = compiled("consumer/IAuditDispute.sol") else { return };
    let artifact = fs::read(package().join("artifacts/AuditDispute.json")).unwrap();
    let artifact: Value = serde_json::from_slice(&artifact).unwrap();
    assert_eq!(lines(&interface["abi"]), lines(&artifact["abi"]));
}
