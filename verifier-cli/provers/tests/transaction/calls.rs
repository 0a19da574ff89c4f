//! Top calls and creations that open no message: precompiles, accounts without code, addresses that are
//! taken.

use std::fs;

use alloy_primitives::{Address, B256, U256, address, hex};
use iso_evm_provers::{
    ClaimKind, Kind,
    transaction::{receipt, step, top},
};
use iso_evm_testing::fixtures;
use iso_evm_verifier::audit::TransactionKind;
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};

use crate::{
    case::Case,
    court::{Prover, ask},
    honest::all_hold,
};

/// The sender, and the nonce that the input has.
const SENDER: (Address, u64) = (address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266"), 7);

/// The claim of a transaction that nobody signed, on the state of a plain transfer and more.
fn case(to: Option<Address>, data: &[u8], gas: u64, more: &[(Address, Value)]) -> Case {
    let text = fs::read_to_string(fixtures::own().join("plain-transfer.json")).unwrap();
    let mut input: Value = serde_json::from_str(&text).unwrap();
    let sent = input["transaction"].as_object_mut().unwrap();
    for name in ["hash", "r", "s", "v", "yParity"] {
        sent.remove(name);
    }
    sent.insert("to".into(), to.map_or(Value::Null, |to| json!(to)));
    sent.insert("input".into(), json!(hex::encode_prefixed(data)));
    sent.insert("gas".into(), json!(format!("{gas:#x}")));
    sent.insert("value".into(), json!("0x7"));
    for (account, told) in more {
        input["prestate"][account.to_string().to_lowercase()] = told.clone();
    }
    let input = Input::parse(input.to_string().as_bytes(), None).unwrap();
    let witness = record(&input.execution).unwrap().witness(&input);
    Case::of(&witness)
}

fn precompile(number: u64) -> Address {
    Address::from_word(U256::from(number).into())
}

/// Inputs of precompiles, and the gas beside the calldata's own: with it they succeed or fail.
fn precompiles() -> Vec<(u64, Vec<u8>, u64)> {
    let mut modexp = vec![0; 99];
    (modexp[31], modexp[63], modexp[95]) = (1, 1, 1);
    let mut blake = vec![0; 213];
    blake[3] = 12;
    let mut long = modexp.clone();
    long[30] = 0x10;
    let bad = |length: usize| vec![0xff; length];
    vec![
        (1, vec![0; 128], 3_000),
        (1, vec![0; 128], 2_999),
        (2, vec![7; 100], 60 + 48),
        (3, vec![7; 100], 600 + 479),
        (4, vec![7; 33], 21),
        (5, modexp.clone(), 500),
        (5, modexp, 499),
        (5, long, 100_000),
        (6, vec![0; 128], 150),
        (6, bad(128), 150),
        (7, vec![0; 96], 6_000),
        (8, Vec::new(), 45_000),
        (8, bad(192), 100_000),
        (8, vec![0; 191], 100_000),
        (9, blake.clone(), 12),
        (9, [&blake[..212], &[2]].concat(), 100),
        (9, vec![0; 212], 100),
        (0x0a, vec![0; 192], 50_000),
        (0x0b, vec![0; 256], 375),
        (0x0b, bad(256), 375),
        (0x0c, vec![0; 320], 30_000),
        (0x0e, vec![0; 288], 22_500),
        (0x0f, vec![0; 384], 70_300),
        (0x0f, vec![0; 384], 70_299),
        (0x10, vec![0; 64], 5_500),
        (0x11, vec![0; 128], 23_800),
        (0x100, vec![0; 160], 6_900),
        (0x100, Vec::new(), 6_899),
    ]
}

/// Gas of calldata, at least the floor.
fn before(data: &[u8], more: u64) -> u64 {
    let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
    let others = data.len() as u64 - zeros;
    let least = 21_000 + 10 * zeros + 40 * others;
    (21_000 + 4 * zeros + 16 * others + more).max(least)
}

#[test]
fn a_precompile_that_a_transaction_calls_is_run_again() {
    let mut ended = [0; 2];
    for (number, data, more) in precompiles() {
        let case = case(Some(precompile(number)), &data, before(&data, more), &[]);
        let name = format!("{number:#x}, {} bytes, {more}", data.len());
        assert!(case.told().messages.is_empty());
        all_hold(&name, &case);
        ended[usize::from(case.witness.receipt.success)] += 1;
        let proof = case.receipt_proof(receipt::RECEIPT);
        ask(Prover::Receipt, case.root(), &proof).holds(&name);
        let mut lie = case.witness.receipt.clone();
        lie.success ^= true;
        let bytes = lie.encode_2718(case.witness.transaction.body(), lie.gas_used);
        let hash = alloy_primitives::keccak256(&bytes);
        let lie = Case { receipt: bytes, ..case.with(|hashes, _, _, _| hashes[1] = hash) };
        let answer = ask(Prover::Receipt, lie.root(), &lie.receipt_proof(receipt::RECEIPT));
        answer.convicts_of(Kind::Transaction(TransactionKind::Status));
    }
    assert!(ended[0] > 8 && ended[1] > 12, "{ended:?}");
}

#[test]
fn what_opens_no_message_leaves_what_follows() {
    let target = Address::repeat_byte(0x55);
    let delegation = [&[0xef, 1, 0][..], target.as_slice()].concat();
    let delegates = json!({ "code": hex::encode_prefixed(delegation), "nonce": 1 });
    let taken = json!({ "nonce": 1 });
    let created = SENDER.0.create(SENDER.1);
    let called = Address::repeat_byte(0x44);
    let cases = [
        ("nobody", case(Some(called), &[], 30_000, &[])),
        ("a delegation to no code", case(Some(called), &[], 30_000, &[(called, delegates)])),
        ("an address that is taken", case(None, &[0], 90_000, &[(created, taken)])),
    ];
    for (name, case) in &cases {
        assert!(case.told().messages.is_empty(), "{name}");
        all_hold(name, case);
        let step = case.top_at();
        for lie in [
            case.with_step(step, |instant| instant.state_root = B256::repeat_byte(1)),
            case.with_step(step, |instant| instant.accessed = B256::repeat_byte(1)),
        ] {
            let answer = ask(Prover::Top, lie.root(), &lie.top(top::TOP));
            answer.convicts_of(Kind::Claim(ClaimKind::Step));
        }
    }
    assert!(!cases[2].1.witness.receipt.success);
    all_hold("a creation", &case(None, &hex!("00"), 90_000, &[]));
}

/// A deposit of the OP Stack, with this much gas and value, and a mint of 9.
fn deposit(gas: &str, value: &str) -> Case {
    let text = fs::read_to_string(fixtures::own().join("plain-transfer.json")).unwrap();
    let mut input: Value = serde_json::from_str(&text).unwrap();
    input["fork"] = json!("optimism/holocene");
    input["chainId"] = json!("0x385");
    input["block"]["excessBlobGas"] = json!("0x0");
    input["transaction"] = json!({
        "type": "0x7e",
        "sourceHash": B256::repeat_byte(1),
        "from": Address::repeat_byte(0x66),
        "to": Address::repeat_byte(0x44),
        "mint": "0x9",
        "value": value,
        "gas": gas,
        "isSystemTx": false,
        "input": "0x",
    });
    let input = Input::parse(input.to_string().as_bytes(), None).unwrap();
    let witness = record(&input.execution).unwrap().witness(&input);
    Case::of(&witness)
}

#[test]
fn an_invalid_deposit_has_the_steps_of_one() {
    for (gas, value, is_valid) in
        [("0x5208", "0x9", true), ("0x5207", "0x9", false), ("0x5208", "0xa", false)]
    {
        let case = deposit(gas, value);
        let count = case.told().steps.known.len();
        assert_eq!(count, if is_valid { 4 } else { 3 });
        assert_eq!(case.witness.receipt.success, is_valid);
        all_hold(&format!("a deposit with {gas} gas and {value}"), &case);
        let proof = case.receipt_proof(receipt::RECEIPT);
        ask(Prover::Receipt, case.root(), &proof).holds("its receipt");
        // As if it were the other.
        let lie = case.with(|_, _, steps, _| {
            if is_valid {
                steps.remove(2);
            } else {
                steps.insert(2, steps[1]);
            }
        });
        let answer = ask(Prover::Step, lie.root(), &lie.about_steps(step::COUNT));
        answer.convicts_of(Kind::Claim(ClaimKind::Step));
    }
}
