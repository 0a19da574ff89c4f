//! Which contract a code is: as it stands in fixtures, where it was deployed with its variables filled in.

use alloy_primitives::{Bytes, U256};
use iso_evm_explain::artifacts::{Artifacts, ArtifactsError, Match};
use iso_evm_testing::fixtures;
use serde_json::Value;

use super::{artifacts, code, run::create};

#[test]
fn the_erc20_fixture_is_not_the_token() {
    let artifacts = artifacts();
    let names = |fixture: &str| -> Vec<String> {
        let path = fixtures::own().join(fixture);
        let input: Value = serde_json::from_str(&fixtures::read(&path)).unwrap();
        let accounts = input["prestate"].as_object().unwrap().values();
        let codes = accounts.filter_map(|account| account["code"].as_str());
        let codes = codes.map(|code| code.parse::<Bytes>().unwrap());
        let contracts = codes.map(|code| artifacts.contract(&code).unwrap());
        contracts
            .map(|it| {
                assert_eq!(it.matched(), Match::Exact);
                format!("{}:{}", it.file(), it.name())
            })
            .collect()
    };
    assert_eq!(names("erc20-transfer.json"), ["Token.sol:Token"]);
    let mut shop = names("revert-with-data.json");
    shop.sort_unstable();
    assert_eq!(shop, ["Shop.sol:Shop", "Token.sol:Token"]);
    assert_eq!(names("create-and-create2.json"), ["Factory.sol:Factory"]);
}

#[test]
fn a_contract_with_an_immutable_variable_is_not_known_when_deployed() {
    let artifacts = artifacts();
    let mut initcode = code("Child", "bytecode").to_vec();
    initcode.extend(U256::from(0x1234_5678_u64).to_be_bytes::<32>());
    let run = create(initcode.into());
    assert!(run.success && run.output != code("Child", "deployedBytecode"));
    let child = artifacts.contract(&run.output).unwrap();
    assert_eq!((child.name(), child.matched(), child.creates()), ("Child", Match::Exact, false));
}

#[test]
fn code_that_nobody_compiled_is_a_contract() {
    let artifacts = artifacts();
    let code = code("Token", "deployedBytecode");
    for other in [&code[..code.len() - 1], &code[1..], &[]] {
        assert!(artifacts.contract(other).is_none());
    }
    let mut changed = code.to_vec();
    changed[100] ^= 1;
    assert!(artifacts.contract(&changed).is_none());
}

#[test]
fn what_is_no_artifact_is_taken_as_one() {
    let mut artifacts = Artifacts::new();
    let mut said = |json: &str| artifacts.add("a.json", json.as_bytes()).unwrap_err().to_string();
    let expected = "expected the standard JSON output of solc, an artifact of Foundry or Hardhat, or their \
                    build info";
    for (json, found) in [
        (r#"{"name": "package", "version": "1"}"#, "an object with the fields name, version"),
        ("{}", "an object without fields"),
        ("7", "no object"),
        ("[1, 2]", "no object"),
    ] {
        assert_eq!(said(json), format!("a.json: not an artifact: found {found}, {expected}"));
    }
    assert!(said("{").starts_with("a.json: not JSON: "));
    assert!(artifacts.add("a.json", &[0xff, 0xfe]).is_err());
    let failed = r#"{"errors": [{"severity": "warning", "message": "w"},
        {"severity": "error", "message": "Expected ';'"}], "sources": {}}"#;
    let error = artifacts.add("a.json", failed.as_bytes()).unwrap_err();
    let message = "Expected ';'".to_owned();
    assert_eq!(error, ArtifactsError::NotCompiled { name: "a.json".to_owned(), message });
    assert_eq!(artifacts.counts().contracts, 0);
}
