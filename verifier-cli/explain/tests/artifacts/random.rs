//! Nothing that others wrote makes it panic: artifacts with anything in them, and whatever was run.

use alloy_primitives::{B256, Bytes, keccak256};
use iso_evm_explain::artifacts::{Artifacts, Contract, Preimages, reason};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{code, json as artifact};

/// Asks all that can be asked.
fn ask(artifacts: &Artifacts, contract: &Contract<'_>, data: &[u8]) {
    let preimages: Preimages =
        data.chunks(64).map(|chunk| (keccak256(chunk), Bytes::copy_from_slice(chunk))).collect();
    let topics: Vec<_> = data.chunks_exact(32).take(5).map(B256::from_slice).collect();
    for pc in 0..700 {
        if let Some(place) = contract.place(pc) {
            let _ = place.to_string();
        }
    }
    let _ = contract.calls(data.iter().map(|byte| usize::from(*byte) * 3));
    let said = [
        contract.call(data),
        contract.returns(data, data),
        contract.error(data),
        contract.event(&topics, data),
        contract.constructed(data),
        artifacts.call(data),
        reason(data),
    ];
    for said in said.into_iter().flatten() {
        let _ = said.to_string();
    }
    let near = preimages.keys().copied().chain(topics.iter().copied());
    for key in near.chain((0..40).map(B256::with_last_byte)) {
        let slots = [contract.slot(key, &preimages), contract.transient_slot(key, &preimages)];
        for slot in slots.into_iter().flatten() {
            let _ = slot.to_string();
            for variable in slot.variables() {
                let _ = variable.value(keccak256(key));
            }
        }
    }
}

/// Values that artifacts do not have, or not there.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!("t_struct(Order)261_storage")),
        Just(json!("t_mapping(t_bytes4,t_bool)")),
        Just(json!(
            "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        )),
        Just(json!("uint256[4294967295][4294967295]")),
        Just(json!("tuple[][][]")),
        any::<i64>().prop_map(|number| json!(number)),
        any::<u8>().prop_map(|number| json!(number.to_string())),
        "[-0-9:;io]{0,40}".prop_map(|map| json!(map)),
        ".{0,20}".prop_map(|text| json!(text)),
    ]
}

/// Puts something else at the place that is found by some numbers.
fn change(value: &mut Value, way: &[u16], new: &Value) {
    let Some((first, rest)) = way.split_first() else {
        *value = new.clone();
        return;
    };
    let first = usize::from(*first);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let at = first % fields.len();
            change(fields.values_mut().nth(at).unwrap(), rest, new);
        }
        Value::Array(items) if !items.is_empty() => {
            let at = first % items.len();
            change(&mut items[at], rest, new);
        }
        other => *other = new.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn an_artifact_that_was_changed_somewhere_panics(
        changes in prop::collection::vec((prop::collection::vec(any::<u16>(), 4..12), odd()), 1..12),
        data in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut output: Value = serde_json::from_str(&artifact()).unwrap();
        let mut contract = output["contracts"]["Ledger.sol"]["Ledger"].take();
        for (way, new) in &changes {
            change(&mut contract, way, new);
        }
        output["contracts"] = json!({"Ledger.sol": {"Ledger": contract}});
        let mut artifacts = Artifacts::new();
        let _ = artifacts.add("a.json", output.to_string().as_bytes());
        artifacts.add_source("Ledger.sol", String::from_utf8_lossy(&data));
        for kind in ["deployedBytecode", "bytecode"] {
            if let Some(contract) = artifacts.contract(&code("Ledger", kind)) {
                ask(&artifacts, &contract, &data);
            }
        }
    }

    #[test]
    fn data_of_anything_panic(
        selector in 0..40_usize,
        words in prop::collection::vec(prop_oneof![
            (0..20_u8).prop_map(|at| B256::with_last_byte(at * 32)),
            any::<u8>().prop_map(B256::with_last_byte),
            any::<[u8; 32]>().prop_map(B256::from),
        ], 0..20),
        rest in prop::collection::vec(any::<u8>(), 0..32),
    ) {
        let mut artifacts = Artifacts::new();
        artifacts.add("a.json", artifact().as_bytes()).unwrap();
        let output: Value = serde_json::from_str(&artifact()).unwrap();
        let abi = output["contracts"]["Ledger.sol"]["Ledger"]["abi"].as_array().unwrap();
        let item: alloy_json_abi::Function = match serde_json::from_value(abi[selector % abi.len()].clone()) {
            Ok(function) => function,
            Err(_) => return Ok(()),
        };
        let mut data = item.selector().to_vec();
        data.extend(words.iter().flatten());
        data.extend(rest);
        let contract = artifacts.contract(&code("Ledger", "deployedBytecode")).unwrap();
        ask(&artifacts, &contract, &data);
        ask(&artifacts, &contract, &data[4..]);
    }

    #[test]
    fn a_file_of_anything_panics(text in ".{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let mut artifacts = Artifacts::new();
        let _ = artifacts.add("a.json", text.as_bytes());
        let _ = artifacts.add("a.json", &bytes);
        let _ = artifacts.add("a.json", json!({"abi": [text], "bytecode": text}).to_string().as_bytes());
        artifacts.add_source(&text, text.clone());
        let _ = artifacts.contract(&bytes);
    }
}
