//! Shapes of artifacts that no tool here makes today, built from what solc made.

use std::fs;

use iso_evm_testing::fixtures;
use serde_json::{Value, json};

use super::{Artifacts, artifacts, code, compilers::same, json as committed, source};

fn add(artifacts: &mut Artifacts, name: &str, json: &Value) -> usize {
    artifacts.add(name, json.to_string().as_bytes()).unwrap()
}

#[test]
fn what_hardhat_2_puts_out_is_read_otherwise() {
    let output: Value = serde_json::from_str(&committed()).unwrap();
    let sources = output["sources"].as_object().unwrap().keys();
    let sources = sources.map(|name| (name.clone(), json!({"content": source(name)})));
    let build_info = json!({
        "id": "1f", "_format": "hh-sol-build-info-1", "solcVersion": "0.8.37",
        "input": {"language": "Solidity", "sources": sources.collect::<serde_json::Map<_, _>>()},
        "output": output,
    });
    let debug = json!({"_format": "hh-sol-dbg-1", "buildInfo": "../../build-info/1f.json"});
    let each = |artifacts: &mut Artifacts| {
        for (file, contracts) in output["contracts"].as_object().unwrap() {
            for (name, contract) in contracts.as_object().unwrap() {
                let code =
                    |kind: &str| format!("0x{}", contract["evm"][kind]["object"].as_str().unwrap());
                let artifact = json!({
                    "_format": "hh-sol-artifact-1", "contractName": name, "sourceName": file,
                    "abi": contract["abi"], "bytecode": code("bytecode"),
                    "deployedBytecode": code("deployedBytecode"),
                    "linkReferences": {}, "deployedLinkReferences": {},
                });
                assert_eq!(add(artifacts, &format!("{file}/{name}.json"), &artifact), 1);
                assert_eq!(add(artifacts, &format!("{file}/{name}.dbg.json"), &debug), 0);
            }
        }
    };
    let mut before = Artifacts::new();
    each(&mut before);
    assert_eq!((before.counts().contracts, before.counts().with_source_map), (6, 0));
    assert_eq!(add(&mut before, "build-info/1f.json", &build_info), 6);
    let mut behind = Artifacts::new();
    add(&mut behind, "build-info/1f.json", &build_info);
    each(&mut behind);
    for artifacts in [before, behind] {
        assert!(artifacts.sources_wanted().is_empty());
        same(&artifacts);
    }
}

#[test]
fn a_source_of_another_compilation_is_named() {
    // Two compilations in one folder: 0 and 1 are other sources in each.
    let artifact = |own: &str, code: &str| {
        json!({
            "abi": [], "id": 0, "ast": {"absolutePath": own, "src": "0:9:0", "nodes": []},
            "deployedBytecode": {"object": code, "sourceMap": "0:3:0;0:3:1"},
        })
    };
    let mut artifacts = Artifacts::new();
    let [a, b] = [("a/A.sol", "a/L.sol", "0x5b00"), ("b/B.sol", "b/M.sol", "0x5bfe")];
    let hash = |text: &str| json!({"keccak256": alloy_primitives::keccak256(text)});
    let with_hashes = |(own, other, code): (&str, &str, &str)| {
        let mut artifact = artifact(own, code);
        artifact["metadata"] = json!({"sources": {own: hash(own), other: hash(other)}});
        artifact
    };
    add(&mut artifacts, "A.json", &with_hashes(a));
    add(&mut artifacts, "B.json", &artifact(b.0, b.2));
    for (id, (_, other, _)) in [("1", a), ("2", b)] {
        add(&mut artifacts, "build.json", &json!({"source_id_to_path": {"1": other}, "id": id}));
    }
    let file = |code: &[u8], pc| {
        let place = artifacts.contract(code).unwrap().place(pc);
        place.map(|place| place.file)
    };
    assert_eq!(file(&[0x5b, 0x00], 0).as_deref(), Some("a/A.sol"));
    assert_eq!(file(&[0x5b, 0x00], 1).as_deref(), Some("a/L.sol"));
    assert_eq!(file(&[0x5b, 0xfe], 0).as_deref(), Some("b/B.sol"));
    // Either could be meant.
    assert_eq!(file(&[0x5b, 0xfe], 1), None);
}

#[test]
fn texts_in_metadata_are_not_read() {
    let mut output: Value = serde_json::from_str(&committed()).unwrap();
    let token = &mut output["contracts"]["Token.sol"]["Token"];
    let mut metadata: Value = serde_json::from_str(token["metadata"].as_str().unwrap()).unwrap();
    metadata["sources"]["Token.sol"]["content"] = source("Token.sol").into();
    token["metadata"] = metadata.to_string().into();
    let mut artifacts = Artifacts::new();
    assert_eq!(add(&mut artifacts, "a.json", &output), 6);
    assert!(!artifacts.sources_wanted().contains("Token.sol"));
    assert!(artifacts.sources_wanted().contains("Shop.sol"));
}

#[test]
fn this_projects_own_artifacts_are_not_known_by_their_code() {
    let folder = fixtures::own().join("../../verifier-cli/provers/contracts/artifacts");
    let mut artifacts = Artifacts::new();
    let mut contracts = Vec::new();
    for file in fixtures::json_files(&folder) {
        let bytes = fs::read(&file).unwrap();
        assert_eq!(artifacts.add(&file.display().to_string(), &bytes), Ok(1));
        contracts.push(serde_json::from_slice::<Value>(&bytes).unwrap());
    }
    assert!(contracts.len() > 10);
    for contract in contracts {
        let (name, code) = (&contract["contract"], contract["deployedBytecode"].as_str().unwrap());
        let code: alloy_primitives::Bytes = code.parse().unwrap();
        let known = artifacts.contract(&code).unwrap();
        assert_eq!(known.name(), name.as_str().unwrap());
        assert!(known.place(0).is_none());
    }
}

#[test]
fn an_input_beside_the_output_leaves_texts_unknown() {
    let mut artifacts = Artifacts::new();
    artifacts.add("output.json", committed().as_bytes()).unwrap();
    let input = json!({"language": "Solidity", "sources": {"Token.sol": {"content": source("Token.sol")},
        "Shop.sol": {"urls": ["Shop.sol"]}}});
    assert_eq!(add(&mut artifacts, "input.json", &input), 0);
    let code = code("Token", "deployedBytecode");
    let told = |artifacts: &Artifacts| artifacts.contract(&code).unwrap().place(0).unwrap();
    assert_eq!(told(&artifacts), told(&self::artifacts()));
}

#[test]
fn a_struct_that_is_in_itself_is_looked_into_without_end() {
    let members: Vec<_> = (0..12)
        .map(|at| json!({"label": format!("m{at}"), "slot": "0", "offset": 0, "type": "t_struct"}))
        .collect();
    let artifact = json!({
        "abi": [], "deployedBytecode": {"object": "0x5b00"},
        "storageLayout": {"storage": members, "types": {"t_struct": {
            "encoding": "inplace", "label": "struct S", "numberOfBytes": "64", "members": members,
        }}},
    });
    let mut artifacts = Artifacts::new();
    add(&mut artifacts, "A.json", &artifact);
    let contract = artifacts.contract(&[0x5b, 0]).unwrap();
    assert!(contract.slot(alloy_primitives::B256::ZERO, &Default::default()).is_none());
}
