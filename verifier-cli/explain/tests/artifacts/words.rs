//! What calls, return data, errors and events say.

use alloy_dyn_abi::DynSolValue;
use alloy_primitives::{B256, hex, keccak256};
use iso_evm_explain::artifacts::{Artifacts, reason};

use super::{
    artifacts, code, deployed,
    run::{CALLER, call, calldata},
};

const OTHER: &str = "0x1111111111111111111111111111111111111111";

#[test]
fn a_transfer_is_not_told_in_words() {
    let artifacts = artifacts();
    let data = calldata("transfer(address,uint256)", &[OTHER, "12500000000000000000"]);
    let said = format!("transfer(to: {OTHER}, value: 12,500,000,000,000,000,000)");
    let token = deployed(&artifacts, "Token");
    assert_eq!(token.call(&data).unwrap().to_string(), said);
    // A proxy is called for what another contract does.
    assert_eq!(deployed(&artifacts, "Shop").call(&data).unwrap().to_string(), said);
    let returned = token.returns(&data, B256::with_last_byte(1).as_slice()).unwrap();
    assert_eq!(returned.to_string(), "true");
    assert_eq!(returned.signature, "transfer(address,uint256)(bool)");
    let run = call(&code("Token", "deployedBytecode"), data);
    let error = token.error(&run.output).unwrap().to_string();
    let held = "held: 0, wanted: 12,500,000,000,000,000,000";
    assert_eq!(error, format!("BalanceTooLow(holder: {CALLER}, {held})"));
}

#[test]
fn arguments_that_are_not_of_their_types_are_made_up() {
    let artifacts = artifacts();
    let token = deployed(&artifacts, "Token");
    let data = calldata("transfer(address,uint256)", &[OTHER, "1"]);
    let said = |data: &[u8]| token.call(data).map(|said| said.to_string());
    let cut = "transfer(address,uint256) with arguments that are not of these types";
    assert_eq!(said(&data[..67]).unwrap(), cut);
    assert_eq!(said(&data[..4]).unwrap(), cut);
    assert_eq!((said(&data[..3]), said(&[]), said(&[1, 2, 3, 4])), (None, None, None));
    let returned = token.returns(&data, &[]).unwrap().to_string();
    assert_eq!(returned, "bytes that are not what transfer(address,uint256)(bool) returns");
}

#[test]
fn structs_arrays_and_strings_lose_their_names() {
    let artifacts = artifacts();
    let ledger = deployed(&artifacts, "Ledger");
    let code = code("Ledger", "deployedBytecode");
    let line = format!("({OTHER},5000,6)");
    let data = calldata(
        "note(string,(address,uint96,uint256),uint256[])",
        &["a \u{202e}name", &line, "[1,2000]"],
    );
    let told = format!("line: {{item: {OTHER}, count: 5,000, price: 6}}, numbers");
    let said = ledger.call(&data).unwrap();
    assert_eq!(
        said.to_string(),
        format!("note(name_: \"a \\u{{202e}}name\", {told}_: [1, 2,000])")
    );
    let kinds = said.arguments.as_ref().unwrap().iter().map(|argument| &*argument.kind);
    assert_eq!(kinds.collect::<Vec<_>>(), ["string", "struct Ledger.Line", "uint256[]"]);
    let run = call(&code, data.clone());
    let logged = |at: usize| ledger.event(run.logs[at].data.topics(), &run.logs[at].data.data);
    let hash = keccak256("a \u{202e}name");
    let expected = format!("Noted(by: {CALLER}, name: keccak256 {hash}, {told}: [1, 2,000])");
    assert_eq!(logged(0).unwrap().to_string(), expected);
    let (begin, end) = (hex::encode_prefixed(&data[..32]), hex::encode(&data[data.len() - 8..]));
    let expected = format!("Noted2(data: {begin}…{end} ({} bytes))", data.len());
    assert_eq!(logged(1).unwrap().to_string(), expected);
    let refused = call(&code, calldata("refuse((address,uint96,uint256))", &[&line]));
    let expected = format!(
        "Refused(line: {{item: {OTHER}, count: 5,000, price: 6}}, state: 1, reason: \"not today\\n\")"
    );
    assert_eq!(ledger.error(&refused.output).unwrap().to_string(), expected);
}

#[test]
fn what_the_compiler_checks_is_not_explained() {
    let code = code("Ledger", "deployedBytecode");
    let failed = |how: &str| {
        let run = call(&code, calldata("fail(uint256,uint256[])", &[how, "[1,2,3]"]));
        assert!(!run.success);
        reason(&run.output).unwrap().to_string()
    };
    assert_eq!(failed("0"), "Error(\"how is zero\")");
    assert_eq!(failed("1"), "Panic(0x01): an assertion does not hold");
    assert_eq!(failed("3"), "Panic(0x32): an index that is not in the array");
    let run = call(&code, calldata("fail(uint256,uint256[])", &["2", "[1,2,3000]"]));
    let artifacts = artifacts();
    let returned = deployed(&artifacts, "Ledger")
        .returns(&calldata("fail(uint256,uint256[])", &["2", "[]"]), &run.output);
    assert_eq!(returned.unwrap().to_string(), "(a: 3,000, b: [0, -1])");
    assert_eq!(reason(&hex!("4e487b71")).unwrap().arguments, None);
    assert_eq!(reason(&hex!("4e487b")), None);
    assert_eq!(reason(&[]), None);
}

