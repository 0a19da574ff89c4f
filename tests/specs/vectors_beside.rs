//! `vectors/beside.json`: messages with code beside them, and what the contract says of each.

use alloy_primitives::{Address, Bytes, U256};
use iso_evm_wire::{
    Fork,
    encoding::{encode, with_code},
    records::FrameKind,
};
use serde::{Deserialize, Serialize};

use super::{committed, compare, vectors::Golden};
use crate::harness::{
    audit,
    blessed::blessing,
    guest::Guest,
    program::{Program, op},
};

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    fork: Fork,
    calldata: Bytes,
    verdict: Golden,
}

/// Names and calldata. Of each is stated whether it is accepted, refused or says nothing.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let code = Program::new()
        .push(1)
        .op([op::SLOAD])
        .push(2)
        .op([op::CALLDATALOAD, op::ADD])
        .return_word()
        .build();
    let call = Guest::new("call", Fork::Osaka, code.clone()).calldata([9; 32]).record();
    let call = call.guest().witness.clone();
    let creation = Guest::new("creation", Fork::Osaka, Program::new().op([op::STOP]).build());
    let creation = creation.kind(FrameKind::Create).record().guest().witness.clone();
    let mut false_gas = call.clone();
    false_gas.gasUsed += U256::from(1);
    let bytes = encode(&call);
    let whole = with_code(&bytes, &code);
    let changed = |position: usize, byte: u8| {
        let mut changed = whole.clone();
        changed[position] = byte;
        changed
    };
    vec![
        ("beside-call", whole.clone(), "valid"),
        ("beside-creation", with_code(&encode(&creation), &[]), "valid"),
        ("beside-false-gas", with_code(&encode(&false_gas), &code), "mismatch"),
        ("beside-malformed-static", changed(64 + 2 * 32 + 31, 2), "malformed"),
        ("beside-first-word", changed(31, 96), "malformed"),
        ("beside-other-code", with_code(&bytes, &[0]), "unavailable"),
        ("beside-no-code", with_code(&bytes, &[]), "unavailable"),
        ("beside-creation-and-code", with_code(&encode(&creation), &code), "unavailable"),
        ("beside-pointer", changed(63, whole[63] ^ 32), "unavailable"),
        ("beside-padding", changed(whole.len() - 1, 1), "unavailable"),
        ("beside-more", [&whole[..], &[0; 32]].concat(), "unavailable"),
        ("beside-less", whole[..whole.len() - 32].to_vec(), "unavailable"),
    ]
}

fn golden(calldata: &Bytes) -> Golden {
    audit::engine(Fork::Osaka).run(calldata, &[], None).verdict.into()
}

#[test]
fn vectors_with_code_beside_are_what_their_guests_give() {
    let vectors: Vec<_> = cases()
        .into_iter()
        .map(|(name, calldata, said)| {
            let calldata = Bytes::from(calldata);
            let verdict = golden(&calldata);
            let found = match &verdict {
                Golden::Valid => "valid",
                Golden::Mismatch { .. } => "mismatch",
                Golden::Malformed { .. } => "malformed",
                Golden::Unavailable { archive } if *archive == Address::ZERO => "unavailable",
                Golden::Unavailable { .. } | Golden::Inconclusive => "something else",
            };
            assert_eq!(found, said, "{name}");
            Vector { name: name.to_owned(), fork: Fork::Osaka, calldata, verdict }
        })
        .collect();
    let json = serde_json::to_string_pretty(&vectors).expect("vectors are JSON");
    compare("vectors/beside.json", &(json + "\n"));
}

#[test]
fn committed_vectors_with_code_beside_hold() {
    if blessing() {
        return;
    }
    let vectors: Vec<Vector> =
        serde_json::from_str(&committed("vectors/beside.json")).expect("vectors are JSON");
    for vector in vectors {
        assert_eq!(golden(&vector.calldata), vector.verdict, "{}", vector.name);
    }
}