/// A contract that catches an error passes it on as bytes, and another passes that on.
#[test]
fn an_error_within_an_error_is_told_as_bytes() {
    let abi =
        r#"[{"type": "error", "name": "Failed", "inputs": [{"name": "reason", "type": "bytes"}]}]"#;
    let mut artifacts = Artifacts::new();
    artifacts.add("a.json", abi.as_bytes()).unwrap();
    let encoded = |selector: &[u8], value: DynSolValue| {
        let arguments = DynSolValue::Tuple(vec![value]).abi_encode_sequence().unwrap();
        [selector, &arguments[..]].concat()
    };
    let selector = keccak256("Failed(bytes)");
    let failed = |inner: &[u8]| encoded(&selector[..4], DynSolValue::Bytes(inner.to_vec()));
    let said = |data: &[u8]| artifacts.error(data).unwrap().to_string();
    let text = encoded(&hex!("08c379a0"), DynSolValue::String("no".to_owned()));
    assert_eq!(said(&failed(&text)), "Failed(reason: Error(\"no\"))");
    assert_eq!(said(&failed(&failed(&text))), "Failed(reason: Failed(reason: Error(\"no\")))");
    // What no error says is bytes, as it is.
    assert_eq!(said(&failed(&hex!("01020304"))), "Failed(reason: 0x01020304)");
    assert_eq!(said(&failed(&[])), "Failed(reason: 0x)");
    let cut = &failed(&text)[..36];
    let bytes = hex::encode_prefixed(cut);
    assert_eq!(said(&failed(cut)), format!("Failed(reason: {bytes})"));
    // However many there are in one another, a few are told.
    let deep = (0..100).fold(text, |inner, _| failed(&inner));
    assert!(said(&deep).matches("Failed").count() < 10, "{}", said(&deep));
}

#[test]
fn what_is_called_for_without_a_function_has_no_name() {
    let artifacts = artifacts();
    let ledger = deployed(&artifacts, "Ledger");
    assert_eq!(ledger.call(&[]).unwrap().to_string(), "receive()");
    assert!(ledger.call(&[1, 2, 3, 4]).is_none());
}

#[test]
fn an_event_that_differs_in_what_is_indexed_is_taken_for_another() {
    // ERC-20's and ERC-721's.
    let abi = |indexed: bool| {
        format!(
            r#"[{{"type": "event", "name": "Transfer", "inputs": [
                {{"name": "from", "type": "address", "indexed": true}},
                {{"name": "to", "type": "address", "indexed": true}},
                {{"name": "value", "type": "uint256", "indexed": {indexed}}}]}}]"#
        )
    };
    let word = B256::with_last_byte(9);
    let hash = keccak256("Transfer(address,address,uint256)");
    let mut artifacts = Artifacts::new();
    let said = |artifacts: &Artifacts, topics: &[B256], data: &[u8]| {
        artifacts.event(topics, data).map(|said| said.to_string())
    };
    let address = "0x0000000000000000000000000000000000000009";
    let expected = Some(format!("Transfer(from: {address}, to: {address}, value: 9)"));
    artifacts.add("20.json", abi(false).as_bytes()).unwrap();
    assert_eq!(said(&artifacts, &[hash, word, word], word.as_slice()), expected);
    assert_eq!(said(&artifacts, &[hash, word, word, word], &[]), None);
    artifacts.add("721.json", abi(true).as_bytes()).unwrap();
    assert_eq!(said(&artifacts, &[hash, word, word, word], &[]), expected);
    assert_eq!(said(&artifacts, &[hash, word, word], &[]), None);
}

#[test]
fn a_selector_of_two_functions_is_told_as_one_of_them() {
    // Both have the selector 42966c68.
    let abi = |name: &str, kind: &str| {
        format!(
            r#"[{{"type": "function", "name": "{name}", "inputs": [{{"name": "", "type": "{kind}"}}]}}]"#
        )
    };
    let mut artifacts = Artifacts::new();
    let data = [&hex!("42966c68")[..], &[0; 96]].concat();
    artifacts.add("a.json", abi("burn", "uint256").as_bytes()).unwrap();
    assert_eq!(artifacts.call(&data).unwrap().to_string(), "burn(0)");
    let other = r#"[{"type": "function", "name": "collate_propagate_storage", "inputs":
        [{"name": "", "type": "bytes16"}]}]"#;
    artifacts.add("b.json", other.as_bytes()).unwrap();
    assert_eq!(artifacts.call(&data), None);
}
